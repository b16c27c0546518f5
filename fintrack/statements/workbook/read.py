"""A workbook to statements: its one sheet that holds transactions, else the one that is chosen."""

from dataclasses import replace

from fintrack.statements.delimited.header import first_movement, header_position
from fintrack.statements.delimited.own_export import is_own_table, read_own_table
from fintrack.statements.delimited.packed import PackedRows, packed
from fintrack.statements.delimited.read import read_table
from fintrack.statements.mapping import Choice, Mapping, Question
from fintrack.statements.statement import StatementError, StatementFile
from fintrack.statements.workbook.book import Book, book_of
from fintrack.statements.workbook.sheet import sheet_rows

_FORMAT = "xlsx"


def read_workbook(content: bytes, mapping: Mapping | None, currency: str | None) -> StatementFile:
    """Return the statements, or the questions that must be answered first.

    Raises:
        StatementError: the workbook is damaged, too large, or without a table of transactions.
    """
    book = book_of(content)
    given = mapping or Mapping()
    if given.sheet is not None:
        return read_table(_rows(book, given.sheet), given, currency, file_format=_FORMAT)
    tables = {name: rows for name in book.sheets if _is_table(rows := _rows(book, name))}
    if len(tables) > 1:
        choices = tuple(Choice(name, f"{name} ({len(rows)} rows)") for name, rows in tables.items())
        question = Question("sheet", "Which sheet holds the transactions?", choices)
        return StatementFile(_FORMAT, (), given, (question,))
    name = next(iter(tables or book.sheets))
    rows = tables.get(name) or _rows(book, name)
    if mapping is None and is_own_table(rows):
        return read_own_table(rows)
    return read_table(rows, replace(given, sheet=name), currency, file_format=_FORMAT)


def _rows(book: Book, name: str) -> PackedRows:
    if name not in book.sheets:
        raise StatementError(f"The workbook has no sheet {name[:40]!r}; choose another one.")
    return packed(sheet_rows(book, name))


def _is_table(rows: PackedRows) -> bool:
    return first_movement(rows) is not None or header_position(rows) is not None
