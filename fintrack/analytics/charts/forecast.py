"""The chart of a forecast: what was, what is expected, and the band around it."""

from datetime import date

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from fintrack.analytics.axes import day_axis
from fintrack.analytics.charts.drawing import (
    HEIGHT,
    HOVER,
    Style,
    chart,
    faint,
    floats,
    money_axis,
    of_currency,
    points,
)
from fintrack.money import spoken_locale


def forecast_chart(past: pd.DataFrame, days: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `NET_WORTH` by day up to today, then `FORECAST` with its band; keys are past dates."""
    rows, ahead = of_currency(past, style), of_currency(days, style)
    accent = style.palette.accent
    was, likely = rows["net"].tolist(), ahead["balance"].tolist()
    before, after = _dates(rows), _dates(ahead)
    band = {
        "type": "scatter",
        "x": [day.isoformat() for day in (*after, *reversed(after))],
        "y": floats([*ahead["high"], *reversed(ahead["low"].tolist())], style),
        "fill": "toself",
        "fillcolor": faint(accent, 0.22),
        "mode": "none",
        "hoverinfo": "skip",
        "name": "8 of 10",
    }
    line = {"color": accent, "width": 2.5}
    keys = [day.isoformat() for day in before]
    so_far = {**_line(before, was, keys, style), "name": "So far", "line": line}
    dotted, keyless = {**line, "dash": "dot"}, [None] * len(after)
    expected = {**_line(after, likely, keyless, style), "name": "Expected", "line": dotted}
    shown = [*was, *likely, *ahead["low"], *ahead["high"]]
    return chart(
        [band, so_far, expected],
        style,
        {"type": "date", **day_axis([*before, *after], style.locale)},
        # The band matters, not how far the balance is from nothing.
        money_axis(shown, style, zero=False),
        hovermode="x",
        height=HEIGHT,
    )


def _dates(rows: pd.DataFrame) -> list[date]:
    return [day.date() for day in rows["on"]]


def _line(
    days: list[date], amounts: list[int], keys: list[str] | list[None], style: Style
) -> dict[str, object]:
    labels = [format_date(day, "medium", spoken_locale(style.locale)) for day in days]
    return {
        "type": "scatter",
        "x": [day.isoformat() for day in days],
        "y": floats(amounts, style),
        "mode": "lines+markers",
        # Nobody sees the points of a line, but only points can be clicked.
        "marker": {"size": 10, "opacity": 0},
        "customdata": points(keys, labels, amounts, style),
        "hovertemplate": HOVER,
    }
