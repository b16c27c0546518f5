"""Reports over a half-open period, as JSON or, where Accept asks for it, as CSV."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.net_worth_change import NET_WORTH_CHANGE, net_worth_change
from fintrack.analytics.periods import (
    DAY,
    Interval,
    Period,
    PeriodChoice,
    chosen_period,
    custom_period,
    today_of,
)
from fintrack.analytics.spending import income, spending
from fintrack.analytics.statements import balance_sheet, income_statement
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Amount, Currency, Day, Given, Told, decimal, optional_id
from fintrack.context import Permission, TenantContext
from fintrack.ledger.accounts import AccountKind, Side
from fintrack.ledger.categories import CategoryKind
from fintrack.ledger.exports import frame_csv

CSV = "text/csv"
Row = dict[Any, Any]
Item = TypeVar("Item", bound=Told)
AS_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV: {"schema": {"type": "string"}}}, "description": "The report."}
}
router = APIRouter(prefix="/reports", tags=["reports"], route_class=Call)


class CurrencyQuery(Given):
    """The currency, if only one is wanted."""

    currency: Currency | None = None


class PeriodQuery(CurrencyQuery):
    """The period, twelve months up to today unless given."""

    since: Day | None = None
    until: Annotated[Day | None, Field(description="The first day after the period.")] = None

    def period(self, context: TenantContext) -> Period:
        """Return the period that is asked for.

        Raises:
            InvalidInput: it ends before it begins.
        """
        usual = chosen_period(PeriodChoice.LAST_12_MONTHS, today_of(context))
        until = self.until or max(usual.until, (self.since or usual.since) + DAY)
        since = self.since or min(usual.since, until - DAY)
        return custom_period(since, until - DAY)


class ReportQuery(PeriodQuery):
    """The period, and what of it is looked at."""

    interval: Annotated[
        Interval, Field(description="Between two points of net worth; cash flow is by month.")
    ] = Interval.MONTH
    account: UUID | None = None


class BranchQuery(ReportQuery):
    """The period, and the branch of the categories that is looked at."""

    parent: Annotated[
        UUID | None,
        Field(description="The categories below this one, not those at the top of the tree."),
    ] = None


class Report(Told, Generic[Item]):
    """The rows of a report and the period that they are of; currencies are never added."""

    since: date
    until: date
    items: list[Item]


class Balance(Told):
    """What an account holds at the end of the period."""

    account: UUID
    name: str
    kind: AccountKind
    side: Side
    currency: str
    balance: Amount
    archived: bool


class NetWorth(Told):
    """Assets less liabilities at the end of a day."""

    on: date
    currency: str
    assets: Amount
    liabilities: Annotated[Amount, Field(description="What is owed, positive.")]
    net: Amount


class NetWorthChange(Told):
    """How net worth changed: opening + opened + inflow - outflow + transfers = closing."""

    currency: str
    opening: Annotated[Amount, Field(description="The day before the period.")]
    opened: Annotated[Amount, Field(description="In accounts opened in the period.")]
    inflow: Amount
    outflow: Amount
    transfers: Annotated[
        Amount,
        Field(
            description="Sides of transfers whose other side lies in an account that I do not see, "
            "in another currency or outside of the period; all others cancel. Of one account, all."
        ),
    ]
    closing: Amount


class CashFlow(Told):
    """What came in and what went out in a month, given by its first day."""

    month: date
    currency: str
    inflow: Amount
    outflow: Amount


class Spending(Told):
    """What a category cost, or brought in, with all below it."""

    category: Annotated[UUID | None, Field(description="Null for what has none.")]
    category_name: str
    currency: str
    amount: Amount


class IncomeLine(Spending):
    """What a category brought in, or cost."""

    kind: CategoryKind


class SheetLine(Told):
    """What an account holds, or owes, as a positive amount."""

    side: Side
    account: UUID
    name: str
    kind: AccountKind
    currency: str
    amount: Amount


Asked = Annotated[ReportQuery, Query()]
Branch = Annotated[BranchQuery, Query()]


@router.get("/balances", responses=AS_CSV, response_model=Report[Balance])
def report_balances(context: Member, asked: Asked, request: Request) -> Response | Report[Balance]:
    """Report what each account holds at the end of the period."""
    period = asked.period(context)
    rows = balances(context, period.last_day, asked.account)
    return answer(context, request, asked, period, rows, _balance)


@router.get("/net-worth", responses=AS_CSV, response_model=Report[NetWorth])
def report_net_worth(
    context: Member, asked: Asked, request: Request
) -> Response | Report[NetWorth]:
    """Report assets, liabilities and net worth at the end of each interval."""
    period = asked.period(context)
    rows = net_worth(context, period.since, period.until, asked.interval, asked.account)
    return answer(context, request, asked, period, rows, _net_worth)


@router.get("/net-worth-change", responses=AS_CSV, response_model=Report[NetWorthChange])
def report_net_worth_change(
    context: Member, asked: Asked, request: Request
) -> Response | Report[NetWorthChange]:
    """Report what net worth began with, what moved, transfers too, and what it ended with."""
    period = asked.period(context)
    rows = net_worth_change(context, period.since, period.until, asked.account)
    return answer(context, request, asked, period, rows, _net_worth_change)


@router.get("/cash-flow", responses=AS_CSV, response_model=Report[CashFlow])
def report_cash_flow(
    context: Member, asked: Asked, request: Request
) -> Response | Report[CashFlow]:
    """Report what came in and went out by month; transfers between own accounts are neither."""
    period = asked.period(context)
    rows = cash_flow(context, period.since, period.until, asked.account)
    return answer(context, request, asked, period, rows, _cash_flow)


@router.get("/spending", responses=AS_CSV, response_model=Report[Spending])
def report_spending(
    context: Member, asked: Branch, request: Request
) -> Response | Report[Spending]:
    """Report what each category of expenses cost, most first."""
    period = asked.period(context)
    rows = spending(context, period.since, period.until, asked.parent, asked.account)
    return answer(context, request, asked, period, rows, _spending)


@router.get("/income", responses=AS_CSV, response_model=Report[Spending])
def report_earnings(
    context: Member, asked: Branch, request: Request
) -> Response | Report[Spending]:
    """Report what each category of income brought, most first."""
    period = asked.period(context)
    rows = income(context, period.since, period.until, asked.parent, asked.account)
    return answer(context, request, asked, period, rows, _spending)


@router.get("/income-statement", responses=AS_CSV, response_model=Report[IncomeLine])
def report_income(context: Member, asked: Asked, request: Request) -> Response | Report[IncomeLine]:
    """Report income, then expenses, by category."""
    period = asked.period(context)
    rows = income_statement(context, period.since, period.until, asked.account)
    return answer(context, request, asked, period, rows, _income_line)


@router.get("/balance-sheet", responses=AS_CSV, response_model=Report[SheetLine])
def report_balance_sheet(
    context: Member, asked: Asked, request: Request
) -> Response | Report[SheetLine]:
    """Report assets, then liabilities, at the end of the period."""
    period = asked.period(context)
    rows = balance_sheet(context, period.last_day, asked.account)
    return answer(context, request, asked, period, rows, _sheet_line)


def answer(
    context: TenantContext,
    request: Request,
    asked: CurrencyQuery,
    period: Period,
    rows: pd.DataFrame,
    told: Callable[[Row], Item],
) -> Response | Report[Item]:
    """Answer in the form that Accept asks for, with rows of the wanted currency."""
    if is_csv(request):
        context.require(Permission.EXPORT)
        return Response(frame_csv(_wanted(asked, rows)), media_type=CSV)
    return Report(since=period.since, until=period.until, items=items_of(asked, rows, told))


def is_csv(request: Request) -> bool:
    """Return whether Accept asks for a file."""
    return CSV in request.headers.get("accept", "")


def items_of(asked: CurrencyQuery, rows: pd.DataFrame, told: Callable[[Row], Item]) -> list[Item]:
    """Return the rows of the wanted currency as they are told."""
    return [told(row) for row in _wanted(asked, rows).to_dict("records")]


def _wanted(asked: CurrencyQuery, rows: pd.DataFrame) -> pd.DataFrame:
    return rows if asked.currency is None else rows[rows["currency"] == asked.currency]


def _balance(row: Row) -> Balance:
    balance = decimal(row["balance"], row["currency"])
    names = ("name", "kind", "side", "currency")
    return Balance(
        account=row["account_id"],
        balance=balance,
        archived=row["is_archived"],
        **{name: row[name] for name in names},
    )


def _net_worth(row: Row) -> NetWorth:
    sums = {name: decimal(row[name], row["currency"]) for name in ("assets", "liabilities", "net")}
    return NetWorth(on=row["on"], currency=row["currency"], **sums)


def _net_worth_change(row: Row) -> NetWorthChange:
    currency = row["currency"]
    sums = {name: decimal(row[name], currency) for name in NET_WORTH_CHANGE if name != "currency"}
    return NetWorthChange(currency=currency, **sums)


def _cash_flow(row: Row) -> CashFlow:
    sums = {name: decimal(row[name], row["currency"]) for name in ("inflow", "outflow")}
    return CashFlow(month=row["month"], currency=row["currency"], **sums)


def _spending(row: Row) -> Spending:
    return Spending(**_category_values(row))


def _income_line(row: Row) -> IncomeLine:
    return IncomeLine(kind=row["kind"], **_category_values(row))


def _category_values(row: Row) -> dict[str, Any]:
    return {
        "category": optional_id(row["category_id"]),
        "category_name": row["category"],
        "currency": row["currency"],
        "amount": decimal(row["amount"], row["currency"]),
    }


def _sheet_line(row: Row) -> SheetLine:
    amount = decimal(row["amount"], row["currency"])
    names = ("side", "name", "kind", "currency")
    return SheetLine(
        account=row["account_id"], amount=amount, **{name: row[name] for name in names}
    )
