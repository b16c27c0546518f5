"""Dialogs of accounts: open one, change one."""

import streamlit as st

from fintrack.access.sharing import show_account
from fintrack.analytics.periods import today_of
from fintrack.context import TenantContext
from fintrack.ledger.accounts import (
    AccountChange,
    AccountKind,
    AccountRecord,
    NewAccount,
    Side,
    Visibility,
    create_account,
    update_account,
)
from fintrack.ui.account_sight import sight_input
from fintrack.ui.choices import currency_input
from fintrack.ui.failures import shown_refusals
from fintrack.ui.ledger_inputs import amount_input, read_amount
from fintrack.ui.text import escaped
from fintrack.ui.undo import done

KIND_NAMES = {
    AccountKind.CHECKING: "Checking",
    AccountKind.SAVINGS: "Savings",
    AccountKind.CASH: "Cash",
    AccountKind.CREDIT_CARD: "Credit card",
    AccountKind.LOAN: "Loan",
    AccountKind.INVESTMENT: "Investment",
    AccountKind.PROPERTY: "Property",
    AccountKind.OTHER: "Other",
}
KIND_ICONS = {
    AccountKind.CHECKING: ":material/account_balance:",
    AccountKind.SAVINGS: ":material/savings:",
    AccountKind.CASH: ":material/payments:",
    AccountKind.CREDIT_CARD: ":material/credit_card:",
    AccountKind.LOAN: ":material/request_quote:",
    AccountKind.INVESTMENT: ":material/show_chart:",
    AccountKind.PROPERTY: ":material/home_work:",
    AccountKind.OTHER: ":material/wallet:",
}
SIDE_NAMES = {Side.ASSET: "Something owned", Side.LIABILITY: "Something owed"}
OWED_HELP = "What is owed is negative: type -1,200.00 for a debt of 1,200."


@st.dialog("New account", icon=":material/add:")
def new_account_dialog(context: TenantContext) -> None:
    """Ask for an account and open it."""
    name = st.text_input(
        "Name", max_chars=80, autocomplete="off", placeholder="Checking at my bank"
    )
    kind = kind_input(AccountKind.CHECKING)
    side = _side_input(kind.usual_side)
    left, right = st.columns(2)
    with left:
        currency = currency_input(context.currency)
        opened_on = st.date_input("Opened on", today_of(context), format="YYYY-MM-DD")
    with right:
        balance = amount_input("Opening balance", 0, currency, context, key="opening balance")
        number = st.text_input("Number or IBAN", max_chars=64, autocomplete="off")
    people = sight_input(context, Visibility.EVERYONE, {})
    if st.button("Add the account", type="primary", width="stretch", key="create account"):
        with shown_refusals():
            opening = read_amount(balance, currency, context)
            sight = Visibility.EVERYONE if people is None else Visibility.PRIVATE
            account_id = create_account(
                context, NewAccount(name, kind, currency, opened_on, opening, side, sight, number)
            )
            if people:
                show_account(context, account_id, people)
            done(f"Added {escaped(name)}.")


@st.dialog("Edit account", icon=":material/edit:")
def edit_account_dialog(context: TenantContext, account: AccountRecord) -> None:
    """Show an account's values as inputs and save what was changed."""
    name = st.text_input("Name", account.name, max_chars=80, autocomplete="off")
    kind = kind_input(account.kind)
    side = _side_input(account.side)
    left, right = st.columns(2)
    with left:
        opened_on = st.date_input("Opened on", account.opened_on, format="YYYY-MM-DD")
    with right:
        balance = amount_input(
            "Opening balance", account.opening_balance, account.currency, context, key="opening"
        )
    number = st.text_input("Number or IBAN", account.number, max_chars=64, autocomplete="off")
    if st.button("Save", type="primary", width="stretch", key="save account"):
        with shown_refusals():
            opening = read_amount(balance, account.currency, context)
            change = AccountChange(name, kind, side, opened_on, opening, number=number)
            update_account(context, account.id, change, account.version)
            done("Saved.")


def kind_of(word: str) -> AccountKind:
    """Return the kind that a table names by its word."""
    return AccountKind(word)


def kind_input(chosen: AccountKind) -> AccountKind:
    """Draw the choice of an account's kind and return it."""
    kinds = list(AccountKind)
    return st.selectbox("Kind", kinds, kinds.index(chosen), format_func=KIND_NAMES.__getitem__)


def _side_input(chosen: Side) -> Side:
    sides = list(Side)
    return (
        st.segmented_control(
            "What it is",
            sides,
            default=chosen,
            format_func=SIDE_NAMES.__getitem__,
            required=True,
            key=f"side {chosen}",
            help=OWED_HELP,
        )
        or chosen
    )
