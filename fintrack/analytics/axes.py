"""Axes: the days and amounts written beside a chart, so few that a phone has room for them."""

from collections.abc import Sequence
from datetime import date
from itertools import count, pairwise

from babel.dates import format_date, format_skeleton

from fintrack.money import short_money, spoken_locale

MOST_NAMES = 5
MOST_STEPS = 5
YEAR = 366

Names = dict[str, object]


def month_axis(months: Sequence[date], locale: str) -> Names:
    """Return the ticks of an axis of months; the year stands beneath its first one."""
    stride = max(1, -(-len(months) // MOST_NAMES))
    shown = months[::-1][::stride][::-1]
    names = [format_date(month, "LLL", spoken_locale(locale)) for month in shown]
    new_years = [True, *(before.year != month.year for before, month in pairwise(shown))]
    return _ticks(
        shown,
        [
            f"{name}<br>{month.year}" if is_new else name
            for month, name, is_new in zip(shown, names, new_years, strict=False)
        ],
    )


def day_axis(days: Sequence[date], locale: str) -> Names:
    """Return the ticks of an axis of days, the oldest first, that may lie unevenly."""
    shown = list(days[-1:])
    for day in reversed(days):
        if (shown[-1] - day) * MOST_NAMES >= days[-1] - days[0] and day < shown[-1]:
            shown.append(day)
    skeleton = "yMMM" if days and (days[-1] - days[0]).days >= YEAR else "MMMd"
    spoken = spoken_locale(locale)
    return _ticks(shown, [format_skeleton(skeleton, day, locale=spoken) for day in shown])


def money_marks(
    amounts: Sequence[int], currency: str, locale: str, *, zero: bool = True
) -> dict[int, str]:
    """Return round amounts in minor units around all of `amounts`, with their names.

    `zero` is among them, unless only the course of a line matters.
    """
    shown = [0, *amounts] if zero or not amounts else amounts
    low, high = int(min(shown)), int(max(shown))
    step = _round_step(high - low)
    marks = range(low // step * step, -(-high // step) * step + 1, step)
    return {mark: short_money(mark, currency, locale) for mark in marks}


def _ticks(days: Sequence[date], names: Sequence[str]) -> Names:
    return {"tickvals": [day.isoformat() for day in days], "ticktext": names, "tickangle": 0}


def _round_step(span: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50 … that divides the span into a few steps."""
    steps = (size * int(10**power) for power in count() for size in (1, 2, 5))
    return next(step for step in steps if span <= step * MOST_STEPS)
