"""Reports that take a period apart or look beyond it, as JSON or CSV like the others."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from fintrack.analytics.comparisons import (
    Against,
    compared_with,
    comparison,
    savings,
    year_over_year,
)
from fintrack.analytics.daily_spending import daily_spending
from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.analytics.money_flow import money_flow
from fintrack.analytics.pivots import pivot, totals, with_totals
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Amount, Told, decimal, optional_id, optional_number
from fintrack.api.reports import (
    AS_CSV,
    BranchQuery,
    PeriodQuery,
    Report,
    Row,
    answer,
    is_csv,
    items_of,
)
from fintrack.ledger.categories import CategoryKind

router = APIRouter(prefix="/reports", tags=["reports"], route_class=Call)


class BreakdownQuery(BranchQuery):
    """The period, and by what it is taken apart."""

    by: Annotated[Dimension, Field(description="A member is the owner of the account.")] = (
        Dimension.TAG
    )


class PivotQuery(BranchQuery):
    """The period, and the two dimensions that it is taken apart by."""

    rows: Dimension = Dimension.CATEGORY
    columns: Dimension = Dimension.MONTH


class ComparisonQuery(PeriodQuery):
    """The period, and what it is compared with."""

    against: Annotated[
        Against, Field(description="The period before, or the same days of the year before.")
    ] = Against.BEFORE


class Change(Told):
    """What a category brought or cost, then and before."""

    kind: CategoryKind
    category: Annotated[UUID | None, Field(description="Null for what has none.")]
    category_name: str
    currency: str
    amount: Amount
    before: Amount
    change: Amount


class TwoYears(Told):
    """The flow of a month beside that of the same month a year before."""

    month: date
    currency: str
    inflow: Amount
    inflow_before: Amount
    outflow: Amount
    outflow_before: Amount


class Saving(Told):
    """What was kept of what came in in a month."""

    month: date
    currency: str
    inflow: Amount
    outflow: Amount
    saved: Amount
    per_mille: Annotated[int | None, Field(description="Of the inflow; null of nothing.")]


class DaySpending(Told):
    """What a day cost."""

    on: date
    currency: str
    amount: Amount


class FlowPart(Told):
    """What a category brought or took; both sides of a currency add up to the same."""

    side: Literal["IN", "OUT"]
    kind: Literal["INCOME", "EXPENSE", "SAVINGS"]
    category: Annotated[UUID | None, Field(description="Null for what has none.")]
    category_name: str
    currency: str
    amount: Amount


class Part(Told):
    """Income and spending of one part; lines of a split are an entry each."""

    id: Annotated[str | None, Field(description="Null for what belongs to none.")]
    name: str
    currency: str
    income: Amount
    spending: Amount
    entries: int


class Cell(Told):
    """Income and spending of a pair of parts; lines of a split are an entry each."""

    row: Annotated[str | None, Field(description="Null for what belongs to none.")]
    row_name: str
    column: Annotated[str | None, Field(description="Null for what belongs to none.")]
    column_name: str
    currency: str
    income: Amount
    spending: Amount
    entries: int


class PivotReport(Report[Cell]):
    """The cells that are not empty, and the sums of the rows, of the columns and of all."""

    totals: Annotated[
        list[Cell], Field(description="What is summed up has the name Total and no id.")
    ]


@router.get("/breakdown", responses=AS_CSV, response_model=Report[Part])
def report_breakdown(
    context: Member, asked: Annotated[BreakdownQuery, Query()], request: Request
) -> Response | Report[Part]:
    """Report income and spending by tag, account, member, payee, category or month."""
    period = asked.period(context)
    days = (period.since, period.until)
    rows = breakdown(context, *days, asked.by, asked.account, parent_id=asked.parent)
    return answer(context, request, asked, period, rows, _part)


@router.get("/pivot", responses=AS_CSV, response_model=PivotReport)
def report_pivot(
    context: Member, asked: Annotated[PivotQuery, Query()], request: Request
) -> Response | PivotReport | Report[Cell]:
    """Report income and spending by two dimensions at once, a row a cell that is not empty.

    In a file the totals are its last rows.
    """
    period, by = asked.period(context), (asked.rows, asked.columns)
    cells = pivot(context, period.since, period.until, *by, asked.account, asked.parent)
    if is_csv(request):
        return answer(context, request, asked, period, with_totals(cells), _cell)
    items, sums = (items_of(asked, rows, _cell) for rows in (cells, totals(cells)))
    return PivotReport(since=period.since, until=period.until, items=items, totals=sums)


@router.get("/comparison", responses=AS_CSV, response_model=Report[Change])
def report_comparison(
    context: Member, asked: Annotated[ComparisonQuery, Query()], request: Request
) -> Response | Report[Change]:
    """Report what changed by category against an earlier period, the largest change first."""
    period = asked.period(context)
    rows = comparison(context, period, compared_with(period, asked.against))
    return answer(context, request, asked, period, rows, _change)


@router.get("/year-over-year", responses=AS_CSV, response_model=Report[TwoYears])
def report_two_years(
    context: Member, asked: Annotated[PeriodQuery, Query()], request: Request
) -> Response | Report[TwoYears]:
    """Report each month beside the same month of the year before."""
    period = asked.period(context)
    rows = year_over_year(context, period.since, period.until)
    return answer(context, request, asked, period, rows, _two_years)


@router.get("/savings", responses=AS_CSV, response_model=Report[Saving])
def report_savings(
    context: Member, asked: Annotated[PeriodQuery, Query()], request: Request
) -> Response | Report[Saving]:
    """Report what was kept of what came in, by month."""
    period = asked.period(context)
    rows = savings(context, period.since, period.until)
    return answer(context, request, asked, period, rows, _saving)


@router.get("/daily-spending", responses=AS_CSV, response_model=Report[DaySpending])
def report_days(
    context: Member, asked: Annotated[PeriodQuery, Query()], request: Request
) -> Response | Report[DaySpending]:
    """Report what each day cost, of at most 366; days without spending are left out."""
    period = asked.period(context)
    rows = daily_spending(context, period.since, period.until)
    return answer(context, request, asked, period, rows, _day_spending)


@router.get("/money-flow", responses=AS_CSV, response_model=Report[FlowPart])
def report_flow(
    context: Member, asked: Annotated[PeriodQuery, Query()], request: Request
) -> Response | Report[FlowPart]:
    """Report from where the money came and where it went, what was kept or missing among it."""
    period = asked.period(context)
    rows = money_flow(context, period.since, period.until)
    return answer(context, request, asked, period, rows, _flow_part)


def _cell(row: Row) -> Cell:
    return Cell(
        row=row["row_id"] or None,
        row_name=row["row"],
        column=row["column_id"] or None,
        column_name=row["column"],
        currency=row["currency"],
        income=decimal(row["income"], row["currency"]),
        spending=decimal(row["spending"], row["currency"]),
        entries=row["entries"],
    )


def _change(row: Row) -> Change:
    currency = row["currency"]
    sums = {name: decimal(row[name], currency) for name in ("amount", "before", "change")}
    category, name = optional_id(row["category_id"]), row["category"]
    return Change(
        kind=row["kind"], category=category, category_name=name, currency=currency, **sums
    )


def _two_years(row: Row) -> TwoYears:
    names = ("inflow", "inflow_before", "outflow", "outflow_before")
    sums = {name: decimal(row[name], row["currency"]) for name in names}
    return TwoYears(month=row["month"], currency=row["currency"], **sums)


def _saving(row: Row) -> Saving:
    sums = {name: decimal(row[name], row["currency"]) for name in ("inflow", "outflow", "saved")}
    kept = optional_number(row["per_mille"])
    return Saving(month=row["month"], currency=row["currency"], per_mille=kept, **sums)


def _day_spending(row: Row) -> DaySpending:
    amount = decimal(row["amount"], row["currency"])
    return DaySpending(on=row["on"], currency=row["currency"], amount=amount)


def _flow_part(row: Row) -> FlowPart:
    return FlowPart(
        side=row["side"],
        kind=row["kind"],
        category=optional_id(row["category_id"]),
        category_name=row["category"],
        currency=row["currency"],
        amount=decimal(row["amount"], row["currency"]),
    )


def _part(row: Row) -> Part:
    sums = {name: decimal(row[name], row["currency"]) for name in ("income", "spending")}
    part_id, entries = row["part_id"] or None, row["entries"]
    return Part(id=part_id, name=row["part"], currency=row["currency"], entries=entries, **sums)
