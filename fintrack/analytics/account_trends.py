"""How the balance of each account went lately, in few points, for the small charts beside it."""

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import select

from fintrack.analytics.net_worth import balance_series
from fintrack.analytics.periods import DAY, Interval
from fintrack.cache import kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame

ACCOUNT_TRENDS: Shape = {"account_id": "str", "on": "datetime64[s]", "balance": "int64"}
SHOWN = timedelta(weeks=13)


@kept
def account_trends(context: TenantContext, today: date) -> pd.DataFrame:
    """Return each account's balance at the end of each of the last 13 weeks: `ACCOUNT_TRENDS`.

    In minor units of the account's currency, by account, then day; the last row is `today`'s.
    """
    context.require(Permission.READ)
    series = balance_series(today - SHOWN, today + DAY, Interval.WEEK)
    statement = select(series.c.account_id, series.c.on, series.c.balance).order_by(
        series.c.account_id, series.c.on
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, ACCOUNT_TRENDS)
