"""Rows that are kept as text come out as they went in."""

from hypothesis import given
from hypothesis import strategies as st

from fintrack.statements.delimited.packed import packed
from fintrack.statements.delimited.table import Row

CELLS = st.lists(st.text(st.characters(exclude_characters="\x00"), max_size=3), min_size=1)
SHAPES = CELLS | st.integers(1, 500).map(lambda width: ["a"] * width)
ROWS = st.lists(SHAPES, max_size=20).map(
    lambda rows: [Row(at, tuple(cells), "|".join(cells)) for at, cells in enumerate(rows)]
)


@given(ROWS, st.integers(1, 200))
def test_packed_rows_are_the_rows(rows: list[Row], times: int) -> None:
    many = rows * times
    kept = packed(many)
    assert list(kept) == many
    assert len(kept) == len(many)
    assert kept.width == max((len(row.cells) for row in many), default=0)


@given(ROWS, st.integers(1, 200), st.data())
def test_rows_since_one_of_them_are_a_slice(
    rows: list[Row], times: int, data: st.DataObject
) -> None:
    many = rows * times
    first = data.draw(st.integers(0, len(many)))
    assert list(packed(many).since(first)) == many[first:]
    assert packed(many)[first : first + 3] == many[first : first + 3]


@given(ROWS, st.integers(0, 40))
def test_a_column_has_a_blank_where_a_row_is_too_short(rows: list[Row], at: int) -> None:
    cells = [row.cells[at] if at < len(row.cells) else "" for row in rows]
    column = packed(rows).column(at)
    assert list(column) == cells
    assert len(column) == len(cells)
    assert column[-3:] == cells[-3:]
