"""What FinTrack wrote of an account in other formats adds nothing to the account."""

import csv
import io
from datetime import date
from uuid import UUID, uuid4

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.account_files.export import AccountFormat, export_account
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.categories import CategoryKind, create_category
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.operations.archive.table_files import TableFormat, export_table
from tests.statements.importing import exported, imported, ofx_file, preview

OPENED, DAY = date(2026, 1, 1), date(2026, 3, 1)


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    """A little of everything, half of it from a bank."""
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 158500))
    savings = create_account(ana, NewAccount("Savings", AccountKind.SAVINGS, "EUR", OPENED))
    bees = create_category(ana, "Bees", CategoryKind.EXPENSE)
    lines = (SplitLine(bees, -700, "milk · bread"), SplitLine(None, -300))
    for new in (
        NewTransaction(giro, DAY, -4200, "Grocer", "card · 12", "a note", bees),
        NewTransaction(giro, DAY, -4200, "Grocer", "card · 12"),
        NewTransaction(giro, DAY, -1, "=1+1", "'quoted"),
        NewTransaction(giro, DAY, -1000, "Shop", lines=lines),
    ):
        record_transaction(ana, new)
    record_transfer(ana, NewTransfer(giro, savings, 5000, DAY))
    imported(ana, ofx_file([("20260303", "-3.00", "A1", "Kiosk")]), account_id=giro)
    return giro


def written(context: TenantContext, account_id: UUID, form: AccountFormat) -> bytes:
    return b"".join(export_account(context, account_id, form))


def test_ofx_of_an_account_adds_nothing_to_it(ana: TenantContext, giro: UUID) -> None:
    report = imported(ana, written(ana, giro, AccountFormat.OFX), account_id=giro)

    assert (report.new, report.duplicate) == (0, 6)


def test_ofx_knows_what_was_edited_since(ana: TenantContext, giro: UUID) -> None:
    content = written(ana, giro, AccountFormat.OFX)

    (statement,) = preview(ana, content.replace(b"Kiosk", b"Other"), account_id=giro).statements
    assert (statement.new, statement.probable) == (0, 0)


def test_ofx_of_an_account_comes_into_another_one(
    ana: TenantContext, cleo: TenantContext, giro: UUID
) -> None:
    content = written(ana, giro, AccountFormat.OFX)

    assert (imported(cleo, content).new, imported(cleo, content).new) == (6, 0)


def test_an_id_that_no_transaction_has_is_the_banks(ana: TenantContext, giro: UUID) -> None:
    content = ofx_file([("20260301", "-8.00", str(uuid4()), "Bank")])

    assert imported(ana, content, account_id=giro).new == 1
    assert imported(ana, content, account_id=giro).new == 0


def test_qif_of_an_account_adds_nothing_and_its_opening_does_not_count_twice(
    ana: TenantContext, giro: UUID
) -> None:
    content = written(ana, giro, AccountFormat.QIF)

    (statement,) = preview(ana, content, account_id=giro).statements
    assert (statement.new, statement.balance_after) == (0, statement.balance_before)
    assert "The opening balance of 1585.00 is that of Giro already" in " ".join(statement.notes)


@pytest.mark.parametrize("other", [(b"T1585.00", b"T1585.01"), (b"D2026-01-01", b"D2026-01-02")])
def test_an_opening_that_the_account_has_not_is_a_movement(
    ana: TenantContext, giro: UUID, other: tuple[bytes, bytes]
) -> None:
    content = written(ana, giro, AccountFormat.QIF)
    (statement,) = preview(ana, content.replace(*other), account_id=giro).statements
    assert statement.new == 1


def workbook(context: TenantContext) -> bytes:
    return b"".join(export_table(context, "transactions", TableFormat.XLSX))


def rows_without_ids(context: TenantContext) -> list[list[str]]:
    """Return what the export says, but for its ids of transactions and transfers."""
    rows = csv.reader(io.StringIO(exported(context).decode("utf-8-sig")))
    return sorted([*row[1:11], *row[12:]] for row in rows)


def test_a_workbook_of_transactions_adds_nothing_to_the_books(
    ana: TenantContext, giro: UUID
) -> None:
    before = exported(ana)

    report = imported(ana, workbook(ana))

    assert (report.new, report.duplicate, report.rejected) == (0, 7, 0)
    assert exported(ana) == before


def test_a_workbook_of_transactions_comes_into_other_books(
    ana: TenantContext, cleo: TenantContext, giro: UUID
) -> None:
    report = imported(cleo, workbook(ana))

    assert (report.new, report.rejected) == (7, 0)
    assert rows_without_ids(cleo) == rows_without_ids(ana)
    assert imported(cleo, workbook(ana)).new == 0
