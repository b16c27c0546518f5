"""Where the table of a file stands: what is above it, its header, its rows and columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from fintrack.statements.delimited.header import first_movement, header_position
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.packed import PackedRows, packed
from fintrack.statements.delimited.profile import Profile
from fintrack.statements.delimited.table import Row
from fintrack.statements.mapping import Mapping

Columns = Sequence[Sequence[str]]
_WIDEST = 400
_MOST = 0.8


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows, parted: what stands above, the header if there is one, and the rest."""

    above: Sequence[Row]
    header: Row | None
    data: PackedRows
    columns: Columns

    @property
    def names(self) -> Sequence[str]:
        """The header's cells, none without a header."""
        return self.header.cells if self.header else ()

    def cells(self, column: int | None) -> Sequence[str]:
        """Return the cells of the column, none where the file has no such column."""
        return self.columns[column] if column is not None and column < len(self.columns) else ()

    def name(self, column: int) -> str:
        """Return the column's name as a member reads it: its header, else its number."""
        named = column < len(self.names) and self.names[column]
        return named or f"Column {column + 1}"


def parted(rows: PackedRows, mapping: Mapping) -> Table:
    """Return the table as the mapping says, else as the rows suggest."""
    if mapping.header_row is None and mapping.first_row is None:
        at = header_position(rows)
        first = at + 1 if at is not None else first_movement(rows) or 0
        header = None if at is None else rows[at]
    else:
        header = next((row for row in rows if row.line == mapping.header_row), None)
        first = _first_data(rows, header, mapping)
    above = packed(row for row in islice(rows, first) if row != header)
    data = rows.since(first)
    if mapping.last_row is not None:
        data = packed(row for row in data if row.line <= mapping.last_row)
    return Table(above, header, data, _columns(header.cells if header else (), data))


def fingerprint(names: Sequence[str], profiles: Sequence[Profile]) -> str:
    """Return a short hash that equal layouts share, whatever rows they hold.

    Without names the kinds of the columns stand for them.
    """
    words = "|".join(map(normalised, names)) or " ".join(map(_kind, profiles))
    return sha256(words.encode()).hexdigest()[:16]


def _kind(column: Profile) -> str:
    if column.dates >= _MOST:
        return "date"
    if column.numbers >= _MOST:
        return "number"
    return "text" if column.filled else "blank"


def _first_data(rows: Sequence[Row], header: Row | None, mapping: Mapping) -> int:
    line = max(header.line + 1 if header else 0, mapping.first_row or 0)
    if line == 0:
        return first_movement(rows) or 0
    return next((at for at, row in enumerate(rows) if row.line >= line), len(rows))


def _columns(names: Sequence[str], data: PackedRows) -> Columns:
    width = min(max(len(names), data.width), _WIDEST)
    return [data.column(at) for at in range(width)]
