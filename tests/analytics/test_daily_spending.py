"""Spending by day, and its calendar: against a ledger kept by hand."""

from datetime import date

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given

from fintrack.analytics.charts.calendar import calendar_chart, shade_bounds
from fintrack.analytics.charts.drawing import Style, alt_text
from fintrack.analytics.daily_spending import DAILY_SPENDING, daily_spending
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.frames import frame
from tests.analytics import by_hand
from tests.analytics.test_agreement import CASES, Book, book, without_zeros, written
from tests.analytics.test_charts import EUR, PALETTE


@CASES
@given(told=book())
def test_a_day_is_the_sum_of_its_amounts(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    rows = by_hand.parts(told.moves, "EXPENSE", told.since, told.until)
    expected = by_hand.sums(((each.on, each.purse.currency), cents) for each, _, cents in rows)
    found = daily_spending(context, told.since, told.until)
    days = [
        (day.date(), currency) for day, currency in zip(found["on"], found["currency"], strict=True)
    ]
    assert dict(zip(days, found["amount"], strict=True)) == without_zeros(expected)
    assert days == sorted(days)


def test_a_year_is_the_longest_period(ana: TenantContext) -> None:
    assert daily_spending(ana, date(2024, 1, 1), date(2025, 1, 1)).empty
    with pytest.raises(InvalidInput, match="at most 366 days"):
        daily_spending(ana, date(2024, 1, 1), date(2025, 1, 2))


def spent(*rows: tuple[str, int]) -> pd.DataFrame:
    return frame([(pd.Timestamp(day), "EUR", cost) for day, cost in rows], DAILY_SPENDING)


def placed(figure: go.Figure) -> dict[str, tuple[int, int]]:
    """Return where each day is drawn: its week, and its height in it."""
    (trace,) = figure.data
    places = zip(trace.customdata, trace.x, trace.base, strict=True)
    return {day[0]: (week, height) for day, week, height in places}


def test_every_day_of_the_year_has_its_place_and_leads_to_its_transactions() -> None:
    american = Style("EUR", "en-US", PALETTE)
    places = placed(calendar_chart(spent(("2026-03-05", 900)), american, 2026))
    assert len(places) == len(set(places.values())) == 365
    # In American weeks, 1 January 2026 is the fifth day of the first, the 4th begins the second.
    assert places["2026-01-01"] == (0, 2)
    assert places["2026-01-04"] == (1, 6)


def test_weeks_begin_as_the_language_has_them() -> None:
    german = Style("EUR", "de-DE", PALETTE)
    places = placed(calendar_chart(spent(), german, 2026))
    assert places["2026-01-05"] == (1, 6)


def test_the_dearer_a_day_the_darker_it_is() -> None:
    days = [(f"2026-03-{number:02}", number * 100) for number in range(1, 9)]
    (trace,) = calendar_chart(spent(*days, ("2026-03-20", -50)), EUR, 2026).data
    assert shade_bounds(spent(*days), EUR) == ["€2.75", "€4.50", "€6.25", "€8.00"]
    colours = list(dict.fromkeys(trace.marker.color))
    shares = [float(colour.rstrip(")").split(",")[-1]) for colour in colours]
    assert shares[:4] == [1.0, 0.7, 0.45, 0.25]
    assert len(colours) == 5
    assert [list(trace.marker.color).count(colour) for colour in colours[:4]] == [2, 2, 2, 2]


def test_the_dearest_days_are_heard_first() -> None:
    figure = calendar_chart(spent(("2026-03-05", 900), ("2026-05-06", 1_000)), EUR, 2026)
    words = alt_text("Dear", figure)
    assert words.startswith("Dear. Spent: May 6, 2026 €10.00, Mar 5, 2026 €9.00,")
