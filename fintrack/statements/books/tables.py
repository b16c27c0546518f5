"""The tables that other programs export: rows by the names of their columns, cells as they mean."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from fintrack.statements.books.book import Hints, Written
from fintrack.statements.books.packages import MOST_ROWS, TOO_LARGE
from fintrack.statements.delimited.dates import parse_date, possible_orders
from fintrack.statements.delimited.numbers import parse_figure, possible_marks
from fintrack.statements.mapping import DateOrder, DecimalMark
from fintrack.statements.statement import StatementError
from fintrack.statements.text import decode, unified

_DELIMITERS = ",;\t|"
_DAMAGED = "The table in the file is damaged. Export it from your program again."
_MOST_COLUMNS = 200


class Row(dict[str, str]):
    """The cells of one row by the names of their columns; a missing one is empty.

    `line` is where it ends in the file, `raw` how it stands there.
    """

    __slots__ = ("line", "raw")
    line: int
    raw: str

    def __missing__(self, name: str) -> str:
        """Return what stands in a column that the table does not have."""
        return ""


def header_of(content: bytes) -> frozenset[str]:
    """Return the names of the first line in small letters, without their order."""
    first = unified(decode(content[:_HEAD])[0]).lstrip().partition("\n")[0]
    try:
        return frozenset(_names(next(csv.reader([first], delimiter=_delimiter(first)), [])))
    except csv.Error:
        return frozenset()


def rows_of(content: bytes) -> list[Row]:
    """Return the rows of a table below its header; a name in small letters finds each cell.

    Raises:
        StatementError: it is no table, or too large a one.
    """
    return list(_rows(content))


def row_count(content: bytes) -> int:
    """Return how many rows a table has below its header; none of them is kept.

    Raises:
        StatementError: it is no table, or too large a one.
    """
    return sum(1 for _ in _rows(content))


def _rows(content: bytes) -> Iterator[Row]:
    text = unified(decode(content)[0])
    taken: list[str] = []
    lines = _noted(io.StringIO(text), taken)
    cells = csv.reader(lines, delimiter=_delimiter(text.partition("\n")[0]))
    try:
        names = _names(next(cells, []))
        if len(names) > _MOST_COLUMNS:
            raise StatementError(_DAMAGED)
        taken.clear()
        count = 0
        for row in cells:
            count += any(row)
            if count > MOST_ROWS:
                raise StatementError(TOO_LARGE)
            found = Row(zip(names, row, strict=False))
            found.line, found.raw = cells.line_num, "".join(taken).rstrip("\n")
            taken.clear()
            if any(row):
                yield found
    except csv.Error as error:
        raise StatementError(_DAMAGED) from error


def written(rows: Sequence[Row]) -> Written:
    """Return how the rows of one transaction stand in the file."""
    first = rows[0]
    return Written(first.line - first.raw.count("\n"), "\n".join(row.raw for row in rows))


def days_of(texts: Collection[str], order: DateOrder | None) -> Mapping[str, date]:
    """Return each day by how it is written; the order is decided over all of them.

    Raises:
        StatementError: one is no day, or they can be read in two ways and nobody said which.
    """
    orders = possible_orders(set(texts))
    if order is None and len(orders) > 1:
        raise StatementError(
            "The days in this book can be read in two ways. Choose which comes first, day or month."
        )
    chosen = order if order in orders or not orders else orders[0]
    found = {text: parse_date(text, chosen) for text in set(texts)}
    return {text: _day(text, day) for text, day in found.items()}


def amounts_of(texts: Iterable[str]) -> Mapping[str, Decimal]:
    """Return each amount by how it is written, nothing as zero; one mark holds for all of them.

    Raises:
        StatementError: one is no amount.
    """
    written = {text for text in texts if text.strip()}
    marks = possible_marks(written)
    mark = marks[0] if marks else DecimalMark.POINT
    amounts = {text: _amount(text, mark) for text in written}
    return {"": Decimal()} | amounts


def currency_of(form: str, texts: Iterable[str], hint: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the currency whose sign all amounts bear, else the hint with a sentence about it.

    Raises:
        StatementError: neither says one.
    """
    read = (parse_figure(text, mark) for text in set(texts) for mark in DecimalMark)
    said = {figure.currency for figure in read if figure is not None and figure.currency}
    if len(said) == 1:
        return said.pop(), ()
    used = Hints(hint).require_currency()
    return used, (f"{form} names no currency; {used} was taken.",)


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    """Yield the lines; `taken` holds those that were asked for."""
    for line in lines:
        taken.append(line)
        yield line


def _day(text: str, found: date | None) -> date:
    if found is None:
        raise StatementError(f"{text[:40]!r} in the file is no day.")
    return found


def _amount(text: str, mark: DecimalMark) -> Decimal:
    found = parse_figure(text, mark)
    if found is None:
        raise StatementError(f"{text[:40]!r} in the file is no amount.")
    return found.value


_HEAD = 64 * 1024


def _delimiter(first: str) -> str:
    return max(_DELIMITERS, key=first.count)


def _names(cells: Iterable[str]) -> list[str]:
    return [cell.strip().casefold() for cell in cells]
