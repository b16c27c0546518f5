"""Daily spending: what each day of at most a year cost, and the years that have any."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import func, select

from fintrack.analytics.cash_flow import EXPENSE, amount, kinds_of_categories
from fintrack.analytics.flows import flows_by_day
from fintrack.analytics.periods import LONGEST_YEAR, require_days
from fintrack.cache import kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.derived_schema import AccountTotal
from fintrack.frames import Shape, read_frame

DAILY_SPENDING: Shape = {"on": "datetime64[s]", "currency": "str", "amount": "int64"}


@kept
def booked_years(context: TenantContext) -> tuple[int, ...]:
    """Return the first and the last year in which something moved; nothing where nothing did."""
    context.require(Permission.READ)
    statement = select(func.min(AccountTotal.month), func.max(AccountTotal.month))
    with tenant_transaction(context) as db:
        months: Sequence[date | None] = db.execute(statement).one()
    return tuple(month.year for month in months if month)


@kept
def daily_spending(context: TenantContext, since: date, until: date) -> pd.DataFrame:
    """Return what each day of [since, until) cost, by day and currency: `DAILY_SPENDING`.

    Spending is that of `spending`: positive, lowered by refunds, without transfers. Days on which
    nothing was left of it have no row. Every amount of the period is read, so it is a year at most.

    Raises:
        InvalidInput: the period is longer.
    """
    context.require(Permission.READ)
    require_days(since, until, LONGEST_YEAR)
    moved, kinds = flows_by_day(since, until), kinds_of_categories()
    spent = amount(EXPENSE, moved, kinds)
    statement = (
        select(moved.c.booked_on, moved.c.currency, spent)
        .outerjoin(kinds, kinds.c.id == moved.c.category_id)
        .group_by(moved.c.booked_on, moved.c.currency)
        .having(spent != 0)
        .order_by(moved.c.booked_on, moved.c.currency)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, DAILY_SPENDING)
