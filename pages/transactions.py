"""Transactions: search, filter, edit, split, transfer, and what is done to many at once."""

from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.context import Permission, TenantContext
from fintrack.errors import NotFound
from fintrack.ledger.accounts import account_names
from fintrack.ledger.bulk import categorise, delete_transactions
from fintrack.ledger.categories import categories
from fintrack.ledger.exports import CONFIRM_EVERYTHING
from fintrack.ledger.filters import EVERYTHING, TransactionFilter
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import link_transfer
from fintrack.limits import Limit
from fintrack.texts import counted
from fintrack.ui.confirmation import confirmed_download
from fintrack.ui.failures import shown_refusals
from fintrack.ui.ledger_inputs import category_choice, category_names, id_of, named
from fintrack.ui.limit_notices import limit_notices
from fintrack.ui.popovers import popover
from fintrack.ui.session import download_link, open_page, page_link, tenant_context
from fintrack.ui.transaction_address import (
    close_transaction,
    name_transaction,
    named_transaction,
)
from fintrack.ui.transaction_filters import filter_chips, filter_inputs, page_buttons, page_of_list
from fintrack.ui.transaction_forms import (
    new_transaction_dialog,
    new_transfer_dialog,
    transaction_dialog,
)
from fintrack.ui.transaction_list import chosen_rows, edit_rows
from fintrack.ui.undo import done, undo_bar, undoing

PAGE_SIZE = 25
TRANSFER_LEGS = 2


def page() -> None:
    """Show the list, and one transaction in full when the address names it."""
    context = tenant_context()
    accounts = account_names(context)
    st.title("Transactions", anchor=False)
    if accounts.empty:
        _no_account(context)
        return
    undo_bar(context)
    _open_named(context)
    wanted = _wanted()
    if wanted is not None:
        is_edited = _toolbar(
            context, accounts[~accounts["archived"] & accounts["writable"]], wanted
        )
        limit_notices(context, Limit.TRANSACTIONS, Limit.EXPORTS_PER_DAY)
        _list(context, is_edited=is_edited)


def _wanted() -> TransactionFilter | None:
    """Return what the address asks for; None, and a way out, when it makes no sense."""
    with shown_refusals():
        return TransactionFilter.from_query(st.query_params.to_dict())
    _show_all()
    return None


@st.fragment
def _list(context: TenantContext, *, is_edited: bool) -> None:
    with st.bottom:
        bar = st.empty()
    all_accounts = named(account_names(context), "name")
    names = category_names(categories(context))
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = filter_inputs(all_accounts, names)
    filter_chips(context, wanted)
    found = transactions(context, wanted, page_of_list(), PAGE_SIZE)
    if found.frame.empty:
        _nothing(wanted)
        return
    if is_edited:
        edit_rows(context, found.frame, names)
        page_buttons(found.next, found.previous)
        return
    chosen = chosen_rows(context, found.frame)
    page_buttons(found.next, found.previous)
    if chosen:
        # Below the list, so that it does not move the rows under the pointer.
        with bar.container(horizontal=True, vertical_alignment="center"):
            _actions(context, chosen, names)


def _actions(context: TenantContext, chosen: list[UUID], names: dict[UUID, str]) -> None:
    st.markdown(f"**{len(chosen)}** chosen", width="content")
    if len(chosen) == 1 and st.button("Open", icon=":material/open_in_full:", key="open one"):
        name_transaction(chosen[0])
    if not context.may(Permission.WRITE):
        return
    with shown_refusals():
        category = category_choice(names, key="bulk category")
        if st.button(
            "Categorise",
            icon=":material/label:",
            key="bulk categorise",
            disabled=category is None,
        ):
            wanted = category if isinstance(category, UUID) else None
            done(_count(chosen, "categorised"), undoing(categorise(context, chosen, wanted)))
        if len(chosen) == TRANSFER_LEGS and st.button("Link as transfer", key="link"):
            link_transfer(context, *chosen)
            done("Linked as a transfer.")
        if st.button("Delete", icon=":material/delete:", key="bulk delete"):
            done(_count(chosen, "deleted"), undoing(delete_transactions(context, chosen)))


def _count(chosen: list[UUID], verb: str) -> str:
    return f"{counted(len(chosen), 'transaction', 'transactions')} {verb}."


def _toolbar(
    context: TenantContext, open_accounts: pd.DataFrame, wanted: TransactionFilter
) -> bool:
    """Draw what can be done beside the list; return whether its rows are edited in place."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if context.may(Permission.WRITE) and not open_accounts.empty:
            if st.button("Add", type="primary", icon=":material/add:", key="add transaction"):
                new_transaction_dialog(context, open_accounts)
            if len(open_accounts) > 1 and st.button(
                "Transfer", icon=":material/swap_horiz:", key="add transfer"
            ):
                new_transfer_dialog(context, open_accounts)
        if context.may(Permission.IMPORT):
            page_link("import", "Import", icon=":material/upload_file:")
        if context.may(Permission.EXPORT):
            with popover("Export", name="export", icon=":material/download:"):
                if wanted != EVERYTHING:
                    download_link("As shown", _export(wanted), key="export shown")
                everything = {"tenant": context.slug, **_export(EVERYTHING)}
                confirmed_download(
                    context.session,
                    "Everything",
                    everything,
                    CONFIRM_EVERYTHING,
                    key="export all",
                    within="export",
                )
        return context.may(Permission.WRITE) and st.toggle("Edit in place", key="edit in place")


def _export(wanted: TransactionFilter) -> dict[str, Any]:
    return {"kind": "transactions", "filter": wanted.to_query()}


def _open_named(context: TenantContext) -> None:
    """Open the transaction that the address names; it stays named until it is closed."""
    wanted = named_transaction()
    if wanted is None:
        return
    with shown_refusals():
        try:
            record = transaction(context, id_of(wanted))
        except NotFound:
            close_transaction()
            raise
        transaction_dialog(context, record)


def _no_account(context: TenantContext) -> None:
    with st.container(border=True):
        st.subheader("No account yet", anchor=False)
        st.caption("Transactions stand in accounts. Add one, or drop a bank file.")
        if context.may(Permission.WRITE):
            page_link("accounts", "Add an account", icon=":material/account_balance:")
        if context.may(Permission.IMPORT):
            page_link("import", "Import a bank file", icon=":material/upload_file:")


def _nothing(wanted: TransactionFilter) -> None:
    with st.container(border=True):
        if wanted == EVERYTHING:
            st.subheader("No transactions yet", anchor=False)
            st.caption("Import a bank file, or add a transaction by hand.")
        else:
            st.subheader("Nothing found", anchor=False)
            st.caption("No transaction meets all of the filters. Take one of them out.")
            _show_all()


def _show_all() -> None:
    if st.button("Show all", icon=":material/filter_alt_off:", key="show all"):
        open_page("transactions")
