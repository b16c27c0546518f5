"""Pivots: each cell against a ledger kept by hand, to the cent."""

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.analytics.pivots import PIVOT, TOTAL, Measure, grid, pivot, totals
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.frames import frame
from tests.analytics.by_hand import Move, Purse, write
from tests.analytics.test_agreement import CASES, Book, book, written
from tests.analytics.test_dimensions import TAGS, amounts, labels, tagged

MARCH = (date(2026, 3, 1), date(2026, 4, 1))
PAIRS = st.permutations(list(Dimension)).map(lambda order: (order[0], order[1]))


@CASES
@given(told=book(), pair=PAIRS, draws=st.data())
def test_each_cell_is_the_sum_of_its_amounts(
    ana: TenantContext, told: Book, pair: tuple[Dimension, Dimension], draws: st.DataObject
) -> None:
    context, _ = written(ana, told)
    tags = {each: draws.draw(st.lists(st.sampled_from(TAGS), unique=True)) for each in told.moves}
    tagged(context, [(each, name) for each, names in tags.items() for name in names])
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for move, category, earned, spent in amounts(told):
        for row in labels(pair[0], move, category, tags):
            for column in labels(pair[1], move, category, tags):
                for place, value in enumerate((earned, spent, 1)):
                    sums[row, column, move.purse.currency][place] += value
    found = pivot(context, told.since, told.until, *pair)
    got = {
        (each["row"], each["column"], each["currency"]): [
            each["income"], each["spending"], each["entries"],
        ]
        for each in found.to_dict("records")
    }  # fmt: skip
    assert got == sums


@CASES
@given(told=book(), pair=PAIRS)
def test_the_cells_of_a_row_add_up_to_its_part(
    ana: TenantContext, told: Book, pair: tuple[Dimension, Dimension]
) -> None:
    context, _ = written(ana, told)
    found = pivot(context, told.since, told.until, *pair)
    parts = breakdown(context, told.since, told.until, pair[0])
    figures = ["income", "spending", "entries"]
    rows = found.groupby(["row_id", "currency"])[figures].sum()
    assert rows.to_dict("index") == parts.set_index(["part_id", "currency"])[figures].to_dict(
        "index"
    )


def test_the_same_twice_is_refused(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="two different"):
        pivot(ana, *MARCH, Dimension.TAG, Dimension.TAG)


def test_a_month_s_id_is_its_first_day(ana: TenantContext) -> None:
    mine = Purse("Current")
    write(ana, [mine], [Move(date(2026, 3, 9), mine, -5)])
    row = pivot(ana, *MARCH, Dimension.MONTH, Dimension.ACCOUNT).iloc[0]
    assert (row["row_id"], row["row"], row["column_id"]) == ("2026-03-01", "2026-03", str(mine.id))


def test_one_account_can_be_looked_at_alone(ana: TenantContext) -> None:
    mine, card = Purse("Current"), Purse("Card")
    write(ana, [mine, card], [Move(MARCH[0], mine, -5), Move(MARCH[0], card, -7)])
    found = pivot(ana, *MARCH, Dimension.MONTH, Dimension.PAYEE, card.id)
    assert found["spending"].tolist() == [7]


CELLS = frame(
    [
        ("f", "Food", "2", "2026-02", "EUR", 0, 300, 2),
        ("f", "Food", "1", "2026-01", "EUR", 50, 100, 4),
        ("r", "Rent", "1", "2026-01", "EUR", 0, 900, 1),
        ("r", "Rent", "1", "2026-01", "USD", 0, 7, 1),
    ],
    PIVOT,
)


@pytest.mark.parametrize(
    ("measure", "cells"),
    [
        (Measure.SPENDING, {"Rent": [900, 0], "Food": [100, 300]}),
        (Measure.INCOME, {"Food": [50]}),
        (Measure.NET, {"Rent": [-900, 0], "Food": [-50, -300]}),
        (Measure.ENTRIES, {"Food": [4, 2], "Rent": [1, 0]}),
    ],
)
def test_a_grid_has_the_largest_rows_first(measure: Measure, cells: dict[str, list[int]]) -> None:
    found = grid(CELLS, "EUR", measure)
    months = [("1", "2026-01"), ("2", "2026-02")]
    assert found.columns == months[: len(found.cells[0])]
    assert found.row_totals == [sum(row) for row in cells.values()]
    assert sum(found.column_totals) == sum(found.row_totals)
    names = [name for _, name in found.rows]
    assert dict(zip(names, found.cells, strict=True)) == cells
    assert names == list(cells)


def test_columns_of_one_name_stay_apart() -> None:
    rows = [("f", "Food", key, "Fun", "EUR", 0, 1, 1) for key in ("a", "b")]
    found = grid(frame(rows, PIVOT), "EUR", Measure.SPENDING)
    assert (found.columns, found.cells) == ([("a", "Fun"), ("b", "Fun")], [[1, 1]])


def test_the_totals_are_of_rows_of_columns_and_of_all() -> None:
    figures = ["row", "column", "currency", "spending", "entries"]
    assert totals(CELLS)[figures].to_numpy().tolist() == [
        ["Food", "Total", "EUR", 400, 6],
        ["Rent", "Total", "EUR", 900, 1],
        ["Total", "2026-02", "EUR", 300, 2],
        ["Total", "2026-01", "EUR", 1000, 5],
        ["Total", "Total", "EUR", 1300, 7],
        ["Rent", "Total", "USD", 7, 1],
        ["Total", "2026-01", "USD", 7, 1],
        ["Total", "Total", "USD", 7, 1],
    ]
    assert totals(CELLS)["row_id"].tolist() == ["f", "r", "", "", "", "r", "", ""]


def test_nothing_has_no_totals() -> None:
    assert_frame_equal(totals(frame([], PIVOT)), frame([], PIVOT))


@CASES
@given(told=book())
def test_the_totals_of_a_pivot_are_the_cash_flow(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    cells = pivot(context, told.since, told.until, Dimension.CATEGORY, Dimension.PAYEE)
    sums = totals(cells)
    whole = sums[(sums["row_id"] == "") & (sums["row"] == TOTAL) & (sums["column"] == TOTAL)]
    flow = cash_flow(context, told.since, told.until)
    expected = flow.groupby("currency")[["inflow", "outflow"]].sum()
    assert whole.set_index("currency")[["income", "spending"]].to_numpy().tolist() == (
        expected.to_numpy().tolist()
    )


def test_a_branch_can_be_taken_apart_alone(ana: TenantContext) -> None:
    mine = Purse("Current")
    moves = [
        Move(MARCH[0], mine, -amount, name)
        for name, amount in (("Living", 1), ("Food", 10), ("Bread", 100), ("Fun", 1000))
    ]
    ids = write(ana, [mine], [*moves, Move(MARCH[0], mine, -5)])
    living = ids["Living"]
    parts = breakdown(ana, *MARCH, Dimension.CATEGORY, parent_id=living)
    named = dict(zip(parts["part"], parts["spending"], strict=True))
    assert named == {"Food*": 110, "Living*": 1}
    whole = breakdown(ana, *MARCH, Dimension.ACCOUNT, parent_id=living)
    assert whole["spending"].tolist() == [111]
    cells = pivot(ana, *MARCH, Dimension.CATEGORY, Dimension.MONTH, parent_id=living)
    assert dict(zip(cells["row"], cells["spending"], strict=True)) == named
