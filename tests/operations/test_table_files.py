"""Every table leaves as a workbook and as Parquet, exact and harmless."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from python_calamine import load_workbook

from fintrack.context import TenantContext
from fintrack.errors import NotFound, PermissionDenied
from fintrack.operations.archive.table_files import TableFormat, export_table
from fintrack.operations.archive.tables import TABLES
from tests.conftest import open_database, sign_up
from tests.databases import Shelf
from tests.operations.books import keep_book, members_of

XLSX, PARQUET = TableFormat


@pytest.fixture(scope="module")
def book(shelf: Shelf) -> Iterator[TenantContext]:
    """Ana, whose book is kept; nothing changes it."""
    with pytest.MonkeyPatch.context() as environment, open_database(shelf, environment):
        ana = sign_up("Ana", "Rivera family")
        keep_book(ana)
        yield ana


def file_of(me: TenantContext, table: str, form: TableFormat) -> io.BytesIO:
    return io.BytesIO(b"".join(export_table(me, table, form)))


@pytest.mark.parametrize("table", [each.name for each in TABLES])
def test_both_formats_hold_every_row_of_the_book(book: TenantContext, table: str) -> None:
    (sheet,) = load_workbook(file_of(book, table, XLSX)).sheet_names
    rows = load_workbook(file_of(book, table, XLSX)).get_sheet_by_name(sheet).to_python()
    found = pq.read_table(file_of(book, table, PARQUET))
    assert rows[0] == found.column_names
    assert len(rows) - 1 == found.num_rows > 0


def test_a_transaction_is_typed_and_exact(book: TenantContext) -> None:
    found = pq.read_table(file_of(book, "transactions", PARQUET)).to_pylist()
    first = next(row for row in found if row["payee"] == "=cmd|' /C calc'!A0")
    assert (first["date"], first["amount"]) == (date(2026, 3, 1), Decimal("-42.00"))
    assert first["note"] == "one\nline \ntwo"
    dinar = next(row for row in found if row["currency"] == "KWD")
    assert dinar["amount"] == Decimal("0.333")


def test_a_workbook_holds_numbers_days_and_no_formula(book: TenantContext) -> None:
    file = file_of(book, "transactions", XLSX)
    rows = load_workbook(file).get_sheet_by_index(0).to_python()
    first = dict(
        zip(rows[0], next(row for row in rows if "=cmd|' /C calc'!A0" in row), strict=False)
    )
    assert (first["date"], first["amount"]) == (date(2026, 3, 1), -42)
    sheet = members_of(file.getvalue())["xl/worksheets/sheet1.xml"]
    assert b"<f>" not in sheet


def test_moments_are_moments(book: TenantContext) -> None:
    found = pq.read_table(file_of(book, "accounts", PARQUET)).to_pylist()
    (moment,) = [row["archived_at"] for row in found if row["archived_at"]]
    assert abs(datetime.now(UTC) - moment) < timedelta(hours=1)


def test_an_empty_table_has_its_columns(ana: TenantContext) -> None:
    assert pq.read_table(file_of(ana, "tags", PARQUET)).column_names == ["id", "name"]
    assert len(load_workbook(file_of(ana, "tags", XLSX)).get_sheet_by_index(0).to_python()) == 1


def test_an_unknown_table_is_not_found(ana: TenantContext) -> None:
    with pytest.raises(NotFound, match="Choose one of accounts, categories"):
        export_table(ana, "users", XLSX)


def test_whoever_may_not_export_gets_no_table(ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        export_table(ben, "tags", XLSX)
