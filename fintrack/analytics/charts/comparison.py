"""Charts of comparisons: what changed, a year beside the last one, what was kept of the income."""

from collections.abc import Sequence
from math import ceil, floor

import pandas as pd
import plotly.graph_objects as go
from babel.numbers import format_percent

from fintrack.analytics.axes import MOST_STEPS, month_axis
from fintrack.analytics.charts.drawing import (
    HEIGHT,
    HOVER,
    MOST_BARS,
    Bars,
    Style,
    category_colours,
    chart,
    faint,
    money_axis,
    month_text,
    monthly,
    of_currency,
    row_chart,
)
from fintrack.analytics.periods import months_before
from fintrack.money import MINUS, spoken_locale

YEAR = 12
LOWEST = -100.0
NO_INCOME = "no income"
WAYS = {"inflow": "Income", "outflow": "Expenses"}


def change_chart(frame: pd.DataFrame, style: Style, kind: str) -> go.Figure:
    """Draw the largest changes of one kind of `COMPARISON`, more at the right; keys are ids."""
    rows = of_currency(frame, style)
    rows = rows[(rows["kind"] == kind) & (rows["change"] != 0)].head(MOST_BARS)
    columns = {"category_id": "key", "category": "label"}
    table = rows.drop(columns="amount").rename(columns={**columns, "change": "amount"})
    table = table.sort_values("amount", ascending=False, kind="stable", ignore_index=True)
    colours = category_colours(table["key"].tolist(), style)
    return row_chart(table, style, Bars("amount", "Change", colours))


def year_chart(frame: pd.DataFrame, style: Style, way: str) -> go.Figure:
    """Draw "inflow" or "outflow" of `YEAR_OVER_YEAR`, each month after that of the year before.

    Keys are the first days of the months, each of its own year.
    """
    rows, palette = of_currency(frame, style), style.palette
    months = [day.date() for day in rows["month"]]
    now, before = rows[way].tolist(), rows[f"{way}_before"].tolist()
    earlier = [months_before(month, YEAR) for month in months]
    traces = [
        {
            **monthly(earlier, before, style, "A year before"),
            "marker": {"color": faint(palette.muted, 0.45)},
        },
        {
            **monthly(months, now, style, WAYS[way]),
            "marker": {"color": palette.inflow if way == "inflow" else palette.outflow},
        },
    ]
    beside = {"x": [month.isoformat() for month in months], "hovertemplate": HOVER}
    return chart(
        [{"type": "bar", **trace, **beside} for trace in traces],
        style,
        {"type": "category", **month_axis(months, style.locale)},
        money_axis([*now, *before], style),
        bargap=0.35,
        # A click on a month of both would be told as one on the first bar.
        hovermode="closest",
        height=HEIGHT,
    )


def savings_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw which share of its income each month of `SAVINGS` kept; keys are months.

    Months without income have no bar, but words; no bar goes below −100 %, though its words say how
    far.
    """
    rows, palette = of_currency(frame, style), style.palette
    months = [day.date() for day in rows["month"]]
    shares = [None if pd.isna(share) else int(share) / 10 for share in rows["per_mille"]]
    shown = [max(share or 0.0, LOWEST) for share in shares]
    bars = {
        "type": "bar",
        "x": [month.isoformat() for month in months],
        "y": shown,
        "name": "Kept",
        "marker": {"color": palette.accent},
        "customdata": [
            [month.isoformat(), month_text(month, style), _kept(share, style.locale)]
            for month, share in zip(months, shares, strict=True)
        ],
        "hovertemplate": "%{customdata[2]}",
    }
    return chart(
        [bars],
        style,
        {"type": "category", **month_axis(months, style.locale)},
        _percent_axis(shown, style),
        bargap=max(0.4, 1 - len(months) / 10),
        hovermode="x unified",
        height=HEIGHT,
        showlegend=False,
    )


def percent(hundredths: float, locale: str) -> str:
    """Return a share as the locale writes it, with one decimal where it has one: 23.4%."""
    spoken = spoken_locale(locale)
    pattern = spoken.percent_formats[None].pattern.replace("0", "0.#", 1)
    text = format_percent(hundredths / 100, pattern, locale=spoken)
    return text.replace("-", MINUS)


def _kept(share: float | None, locale: str) -> str:
    return NO_INCOME if share is None else percent(share, locale)


def _percent_axis(shares: Sequence[float], style: Style) -> dict[str, object]:
    low, high = min([0.0, *shares]), max([0.0, *shares])
    step = next(step for step in (5, 10, 25, 50) if high - low <= step * MOST_STEPS)
    marks = list(range(floor(low / step) * step, ceil(high / step) * step + 1, step))
    names = [percent(mark, style.locale) for mark in marks]
    return {"tickvals": marks, "ticktext": names, "range": [marks[0] - 0.2, marks[-1] + 0.2]}
