"""Into which account a statement goes: one of the books, or a new one as the member wants it."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import streamlit as st

from fintrack.context import TenantContext
from fintrack.ledger.accounts import NewAccount
from fintrack.money import decimal_amount, format_money, rounded_minor_units
from fintrack.statements.drops import Part
from fintrack.statements.summaries import StatementPreview
from fintrack.statements.targets import proposed_account
from fintrack.texts import neutral
from fintrack.ui.account_forms import OWED_HELP, kind_input
from fintrack.ui.choices import currency_input
from fintrack.ui.failures import shown_refusals
from fintrack.ui.ledger_inputs import amount_input, read_amount
from fintrack.ui.text import unmarked

NEW_ACCOUNT = "new"
Choose = Callable[[UUID | NewAccount], None]


def destination(
    context: TenantContext, key: str, part: Part, choose: Choose, *, edits: bool
) -> None:
    """Let the member say where the statement goes; `choose` is told what he says.

    A new account can be corrected here if this is the place that `edits` it.
    """
    statement = part.statement
    new = statement.new_account
    names = {str(each.id): f"{each.name} ({each.currency})" for each in statement.choices}
    names[NEW_ACCOUNT] = f"New account: {new.name}" if new else "A new account"
    chosen = str(statement.account.id) if statement.account else NEW_ACCOUNT
    options = list(names)
    wanted = st.selectbox(
        f"{unmarked(statement.label or 'Statement')} goes into",
        options,
        options.index(chosen) if chosen in options else 0,
        format_func=names.__getitem__,
        key=f"into {key} {chosen} {names[NEW_ACCOUNT]}",
    )
    if wanted != chosen:
        with shown_refusals():
            choose(_proposal(statement) if wanted == NEW_ACCOUNT else UUID(wanted))
    elif new is not None and edits:
        _new_account(context, key, statement, new, choose)


def _proposal(statement: StatementPreview) -> NewAccount:
    return proposed_account(statement.plan, "", [each.name for each in statement.choices])


def _new_account(
    context: TenantContext, key: str, statement: StatementPreview, new: NewAccount, choose: Choose
) -> None:
    """Show the new account as the file suggests it, for correction before it is made."""
    form = f"new account {key} {hash(new)}"
    with (
        st.expander("The new account", icon=":material/edit:"),
        st.form(form, border=False),
    ):
        name = st.text_input("Name", new.name, max_chars=80, autocomplete="off")
        left, right = st.columns(2)
        with left:
            kind = kind_input(new.kind)
        with right:
            currency = _currency(statement, new)
        balance = amount_input(
            "Opening balance", new.opening_balance, new.currency, context, key=f"opening {form}"
        )
        st.caption(OWED_HELP)
        submitted = st.form_submit_button("Use these values")
    if submitted:
        with shown_refusals():
            opening = _opening(balance, currency, new, context)
            said = replace(new, name=neutral(name), kind=kind, currency=currency)
            choose(replace(said, opening_balance=opening))


def _opening(text: str, currency: str, new: NewAccount, context: TenantContext) -> int:
    """An amount that was left as it is shown is meant in the other currency as well."""
    if text != format_money(new.opening_balance, new.currency, context.locale):
        return read_amount(text, currency, context)
    return rounded_minor_units(decimal_amount(new.opening_balance, new.currency), currency)


def _currency(statement: StatementPreview, new: NewAccount) -> str:
    """A file that names its currency leaves no choice."""
    if statement.plan.names_currency:
        st.text_input("Currency", new.currency, disabled=True)
        return new.currency
    return currency_input(new.currency)
