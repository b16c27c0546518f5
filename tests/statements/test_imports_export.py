"""FinTrack's own export comes back as it was."""

import csv
import io
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from pandas.testing import assert_frame_equal

from fintrack.access.sharing import ShareLevel, share_account
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    account_named,
    accounts,
    archive_account,
    create_account,
)
from fintrack.ledger.categories import CategoryKind, categories, create_category
from fintrack.ledger.filters import Status
from fintrack.ledger.recording import NewTransaction, SplitLine, blank, record_transaction
from fintrack.ledger.snapshots import insert_snapshots
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.money import CURRENCIES
from fintrack.schema import new_id
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
    trip, gift = create_tag(ana, "trip"), create_tag(ana, "a gift · or two")
    tree = categories(ana).set_index("name")["id"]
    groceries, salary = UUID(tree["Groceries"]), UUID(tree["Salary"])
    day = date(2026, 3, 1)
    for new in (
        NewTransaction(giro, day, -4200, "Grocer", "card · 12", "a note", groceries),
        NewTransaction(giro, day, -4200, "Grocer", "card · 12", "a note", groceries),
        NewTransaction(giro, day, 150000, "=cmd|' /C calc'!A0", "+1", "-2", salary),
        NewTransaction(giro, day, -1, "'quoted", 'He said "no", twice', "line one\nline two"),
        NewTransaction(giro, day, -2, "Hives", category_id=unknown, status=Status.PENDING),
        NewTransaction(giro, day, -3, "Kiosk", tags=(trip, gift), valued_on=date(2026, 3, 4)),
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


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Return the rows as they stand in the file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def without_ids(content: bytes) -> list[dict[str, str]]:
    """Return the rows with ids and transfers numbered by their first appearance."""
    rows = rows_of(content)
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


NASTY = [
    *[
        "=1+1",
        "+1",
        "-1",
        "@a",
        "'=1",
        "''=1",
        "'",
        "''",
        "'a",
        " =1",
        "\N{FULLWIDTH EQUALS SIGN}1",
    ],
    *['a"b', '"', '""', "a,b", "a;b", "·", "··", "a · b", "a ·· b", "· a", "a ·", " · ", "\\", "%"],
    *["\N{RIGHT-TO-LEFT OVERRIDE}x", "\N{NO-BREAK SPACE}=1", "e\N{COMBINING ACUTE ACCENT}", "😀"],
    *[
        "NULL",
        "\N{FULLWIDTH EQUALS SIGN}1",
        "\\N",
        "\\.",
        "0x1",
        "1e5",
        "2026-01-01",
        "'; drop table app.tag; --",
    ],
]


def test_texts_that_are_hard_to_write_come_back(ana: TenantContext, cleo: TenantContext) -> None:
    giro = create_account(ana, NewAccount("=Giro · 1", AccountKind.CHECKING, "EUR", OPENED))
    above = create_category(ana, "'=Above", CategoryKind.EXPENSE)
    for number, text in enumerate(NASTY):
        below = create_category(ana, f"{text}{number}", CategoryKind.EXPENSE, above)
        lines = (SplitLine(below, -1, text), SplitLine(None, -1, f"{text} · {text}"))
        tags = (create_tag(ana, f"{text}{number}"), create_tag(ana, f"{number}{text}"))
        for new in (
            NewTransaction(giro, OPENED, -1, text, text, f"{text}\n{text}", below, tags=tags),
            NewTransaction(giro, OPENED, -2, text, f"{text} · {text}", lines=lines, tags=tags),
        ):
            record_transaction(ana, new)
    content = exported(ana)

    report = imported(cleo, content)

    assert (report.new, report.rejected) == (2 * len(NASTY), 0)
    assert without_ids(exported(cleo)) == without_ids(content)


def test_amounts_of_every_currency_come_back(ana: TenantContext, cleo: TenantContext) -> None:
    rows = []
    for currency in CURRENCIES:
        new = NewAccount(f"In {currency}", AccountKind.CASH, currency, OPENED)
        account_id = create_account(ana, new)
        amounts = (10**15, -(10**15), 10**15 - 1, 1, -1, 10, 0, 123_456_789)
        rows += [blank(new_id(), account_id, currency, OPENED, each) for each in amounts]
    with tenant_transaction(ana) as db:
        insert_snapshots(db, rows)
    content = exported(ana)

    report = imported(cleo, content)

    assert (report.new, report.rejected) == (len(rows), 0)
    assert without_ids(exported(cleo)) == without_ids(content)


def test_a_category_keeps_its_kind_whatever_the_signs(
    ana: TenantContext, cleo: TenantContext
) -> None:
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))
    kinds = (CategoryKind.EXPENSE, CategoryKind.INCOME)
    spent, earned = (create_category(ana, "Bees", kind) for kind in kinds)
    for category_id in (spent, earned):
        for amount in (100, -100):
            record_transaction(ana, NewTransaction(giro, OPENED, amount, category_id=category_id))

    imported(cleo, exported(ana))

    tree = categories(cleo)
    assert sorted(tree.loc[tree["name"] == "Bees", "kind"]) == ["EXPENSE", "INCOME"]
    assert without_ids(exported(cleo)) == without_ids(exported(ana))


def test_an_export_has_a_row_for_each_transaction_and_each_line(book: TenantContext) -> None:
    rows = without_ids(exported(book))

    assert len(rows) == 8 + 3 + 4
    assert len({row["id"] for row in rows}) == 13


def test_an_export_adds_nothing_to_the_books_that_it_came_from(book: TenantContext) -> None:
    content = exported(book)

    report = imported(book, content)

    assert report.new == 0
    assert exported(book) == content


def test_an_export_makes_no_account_beside_an_archived_one(book: TenantContext) -> None:
    archive_account(book, account_named(book, "Yen").id)
    before, content = accounts(book, archived=True), exported(book)

    report = imported(book, content)

    assert (report.new, report.duplicate) == (0, 13)
    assert_frame_equal(accounts(book, archived=True), before)


def test_an_export_makes_no_account_of_what_one_may_only_look_at(
    book: TenantContext, eli: TenantContext
) -> None:
    private = NewAccount("Mine", AccountKind.CASH, "EUR", OPENED, visibility=Visibility.PRIVATE)
    mine = create_account(book, private)
    record_transaction(book, NewTransaction(mine, OPENED, -100, "Gift"))
    share_account(book, mine, eli.user_id, ShareLevel.READ)
    before = accounts(eli)

    report = imported(eli, exported(eli))

    assert (report.new, report.duplicate) == (0, 14)
    assert_frame_equal(accounts(eli), before)


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


def test_j4_a_file_with_another_tenants_ids_changes_nothing_there(
    book: TenantContext, cleo: TenantContext
) -> None:
    before = exported(book)
    imported(cleo, before.replace(b"Grocer", b"Somebody else"))
    assert exported(book) == before
    ids = [{row["id"] for row in rows_of(exported(each))} for each in (book, cleo)]
    assert len(ids[0]) == len(ids[1])
    assert ids[0].isdisjoint(ids[1])


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
