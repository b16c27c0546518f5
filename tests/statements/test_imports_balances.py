"""A file's own balances against those of the books: when it comes in, and ever after."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.statements.history import imports
from fintrack.statements.stated_balances import STATED_BALANCES, stated_balances
from fintrack.statements.undoing import undo_import
from tests.statements.camt_files import IN, balance, document
from tests.statements.importing import csv_file, imported, ofx_file, preview

OPENED = date(2026, 1, 1)
MARCH = ofx_file([("20260302", "150.00", "a", "Employer")], balance="250.00")
CAMT = document(balance("OPBD", "10") + balance("CLBD", "15") + f"<Ntry>{IN}</Ntry>").encode()


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10000))


def kept(context: TenantContext) -> dict[Any, Any]:
    (row,) = imports(context).to_dict("records")
    return row


@pytest.fixture
def march(ana: TenantContext, giro: UUID) -> None:
    imported(ana, MARCH, account_id=giro)


@pytest.mark.usefixtures("march")
def test_the_balance_of_a_file_is_kept_with_its_day(ana: TenantContext) -> None:
    row = kept(ana)
    assert (row["file_balance"], row["difference"]) == (25000, 0)
    assert row["file_balance_on"].date() == date(2026, 3, 31)


@pytest.mark.usefixtures("march")
def test_an_edit_that_breaks_the_balance_is_seen(ana: TenantContext) -> None:
    (row,) = transactions(ana).frame.to_dict("records")
    change_transaction(ana, UUID(row["id"]), TransactionChange(amount=15500), row["version"])
    assert kept(ana)["difference"] == 500


@pytest.mark.usefixtures("march")
def test_what_comes_on_later_days_breaks_no_balance(ana: TenantContext, giro: UUID) -> None:
    record_transaction(ana, NewTransaction(giro, date(2026, 4, 1), -100))
    assert kept(ana)["difference"] == 0
    record_transaction(ana, NewTransaction(giro, date(2026, 3, 31), -100))
    assert kept(ana)["difference"] == -100


def test_a_file_without_a_balance_agrees_with_nothing(ana: TenantContext, giro: UUID) -> None:
    imported(ana, csv_file(), account_id=giro)
    assert imports(ana)[["file_balance", "file_balance_on", "difference"]].isna().all(axis=None)


@pytest.mark.parametrize(("opening", "off"), [(1000, 0), (900, -100)])
def test_the_opening_balance_is_compared_with_what_the_books_had(
    ana: TenantContext, opening: int, off: int
) -> None:
    new = NewAccount("Other", AccountKind.CHECKING, "EUR", OPENED, opening)
    account_id = create_account(ana, new)
    (statement,) = preview(ana, CAMT, account_id=account_id).statements
    assert (statement.file_opening, statement.opening_difference) == (1000, off)
    assert statement.difference == off


def test_a_matched_row_counts_once(ana: TenantContext, giro: UUID) -> None:
    record_transaction(ana, NewTransaction(giro, date(2026, 3, 1), 15000, "Employer"))
    (statement,) = preview(ana, MARCH, account_id=giro).statements
    assert (statement.probable, statement.difference) == (1, 0)


def stated(context: TenantContext) -> list[tuple[str, date, int, int]]:
    """Return what `stated_balances` tells, but for the currency."""
    rows = stated_balances(context)
    assert rows.columns.tolist() == list(STATED_BALANCES)
    return [
        (row["account_id"], row["on"].date(), row["balance"], row["difference"])
        for row in rows.to_dict("records")
    ]


@pytest.mark.usefixtures("march")
def test_the_latest_balance_of_each_account_is_held_against_the_books(
    ana: TenantContext, giro: UUID
) -> None:
    create_account(ana, NewAccount("Cash", AccountKind.CASH, "EUR", OPENED, 500))
    assert stated(ana) == [(str(giro), date(2026, 3, 31), 25000, 0)]
    february = ofx_file([("20260202", "-10.00", "b", "Baker")], balance="1.00")
    imported(ana, february.replace(b"20260331", b"20260228"), account_id=giro)
    assert stated(ana)[0][:3] == (str(giro), date(2026, 3, 31), 25000)


@pytest.mark.usefixtures("march")
def test_a_latest_balance_that_the_books_left_is_told_by_how_much(
    ana: TenantContext, giro: UUID
) -> None:
    record_transaction(ana, NewTransaction(giro, date(2026, 3, 31), -150))
    record_transaction(ana, NewTransaction(giro, date(2026, 4, 1), -999))
    assert [row[3] for row in stated(ana)] == [-150]


@pytest.mark.usefixtures("march")
def test_an_import_that_was_taken_back_states_nothing(ana: TenantContext) -> None:
    undo_import(ana, UUID(kept(ana)["import_id"]))
    assert stated(ana) == []


def test_of_two_balances_of_one_day_the_one_that_the_books_have_counts(
    ana: TenantContext, giro: UUID
) -> None:
    evening = [("20260331", "-10.00", "a", "Baker"), ("20260331", "-5.00", "b", "Butcher")]
    imported(ana, ofx_file(evening, balance="85.00"), account_id=giro)
    imported(ana, ofx_file(evening[:1], balance="90.00"), account_id=giro)
    assert [row[2:] for row in stated(ana)] == [(8500, 0)]


def test_a_balance_too_large_to_be_one_is_none(ana: TenantContext, giro: UUID) -> None:
    rows = [("20260302", "1.00", "a", "Employer")]
    report = imported(ana, ofx_file(rows, balance="-92233720368547758.00"), account_id=giro)
    assert (report.new, stated(ana)) == (1, [])
    assert imports(ana)["file_balance"].isna().all()
