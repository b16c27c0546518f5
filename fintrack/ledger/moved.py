"""What moved on accounts until a day, from the kept totals: of whole months, then of single days.

So the balance of an account that has thirty years behind it is summed up from some hundred rows.
"""

from datetime import date

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Select,
    SQLColumnExpression,
    cast,
    func,
    select,
    union_all,
)

from fintrack.derived_schema import AccountTotal, DayTotal
from fintrack.schema import Account


def moved_through(day: date | SQLColumnExpression[date | None]) -> ColumnElement[int]:
    """Return what moved until the end of the day on the account of the query that this stands in.

    Transfers count, the opening balance does not.
    """
    last = cast(day, Date)
    first = cast(func.date_trunc("month", cast(last, DateTime)), Date)
    days = select(func.sum(DayTotal.amount)).where(
        DayTotal.tenant_id == Account.tenant_id,
        DayTotal.account_id == Account.id,
        DayTotal.booked_on.between(first, last),
    )
    of_days = days.correlate_except(DayTotal).scalar_subquery()
    return _of_months(_months().where(AccountTotal.month < first)) + func.coalesce(of_days, 0)


def moved_in_all() -> ColumnElement[int]:
    """Return all that ever moved, or will, on the account of the query that this stands in."""
    return _of_months(_months())


def moves(days_from: date, until: date) -> CompoundSelect[tuple[object, date, int]]:
    """Return account_id, on and amount of all that moved before `until`.

    It is one row a month, on its first day, before the month of `days_from`, and one a day then.
    """
    month = days_from.replace(day=1)
    months = select(
        AccountTotal.account_id, AccountTotal.month.label("on"), AccountTotal.amount
    ).where(AccountTotal.month < month)
    # Accounts are few: each one's days are found at once, those of the months before not read.
    days = (
        select(DayTotal.account_id, DayTotal.booked_on, DayTotal.amount)
        .join(Account, Account.id == DayTotal.account_id)
        .where(DayTotal.booked_on >= month, DayTotal.booked_on < until)
    )
    return union_all(months, days)


def _months() -> Select[int]:
    return select(func.sum(AccountTotal.amount)).where(
        AccountTotal.tenant_id == Account.tenant_id, AccountTotal.account_id == Account.id
    )


def _of_months(months: Select[int]) -> ColumnElement[int]:
    """Deeper inside another question, the account is still the one that this stands in."""
    return func.coalesce(months.correlate_except(AccountTotal).scalar_subquery(), 0)
