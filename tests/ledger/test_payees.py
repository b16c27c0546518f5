"""Payees and tags: names that members gave, which tell nothing of hidden accounts."""

from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import Conflict, NotFound
from fintrack.ledger.payees import (
    create_payee,
    delete_payee,
    payees,
    rename_payee,
)
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.tags import create_tag, delete_tag, rename_tag, tags
from fintrack.ledger.undo import undo
from tests.ledger.conftest import MARCH, Record


def test_a_payee_is_named_once(ana: TenantContext) -> None:
    create_payee(ana, "Grocer")
    with pytest.raises(Conflict):
        create_payee(ana, "GROCER")
    assert payees(ana)["name"].tolist() == ["Grocer"]


def test_the_payees_of_a_hidden_account_are_not_listed(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    record_transaction(ana, NewTransaction(secret, MARCH, -100, "Jeweller"))
    assert "Jeweller" not in str(payees(eli).to_dict())


def test_renaming_a_payee_renames_its_transactions_and_can_be_undone(
    ana: TenantContext, record: Record
) -> None:
    one = record(1, -100, "Grocer")
    change_set = rename_payee(ana, create_payee(ana, "Grocer"), "Green Grocer")
    assert transaction(ana, one).payee == "Green Grocer"
    undo(ana, change_set)
    assert transaction(ana, one).payee == "Grocer"


def test_a_deleted_payee_stays_on_its_transactions(ana: TenantContext, record: Record) -> None:
    one = record(1, -100, "Grocer")
    delete_payee(ana, create_payee(ana, "Grocer"))
    assert payees(ana).empty
    assert transaction(ana, one).payee == "Grocer"


def test_another_tenants_payee_does_not_exist(ana: TenantContext, cleo: TenantContext) -> None:
    with pytest.raises(NotFound):
        delete_payee(cleo, create_payee(ana, "Grocer"))


def test_a_tag_is_made_renamed_and_deleted(ana: TenantContext, record: Record) -> None:
    tag = create_tag(ana, "Holiday")
    one = record(1, -100, tags=(tag,))
    rename_tag(ana, tag, "Summer")
    assert [each.name for each in transaction(ana, one).tags] == ["Summer"]
    delete_tag(ana, tag)
    assert transaction(ana, one).tags == ()
    assert tags(ana).empty


def test_another_tenants_tag_does_not_exist(ana: TenantContext, cleo: TenantContext) -> None:
    tag = create_tag(ana, "Holiday")
    with pytest.raises(NotFound):
        rename_tag(cleo, tag, "Mine")
    with pytest.raises(NotFound):
        delete_tag(cleo, tag)
