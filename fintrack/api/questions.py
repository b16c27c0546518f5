"""Reports that take a period apart or look beyond it, as JSON or CSV like the others."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Amount, Told, decimal
from fintrack.api.reports import AS_CSV, Report, ReportQuery, Row, answer

router = APIRouter(prefix="/reports", tags=["reports"], route_class=Call)


class BreakdownQuery(ReportQuery):
    """The period, and by what it is taken apart."""

    by: Annotated[Dimension, Field(description="A member is the owner of the account.")] = (
        Dimension.TAG
    )


class Part(Told):
    """Income and spending of one part; lines of a split are an entry each."""

    id: Annotated[str | None, Field(description="Null for what belongs to none.")]
    name: str
    currency: str
    income: Amount
    spending: Amount
    entries: int


@router.get("/breakdown", responses=AS_CSV, response_model=Report[Part])
def report_breakdown(
    context: Member, asked: Annotated[BreakdownQuery, Query()], request: Request
) -> Response | Report[Part]:
    """Report income and spending by tag, account, member, payee, category or month."""
    period = asked.period(context)
    rows = breakdown(context, period.since, period.until, asked.by, asked.account)
    return answer(request, asked, period, rows, _part)


def _part(row: Row) -> Part:
    sums = {name: decimal(row[name], row["currency"]) for name in ("income", "spending")}
    part_id, entries = row["part_id"] or None, row["entries"]
    return Part(id=part_id, name=row["part"], currency=row["currency"], entries=entries, **sums)
