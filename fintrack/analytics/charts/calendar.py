"""The calendar of a year, a square a day, the darker the dearer."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import quantiles

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date, get_day_names

from fintrack.analytics.charts.drawing import (
    HOVER,
    Style,
    chart,
    faint,
    of_currency,
    points,
    written,
)
from fintrack.money import spoken_locale

SHADES = (0.25, 0.45, 0.7, 1.0)
WEEK, SIDE, HEIGHT = 7, 0.86, 220
NOTHING = 0.35


def calendar_chart(frame: pd.DataFrame, style: Style, year: int) -> go.Figure:
    """Draw `DAILY_SPENDING` of a year, a column a week; keys are dates, the dearest day first.

    A day has one of four shades, each of which a quarter of the days with spending has.
    """
    rows = of_currency(frame, style)
    spent = {day.date(): int(cost) for day, cost in zip(rows["on"], rows["amount"], strict=True)}
    days = sorted(_days(year), key=lambda day: -spent.get(day, 0))
    amounts = [spent.get(day, 0) for day in days]
    spoken = spoken_locale(style.locale)
    labels = [format_date(day, "medium", spoken) for day in days]
    first = date(year, 1, 1)
    start = first - timedelta((first.weekday() - spoken.first_week_day) % WEEK)
    squares = {
        "type": "bar",
        "x": [(day - start).days // WEEK for day in days],
        "y": [SIDE] * len(days),
        "base": [WEEK - 1 - (day - start).days % WEEK for day in days],
        "width": SIDE,
        "name": "Spent",
        "marker": {"color": _colours(amounts, style)},
        "customdata": points([day.isoformat() for day in days], labels, amounts, style),
        "hovertemplate": HOVER,
    }
    return chart(
        [squares],
        style,
        _week_axis(year, start, style),
        {**_weekday_axis(style), "showgrid": False, "zeroline": False},
        height=HEIGHT,
        hovermode="closest",
        showlegend=False,
        barcornerradius=2,
    )


def shade_bounds(frame: pd.DataFrame, style: Style) -> list[str]:
    """Return the dearest day of each shade of `DAILY_SPENDING`, written, from faint to strong."""
    costs = [int(cost) for cost in of_currency(frame, style)["amount"] if cost > 0]
    return written([*map(int, _steps(costs)), max(costs)], style) if costs else []


def _days(year: int) -> list[date]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return [first + timedelta(number) for number in range((last - first).days + 1)]


def _colours(amounts: Sequence[int], style: Style) -> list[str]:
    costs = [amount for amount in amounts if amount > 0]
    steps = _steps(costs)
    nothing = faint(style.palette.muted, NOTHING * SHADES[0])
    return [
        faint(style.palette.outflow, SHADES[bisect_left(steps, amount)]) if amount > 0 else nothing
        for amount in amounts
    ]


def _steps(costs: Sequence[int]) -> list[float]:
    """Return the three amounts up to which the first three shades go; none of a single day."""
    return quantiles(costs, n=len(SHADES), method="inclusive") if len(costs) > 1 else []


def _week_axis(year: int, start: date, style: Style) -> dict[str, object]:
    # Every other month, so that a phone has room for the names.
    months = [date(year, month, 1) for month in range(1, 13, 2)]
    spoken = spoken_locale(style.locale)
    return {
        "tickvals": [(month - start).days // WEEK for month in months],
        "ticktext": [format_date(month, "LLL", spoken) for month in months],
        "range": [-0.6, 53.6],
    }


def _weekday_axis(style: Style) -> dict[str, object]:
    spoken = spoken_locale(style.locale)
    names = get_day_names("abbreviated", locale=spoken)
    shown = [(spoken.first_week_day + row) % WEEK for row in range(WEEK)]
    places = [WEEK - 1 - row + SIDE / 2 for row in range(WEEK)]
    named = [names[day] for day in shown[::2]]
    return {"tickvals": places[::2], "ticktext": named, "range": [-0.1, WEEK]}
