"""Comparisons: a period beside an earlier one, months beside those of last year, what was saved."""

from dataclasses import replace
from datetime import date
from enum import StrEnum

import pandas as pd

from fintrack.analytics.cash_flow import CASH_FLOW, cash_flow
from fintrack.analytics.periods import YEAR, Period, previous
from fintrack.analytics.statements import income_statement
from fintrack.cache import kept
from fintrack.context import TenantContext
from fintrack.frames import Shape

COMPARISON: Shape = {
    "kind": "str",
    "category_id": "str",
    "category": "str",
    "currency": "str",
    "amount": "int64",
    "before": "int64",
    "change": "int64",
}
YEAR_OVER_YEAR: Shape = {
    "month": "datetime64[s]",
    "currency": "str",
    "inflow": "int64",
    "inflow_before": "int64",
    "outflow": "int64",
    "outflow_before": "int64",
}
SAVINGS: Shape = {**CASH_FLOW, "saved": "int64", "per_mille": "Int64"}


class Against(StrEnum):
    """What a period is compared with."""

    BEFORE = "before"
    YEAR = "year"


def compared_with(period: Period, against: Against) -> Period:
    """Return the period before, or the same days of the year before."""
    return previous(period if against is Against.BEFORE else replace(period, months=YEAR))


def comparisons_of(period: Period) -> tuple[Against, ...]:
    """Return what the period can be compared with, but nothing twice under two names."""
    before, year = (compared_with(period, each) for each in (Against.BEFORE, Against.YEAR))
    return (Against.YEAR,) if before == year else (Against.BEFORE, Against.YEAR)


@kept
def comparison(context: TenantContext, period: Period, earlier: Period) -> pd.DataFrame:
    """Return what each category brought or cost in both periods, and the change: `COMPARISON`.

    Amounts are positive, as `income` and `spending` have them; change is amount less before. In
    each currency the largest change comes first.
    """
    now, before = (income_statement(context, each.since, each.until) for each in (period, earlier))
    both = pd.concat(
        [now.assign(before=0), before.assign(before=before["amount"], amount=0)], ignore_index=True
    )
    keys = ["kind", "category_id", "category", "currency"]
    sums = both.groupby(keys, sort=False, as_index=False)[["amount", "before"]].sum()
    sums = sums.assign(change=sums["amount"] - sums["before"])
    sums = sums.assign(size=sums["change"].abs())
    ordered = sums.sort_values(["currency", "size"], ascending=[True, False], kind="stable")
    return ordered[list(COMPARISON)].reset_index(drop=True).astype(COMPARISON)


@kept
def year_over_year(context: TenantContext, since: date, until: date) -> pd.DataFrame:
    """Return the flow of each month beside that of the same month a year before: `YEAR_OVER_YEAR`.

    Both as `cash_flow` has them, by month and currency. A month that [since, until) cuts is cut on
    the same days in both years.
    """
    earlier = compared_with(Period(since, until), Against.YEAR)
    now = cash_flow(context, since, until)
    before = cash_flow(context, earlier.since, earlier.until)
    before = before.assign(month=before["month"] + pd.DateOffset(months=YEAR))
    renamed = before.rename(columns={"inflow": "inflow_before", "outflow": "outflow_before"})
    # Where one year lacks a month, nothing moved in it; summed up, no amount becomes a float.
    years = [each.reindex(columns=list(YEAR_OVER_YEAR), fill_value=0) for each in (now, renamed)]
    sums = pd.concat(years).groupby(["month", "currency"], as_index=False).sum()
    return sums[list(YEAR_OVER_YEAR)].astype(YEAR_OVER_YEAR)


@kept
def savings(context: TenantContext, since: date, until: date) -> pd.DataFrame:
    """Return of each month what was kept of what came in: `SAVINGS`, the rows of `cash_flow`.

    Saved is inflow less outflow; `per_mille` is its share of the inflow, missing where nothing came
    in.
    """
    flow = cash_flow(context, since, until)
    saved = flow["inflow"] - flow["outflow"]
    shares = [share(*each) for each in zip(saved.tolist(), flow["inflow"].tolist(), strict=True)]
    return flow.assign(saved=saved, per_mille=pd.Series(shares, dtype="Int64"))


def kept_share(frame: pd.DataFrame, currency: str) -> int | None:
    """Return how many thousandths of all inflow of `SAVINGS` in the currency were kept."""
    rows = frame[frame["currency"] == currency]
    return share(int(rows["saved"].sum()), int(rows["inflow"].sum()))


def share(part: int, whole: int) -> int | None:
    """Return how many thousandths of the whole the part is, to the nearest; None of nothing."""
    return (2 * part * 1000 + whole) // (2 * whole) if whole > 0 else None
