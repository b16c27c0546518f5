"""The rows of bank files behind a transaction."""

from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import NotFound
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import transactions
from fintrack.statements.undoing import undo_import
from tests.isolation.private_accounts import FILE, MARCH, filled
from tests.statements.importing import csv_file, imported


def known(context: TenantContext, payee: str) -> UUID:
    found = transactions(context).frame
    return UUID(found.loc[found["payee"] == payee, "id"].iloc[0])


def test_a_transaction_knows_each_file_row_that_named_it(
    ana: TenantContext, dora: TenantContext
) -> None:
    imported(ana, csv_file([("2026-03-01", "-42.00", "Grocer")]))
    imported(dora, csv_file([("2026-03-02", "5.00", "Friend"), ("2026-03-01", "-42.00", "Grocer")]))
    rows = transaction(ana, known(ana, "Grocer")).sources
    assert [(each.line, each.raw, each.is_origin, each.imported_by) for each in rows] == [
        (2, "2026-03-01,-42.00,Grocer", True, "Ana"),
        (3, "2026-03-01,-42.00,Grocer", False, "Dora"),
    ]


def test_an_undone_import_stands_behind_nothing(ana: TenantContext) -> None:
    imported(ana, csv_file([("2026-03-01", "-42.00", "Grocer")]))
    again = imported(ana, csv_file([("2026-03-01", "-42.00", "Grocer")]))
    undo_import(ana, again.import_id)
    assert len(transaction(ana, known(ana, "Grocer")).sources) == 1


def test_another_tenants_row_is_not_there(ana: TenantContext, cleo: TenantContext) -> None:
    imported(ana, csv_file([("2026-03-01", "-42.00", "Grocer")]))
    with pytest.raises(NotFound):
        transaction(cleo, known(ana, "Grocer"))


def test_a_transaction_that_moves_into_sight_leaves_its_file_row_behind(
    ana: TenantContext, eli: TenantContext
) -> None:
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", MARCH))
    secret = filled(eli)
    baker = record_transaction(eli, NewTransaction(secret, date(2026, 3, 5), -700, "Baker"))
    imported(eli, FILE, account_id=secret)
    change_transaction(eli, baker, TransactionChange(account_id=giro))
    assert [each.raw for each in transaction(eli, baker).sources] == ["2026-03-05,-7.00,Baker,5.00"]
    assert transaction(ana, baker).sources == ()
