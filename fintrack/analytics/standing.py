"""Standing: how one tenant stands today, and several of them together."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.net_worth import net_worth
from fintrack.analytics.periods import DAY, Interval
from fintrack.cache import kept
from fintrack.context import TenantContext

STANDING = {"currency": "str", "net_worth": "int64", "inflow": "int64", "outflow": "int64"}


@kept
def standing(context: TenantContext, today: date) -> pd.DataFrame:
    """Return net worth on `today` and what came in and went out this month so far: `STANDING`.

    One row a currency, by currency; only of accounts in sight.
    """
    until = today + DAY
    worth = net_worth(context, today, until, Interval.DAY).rename(columns={"net": "net_worth"})
    flow = cash_flow(context, today.replace(day=1), until)
    return together([worth, flow])


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the sums by currency of frames that have some of its columns each: `STANDING`."""
    rows = pd.concat([each.reindex(columns=list(STANDING)) for each in frames])
    sums = rows.groupby("currency", as_index=False)[["net_worth", "inflow", "outflow"]].sum()
    return sums.astype(STANDING)
