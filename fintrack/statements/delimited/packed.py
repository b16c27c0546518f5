"""Many rows in little memory: a few hundred at a time, the cells of a column in one text."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat, zip_longest
from typing import TypeVar, overload

from fintrack.statements.delimited.table import Row

Shown = TypeVar("Shown")
_MOST_ROWS = 512
_NARROW = 32
# Neither a decoded file nor a workbook holds it.
_BETWEEN = "\x00"


@dataclass(frozen=True, slots=True)
class _Pack:
    """Some rows, by column; `widths` are how many cells each of them has by itself."""

    lines: Sequence[int]
    widths: Sequence[int]
    columns: Sequence[str]
    raws: str

    def cells(self, column: int) -> Sequence[str]:
        if column < len(self.columns):
            return self.columns[column].split(_BETWEEN)
        return [""] * len(self.lines)

    def rows(self) -> Iterator[Row]:
        columns = [column.split(_BETWEEN) for column in self.columns]
        cells = zip(*columns, strict=True) if columns else repeat((), len(self.lines))
        rows = zip(self.lines, self.widths, cells, self.raws.split(_BETWEEN), strict=True)
        return (Row(line, cells[:width], raw) for line, width, cells, raw in rows)


class PackedRows(Sequence[Row]):
    """Rows that are made anew each time they are asked for; best asked for in their order."""

    __slots__ = ("_packs",)

    def __init__(self, packs: Sequence[_Pack]) -> None:
        """Hold these packs."""
        self._packs = packs

    def __len__(self) -> int:
        """Return how many rows there are."""
        return sum(len(pack.lines) for pack in self._packs)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows."""
        return (row for pack in self._packs for row in pack.rows())

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        """Return a row, or those of a slice."""
        return _taken(self, at)

    @property
    def width(self) -> int:
        """Return how many cells the widest row has."""
        return max((len(pack.columns) for pack in self._packs), default=0)

    def column(self, at: int) -> "PackedColumn":
        """Return the cells of a column; a row that is too short has a blank there."""
        return PackedColumn(self._packs, at)

    def since(self, first: int) -> "PackedRows":
        """Return the rows from this one on, which take no memory of their own."""
        passed = 0
        for at, pack in enumerate(self._packs):
            if passed + len(pack.lines) > first:
                begun = _packs(islice(pack.rows(), first - passed, None))
                return PackedRows([*begun, *self._packs[at + 1 :]])
            passed += len(pack.lines)
        return PackedRows(())


class PackedColumn(Sequence[str]):
    """The cells of one column, made anew each time they are asked for."""

    __slots__ = ("_at", "_packs")

    def __init__(self, packs: Sequence[_Pack], at: int) -> None:
        """Show the column of these packs."""
        self._packs, self._at = packs, at

    def __len__(self) -> int:
        """Return how many cells there are."""
        return sum(len(pack.lines) for pack in self._packs)

    def __iter__(self) -> Iterator[str]:
        """Yield the cells."""
        return (cell for pack in self._packs for cell in pack.cells(self._at))

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """Return a cell, or those of a slice."""
        return _taken(self, at)


def packed(rows: Iterable[Row]) -> PackedRows:
    """Return the rows in about twice the memory of their text."""
    return PackedRows(list(_packs(rows)))


def _packs(rows: Iterable[Row]) -> Iterator[_Pack]:
    waiting: list[Row] = []
    widest = 0
    for row in rows:
        width = len(row.cells)
        if waiting and (len(waiting) == _MOST_ROWS or _is_ragged(width, widest)):
            yield _pack(waiting)
            waiting.clear()
            widest = 0
        waiting.append(row)
        widest = max(widest, width)
    if waiting:
        yield _pack(waiting)


def _is_ragged(width: int, other: int) -> bool:
    """Say whether filling up the shorter of two rows would cost more than both hold."""
    return max(width, other) > max(_NARROW, 2 * min(width, other))


def _pack(rows: Sequence[Row]) -> _Pack:
    columns = zip_longest(*(row.cells for row in rows), fillvalue="")
    return _Pack(
        array("I", (row.line for row in rows)),
        array("I", (len(row.cells) for row in rows)),
        tuple([_BETWEEN.join(cells) for cells in columns]),
        _BETWEEN.join([row.raw for row in rows]),
    )


def _taken(sequence: Sequence[Shown], at: int | slice) -> Shown | list[Shown]:
    if isinstance(at, slice):
        return list(islice(sequence, *at.indices(len(sequence))))
    return next(islice(sequence, range(len(sequence))[at], None))
