"""Imported rows get the category that their payee usually has."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.categories import categories
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.statements import categorising
from tests.statements.importing import csv_file, imported

OPENED = date(2026, 1, 1)
GROCERIES = "Food \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} Groceries"


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10000))


def test_a_payee_gets_the_category_that_it_got_last(ana: TenantContext, giro: UUID) -> None:
    groceries = UUID(str(categories(ana).set_index("name").loc["Groceries", "id"]))
    before = NewTransaction(giro, date(2026, 2, 1), -100, "Grocer", category_id=groceries)
    record_transaction(ana, before)
    imported(ana, csv_file(), account_id=giro)
    found = transactions(ana).frame.set_index("payee")
    assert found["category"].tolist() == ["", *[GROCERIES] * 2]


@pytest.mark.parametrize(("looked_back", "category"), [(1, ""), (2, GROCERIES)])
def test_the_newest_transactions_of_a_payee_tell_his_category(
    ana: TenantContext,
    giro: UUID,
    monkeypatch: pytest.MonkeyPatch,
    looked_back: int,
    category: str,
) -> None:
    monkeypatch.setattr(categorising, "LOOKED_BACK", looked_back)
    groceries = UUID(str(categories(ana).set_index("name").loc["Groceries", "id"]))
    old = NewTransaction(giro, date(2026, 1, 1), -100, "Grocer", category_id=groceries)
    record_transaction(ana, old)
    record_transaction(ana, replace(old, booked_on=date(2026, 2, 1), category_id=None))
    imported(ana, csv_file(), account_id=giro)
    found = transactions(ana).frame.set_index("payee")
    assert found["category"].tolist() == ["", category, "", GROCERIES]
