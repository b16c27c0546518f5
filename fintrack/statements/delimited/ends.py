"""Rows that state a movement at its source and at its target, each in a currency of its own.

Source: transaction histories of Wise.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.numbers import parse_figure
from fintrack.statements.delimited.packed import PackedRows, packed
from fintrack.statements.delimited.profile import direction
from fintrack.statements.delimited.table import Row
from fintrack.statements.mapping import DecimalMark

_SEARCHED = 20
_NEEDED = frozenset(
    {"direction", "source amount", "source currency", "target amount", "target currency"}
)
_ADDED = ("Amount", "Currency", "Payee")
_NOTHING = Decimal(0)


def with_own_end(rows: PackedRows) -> PackedRows:
    """Return the rows with amount, currency and payee as seen from the member's account.

    What goes out costs the source and its fee, what comes in is what reaches the target, and what
    does neither does both.
    """
    for header in islice(rows, _SEARCHED):
        places = {
            normalised(name).removesuffix(" after fees"): at for at, name in enumerate(header.cells)
        }
        if places.keys() >= _NEEDED:
            return packed(each for row in rows for each in _seen(row, header, places))
    return rows


def _seen(row: Row, header: Row, places: Mapping[str, int]) -> Iterator[Row]:
    width = len(header.cells)
    if row == header:
        yield row._replace(cells=(*row.cells, *_ADDED))
    elif row.line < header.line or len(row.cells) > width:
        yield row
    else:
        cells = (*row.cells, *[""] * (width - len(row.cells)))
        way = direction(cells[places["direction"]])
        if way <= 0:
            paid = -_worth(cells, places, "source amount", "source fee amount")
            yield row._replace(cells=(*cells, *_end(cells, places, paid, "source", "target")))
        if way >= 0:
            got = _worth(cells, places, "target amount")
            yield row._replace(cells=(*cells, *_end(cells, places, got, "target", "source")))


def _end(
    cells: Sequence[str], places: Mapping[str, int], amount: Decimal, own: str, other: str
) -> tuple[str, str, str]:
    at = places.get(f"{other} name")
    return (
        str(amount) if amount else "",
        cells[places[f"{own} currency"]],
        "" if at is None else cells[at],
    )


def _worth(cells: Sequence[str], places: Mapping[str, int], *names: str) -> Decimal:
    """Return the sum of these cells; nothing, so that the row is rejected, where one is unread."""
    written = [cells[places[name]].strip() for name in names if name in places]
    figures = [parse_figure(cell, DecimalMark.POINT) for cell in written if cell]
    known = [figure.value for figure in figures if figure]
    return sum(known, _NOTHING) if len(known) == len(figures) else _NOTHING
