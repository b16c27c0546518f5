"""Charts: the frames' figures, written as everywhere else, and nothing that runs."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
import pytest

from fintrack.analytics.cash_flow import CASH_FLOW
from fintrack.analytics.charts import drawing
from fintrack.analytics.charts.drawing import MOST_BARS, SPOKEN_POINTS, Palette, Style, alt_text
from fintrack.analytics.charts.overview import (
    balance_chart,
    breakdown_chart,
    cash_flow_chart,
    net_worth_chart,
    spending_chart,
    top_payees_chart,
)
from fintrack.analytics.dimensions import BREAKDOWN
from fintrack.analytics.net_worth import NET_WORTH
from fintrack.analytics.payees import TOP_PAYEES
from fintrack.analytics.periods import Period
from fintrack.analytics.spending import SPENDING
from fintrack.frames import Shape, frame

PALETTE = Palette(
    text="#0F172A",
    muted="#5B6679",
    grid="#E2E7EF",
    surface="#FFFFFF",
    inflow="#12A594",
    outflow="#E5597A",
    accent="#2F5BEA",
    categories=tuple(f"#{each:06X}" for each in range(1, 25)),
)
EUR = Style("EUR", "en", PALETTE)
BALANCE = {"on": "datetime64[s]", "currency": "str", "balance": "int64"}
FLOW = frame(
    [
        (pd.Timestamp("2025-12-01"), "EUR", 250_000, 180_050),
        (pd.Timestamp("2025-12-01"), "USD", 999_999, 1),
        (pd.Timestamp("2026-02-01"), "EUR", 260_000, 300_000),
    ],
    CASH_FLOW,
)


def spending(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Return a frame of key, name and amount in EUR."""
    return frame([(key, name, "", "EUR", amount) for key, name, amount in rows], SPENDING)


def test_cash_flow_shows_one_currency_and_every_month() -> None:
    income = cash_flow_chart(FLOW, EUR).data[0]
    assert list(income.x) == ["2025-12-01", "2026-01-01", "2026-02-01"]
    assert list(income.y) == [2500.0, 0.0, 2600.0]


def test_cash_flow_shows_the_whole_period_also_where_nothing_moved() -> None:
    period = Period(date(2025, 11, 15), date(2026, 3, 2))
    income = cash_flow_chart(FLOW, EUR, period).data[0]
    assert [income.x[0], income.x[-1]] == ["2025-11-01", "2026-03-01"]
    assert list(income.y) == [0.0, 2500.0, 0.0, 2600.0, 0.0]


def test_a_single_month_is_a_bar_and_no_block() -> None:
    assert cash_flow_chart(FLOW.tail(1), EUR).layout.bargap == 0.9


def test_days_that_lie_close_together_are_not_named_side_by_side() -> None:
    days = ["2026-01-01", "2026-01-20", "2026-01-21", "2026-01-22", "2026-01-31"]
    rows = [(pd.Timestamp(day), "EUR", 100) for day in days]
    axis = balance_chart(frame(rows, BALANCE), EUR).layout.xaxis
    assert set(axis.tickvals) == {"2026-01-31", "2026-01-22", "2026-01-01"}


def test_cash_flow_draws_outflow_beneath_the_line() -> None:
    expenses, net = cash_flow_chart(FLOW, EUR).data[1:]
    assert list(expenses.y) == [-1800.5, 0.0, -3000.0]
    assert list(net.y) == [699.5, 0.0, -400.0]


def test_a_colour_means_one_thing() -> None:
    income, expenses, net = cash_flow_chart(FLOW, EUR).data
    colours = (income.marker.color, expenses.marker.color, net.line.color)
    assert colours == (PALETTE.inflow, PALETTE.outflow, PALETTE.accent)


def test_a_month_leads_to_its_transactions() -> None:
    point = cash_flow_chart(FLOW, EUR).data[0].customdata[0]
    assert point == ["2025-12-01", "December 2025", "€2,500.00"]


def test_a_new_year_is_named_beneath_its_first_month() -> None:
    names = cash_flow_chart(FLOW, EUR).layout.xaxis.ticktext
    assert list(names) == ["Dec<br>2025", "Jan<br>2026", "Feb"]


def test_months_are_written_in_the_tenant_s_language() -> None:
    german = cash_flow_chart(FLOW, Style("EUR", "de-DE", PALETTE))
    assert german.data[0].customdata[0] == ["2025-12-01", "Dezember 2025", "2.500,00\xa0€"]


def test_net_worth_is_drawn_in_major_units() -> None:
    rows = [(pd.Timestamp("2026-01-31"), "KWD", 5_000, 0, 5_000)]
    figure = net_worth_chart(frame(rows, NET_WORTH), Style("KWD", "en", PALETTE))
    assert list(figure.data[0].y) == [5.0]


def test_a_line_is_clicked_at_points_that_nobody_sees() -> None:
    rows = [(pd.Timestamp(day), "EUR", 0, 0, 100) for day in ("2026-01-31", "2026-02-28")]
    (trace,) = net_worth_chart(frame(rows, NET_WORTH), EUR).data
    assert (trace.mode, trace.marker.opacity) == ("lines+markers", 0)
    assert [point[0] for point in trace.customdata] == ["2026-01-31", "2026-02-28"]


def test_a_single_balance_is_still_seen() -> None:
    rows = [(pd.Timestamp("2026-01-31"), "EUR", -4_200)]
    trace = balance_chart(frame(rows, BALANCE), EUR).data[0]
    assert (trace.mode, trace.customdata[0][2]) == ("markers", "−€42.00")


@pytest.mark.parametrize("low", [-7, 0, -123_456_789])
@pytest.mark.parametrize("high", [0, 1, 99, 250_000, 10**15])
def test_the_money_axis_holds_all_values_in_few_even_steps(low: int, high: int) -> None:
    rows = [(pd.Timestamp("2026-01-01"), "EUR", low), (pd.Timestamp("2026-02-01"), "EUR", high)]
    axis = balance_chart(frame(rows, BALANCE), EUR).layout.yaxis
    steps = {round(after - before, 2) for before, after in pairwise(axis.tickvals)}
    assert len(steps) <= 1
    assert len(axis.tickvals) <= 6
    assert axis.tickvals[0] <= low / 100 <= high / 100 <= axis.tickvals[-1]


def test_spending_shows_the_largest_and_adds_up_the_rest() -> None:
    rows = [(f"id-{number}", f"Category {number}", number * 100) for number in range(1, 12)]
    trace = spending_chart(spending(*rows), EUR).data[0]
    assert len(trace.x) == MOST_BARS
    assert trace.customdata[0] == ["id-11", "Category 11", "€11.00"]
    assert trace.customdata[-1] == [None, "4 others", "€10.00"]
    assert sum(trace.x) == 66.0


def test_uncategorised_spending_keeps_its_own_key() -> None:
    trace = spending_chart(spending(("", "Uncategorised", 100)), EUR).data[0]
    assert trace.customdata[0][0] == ""


def test_spending_stands_beside_the_period_before() -> None:
    now, before = spending(("a", "Food", 300), ("b", "Rent", 900)), spending(("a", "Food", 200))
    earlier, current = spending_chart(now, EUR, before).data
    assert (list(earlier.x), list(current.x)) == ([0.0, 2.0], [9.0, 3.0])


def test_what_was_spent_only_before_is_compared_too() -> None:
    now, before = spending(("a", "Food", 300)), spending(("b", "Rent", 900))
    earlier, current = spending_chart(now, EUR, before).data
    assert (list(earlier.x), list(current.x)) == ([0.0, 9.0], [3.0, 0.0])


def test_a_comparison_adds_up_the_rest_of_both_periods() -> None:
    rows = [(f"id-{number}", f"Category {number}", 100) for number in range(12)]
    earlier, current = spending_chart(spending(*rows), EUR, spending(*rows)).data
    assert (earlier.x[-1], current.x[-1]) == (5.0, 5.0)


def test_a_refund_larger_than_the_spending_points_to_the_left() -> None:
    figure = spending_chart(spending(("a", "Food", 300), ("b", "Clothes", -900)), EUR)
    assert list(figure.data[0].x) == [3.0, -9.0]
    assert figure.layout.xaxis.range[0] < -9.0


def test_a_figure_at_the_left_does_not_stand_on_its_name() -> None:
    name, cost = "Refunds of it", -299_500
    figure = spending_chart(spending(("a", "Food", 5), ("b", name, cost)), EUR)
    low, high = figure.layout.xaxis.range
    room = (cost / 100 - low) / (high - low) * (drawing.NARROW - len(name) * drawing.LETTER)
    assert room >= len("−€2,995.00") * drawing.LETTER


def test_a_bar_of_nothing_says_nothing() -> None:
    now, before = spending(("a", "Food", 300), ("b", "Rent", 900)), spending(("a", "Food", 200))
    earlier = spending_chart(now, EUR, before).data[0]
    assert list(earlier.text) == ["", "€2.00"]


def test_parts_show_income_only_where_there_is_any() -> None:
    rows = [("t", "Trip", "EUR", 0, 500, 2), ("", "No tag", "EUR", 900, 70, 3)]
    figure = breakdown_chart(frame(rows, BREAKDOWN), EUR)
    assert [(each.name, list(each.x)) for each in figure.data] == [
        ("Income", [9.0, 0.0]), ("Expenses", [0.7, 5.0]),
    ]  # fmt: skip
    spent = breakdown_chart(frame(rows[:1], BREAKDOWN), EUR)
    assert [each.name for each in spent.data] == ["Expenses"]


def test_the_parts_that_moved_most_are_shown_whichever_way() -> None:
    spent = [(f"s{each}", "Shop", "EUR", 0, 500 + each, 1) for each in range(MOST_BARS)]
    figure = breakdown_chart(frame([*spent, ("w", "Works", "EUR", 9_000, 0, 1)], BREAKDOWN), EUR)
    assert [trace.customdata[0][:2] for trace in figure.data] == [["w", "Works"]] * 2
    assert alt_text("Parts", figure).startswith("Parts. Income: Works €90.00, Shop €0.00")


def test_payees_who_are_not_named_are_called_so() -> None:
    rows = [("Grocer", "EUR", 5_000), ("", "EUR", 200)]
    points = top_payees_chart(frame(rows, TOP_PAYEES), EUR).data[0].customdata
    assert points[1] == ["", "No payee", "€2.00"]


def test_i6_what_a_tenant_typed_is_never_markup() -> None:
    figure = spending_chart(spending(("a", "<a href='x'>Free</a> & <b>", 100)), EUR)
    labels = figure.data[0].customdata[0][1] + figure.layout.yaxis.ticktext[0]
    assert "<" not in labels
    assert ">" not in labels


@pytest.mark.parametrize(
    "draw",
    [
        lambda: cash_flow_chart(FLOW, EUR),
        lambda: balance_chart(frame([(date(2026, 1, 1), "EUR", 1)], BALANCE), EUR),
        lambda: spending_chart(spending(("a", "Food", 1200)), EUR, spending(("b", "Rent", 100))),
    ],
)
def test_a_chart_that_nobody_checks_is_the_same(
    draw: Callable[[], go.Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = draw()
    monkeypatch.setattr(drawing, "CHECKS", {"_validate": False})
    unchecked = draw()
    assert unchecked.to_plotly_json() == checked.to_plotly_json()
    assert alt_text("Chart", unchecked) == alt_text("Chart", checked)


def test_a_chart_can_be_heard() -> None:
    figure = spending_chart(spending(("a", "Food", 300), ("b", "Rent", 900)), EUR)
    words = "Spending. This period: Rent €9.00, Food €3.00."
    assert alt_text("Spending", figure) == words


def test_of_many_days_the_first_and_the_last_are_heard() -> None:
    days = pd.date_range("2026-01-01", periods=53)
    rows = [(day, "EUR", place, 0, place) for place, day in enumerate(days)]
    words = alt_text("Net worth", net_worth_chart(frame(rows, NET_WORTH), EUR))
    assert words.startswith("Net worth. Net worth: Jan 1, 2026 €0.00, Jan 5, 2026 €0.04, ")
    assert words.endswith("Feb 22, 2026 €0.52.")
    assert words.count("2026") == SPOKEN_POINTS


def test_an_empty_chart_says_so() -> None:
    figure = spending_chart(frame([], SPENDING), EUR)
    assert alt_text("Spending", figure) == "Spending. Nothing to show."


@pytest.mark.parametrize(
    ("draw", "shape"),
    [
        (cash_flow_chart, CASH_FLOW),
        (net_worth_chart, NET_WORTH),
        (balance_chart, BALANCE),
        (spending_chart, SPENDING),
        (top_payees_chart, TOP_PAYEES),
        (breakdown_chart, BREAKDOWN),
    ],
)
def test_a_chart_of_nothing_is_drawn(
    draw: Callable[[pd.DataFrame, Style], go.Figure], shape: Shape
) -> None:
    figure = draw(frame([], shape), EUR)
    assert [len(trace.x) for trace in figure.data] == [0] * len(figure.data)
