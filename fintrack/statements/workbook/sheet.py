"""One sheet of a workbook as rows of text, as a stream.

Source: ECMA-376, Office Open XML, part 1, section 18.3 (worksheets).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from fintrack.statements.delimited.table import Row
from fintrack.statements.statement import RAW_LENGTH, StatementError
from fintrack.statements.workbook.book import Book
from fintrack.statements.workbook.parts import (
    DAMAGED,
    TOO_LARGE,
    Attributes,
    ElementReader,
    elements,
    local_name,
)
from fintrack.statements.workbook.values import (
    LONGEST_TEXT,
    day_shown,
    figure_shown,
    unescaped,
)

_WIDEST = 400
_MOST_CELLS = 4_000_000
_MOST_LINES = 1_048_576
_TRUTHS = {"0": "FALSE", "1": "TRUE"}
_DIGITS = "0123456789"


def sheet_rows(book: Book, name: str) -> Iterator[Row]:
    """Yield the rows that are not empty, with the numbers that the spreadsheet shows.

    Raises:
        StatementError: the sheet is damaged, or far larger than a statement.
    """
    sheet = _Sheet(book)
    reader = ElementReader(sheet.start, sheet.end, sheet.text)
    for _ in elements(book.package, book.sheets[name], reader):
        yield from sheet.rows
        sheet.rows.clear()


@dataclass(slots=True)
class _Sheet:
    """Where the reading stands: the row, the cell and the text in it."""

    book: Book
    rows: list[Row] = field(default_factory=list)
    line: int = 0
    column: int = -1
    cells: dict[int, str] = field(default_factory=dict)
    count: int = 0
    kind: str = "n"
    style: str = "0"
    in_value: bool = False
    in_reading_aid: bool = False
    room: int = LONGEST_TEXT
    pieces: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: Attributes) -> None:
        local = local_name(name)
        if local == "c":
            self._start_cell(attributes)
        elif local in {"v", "t"}:
            self.in_value = not self.in_reading_aid
        elif local == "row":
            number = attributes.get("r", "")
            self.line = int(number[:9]) if number.isdecimal() else self.line + 1
            self.column = -1
            if not 0 < self.line <= _MOST_LINES:
                raise StatementError(DAMAGED)
        elif local == "rPh":
            self.in_reading_aid = True

    def text(self, piece: str) -> None:
        if self.in_value and self.room > 0:
            self.room -= len(piece)
            self.pieces.append(piece)

    def end(self, name: str) -> None:
        local = local_name(name)
        if local == "c":
            self._end_cell()
        elif local in {"v", "t"}:
            self.in_value = False
        elif local == "row":
            self._end_row()
        elif local == "rPh":
            self.in_reading_aid = False

    def _start_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        self.column = self.column + 1 if place is None else _column(place.rstrip(_DIGITS))
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "0")
        self.pieces.clear()
        self.room = LONGEST_TEXT

    def _end_cell(self) -> None:
        stored = "".join(self.pieces)
        if not stored or self.column >= _WIDEST:
            return
        self.count += 1
        if self.count > _MOST_CELLS:
            raise StatementError(TOO_LARGE)
        self.cells[self.column] = self._shown(stored).strip()

    def _shown(self, stored: str) -> str:
        if self.kind == "n":
            if self.style in self.book.day_styles:
                return day_shown(stored, since_1904=self.book.since_1904)
            return figure_shown(stored)
        if self.kind == "s":
            at = int(stored[:9]) if stored.isdecimal() else -1
            return self.book.texts[at] if 0 <= at < len(self.book.texts) else ""
        if self.kind == "b":
            return _TRUTHS.get(stored, stored)
        return unescaped(stored)[:LONGEST_TEXT]

    def _end_row(self) -> None:
        if any(self.cells.values()):
            cells = tuple([self.cells.get(at, "") for at in range(max(self.cells) + 1)])
            self.rows.append(Row(self.line, cells, "\t".join(cells)[:RAW_LENGTH]))
        self.cells.clear()


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """Return the position of column A, B … XFD, from 0."""
    position = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or len(letters) > len("XFD"):
            raise StatementError(DAMAGED)
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1
