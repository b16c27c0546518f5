"""A bank's file beside what a whole book brought: matched on its days, and new after them."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from fintrack.access.tenants import NewTenant
from fintrack.context import TenantContext, TenantType
from fintrack.ledger.accounts import AccountKind, accounts
from fintrack.statements.books.book import Book, BookAccount, BookTransaction
from fintrack.statements.books.writing import bring_book
from fintrack.statements.imports import ImportReport
from fintrack.statements.undoing import undo_import
from tests.statements.importing import Row, csv_file, imported

GIRO = BookAccount("g", "Giro", "EUR", AccountKind.CHECKING)
SAVINGS = BookAccount("s", "Savings", "EUR", AccountKind.SAVINGS)


@pytest.fixture
def book(ana: TenantContext) -> TenantContext:
    moves = [
        *(BookTransaction("g", date(2026, 3, day), Decimal("-3.50"), "Kiosk") for day in (28, 30)),
        BookTransaction("g", date(2026, 3, 10), Decimal(-200), "Savings", transfer="t"),
        BookTransaction("s", date(2026, 3, 10), Decimal(200), "Giro", transfer="t"),
        BookTransaction("g", date(2026, 3, 12), Decimal(-42), "Grocer"),
    ]
    tenant = NewTenant("Old book", TenantType.FAMILY, "EUR", "ES")
    return bring_book(ana.session, Book("Test", "Old", (GIRO, SAVINGS), moves), tenant).context


def counts(context: TenantContext, *rows: Row) -> tuple[ImportReport, tuple[int, int]]:
    giro = accounts(context).set_index("name")["id"]["Giro"]
    report = imported(context, csv_file(rows), account_id=UUID(giro))
    return report, (report.new, report.duplicate)


def test_what_the_bank_books_after_a_book_is_new(book: TenantContext) -> None:
    rows = [(f"2026-04-0{day}", "-3.50", "Kiosk") for day in (1, 2, 3)]
    assert counts(book, *rows)[1] == (3, 0)


def test_what_a_book_has_on_the_days_of_a_file_is_matched_and_given_back(
    book: TenantContext,
) -> None:
    rows = [
        ("2026-03-09", "-1.00", "Bank fee"),
        ("2026-03-11", "-200.00", "Umbuchung Tagesgeld"),
        ("2026-03-15", "-42.00", "GROCER MARKET 12 MADRID"),
    ]
    for _ in range(2):
        report, found = counts(book, *rows)
        assert found == (1, 2)
        undo_import(book, report.import_id)
