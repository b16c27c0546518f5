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
    Uuid,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.analytics.periods import months_before
from fintrack.cache import built_once
from fintrack.derived_schema import NO_CATEGORY, Line, MonthTotal, PayeeTotal
from fintrack.schema import TransactionTag

Rows = Select[*tuple[Any, ...]]
SUMS = frozenset({"incoming", "outgoing", "entries"})


@built_once
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


@built_once
def flows_by_payee(since: date, until: date) -> Subquery:
    """Return the rows of `flows`, taken apart by payee in a column of that name."""
    whole = _whole(PayeeTotal, since, until).add_columns(PayeeTotal.payee)
    outside = _outside(since, until)
    named = None if outside is None else outside.add_columns(Line.payee)
    return _less(whole, named).subquery("flows")


def flows_by_tag(moved: Subquery, since: date, until: date) -> Subquery:
    """Return the rows of `moved`, some `flows` of [since, until), once for each of their tags.

    The column tag_id is null for what has none. Only what has a tag is read line by line.
    """
    dated = (TransactionTag.booked_on >= since) & (TransactionTag.booked_on < until)
    has_tag = Line.transaction_id.in_(select(TransactionTag.transaction_id).where(dated))
    taken, once = _taken(has_tag), _lines(1).add_columns(TransactionTag.tag_id)
    if "payee" in moved.c:
        taken = taken.add_columns(Line.payee)
        once = _lines(1).add_columns(Line.payee, TransactionTag.tag_id)
    no_tag = null().label("tag_id")
    once = once.join(TransactionTag, TransactionTag.transaction_id == Line.transaction_id)
    everything = select(*moved.c, cast(no_tag, Uuid).label("tag_id"))
    return union_all(everything, taken.add_columns(no_tag), once.where(dated)).subquery("flows")


def month_of(day: SQLCoreOperations[date]) -> Label[date]:
    """Return the first day of the month of `day`, as "month"."""
    # Cast to a timestamp without zone: the zone of the connection must not move a day.
    return cast(func.date_trunc("month", cast(day, DateTime)), Date).label("month")


def _taken(lines: ColumnElement[bool]) -> Rows:
    """Return those lines as rows of `flows` that take away what they moved."""
    return _lines(-1).where(lines)


def _lines(sign: int) -> Rows:
    """Return every line as a row of `flows`, or with the sign -1 as what takes it away."""
    amount = Line.amount * sign
    return select(
        month_of(Line.booked_on), Line.account_id, Line.category_id,
        case((Line.amount > 0, amount), else_=0).label("incoming"),
        case((Line.amount <= 0, -amount), else_=0).label("outgoing"),
        cast(literal(sign), BigInteger).label("entries"),
    ).where(Line.transfer_id.is_(None))  # fmt: skip


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
    return whole if outside is None else union_all(whole, _summed(outside.subquery("outside")))


def _summed(rows: Subquery) -> Rows:
    """Return one row for each key, so that what follows does not grow with a busy day's lines."""
    keys = [column for column in rows.c if column.name not in SUMS]
    columns = [
        cast(func.sum(column), BigInteger).label(column.name) if column.name in SUMS else column
        for column in rows.c
    ]
    return select(*columns).group_by(*keys)


def _end(until: date) -> date:
    return until if until.day == 1 else months_before(until.replace(day=1), -1)
