"""One table of the books for other tools: a workbook for people, Parquet for programs."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from types import MappingProxyType
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_snapshot, tenant_transaction
from fintrack.errors import NotFound
from fintrack.ledger.exports import transactions_statement, unguarded
from fintrack.operations.archive.tables import BY_NAME, MONEY, statement_of
from fintrack.streams import blocks_of, rows_out

ROWS = 10_000
# Of a sheet of Excel, with its header.
MOST_ROWS, WIDTH = 1_048_576, 14


class TableFormat(StrEnum):
    """A format of tables; the word is the ending of a file as well."""

    XLSX = "xlsx"
    PARQUET = "parquet"


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    MONEY = "money"
    COUNT = "count"
    TRUTH = "truth"


TRANSACTIONS = MappingProxyType(
    {"date": Kind.DAY, "value_date": Kind.DAY, "amount": Kind.MONEY, "split": Kind.COUNT}
)
_VALUES: Mapping[Kind, Callable[[str], object]] = MappingProxyType(
    {
        Kind.TEXT: unguarded,
        Kind.DAY: date.fromisoformat,
        Kind.MOMENT: datetime.fromisoformat,
        Kind.MONEY: Decimal,
        Kind.COUNT: int,
        Kind.TRUTH: lambda cell: cell in {"true", "t"},
    }
)
_ARROW = MappingProxyType(
    {
        Kind.TEXT: pa.string(),
        Kind.DAY: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", "UTC"),
        # Of any currency, to the last of its at most eight decimals.
        Kind.MONEY: pa.decimal128(38, 8),
        Kind.COUNT: pa.int64(),
        Kind.TRUTH: pa.bool_(),
    }
)
Rows = Iterator[list[Any]]


def export_table(context: TenantContext, name: str, form: TableFormat) -> Iterator[bytes]:
    """Return a table of the books as the member sees it, in blocks, with flat memory.

    `name` is one of the archive's tables; transactions come as in the CSV, with names for ids.

    Raises:
        PermissionDenied: the member may not export.
        NotFound: there is no such table.
    """
    context.require(Permission.EXPORT)
    if name not in BY_NAME:
        raise NotFound(f"There is no such table. Choose one of {', '.join(BY_NAME)}.")
    with tenant_transaction(context) as db:
        audit.record(db, "table.exported")
    with tenant_snapshot(context) as db:
        cells = rows_out(db, _statement(db, context, name))
    kinds = _kinds(name, next(cells))
    rows = ([_value(*pair) for pair in zip(kinds.values(), row, strict=True)] for row in cells)
    with ExitStack() as stack:
        spool = stack.enter_context(tempfile.TemporaryFile())
        write = _write_workbook if form is TableFormat.XLSX else _write_parquet
        write(spool, name, kinds, rows)
        stack.pop_all()
    spool.seek(0)
    return blocks_of(spool)


def _statement(db: Session, context: TenantContext, name: str) -> Select[*tuple[Any, ...]]:
    if name == "transactions":
        return transactions_statement(db)
    return statement_of(BY_NAME[name], context.user_id)


def _kinds(name: str, columns: list[str]) -> dict[str, Kind]:
    if name == "transactions":
        return {column: TRANSACTIONS.get(column, Kind.TEXT) for column in columns}
    types = BY_NAME[name].table.__table__.c
    return {column: _kind(column, types[column].type) for column in columns}


def _kind(column: str, type_: object) -> Kind:
    if column in MONEY:
        return Kind.MONEY
    known = {Date: Kind.DAY, DateTime: Kind.MOMENT, BigInteger: Kind.COUNT, Boolean: Kind.TRUTH}
    return next((kind for each, kind in known.items() if isinstance(type_, each)), Kind.TEXT)


def _value(kind: Kind, cell: str) -> object:
    return _VALUES[kind](cell) if cell else None


def _write_parquet(spool: IO[bytes], _name: str, kinds: Mapping[str, Kind], rows: Rows) -> None:
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in kinds.items()])
    with pq.ParquetWriter(spool, schema) as writer:
        while batch := list(islice(rows, ROWS)):
            columns = [
                pa.array(values, each.type)
                for values, each in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def _write_workbook(spool: IO[bytes], name: str, kinds: Mapping[str, Kind], rows: Rows) -> None:
    options = {
        "constant_memory": True, "remove_timezone": True, "default_date_format": "yyyy-mm-dd"
    }  # fmt: skip
    with Workbook(spool, options) as book:
        sheet = _sheet(book, name, kinds)
        for number, row in enumerate(rows):
            part, line = divmod(number, MOST_ROWS - 1)
            if part and not line:
                sheet = _sheet(book, f"{name} {part + 1}", kinds)
            for column, value in enumerate(row):
                _write_cell(sheet, (line + 1, column), value)


def _sheet(book: Workbook, name: str, kinds: Mapping[str, Kind]) -> Worksheet:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, kinds, book.add_format({"bold": True}))
    money = book.add_format({"num_format": "#,##0.00######"})
    for column, kind in enumerate(kinds.values()):
        sheet.set_column(column, column, WIDTH, money if kind is Kind.MONEY else None)
    return sheet


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: object) -> None:
    """Write a text as a text, whatever it begins with: no cell is ever a formula."""
    match value:
        case str():
            sheet.write_string(*place, value)
        case bool():
            sheet.write_boolean(*place, value)
        case Decimal() | int():
            sheet.write_number(*place, value)
        case date():
            sheet.write_datetime(*place, value)
