"""How the functions of `operations` are called."""

import io
from collections.abc import Iterator

import pyarrow.parquet as pq

from fintrack.context import Flag, Role
from fintrack.operations.archive.export import export_book
from fintrack.operations.archive.table_files import TableFormat, export_table
from tests.isolation.functions import Case, Function
from tests.operations.books import members_of


def _tables(book: Iterator[bytes]) -> tuple[str, ...]:
    """Return the lines of all tables; the manifest has but their hashes."""
    members = members_of(b"".join(book))
    tables = [members[name].decode() for name in sorted(members) if name.endswith(".csv")]
    return tuple(line for table in tables for line in table.splitlines()[1:])


def _rows(file: Iterator[bytes]) -> tuple[str, ...]:
    rows = pq.read_table(io.BytesIO(b"".join(file))).to_pylist()
    return tuple(",".join(map(str, row.values())) for row in rows)


OPERATIONS: dict[Function, Case] = {
    export_book: Case(Role.VIEWER, call=lambda me, own: _tables(export_book(me)), flag=Flag.EXPORT),
    export_table: Case(
        Role.VIEWER,
        call=lambda me, own: _rows(export_table(me, "accounts", TableFormat.PARQUET)),
        flag=Flag.EXPORT,
    ),
}
