"""The dialogs of the ledger: what they ask, what they write, what they refuse."""

from datetime import date
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, Side, accounts, create_account
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transactions import transactions
from tests.pages.opening import open_dialog

OPENED = date(2026, 1, 1)


def new_transaction() -> None:
    """Open the dialog of a new transaction."""
    from fintrack.ledger.accounts import account_names  # noqa: PLC0415 - a script of its own
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above
    from fintrack.ui.transaction_forms import new_transaction_dialog  # noqa: PLC0415 - as above

    new_transaction_dialog(tenant_context(), account_names(tenant_context()))


def new_transfer() -> None:
    """Open the dialog of a new transfer."""
    from fintrack.ledger.accounts import account_names  # noqa: PLC0415 - a script of its own
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above
    from fintrack.ui.transaction_forms import new_transfer_dialog  # noqa: PLC0415 - as above

    new_transfer_dialog(tenant_context(), account_names(tenant_context()))


def new_account() -> None:
    """Open the dialog of a new account."""
    from fintrack.ui.account_forms import new_account_dialog  # noqa: PLC0415 - as above
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above

    new_account_dialog(tenant_context())


@pytest.fixture
def checking(ana: TenantContext) -> UUID:
    """Ana's checking account."""
    return create_account(ana, NewAccount("Checking", AccountKind.CHECKING, "EUR", OPENED))


def type_in(page: AppTest, **texts: str) -> None:
    """Type into the inputs whose labels begin with these words, _ for a space."""
    for word, text in texts.items():
        label = word.replace("_", " ")
        next(each for each in page.text_input if each.label.startswith(label)).input(text)


def press(page: AppTest, label: str) -> list[str]:
    """Press the button and return the sentences that refuse it."""
    next(each for each in page.button if each.label == label).click()
    page.run()
    assert not page.exception
    return [each.value for each in page.error]


def test_a_transaction_is_recorded_as_it_was_typed(ana: TenantContext, checking: UUID) -> None:
    page = open_dialog(ana, new_transaction)
    type_in(page, Amount="1,234.50", Payee="Landlord")
    assert press(page, "Add") == []
    (row,) = transactions(ana).frame.to_dict("records")
    assert (row["payee"], row["amount"], row["account_id"]) == ("Landlord", -123_450, str(checking))


def test_money_in_is_positive_whatever_its_sign(ana: TenantContext, checking: UUID) -> None:
    page = open_dialog(ana, new_transaction)
    page.button_group[0].set_value("Money in")
    type_in(page, Amount="-12")
    assert press(page, "Add") == []
    assert transactions(ana).frame["amount"].tolist() == [1_200]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type an amount in EUR, such as 12.50."),
        ("twelve", "'twelve' is not an amount in EUR."),
        ("1.234", "EUR has 2 decimals; the amount has more."),
    ],
)
def test_an_amount_that_is_none_is_refused_in_one_sentence(
    ana: TenantContext, checking: UUID, typed: str, sentence: str
) -> None:
    page = open_dialog(ana, new_transaction)
    type_in(page, Amount=typed)
    assert press(page, "Add") == [sentence]
    assert transactions(ana).frame.empty


def test_tags_are_asked_for_only_when_there_are_any(ana: TenantContext, checking: UUID) -> None:
    assert not open_dialog(ana, new_transaction).multiselect
    create_tag(ana, "holiday")
    assert [each.label for each in open_dialog(ana, new_transaction).multiselect] == ["Tags"]


def test_a_transfer_between_two_currencies_asks_for_both_amounts(
    ana: TenantContext, checking: UUID
) -> None:
    create_account(ana, NewAccount("Yen", AccountKind.SAVINGS, "JPY", OPENED))
    page = open_dialog(ana, new_transfer)
    type_in(page, Amount="10", Amount_received="1600")
    assert press(page, "Transfer") == []
    assert sorted(transactions(ana).frame["amount"]) == [-1_000, 1_600]


def test_an_account_is_opened_as_it_was_typed(ana: TenantContext) -> None:
    page = open_dialog(ana, new_account)
    type_in(page, Name="Visa", Opening_balance="-1,200.00")
    page.selectbox[0].set_value(AccountKind.CREDIT_CARD).run()
    assert press(page, "Add the account") == []
    (row,) = accounts(ana).to_dict("records")
    assert (row["name"], row["balance"], row["side"]) == ("Visa", -120_000, Side.LIABILITY)


def test_an_account_without_a_name_is_refused_in_one_sentence(ana: TenantContext) -> None:
    page = open_dialog(ana, new_account)
    assert press(page, "Add the account") == ["The name of the account is missing."]
