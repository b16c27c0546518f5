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
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.analytics.periods import months_before
from fintrack.cache import built_once
from fintrack.derived_schema import NO_CATEGORY, Line, MonthTotal, PayeeTotal
from fintrack.schema import Posting, Transaction, TransactionTag

Rows = Select[*tuple[Any, ...]]
Total = type[MonthTotal] | type[PayeeTotal]
Lines = type[Line] | type[Transaction] | type[Posting]


@dataclass(frozen=True, slots=True)
class Days:
    """Days [since, until) of one month: what the whole months lack (1) or have too much (-1)."""

    since: date
    until: date
    sign: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The whole months [since, until), and the days by which a period differs from them."""

    since: date
    until: date
    days: tuple[Days, ...]


@built_once
def flows(since: date, until: date, account_id: UUID | None = None) -> Subquery:
    """Return what moved in [since, until), transfers aside; with `account_id` on that account.

    Columns: month, account_id, category_id, incoming and outgoing (both positive), entries (how
    many amounts). Several rows may share a key, and some take from others: sum them.
    """
    return _flows(MonthTotal, since, until, account_id)


@built_once
def flows_by_payee(since: date, until: date) -> Subquery:
    """Return the rows of `flows`, taken apart by payee in a column of that name."""
    return _flows(PayeeTotal, since, until)


def flows_by_day(since: date, until: date) -> Subquery:
    """Return every amount of [since, until), transfers aside: booked_on and currency beside it."""
    rows = select(Line.booked_on, Line.currency, Line.category_id, *_moved(Line, 1))
    dated = rows.where(Line.booked_on >= since, Line.booked_on < until)
    return dated.where(Line.transfer_id.is_(None)).subquery("flows")


def flows_by_tag(moved: Subquery, since: date, until: date) -> Subquery:
    """Return the rows of `moved`, some `flows` of [since, until), once for each of their tags.

    The column tag_id is null for what has none. Only what has a tag is read line by line.
    """
    named = "payee" in moved.c
    parts = [select(*moved.c, cast(null(), Uuid).label("tag_id"))]
    for table in (Transaction, Posting):
        parts += _tagged(table, since, until, named=named)
    return union_all(*parts).subquery("flows")


def _tagged(
    table: type[Transaction | Posting], since: date, until: date, *, named: bool
) -> tuple[Rows, Rows]:
    """Return what has a tag as what takes it from `flows`, and once for each of its tags."""
    worn = TransactionTag
    dated = (worn.booked_on >= since) & (worn.booked_on < until)
    tagged = select(worn.transaction_id, worn.booked_on).where(dated)
    taken = tagged.distinct().add_columns(cast(null(), Uuid).label("tag_id"))
    once = tagged.add_columns(worn.tag_id)
    return _lines_of(taken, table, -1, named=named), _lines_of(once, table, 1, named=named)


def _lines_of(tagged: Rows, table: type[Transaction | Posting], sign: int, *, named: bool) -> Rows:
    """Return the lines of each of `tagged`, looked up by its day and id one after the other.

    Where PostgreSQL knows nothing of the tenant it expects a single line, and would read all of
    them for each tag: the offset keeps it from that, and the day leads to the index with the line.
    """
    each = tagged.subquery()
    transaction_id = Transaction.id if table is Transaction else Posting.transaction_id
    lines = _lines(table, sign).add_columns(*((table.payee,) if named else ()))
    lines = lines.where(
        transaction_id == each.c.transaction_id, table.booked_on == each.c.booked_on
    )
    line = lines.offset(literal_column("0")).lateral()
    return select(*line.c, each.c.tag_id).join_from(each, line, true())


def month_of(day: SQLCoreOperations[date]) -> Label[date]:
    """Return the first day of the month of `day`, as "month"."""
    # Cast to a timestamp without zone: the zone of the connection must not move a day.
    return cast(func.date_trunc("month", cast(day, DateTime)), Date).label("month")


def _flows(total: Total, since: date, until: date, account_id: UUID | None = None) -> Subquery:
    cut = _cut(since, until)
    parts = [_whole(total, cut, account_id)]
    for days in cut.days:
        parts += [_days(total, table, days, account_id) for table in (Transaction, Posting)]
    return union_all(*parts).subquery("flows")


def _lines(table: type[Transaction | Posting], sign: int) -> Rows:
    """Return every line as a row of `flows`, or with the sign -1 as what takes it away."""
    columns = (month_of(table.booked_on), table.account_id, table.category_id)
    return _flowing(table, select(*columns, *_moved(table, sign)))


def _flowing(table: type[Transaction | Posting], rows: Rows) -> Rows:
    """Leave out transfers, and of a split the whole, whose lines stand in the other table."""
    if table is Posting:
        return rows
    return rows.where(~Transaction.is_split, Transaction.transfer_id.is_(None))


def _moved(table: Lines, sign: int) -> list[Label[int]]:
    amount = table.amount * sign
    return [
        case((table.amount > 0, amount), else_=0).label("incoming"),
        case((table.amount <= 0, -amount), else_=0).label("outgoing"),
        cast(sign, BigInteger).label("entries"),
    ]


def _cut(since: date, until: date) -> Cut:
    """Return the whole months to sum up for a period, and the days to read beside them."""
    first, end = since.replace(day=1), _end(until)
    second, last = months_before(first, -1), months_before(end, 1)
    outside = (end - first) - (until - since)
    if first == last and _is_less(since, until, than=outside):
        return Cut(first, first, (Days(since, until, 1),))
    days = [Days(first, since, -1), Days(until, end, -1)]
    if first < last and _is_less(since, second, than=since - first):
        first, days[0] = second, Days(since, second, 1)
    if first < last and _is_less(last, until, than=end - until):
        end, days[1] = last, Days(last, until, 1)
    return Cut(first, end, tuple(each for each in days if each.since < each.until))


def _is_less(since: date, until: date, *, than: timedelta) -> bool:
    """Return whether the days are fewer; of a month that is not over, few are booked to come."""
    is_over = _end(until) <= date.today()  # noqa: DTZ011 - a day off costs time, not a cent
    return is_over and until - since < than


def _whole(total: Total, cut: Cut, account_id: UUID | None) -> Rows:
    category_id = func.nullif(total.category_id, NO_CATEGORY).label("category_id")
    named = (PayeeTotal.payee,) if total is PayeeTotal else ()
    sums = (total.incoming, total.outgoing, total.entries)
    rows = select(total.month, total.account_id, category_id, *sums, *named)
    rows = rows.where(total.month >= cut.since, total.month < cut.until)
    return rows if account_id is None else rows.where(total.account_id == account_id)


def _days(
    total: Total, table: type[Transaction | Posting], days: Days, account_id: UUID | None
) -> Rows:
    """Return one row for each key, so that what follows does not grow with a busy day's lines."""
    keys = (table.account_id, table.category_id)
    named = (table.payee,) if total is PayeeTotal else ()
    sums = [cast(func.sum(each), BigInteger).label(each.name) for each in _moved(table, days.sign)]
    # A literal: to cut the month out of each day takes longer than to read the row.
    month = literal(days.since.replace(day=1)).label("month")
    rows = select(month, *keys, *sums, *named).group_by(*keys, *named)
    rows = rows.where(table.booked_on >= days.since, table.booked_on < days.until)
    rows = _flowing(table, rows)
    return rows if account_id is None else rows.where(table.account_id == account_id)


def _end(until: date) -> date:
    return until if until.day == 1 else months_before(until.replace(day=1), -1)
