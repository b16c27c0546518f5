"""Daily spending: what each day of at most a year cost, and the years that have any."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import BigInteger, cast, func, or_, select

from fintrack.analytics.cash_flow import EXPENSE
from fintrack.analytics.periods import LONGEST_YEAR, require_days
from fintrack.cache import kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.derived_schema import AccountTotal, Line
from fintrack.frames import Shape, read_frame
from fintrack.schema import Category

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
    spent = cast(func.sum(-Line.amount), BigInteger)
    unnamed = Line.category_id.is_(None) & (Line.amount < 0)
    statement = (
        select(Line.booked_on, Line.currency, spent)
        .outerjoin(Category, Category.id == Line.category_id)
        .where(Line.booked_on >= since, Line.booked_on < until, Line.transfer_id.is_(None))
        .where(or_(Category.kind == EXPENSE, unnamed))
        .group_by(Line.booked_on, Line.currency)
        .having(spent != 0)
        .order_by(Line.booked_on, Line.currency)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, DAILY_SPENDING)
