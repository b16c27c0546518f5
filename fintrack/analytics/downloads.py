"""What stands behind a chart, as CSV: decimals as machines read them, text that no sheet runs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pandas as pd

from fintrack.analytics.anomalies import anomalies
from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.comparisons import comparison, savings, year_over_year
from fintrack.analytics.daily_spending import daily_spending
from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.analytics.forecast import forecast
from fintrack.analytics.money_flow import money_flow
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.net_worth_change import net_worth_change
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import DAY, Interval, Period, previous, today_of
from fintrack.analytics.pivots import pivot, with_totals
from fintrack.analytics.spending import income, spending
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput, NotFound
from fintrack.ledger.exports import frame_csv

MOST_PAYEES = MOST_ANOMALIES = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What a chart was asked: the half-open period, and what only some charts need."""

    since: date
    until: date
    interval: Interval
    parent_id: UUID | None
    owner_id: UUID | None
    by: Dimension
    columns: Dimension
    earlier: Period | None


def chart_csv(context: TenantContext, payload: Mapping[str, Any]) -> Iterator[bytes]:
    """Return the rows behind the chart that `payload` names, with a header, as UTF-8.

    `payload` holds "chart" (a key of `CHARTS`), "since" and "until" as ISO dates and, where the
    chart takes them, "interval", "parent", "owner", "by", "columns" and "earlier", the first day of
    an earlier period and the one after it with a "/" between them.

    Raises:
        NotFound: there is no such chart.
        InvalidInput: a value is not of its kind.
    """
    ask = CHARTS.get(str(payload.get("chart")))
    if ask is None:
        raise NotFound("There is no such chart.")
    return iter([frame_csv(ask(context, _question(payload)))])


CHARTS: Mapping[str, Callable[[TenantContext, Question], pd.DataFrame]] = MappingProxyType(
    {
        "net-worth": lambda context, asked: net_worth(
            context, asked.since, asked.until, asked.interval
        ),
        "net-worth-change": lambda context, asked: net_worth_change(
            context, asked.since, asked.until
        ),
        "balances": lambda context, asked: balances(context, asked.until - DAY),
        "cash-flow": lambda context, asked: cash_flow(context, asked.since, asked.until),
        "spending": lambda context, asked: spending(
            context, asked.since, asked.until, asked.parent_id
        ),
        "income": lambda context, asked: income(context, asked.since, asked.until, asked.parent_id),
        "breakdown": lambda context, asked: breakdown(
            context, asked.since, asked.until, asked.by, owner_id=asked.owner_id
        ),
        "comparison": lambda context, asked: comparison(
            context, period := Period(asked.since, asked.until), asked.earlier or previous(period)
        ),
        "year-over-year": lambda context, asked: year_over_year(context, asked.since, asked.until),
        "savings": lambda context, asked: savings(context, asked.since, asked.until),
        "daily-spending": lambda context, asked: daily_spending(context, asked.since, asked.until),
        "money-flow": lambda context, asked: money_flow(context, asked.since, asked.until),
        "forecast": lambda context, _asked: forecast(context, today_of(context)).days,
        "anomalies": lambda context, asked: anomalies(
            context, asked.since, asked.until, MOST_ANOMALIES
        ),
        "pivot": lambda context, asked: with_totals(
            pivot(context, asked.since, asked.until, asked.by, asked.columns)
        ),
        "payees": lambda context, asked: top_payees(context, asked.since, asked.until, MOST_PAYEES),
    }
)


def _question(payload: Mapping[str, Any]) -> Question:
    try:
        period = _period(payload["since"], payload["until"])
        return Question(
            period.since,
            period.until,
            Interval(payload.get("interval", Interval.MONTH)),
            _id(payload.get("parent")),
            _id(payload.get("owner")),
            Dimension(payload.get("by", Dimension.CATEGORY)),
            Dimension(payload.get("columns", Dimension.MONTH)),
            _earlier(payload),
        )
    except (KeyError, ValueError) as error:
        raise InvalidInput("This download has no period or a wrong one. Open it again.") from error


def _id(value: object) -> UUID | None:
    return UUID(str(value)) if value else None


def _period(since: object, until: object) -> Period:
    return Period(date.fromisoformat(str(since)), date.fromisoformat(str(until)))


def _earlier(payload: Mapping[str, Any]) -> Period | None:
    if "earlier" not in payload:
        return None
    since, until = str(payload["earlier"]).split("/")
    return _period(since, until)
