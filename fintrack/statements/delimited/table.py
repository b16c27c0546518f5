"""Delimited text as rows of cells, and the delimiter that makes most sense of it."""

import csv
import re
from array import array
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple, overload

from fintrack.statements.delimited.dates import date_readings
from fintrack.statements.delimited.numbers import is_number
from fintrack.statements.statement import RAW_LENGTH, StatementError

DELIMITERS = (",", ";", "\t", "|", "^", "~", ":")
# How sure a delimiter is that makes no line tell anything, in percent.
NOTHING_TOLD = 50
_SAMPLE_LINES = 300
# Some banks begin texts as Excel does, so that no account number becomes a figure.
_TEXT_MARK = re.compile(r"^'(?=[\dA-Z])")
_LONGEST_LINE = 100_000
_MOST_LINES = 1_000_000
_LINE_END = re.compile("\n")


class Row(NamedTuple):
    """One record: its first line in the file (1-based), its stripped cells and its raw text."""

    line: int
    cells: tuple[str, ...]
    raw: str


class Lines(Sequence[str]):
    """The lines of a text, cut out of it each time they are asked for."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        """Find where the lines start; they end with LF."""
        self._text = text
        self._starts = array("I", [0])
        self._starts.extend(match.end() for match in _LINE_END.finditer(text))
        self._starts.append(len(text) + 1)

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self._starts) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """Return a line without its end, or those of a slice."""
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        found = range(len(self))[at]
        return self._text[self._starts[found] : self._starts[found + 1] - 1]

    @property
    def longest(self) -> int:
        """Return how long the longest line is."""
        return max(end - start - 1 for start, end in pairwise(self._starts))


def require_few_lines(content: bytes) -> None:
    """Refuse a file before it is decoded and taken apart.

    Raises:
        StatementError: it has more lines than a statement.
    """
    if max(content.count(b"\n"), content.count(b"\r")) >= _MOST_LINES:
        message = "The file has more than a million lines; download a shorter period."
        raise StatementError(message)


def lines_of(text: str) -> Lines:
    """Return the lines.

    Raises:
        StatementError: a line is longer than a statement has.
    """
    lines = Lines(text)
    if lines.longest > _LONGEST_LINE:
        message = "A line of this file is too long for a statement; choose a CSV or OFX file."
        raise StatementError(message)
    return lines


def table_rows(lines: Sequence[str], delimiter: str) -> Iterator[Row]:
    """Yield the non-empty rows; a quote that never closes is read as a letter."""
    start = 0
    while start < len(lines):
        start = yield from _read_on(lines, start, delimiter)


def likely_delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """Return the delimiter under which most lines hold a date and an amount, and how sure it is.

    In percent: the cells of such lines against those that another delimiter would make.
    """
    sample = list(islice((line for line in lines if line.strip()), _SAMPLE_LINES))
    senses = {delimiter: _sense(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=senses.__getitem__)
    # A colon parts every time of day.
    rivals = [senses[each][-1] for each in DELIMITERS if each not in {best, ":"}]
    own = senses[best][-1]
    return best, round(100 * own / (own + max(rivals))) if own else NOTHING_TOLD


def _read_on(lines: Sequence[str], start: int, delimiter: str) -> Generator[Row, None, int]:
    """Yield the rows from `start` to the end, or to a broken quote; return where to go on."""
    reader = csv.reader(
        (f"{lines[at]}\n" for at in range(start, len(lines))),
        delimiter=delimiter,
        skipinitialspace=True,
        strict=True,
    )
    done = 0
    try:
        for cells in reader:
            if _swallows(lines, start + done + 1, start + reader.line_num, delimiter):
                break
            bare = _unwrapped(cells, delimiter)
            yield from _row(lines, start + done, start + reader.line_num, bare)
            done = reader.line_num
        else:
            return len(lines)
    except csv.Error:
        pass
    broken = start + done
    yield from _row(lines, broken, broken + 1, _literally(lines[broken], delimiter))
    return broken + 1


def _literally(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line with quotes that are letters: others have a delimiter beside."""
    mark = re.escape(delimiter)
    blank = rf"(?:(?!{mark})\s)*"
    cell = rf'(?:^|{mark}){blank}(?:"((?:(?!{mark}{blank}").)*?)"{blank}(?={mark}|$)|([^{mark}]*))'
    return [(match[1] or match[2] or "").replace('"', "") for match in re.finditer(cell, line)]


def _unwrapped(cells: list[str], delimiter: str) -> list[str]:
    """Return the cells of the row, also where all of it stood in quotes."""
    if len(cells) != 1 or delimiter not in cells[0]:
        return cells
    return next(csv.reader(cells, delimiter=delimiter, skipinitialspace=True))


def _swallows(lines: Sequence[str], first: int, end: int, delimiter: str) -> bool:
    """Say whether a quoted cell runs over lines that are movements of their own."""
    following = (lines[at].replace('"', "").split(delimiter) for at in range(first, end))
    return any(map(is_telling, following))


def _row(lines: Sequence[str], first: int, end: int, cells: Iterable[str]) -> Iterator[Row]:
    """Yield the row, unless it is empty."""
    raw = lines[first] if end - first == 1 else "\n".join(lines[first:end])
    kept = tuple([cell.strip() for cell in cells])
    if "'" in raw:
        kept = tuple([_TEXT_MARK.sub("", cell) for cell in kept])
    if any(kept):
        yield Row(first + 1, kept, raw[:RAW_LENGTH])


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
