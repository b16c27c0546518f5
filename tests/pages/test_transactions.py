"""The Transactions page: the list, its filters, and what is done to one or many."""

from datetime import date
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from tests.pages.opening import open_page
from tests.statements.importing import csv_file, imported


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


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def press(page: AppTest, label: str) -> None:
    """Press the button of this label, in a dialog rather than on the page beneath it."""
    [button for button in page.button if button.label == label][-1].click().run()


def shown_payees(page: AppTest) -> list[str]:
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


def test_a_filter_that_cannot_be_has_a_way_out(ana: TenantContext, checking: UUID) -> None:
    page = open_page(ana, "transactions", since="yesterday")
    assert "Show all" in labels(page)


def test_nothing_found_says_what_to_do(ana: TenantContext, checking: UUID) -> None:
    spend(ana, checking, "Grocer")
    page = open_page(ana, "transactions", payee="Nobody")
    assert "Nothing found" in [each.value for each in page.subheader]
    assert "Show all" in labels(page)


def test_where_no_payee_is_named_the_banks_text_is_shown(
    ana: TenantContext, checking: UUID
) -> None:
    new = NewTransaction(checking, date(2026, 3, 1), -100, description="POS 1234 KIOSK")
    record_transaction(ana, new)
    shown = open_page(ana, "transactions").dataframe[0].value
    assert (shown["payee"].iloc[0], shown["description"].iloc[0]) == ("POS 1234 KIOSK", "")


def test_a_filter_is_named_with_the_day_that_it_includes(
    ana: TenantContext, checking: UUID
) -> None:
    page = open_page(ana, "transactions", until="2026-03-01", min="-1234.5")
    chips = [label for label in labels(page) if "close" in label]
    assert any("to 28 Feb 2026" in chip for chip in chips)
    assert any(r"at least −1,234\.5" in chip for chip in chips)


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


def test_a_transaction_can_be_linked_to_while_it_is_open(
    ana: TenantContext, checking: UUID
) -> None:
    transaction_id = str(spend(ana, checking, "Grocer"))
    page = open_page(ana, "transactions", transaction=transaction_id)
    assert page.query_params["transaction"] == transaction_id


def test_a_transfer_that_was_not_linked_is_offered_where_one_side_is_opened(
    ana: TenantContext, ben: TenantContext, checking: UUID
) -> None:
    new = NewAccount("Savings", AccountKind.SAVINGS, "EUR", date(2026, 1, 1))
    into = NewTransaction(create_account(ana, new), date(2026, 3, 3), 4_200, "From checking")
    record_transaction(ana, into)
    out = spend(ana, checking, "To savings")
    assert "Link" not in labels(open_page(ben, "transactions", transaction=str(out)))

    page = open_page(ana, "transactions", transaction=str(out))
    offers = [each.value for each in page.markdown if each.value.startswith("Could be a transfer")]
    assert len(offers) == 1
    assert "Savings" in offers[0]
    assert "From checking" in offers[0]
    press(page, "Link")

    assert transactions(ana).frame["transfer_id"].nunique() == 1
    assert "Link" not in labels(open_page(ana, "transactions", transaction=str(out)))
    press(page, "Undo")
    assert not any(transactions(ana).frame["transfer_id"])


def test_what_is_not_there_does_not_stay_in_the_address(ana: TenantContext, checking: UUID) -> None:
    page = open_page(ana, "transactions", transaction=str(checking))
    assert "transaction" not in page.query_params


def test_a_change_of_details_closes_and_can_be_undone(ana: TenantContext, checking: UUID) -> None:
    page = open_page(ana, "transactions", transaction=str(spend(ana, checking, "Grocer")))
    next(each for each in page.text_input if each.label == "Payee").input("Greengrocer")
    press(page, "Save")
    assert shown_payees(page) == ["Greengrocer"]
    assert "Save the split" not in labels(page)
    page.button(key="undo").click().run()
    assert shown_payees(page) == ["Grocer"]


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


def test_an_opened_transaction_shows_the_row_of_its_file(
    ana: TenantContext, ben: TenantContext
) -> None:
    imported(ana, csv_file([("2026-03-01", "-42.00", "*Grocer*")]))
    (wanted,) = transactions(ana).frame["id"]
    for member in (ana, ben):
        page = open_page(member, "transactions", transaction=wanted)
        assert [each.value for each in page.code] == ["2026-03-01,-42.00,*Grocer*"]
