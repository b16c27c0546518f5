"""Reports that look beyond what happened: the days to come, and what is unlike the rest."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from fintrack.analytics.anomalies import anomalies
from fintrack.analytics.forecast import AHEAD, forecast
from fintrack.analytics.periods import DAY, Period, today_of
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Amount, Told, decimal
from fintrack.api.reports import AS_CSV, CurrencyQuery, PeriodQuery, Report, Row, answer

router = APIRouter(prefix="/reports", tags=["reports"], route_class=Call)


class DayAhead(Told):
    """The expected balance at the end of a day, and the band around it."""

    on: date
    currency: str
    balance: Amount
    low: Amount
    high: Amount


class ForecastError(Told):
    """By how much past forecasts were off on average after 90 days."""

    currency: str
    forecasts: Annotated[int, Field(description="How many were made, a week apart.")]
    error: Amount


class Outlook(Report[DayAhead]):
    """The next 90 days; currencies of which less than half a year is known are left out."""

    errors: list[ForecastError]


class Anomaly(Told):
    """A transaction whose amount is far from what is usual for its payee."""

    transaction: UUID
    booked_on: date
    payee: str
    account_name: str
    currency: str
    amount: Amount
    usual: Annotated[Amount, Field(description="The median of the payee's amounts of a year.")]
    spread: Annotated[Amount, Field(description="The median distance from the usual.")]


@router.get("/forecast", responses=AS_CSV, response_model=Outlook)
def report_forecast(
    context: Member, asked: Annotated[CurrencyQuery, Query()], request: Request
) -> Response | Outlook:
    """Report the balance of all visible accounts on each of the next 90 days."""
    today = today_of(context)
    found = forecast(context, today)
    period = Period(today + DAY, today + DAY * (AHEAD + 1))
    told = answer(context, request, asked, period, found.days, _day)
    if isinstance(told, Response):
        return told
    errors = [_error(row) for row in found.errors.to_dict("records")]
    shown = [each for each in errors if asked.currency in {None, each.currency}]
    return Outlook(since=told.since, until=told.until, items=told.items, errors=shown)


@router.get("/anomalies", responses=AS_CSV, response_model=Report[Anomaly])
def report_anomalies(
    context: Member, asked: Annotated[PeriodQuery, Query()], request: Request
) -> Response | Report[Anomaly]:
    """Report the 50 amounts of at most a year that are farthest from their payee's usual one."""
    period = asked.period(context)
    rows = anomalies(context, period.since, period.until)
    return answer(context, request, asked, period, rows, _anomaly)


def _day(row: Row) -> DayAhead:
    sums = {name: decimal(row[name], row["currency"]) for name in ("balance", "low", "high")}
    return DayAhead(on=row["on"], currency=row["currency"], **sums)


def _error(row: Row) -> ForecastError:
    error = decimal(row["error"], row["currency"])
    return ForecastError(currency=row["currency"], forecasts=row["forecasts"], error=error)


def _anomaly(row: Row) -> Anomaly:
    sums = {name: decimal(row[name], row["currency"]) for name in ("amount", "usual", "spread")}
    return Anomaly(
        transaction=row["transaction_id"],
        booked_on=row["booked_on"],
        payee=row["payee"],
        account_name=row["account"],
        currency=row["currency"],
        **sums,
    )
