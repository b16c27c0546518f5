"""FinTrack's own export comes back as it was."""

import csv
import io
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.categories import CategoryKind, categories, create_category
from fintrack.ledger.filters import Status
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.statements.undoing import undo_import
from tests.statements.importing import exported, imported

OPENED = date(2026, 1, 1)
Named = Callable[[str], UUID]


@pytest.fixture
def book(ana: TenantContext) -> TenantContext:
    """A little of everything: texts, categories, splits, transfers in one and two currencies."""
    giro = create_account(ana, NewAccount("Giro; =1+1", AccountKind.CHECKING, "EUR", OPENED))
    yen = create_account(ana, NewAccount("Yen", AccountKind.CASH, "JPY", OPENED))
    savings = create_account(ana, NewAccount("Savings", AccountKind.SAVINGS, "EUR", OPENED))
    unknown = create_category(ana, "Beekeeping", CategoryKind.EXPENSE)
    tree = categories(ana).set_index("name")["id"]
    groceries, salary = UUID(tree["Groceries"]), UUID(tree["Salary"])
    day = date(2026, 3, 1)
    for new in (
        NewTransaction(giro, day, -4200, "Grocer", "card · 12", "a note", groceries),
        NewTransaction(giro, day, -4200, "Grocer", "card · 12", "a note", groceries),
        NewTransaction(giro, day, 150000, "=cmd|' /C calc'!A0", "+1", "-2", salary),
        NewTransaction(giro, day, -1, "'quoted", 'He said "no", twice', "line one\nline two"),
        NewTransaction(giro, day, -2, "Hives", category_id=unknown, status=Status.PENDING),
        NewTransaction(yen, day, -500, "Ramen", status=Status.RECONCILED),
        NewTransaction(
            giro,
            date(2026, 3, 2),
            -1000,
            "Shop",
            "a · b",
            "split note",
            lines=(
                SplitLine(groceries, -700, "milk · bread"),
                SplitLine(None, -500),
                SplitLine(unknown, 200),
            ),
        ),
        NewTransaction(giro, date(2025, 12, 31), 0, "", ""),
    ):
        record_transaction(ana, new)
    record_transfer(ana, NewTransfer(giro, savings, 5000, day))
    record_transfer(ana, NewTransfer(giro, yen, 1000, day, amount_in=160000, note="trip"))
    return ana


def without_ids(content: bytes) -> list[dict[str, str]]:
    """Return the rows with ids and transfers numbered by their first appearance."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    numbers: dict[str, str] = {"": ""}
    for row in rows:
        for name in ("id", "transfer"):
            row[name] = numbers.setdefault(row[name], str(len(numbers)))
    return rows


def test_an_export_imports_back_without_change(book: TenantContext, cleo: TenantContext) -> None:
    content = exported(book)

    report = imported(cleo, content)

    assert report.rejected == 0
    assert without_ids(exported(cleo)) == without_ids(content)


def test_an_export_adds_nothing_to_the_books_that_it_came_from(book: TenantContext) -> None:
    content = exported(book)

    report = imported(book, content)

    assert report.new == 0
    assert exported(book) == content


def test_an_export_that_is_imported_twice_elsewhere_adds_nothing(
    book: TenantContext, cleo: TenantContext
) -> None:
    content = exported(book)
    imported(cleo, content)
    once = exported(cleo)

    assert imported(cleo, content).new == 0
    assert exported(cleo) == once


def test_categories_that_are_missing_are_made_below_the_ones_they_name(
    ana: TenantContext, cleo: TenantContext
) -> None:
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))
    above = create_category(ana, "Animals", CategoryKind.EXPENSE)
    bees = create_category(ana, "Bees", CategoryKind.EXPENSE, above)
    record_transaction(ana, NewTransaction(giro, OPENED, -100, "Hive", category_id=bees))

    imported(cleo, exported(ana))

    assert without_ids(exported(cleo)) == without_ids(exported(ana))
    tree = categories(cleo).set_index("name")
    assert tree["parent_id"]["Bees"] == tree["id"]["Animals"]


def test_an_imported_export_is_undone_without_asking(
    book: TenantContext, cleo: TenantContext
) -> None:
    report = imported(cleo, exported(book))

    assert undo_import(cleo, report.import_id).is_done
    assert without_ids(exported(cleo)) == []


def test_half_a_transfer_becomes_a_plain_row(ana: TenantContext, cleo: TenantContext) -> None:
    giro, savings = (
        create_account(ana, NewAccount(name, AccountKind.CHECKING, "EUR", OPENED))
        for name in ("Giro", "Savings")
    )
    record_transfer(ana, NewTransfer(giro, savings, 5000, OPENED))
    lines = exported(ana).splitlines(keepends=True)

    imported(cleo, b"".join(lines[:2]))

    (row,) = without_ids(exported(cleo))
    assert row["transfer"] == ""
