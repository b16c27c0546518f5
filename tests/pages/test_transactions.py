"""The Transactions page: the list, its filters, and what is done to one or many."""

from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.pages.opening import open_page


@pytest.fixture
def checking(ana: TenantContext) -> UUID:
    """Ana's checking account."""
    new = NewAccount("Checking", AccountKind.CHECKING, "EUR", date(2026, 1, 1))
    return create_account(ana, new)


def spend(context: TenantContext, account_id: UUID, payee: str, day: int = 1) -> UUID:
    """Record 42.00 EUR out in March."""
    return record_transaction(
        context, NewTransaction(account_id, date(2026, 3, day), -4_200, payee)
    )


def shown_payees(page) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Return the payees of the list, in its order."""
    payees: list[str] = page.dataframe[0].value["payee"].tolist()
    return payees


def test_without_an_account_the_page_names_the_next_step(ana: TenantContext) -> None:
    page = open_page(ana, "transactions")
    assert [each.value for each in page.subheader] == ["No account yet"]


def test_the_list_is_newest_first(ana: TenantContext, checking: UUID) -> None:
    spend(ana, checking, "Grocer", 1)
    spend(ana, checking, "Baker", 2)
    assert shown_payees(open_page(ana, "transactions")) == ["Baker", "Grocer"]


def test_amounts_have_a_real_minus_sign(ana: TenantContext, checking: UUID) -> None:
    spend(ana, checking, "Grocer")
    page = open_page(ana, "transactions")
    assert page.dataframe[0].value["amount"].tolist() == ["−€42.00"]


def test_the_address_filters_the_list(ana: TenantContext, checking: UUID) -> None:
    spend(ana, checking, "Grocer", 1)
    spend(ana, checking, "Baker", 20)
    page = open_page(ana, "transactions", since="2026-03-10", until="2026-03-30")
    assert shown_payees(page) == ["Baker"]


def test_a_filter_that_cannot_be_is_one_sentence(ana: TenantContext, checking: UUID) -> None:
    page = open_page(ana, "transactions", since="yesterday")
    assert len(page.error) == 1
    assert "since" in page.error[0].value


def test_nothing_found_says_what_to_do(ana: TenantContext, checking: UUID) -> None:
    spend(ana, checking, "Grocer")
    page = open_page(ana, "transactions", payee="Nobody")
    assert "Nothing found" in [each.value for each in page.subheader]


def test_a_page_of_many_leads_to_older_ones(ana: TenantContext, checking: UUID) -> None:
    for day in range(1, 29):
        spend(ana, checking, f"Payee {day}", day)
    page = open_page(ana, "transactions")
    assert len(shown_payees(page)) == 25
    page.button(key="older").click().run()
    assert shown_payees(page) == ["Payee 3", "Payee 2", "Payee 1"]


def test_a_viewer_sees_the_list_and_no_way_to_change_it(
    ana: TenantContext, ben: TenantContext, checking: UUID
) -> None:
    spend(ana, checking, "Grocer")
    page = open_page(ben, "transactions")
    assert shown_payees(page) == ["Grocer"]
    labels = {button.label for button in page.button}
    assert not labels & {"Add", "Transfer", "Delete", "Categorise"}


def test_the_address_opens_one_transaction(ana: TenantContext, checking: UUID) -> None:
    transaction_id = spend(ana, checking, "Grocer")
    page = open_page(ana, "transactions", transaction=str(transaction_id))
    assert "Save the split" in [button.label for button in page.button]


@pytest.mark.parametrize("wanted", ["foreign", "nonsense"])
def test_a_foreign_transaction_and_nonsense_are_not_there(
    ana: TenantContext, cleo: TenantContext, checking: UUID, wanted: str
) -> None:
    other = create_account(
        cleo, NewAccount("Checking", AccountKind.CHECKING, "EUR", date(2026, 1, 1))
    )
    address = str(spend(cleo, other, "Xylophone")) if wanted == "foreign" else wanted
    page = open_page(ana, "transactions", transaction=address)
    assert len(page.error) == 1
    assert "Xylophone" not in str(page.main)


def test_a_deleted_transaction_is_gone_from_the_list(ana: TenantContext, checking: UUID) -> None:
    spend(ana, checking, "Baker")
    delete_transactions(ana, [spend(ana, checking, "Grocer")])
    assert shown_payees(open_page(ana, "transactions")) == ["Baker"]
