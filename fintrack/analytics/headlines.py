"""Headlines: the few figures above the charts, each beside what it was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fintrack.analytics.overview import Overview

WAYS = ("inflow", "outflow")


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure in minor units, the one it is compared with, and its course until now."""

    amount: int
    before: int
    course: tuple[int, ...] = ()

    @property
    def change(self) -> int:
        """Return by how much the figure grew; negative when it fell."""
        return self.amount - self.before


@dataclass(frozen=True, slots=True)
class Headlines:
    """The figures of one currency; kept is inflow less outflow."""

    net_worth: Headline
    inflow: Headline
    outflow: Headline
    kept: Headline


def currencies(main: str, *frames: pd.DataFrame) -> tuple[str, ...]:
    """Return the currencies that occur in the frames, `main` first and always."""
    found = {str(currency) for each in frames for currency in each["currency"]}
    return (main, *sorted(found - {main}))


def archived_sums(accounts: pd.DataFrame) -> dict[str, int]:
    """Return what the archived ones of `ACCOUNT_TREND`, on one day, hold by currency, if any."""
    sums = accounts[accounts["is_archived"]].groupby("currency")["balance"].sum()
    return {str(currency): int(held) for currency, held in sums.items() if held}


def home_headlines(home: Overview, currency: str) -> Headlines:
    """Return net worth against the end of last month, flows against last month to the same day."""
    net = _course(home.net_worth, currency)
    months = _every_month(home.months, currency, home.net_worth)
    before = {way: sum(_of(home.last_month, currency, way)) for way in WAYS}
    return Headlines(
        Headline(_last(net), _last(net[:-1]), tuple(net)),
        *_flows(*(Headline(_last(months[way]), before[way], months[way]) for way in WAYS)),
    )


def period_headlines(
    currency: str,
    net_worth: tuple[pd.DataFrame, pd.DataFrame],
    cash_flow: tuple[pd.DataFrame, pd.DataFrame],
) -> Headlines:
    """Return the figures of a period beside those of the one it is compared with.

    Of each pair the first frame is the period's own, the second the earlier one's.
    """
    now, before = (_course(frame, currency) for frame in net_worth)
    flow, flow_before = (
        _every_month(flow, currency, worth)
        for flow, worth in zip(cash_flow, net_worth, strict=True)
    )
    return Headlines(
        Headline(_last(now), _last(before), tuple(now)),
        *_flows(*(Headline(sum(flow[way]), sum(flow_before[way]), flow[way]) for way in WAYS)),
    )


def _every_month(
    flow: pd.DataFrame, currency: str, net_worth: pd.DataFrame
) -> dict[str, tuple[int, ...]]:
    """Return both flows of all months, those of `net_worth` in which nothing moved among them."""
    months = _of(flow, currency, "month")
    shown = sorted({*months, *(day.replace(day=1) for day in net_worth["on"])})
    found = {way: dict(zip(months, _of(flow, currency, way), strict=True)) for way in WAYS}
    return {way: tuple(found[way].get(month, 0) for month in shown) for way in WAYS}


def _course(net_worth: pd.DataFrame, currency: str) -> list[int]:
    days, nets = (_of(net_worth, currency, column) for column in ("on", "net"))
    return [net for _, net in sorted(zip(days, nets, strict=True))]


def _of(frame: pd.DataFrame, currency: str, column: str) -> list[Any]:
    """Return the values of a column in one currency; frames this small are slower than lists."""
    rows = zip(frame["currency"], frame[column].tolist(), strict=True)
    return [value for held, value in rows if held == currency]


def _last(course: Sequence[int]) -> int:
    return int(course[-1]) if course else 0


def _flows(inflow: Headline, outflow: Headline) -> tuple[Headline, Headline, Headline]:
    course = tuple(came - went for came, went in zip(inflow.course, outflow.course, strict=False))
    kept = Headline(inflow.amount - outflow.amount, inflow.before - outflow.before, course)
    return inflow, outflow, kept
