"""How columns were read is remembered by account and header, and for no other."""

from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.statements.imports import commit_import
from fintrack.statements.mapping import answered
from fintrack.statements.previews import Preview
from tests.statements.importing import csv_file, preview

OPENED = date(2026, 1, 1)
OPEN = csv_file([("03/04/2026", "-1.00", "B")])


def account_of(context: TenantContext, name: str, number: str = "") -> UUID:
    new = NewAccount(name, AccountKind.CHECKING, "EUR", OPENED, number=number)
    return create_account(context, new)


def teach(context: TenantContext, account_id: UUID, order: str, content: bytes = OPEN) -> None:
    """Import an open file into the account, with its dates in this order."""
    asked = preview(context, content, account_id=account_id)
    assert asked.mapping is not None
    mapping = answered(asked.mapping, "date_order", order)
    commit_import(context, preview(context, content, account_id=account_id, mapping=mapping))


def asked_for(seen: Preview) -> list[str]:
    return [question.field for question in seen.questions]


def days(seen: Preview) -> list[str]:
    assert not seen.questions
    return [day for each in seen.statements for day in each.rows["booked_on"].dt.strftime("%d %b")]


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    """An account whose bank writes the day first."""
    made = account_of(ana, "Giro", "11111111")
    teach(ana, made, "dmy")
    return made


def test_each_account_is_read_in_its_own_way(ana: TenantContext, giro: UUID) -> None:
    card = account_of(ana, "Card")
    teach(ana, card, "mdy")
    assert days(preview(ana, OPEN, account_id=giro)) == ["03 Apr"]
    assert days(preview(ana, OPEN, account_id=card)) == ["04 Mar"]


def test_an_account_that_was_never_read_is_asked_for(ana: TenantContext, giro: UUID) -> None:
    card = account_of(ana, "Card")
    assert asked_for(preview(ana, OPEN, account_id=card)) == ["date_order"]
    assert asked_for(preview(ana, OPEN, accounts={"": card})) == ["date_order"]


def test_a_header_that_was_never_read_is_asked_for(ana: TenantContext, giro: UUID) -> None:
    other = OPEN.replace(b"Payee", b"Name of payee")
    assert asked_for(preview(ana, other, account_id=giro)) == ["date_order"]


def test_a_file_that_names_no_account_goes_where_its_header_is_known(
    ana: TenantContext, giro: UUID
) -> None:
    seen = preview(ana, OPEN)
    assert days(seen) == ["03 Apr"]
    assert [each.account.id for each in seen.statements if each.account] == [giro]


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_a_file_that_may_be_of_two_accounts_leaves_the_question_open(
    ana: TenantContext, giro: UUID, order: str
) -> None:
    teach(ana, account_of(ana, "Card"), order)
    later = csv_file([("05/06/2026", "-1.00", "B")])
    assert asked_for(preview(ana, later)) == ["date_order"]


@pytest.mark.parametrize("named", ["22222222", "33333333"])
def test_a_file_that_names_another_account_is_not_read_like_the_known_one(
    ana: TenantContext, giro: UUID, named: str
) -> None:
    account_of(ana, "Card", "22222222")
    assert asked_for(preview(ana, f"Account: {named}\n\n".encode() + OPEN)) == ["date_order"]


def test_a_file_that_names_its_account_is_read_like_it(ana: TenantContext, giro: UUID) -> None:
    teach(ana, account_of(ana, "Card", "22222222"), "mdy")
    for number, day in (("11111111", "03 Apr"), ("22222222", "04 Mar")):
        seen = preview(ana, f"Account: {number}\n\n".encode() + OPEN)
        assert days(seen) == [day]


def test_a_file_of_several_accounts_is_read_like_all_of_them(ana: TenantContext) -> None:
    head, rows = OPEN.decode().splitlines()
    content = f"Account,{head}\nGiro,{rows}\nCard,{rows}\n".encode()
    asked = preview(ana, content)
    assert asked.mapping is not None
    commit_import(ana, preview(ana, content, mapping=answered(asked.mapping, "date_order", "dmy")))
    assert days(preview(ana, content)) == ["03 Apr"] * 2
    other = content.replace(b"Card", b"Wallet")
    assert asked_for(preview(ana, other)) == ["date_order"]


def test_a_bank_that_changed_its_dates_is_read_as_it_writes_now(
    ana: TenantContext, giro: UUID
) -> None:
    later = csv_file([("04/25/2026", "-1.00", "A"), ("05/06/2026", "-1.00", "B")])
    seen = preview(ana, later, account_id=giro)
    assert days(seen) == ["25 Apr", "06 May"]
    assert seen.rejected == 0
