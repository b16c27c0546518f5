"""Flows: what came in and went out by month and category, read from the kept totals.

Whole months are kept. Of a month that a period cuts, the fewer days are read line by line: those
outside are taken away from the kept sums, or those inside stand for them. How much is read does not
grow with the history.
"""

from dataclasses import dataclass
from datetime import date, timedelta
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
Span = tuple[date, date]
SUMS = frozenset({"incoming", "outgoing", "entries"})


@dataclass(frozen=True, slots=True)
class Cut:
    """The whole months [since, until), and spans of days within them or beside them."""

    since: date
    until: date
    days: tuple[Span, ...]


@built_once
def flows(since: date, until: date, account_id: UUID | None = None) -> Subquery:
    """Return what moved in [since, until), transfers aside; with `account_id` on that account.

    Columns: month, account_id, category_id, incoming and outgoing (both positive), entries (how
    many amounts). Several rows may share a key, and some take from others: sum them.
    """
    cut = _cut(since, until)
    whole, days = _whole(MonthTotal, cut), _days(cut)
    if account_id is not None:
        whole = whole.where(MonthTotal.account_id == account_id)
        days = None if days is None else days.where(Line.account_id == account_id)
    return _with(whole, days).subquery("flows")


@built_once
def flows_by_payee(since: date, until: date) -> Subquery:
    """Return the rows of `flows`, taken apart by payee in a column of that name."""
    cut = _cut(since, until)
    whole, days = _whole(PayeeTotal, cut).add_columns(PayeeTotal.payee), _days(cut)
    named = None if days is None else days.add_columns(Line.payee)
    return _with(whole, named).subquery("flows")


def flows_by_tag(moved: Subquery, since: date, until: date) -> Subquery:
    """Return the rows of `moved`, some `flows` of [since, until), once for each of their tags.

    The column tag_id is null for what has none. Only what has a tag is read line by line.
    """
    dated = (TransactionTag.booked_on >= since) & (TransactionTag.booked_on < until)
    has_tag = Line.transaction_id.in_(select(TransactionTag.transaction_id).where(dated))
    taken, once = _lines(-1).where(has_tag), _lines(1).add_columns(TransactionTag.tag_id)
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


def _lines(sign: int | ColumnElement[int]) -> Rows:
    """Return every line as a row of `flows`, or with the sign -1 as what takes it away."""
    amount = Line.amount * sign
    return select(
        month_of(Line.booked_on), Line.account_id, Line.category_id,
        case((Line.amount > 0, amount), else_=0).label("incoming"),
        case((Line.amount <= 0, -amount), else_=0).label("outgoing"),
        cast(sign, BigInteger).label("entries"),
    ).where(Line.transfer_id.is_(None))  # fmt: skip


def _cut(since: date, until: date) -> Cut:
    """Return the whole months to sum up for a period, and the days to read beside them."""
    first, end = since.replace(day=1), _end(until)
    second, last = months_before(first, -1), months_before(end, 1)
    outside = (end - first) - (until - since)
    if first == last and _is_less(since, until, than=outside):
        return Cut(first, first, ((since, until),))
    days = [(first, since), (until, end)]
    if first < last and _is_less(since, second, than=since - first):
        first, days[0] = second, (since, second)
    if first < last and _is_less(last, until, than=end - until):
        end, days[1] = last, (last, until)
    return Cut(first, end, tuple(each for each in days if each[0] < each[1]))


def _is_less(since: date, until: date, *, than: timedelta) -> bool:
    """Return whether the days are fewer; of a month that is not over, few are booked to come."""
    is_over = _end(until) <= date.today()  # noqa: DTZ011 - a day off costs time, not a cent
    return is_over and until - since < than


def _whole(total: type[MonthTotal | PayeeTotal], cut: Cut) -> Rows:
    category_id = func.nullif(total.category_id, NO_CATEGORY).label("category_id")
    return select(
        total.month, total.account_id, category_id, total.incoming, total.outgoing, total.entries
    ).where(total.month >= cut.since, total.month < cut.until)


def _days(cut: Cut) -> Rows | None:
    """Return the lines of single days, as what the whole months lack or have too much."""
    if not cut.days:
        return None
    is_too_much = _between(Line.booked_on, cut.since, cut.until)
    lines = _lines(case((is_too_much, -1), else_=1))
    return lines.where(or_(*(_between(Line.booked_on, *days) for days in cut.days)))


def _between(day: SQLCoreOperations[date], since: date, until: date) -> ColumnElement[bool]:
    return (day >= since) & (day < until)


def _with(whole: Rows, days: Rows | None) -> Rows | CompoundSelect[Any]:
    return whole if days is None else union_all(whole, _summed(days.subquery("days")))


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
