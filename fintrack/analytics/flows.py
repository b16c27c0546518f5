"""Flows: what came in and went out by month and category, read from the kept totals.

Whole months are kept, so a period is its months less the days of its first and last month that
lie outside; how much is read does not grow with the history.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Label,
    Select,
    Subquery,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.analytics.periods import months_before
from fintrack.derived_schema import NO_CATEGORY, Line, MonthTotal, PayeeTotal

Rows = Select[*tuple[Any, ...]]


def flows(since: date, until: date, account_id: UUID | None = None) -> Subquery:
    """Return what moved in [since, until), transfers aside; with `account_id` on that account.

    Columns: month, account_id, category_id, incoming and outgoing (both positive), entries (how
    many amounts). Several rows may share a key, and some take from others: sum them.
    """
    whole, outside = _whole(MonthTotal, since, until), _outside(since, until)
    if account_id is not None:
        whole = whole.where(MonthTotal.account_id == account_id)
        outside = None if outside is None else outside.where(Line.account_id == account_id)
    return _less(whole, outside).subquery("flows")


def flows_by_payee(since: date, until: date) -> Subquery:
    """Return the rows of `flows`, taken apart by payee in a column of that name."""
    whole = _whole(PayeeTotal, since, until).add_columns(PayeeTotal.payee)
    outside = _outside(since, until)
    named = None if outside is None else outside.add_columns(Line.payee)
    return _less(whole, named).subquery("flows")


def month_of(day: SQLCoreOperations[date]) -> Label[date]:
    """Return the first day of the month of `day`, as "month"."""
    # Cast to a timestamp without zone: the zone of the connection must not move a day.
    return cast(func.date_trunc("month", cast(day, DateTime)), Date).label("month")


def _taken(days: ColumnElement[bool]) -> Rows:
    """Return the lines of those days as rows of `flows` that take away what they moved."""
    return select(
        month_of(Line.booked_on), Line.account_id, Line.category_id,
        case((Line.amount > 0, -Line.amount), else_=0).label("incoming"),
        case((Line.amount <= 0, Line.amount), else_=0).label("outgoing"),
        cast(literal(-1), BigInteger).label("entries"),
    ).where(Line.transfer_id.is_(None), days)  # fmt: skip


def _whole(total: type[MonthTotal | PayeeTotal], since: date, until: date) -> Rows:
    category_id = func.nullif(total.category_id, NO_CATEGORY).label("category_id")
    return select(
        total.month, total.account_id, category_id, total.incoming, total.outgoing, total.entries
    ).where(total.month >= since.replace(day=1), total.month < _end(until))


def _outside(since: date, until: date) -> Rows | None:
    """Return the days of the first and the last month that the period leaves out, if any."""
    edges = ((since.replace(day=1), since), (until, _end(until)))
    left_out = [
        (Line.booked_on >= first) & (Line.booked_on < end) for first, end in edges if first < end
    ]
    return _taken(or_(*left_out)) if left_out else None


def _less(whole: Rows, outside: Rows | None) -> Rows | CompoundSelect[Any]:
    return whole if outside is None else union_all(whole, outside)


def _end(until: date) -> date:
    return until if until.day == 1 else months_before(until.replace(day=1), -1)
