"""The flow of a period's money, and its chart: both sides are the same to the cent."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given

from fintrack.analytics.charts.drawing import MOST_BARS, alt_text
from fintrack.analytics.charts.flow import EVERYTHING, flow_chart
from fintrack.analytics.money_flow import MONEY_FLOW, money_flow
from fintrack.context import TenantContext
from fintrack.frames import frame
from tests.analytics import by_hand
from tests.analytics.by_hand import Move, Purse, write
from tests.analytics.test_agreement import CASES, Book, book, by_currency, written
from tests.analytics.test_charts import EUR, PALETTE

MARCH = (date(2026, 3, 1), date(2026, 4, 1))


def day(number: int) -> date:
    return date(2026, 3, number)


@CASES
@given(told=book())
def test_both_sides_are_the_same_and_hold_every_category(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    found = money_flow(context, told.since, told.until)
    came, went = (by_currency(found[found["side"] == side], "amount") for side in ("IN", "OUT"))
    assert came == went
    assert (found["amount"] > 0).all()
    for kind, side in (("INCOME", "IN"), ("EXPENSE", "OUT")):
        rows = by_hand.parts(told.moves, kind, told.since, told.until)
        sums = by_hand.sums(
            ((by_hand.top(category), each.purse.currency), cents) for each, category, cents in rows
        )
        expected = {
            (key, side if cents > 0 else {"IN": "OUT", "OUT": "IN"}[side], abs(cents))
            for key, cents in sums.items()
            if cents
        }
        of_kind = found[found["kind"] == kind].to_dict("records")
        names = [row["category"].rstrip("*") if row["category_id"] else None for row in of_kind]
        assert expected == {
            ((name, row["currency"]), row["side"], row["amount"])
            for name, row in zip(names, of_kind, strict=True)
        }


@pytest.mark.parametrize(
    ("earned", "row"),
    [
        (900, ["OUT", "SAVINGS", "Kept", 600]),
        (100, ["IN", "SAVINGS", "From savings", 200]),
        (300, None),
    ],
)
def test_what_is_kept_or_missing_makes_them_the_same(
    ana: TenantContext, earned: int, row: list[object] | None
) -> None:
    mine = Purse("Current", opened_on=day(1))
    write(ana, [mine], [Move(day(2), mine, earned, "Wages"), Move(day(3), mine, -300, "Fun")])
    found = money_flow(ana, *MARCH)
    columns = ["side", "kind", "category", "amount"]
    savings = found[found["kind"] == "SAVINGS"][columns].to_numpy().tolist()
    assert savings == ([row] if row else [])


def flow(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    """Return a frame of side, kind, name and amount in EUR; ids are names."""
    return frame(
        [
            (side, kind, "" if kind == "SAVINGS" else name, name, "EUR", amount)
            for side, kind, name, amount in rows
        ],
        MONEY_FLOW,
    )


HOUSE = flow(
    ("IN", "INCOME", "Wages", 900),
    ("OUT", "EXPENSE", "Rent", 500),
    ("OUT", "EXPENSE", "Food", 300),
    ("OUT", "SAVINGS", "Kept", 100),
)


def test_every_node_leads_somewhere_and_has_its_category_s_colour() -> None:
    style = replace(EUR, places={"Rent": 0, "Food": 1, "Wages": -1})
    figure = flow_chart(HOUSE, style)
    came, went, whole = (trace for trace in figure.data if trace.type == "bar")
    assert [point[0] for point in came.customdata] == ["Wages"]
    assert [point[0] for point in went.customdata] == ["Rent", "Food", EVERYTHING]
    assert whole.customdata == ([EVERYTHING, "In all", "€9.00"],)
    assert list(came.marker.color) == [PALETTE.categories[-1]]
    assert list(went.marker.color) == [*PALETTE.categories[:2], PALETTE.accent]


def test_nodes_are_as_high_as_their_share_and_leave_room_for_names() -> None:
    went = next(each for each in flow_chart(HOUSE, EUR).data if each.name == "Money out")
    assert [round(height * 9, 6) for height in went.y] == [5, 3, 1]
    tops = [bottom + height for bottom, height in zip(went.base, went.y, strict=True)]
    for lower_top, bottom in zip(tops[1:], went.base[:-1], strict=True):
        assert bottom - lower_top > 0.05


def test_bands_meet_the_sum_without_a_gap() -> None:
    figure = flow_chart(HOUSE, EUR)
    bands = [each for each in figure.data if each.type == "scatter"][1:]
    ends = [(band.y[24], band.y[25]) for band in bands]
    assert all(abs(low - high) < 1e-9 for (low, _), (_, high) in pairwise(ends))
    assert round(ends[0][1] - ends[-1][0], 9) == 1


def test_many_categories_are_added_up() -> None:
    rows = [("OUT", "EXPENSE", f"Category {number}", 100) for number in range(12)]
    figure = flow_chart(flow(("IN", "INCOME", "Wages", 1_200), *rows), EUR)
    went = next(each for each in figure.data if each.name == "Money out")
    assert len(went.y) == MOST_BARS
    assert went.customdata[-1] == [None, "5 others", "€5.00"]


def test_the_flow_can_be_heard() -> None:
    words = alt_text("Flow", flow_chart(HOUSE, EUR))
    assert words == (
        "Flow. Money in: Wages €9.00; Money out: Rent €5.00, Food €3.00, Kept €1.00;"
        " In all: In all €9.00."
    )


def test_a_flow_of_nothing_is_drawn() -> None:
    assert alt_text("Flow", flow_chart(flow(), EUR)) == "Flow. Nothing to show."
