"""The rows of bank files behind a transaction."""

from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import NotFound
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import transactions
from fintrack.statements.undoing import undo_import
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
