"""Delimited text as rows of cells, and the delimiter that makes most sense of it."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fintrack.statements.delimited.dates import date_readings
from fintrack.statements.delimited.numbers import is_number
from fintrack.statements.statement import RAW_LENGTH, StatementError

DELIMITERS = (",", ";", "\t", "|", "^", "~", ":")
_SAMPLE_LINES = 300
# Some banks begin texts as Excel does, so that no account number becomes a figure.
_TEXT_MARK = re.compile(r"^'(?=[\dA-Z])")
_LONGEST_LINE = 100_000
_MOST_LINES = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its first line in the file (1-based), its stripped cells and its raw text."""

    line: int
    cells: tuple[str, ...]
    raw: str


def require_few_lines(content: bytes) -> None:
    """Refuse a file before it is decoded and taken apart.

    Raises:
        StatementError: it has more lines than a statement.
    """
    if max(content.count(b"\n"), content.count(b"\r")) >= _MOST_LINES:
        message = "The file has more than a million lines; download a shorter period."
        raise StatementError(message)


def lines_of(text: str) -> list[str]:
    """Return the lines.

    Raises:
        StatementError: a line is longer than a statement has.
    """
    lines = text.split("\n")
    if any(len(line) > _LONGEST_LINE for line in lines):
        message = "A line of this file is too long for a statement; choose a CSV or OFX file."
        raise StatementError(message)
    return lines


def table_rows(lines: list[str], delimiter: str) -> list[Row]:
    """Return the non-empty rows; a quote that never closes is read as a letter."""
    rows: list[Row] = []
    start = 0
    while start < len(lines):
        start = _read_on(lines, start, delimiter, rows)
    return rows


def likely_delimiter(lines: list[str]) -> tuple[str, int]:
    """Return the delimiter under which most lines hold a date and an amount, and how sure it is.

    In percent: the cells of such lines against those that another delimiter would make.
    """
    sample = [line for line in lines if line.strip()][:_SAMPLE_LINES]
    senses = {delimiter: _sense(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=senses.__getitem__)
    # A colon parts every time of day.
    rivals = [senses[each][-1] for each in DELIMITERS if each not in {best, ":"}]
    own = senses[best][-1]
    return best, round(100 * own / (own + max(rivals))) if own else 50


def _read_on(lines: list[str], start: int, delimiter: str, rows: list[Row]) -> int:
    """Append the rows from `start` to the end, or to a broken quote; return where to go on."""
    reader = csv.reader(
        (f"{lines[at]}\n" for at in range(start, len(lines))),
        delimiter=delimiter,
        skipinitialspace=True,
        strict=True,
    )
    done = 0
    try:
        for cells in reader:
            if _swallows(lines[start + done + 1 : start + reader.line_num], delimiter):
                return _read_literally(lines, start + done, delimiter, rows)
            _append(rows, lines, start + done, start + reader.line_num, cells)
            done = reader.line_num
    except csv.Error:
        return _read_literally(lines, start + done, delimiter, rows)
    return len(lines)


def _swallows(following: list[str], delimiter: str) -> bool:
    """Say whether a quoted cell runs over lines that are movements of their own."""
    if not following:
        return False
    return any(is_telling(line.replace('"', "").split(delimiter)) for line in following)


def _read_literally(lines: list[str], at: int, delimiter: str, rows: list[Row]) -> int:
    _append(rows, lines, at, at + 1, lines[at].replace('"', "").split(delimiter))
    return at + 1


def _append(rows: list[Row], lines: list[str], first: int, end: int, cells: Iterable[str]) -> None:
    raw = lines[first] if end - first == 1 else "\n".join(lines[first:end])
    kept = tuple([cell.strip() for cell in cells])
    if "'" in raw:
        kept = tuple([_TEXT_MARK.sub("", cell) for cell in kept])
    if any(kept):
        rows.append(Row(first + 1, kept, raw[:RAW_LENGTH]))


def _sense(sample: list[str], delimiter: str) -> tuple[int, int, int, int]:
    """How many lines tell, how many are of the commonest width, that width, all telling cells."""
    if not any(delimiter in line for line in sample):
        return 0, 0, 0, 0
    rows = [row.cells for row in table_rows(sample, delimiter)]
    telling = [len(cells) for cells in rows if is_telling(cells)]
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    common = max(widths.values(), default=0)
    widest = max((width for width, times in widths.items() if times == common), default=0)
    return len(telling), common * (widest > 1), widest, sum(telling)


def is_telling(cells: Iterable[str]) -> bool:
    """Say whether the row has a date and, in another cell, a number."""
    dates = numbers = 0
    for cell in cells:
        if date_readings(cell):
            dates += 1
        elif is_number(cell):
            numbers += 1
    return dates > 0 and numbers > 0
