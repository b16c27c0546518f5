"""Charts of comparisons: the frames' figures, and where their points lead."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import pytest

from fintrack.analytics.cash_flow import EXPENSE, INCOME
from fintrack.analytics.charts.comparison import change_chart, percent, savings_chart, year_chart
from fintrack.analytics.charts.drawing import Style, alt_text
from fintrack.analytics.comparisons import COMPARISON, SAVINGS, YEAR_OVER_YEAR
from fintrack.frames import Shape, frame
from tests.analytics.test_charts import EUR

MARCH, APRIL = pd.Timestamp("2026-03-01"), pd.Timestamp("2026-04-01")


def test_changes_of_one_kind_are_drawn_with_the_largest_growth_first() -> None:
    rows = [
        ("EXPENSE", "a", "Food", "EUR", 100, 900, -800),
        ("EXPENSE", "b", "Fun", "EUR", 500, 200, 300),
        ("EXPENSE", "c", "Rent", "EUR", 500, 500, 0),
        ("INCOME", "d", "Wages", "EUR", 50, 0, 50),
        ("EXPENSE", "e", "Food", "USD", 9, 0, 9),
    ]
    (trace,) = change_chart(frame(rows, COMPARISON), EUR, EXPENSE).data
    assert list(trace.x) == [3.0, -8.0]
    assert trace.customdata[0] == ["b", "Fun", "€3.00"]
    (earned,) = change_chart(frame(rows, COMPARISON), EUR, INCOME).data
    assert list(earned.x) == [0.5]


def test_each_of_two_years_leads_to_its_own_months() -> None:
    rows = [(MARCH, "EUR", 100, 200, 300, 400)]
    figure = year_chart(frame(rows, YEAR_OVER_YEAR), EUR, "outflow")
    before, now = figure.data
    assert before.customdata == (["2025-03-01", "March 2025", "€4.00"],)
    assert now.customdata == (["2026-03-01", "March 2026", "€3.00"],)
    assert list(before.x) == list(now.x)
    # Of all bars of a month the browser would tell the first alone.
    assert figure.layout.hovermode == "closest"
    income = year_chart(frame(rows, YEAR_OVER_YEAR), EUR, "inflow").data
    assert [list(each.y) for each in income] == [[2.0], [1.0]]


def test_no_share_is_drawn_beneath_the_lowest_but_it_is_said() -> None:
    rows = [(MARCH, "EUR", 100, 900, -800, -8000), (APRIL, "EUR", 0, 5, -5, None)]
    figure = savings_chart(frame(rows, SAVINGS), EUR)
    assert list(figure.data[0].y) == [-100.0, 0.0]
    assert alt_text("Rate", figure) == "Rate. Kept: March 2026 −800%, April 2026 no income."
    assert figure.layout.yaxis.ticktext[0] == "−100%"


@pytest.mark.parametrize(
    ("share", "locale", "text"),
    [(23.4, "en", "23.4%"), (25.0, "en", "25%"), (-0.5, "de-DE", "−0,5\xa0%")],
)
def test_a_share_is_written_as_the_language_does(share: float, locale: str, text: str) -> None:
    assert percent(share, locale) == text


@pytest.mark.parametrize(
    ("draw", "shape"),
    [
        (lambda rows, style: change_chart(rows, style, EXPENSE), COMPARISON),
        (lambda rows, style: year_chart(rows, style, "inflow"), YEAR_OVER_YEAR),
        (savings_chart, SAVINGS),
    ],
)
def test_a_comparison_of_nothing_is_drawn(
    draw: Callable[[pd.DataFrame, Style], go.Figure], shape: Shape
) -> None:
    assert all(len(trace.x) == 0 for trace in draw(frame([], shape), EUR).data)
