"""Transactions: search, filter, edit, split, transfer, and what is done to many at once."""

from uuid import UUID

import streamlit as st

from fintrack.context import Permission, TenantContext
from fintrack.ledger.accounts import accounts
from fintrack.ledger.bulk import categorise, delete_transactions
from fintrack.ledger.categories import categories
from fintrack.ledger.filters import EVERYTHING, TransactionFilter
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import link_transfer
from fintrack.ui.failures import shown_refusals
from fintrack.ui.ledger_inputs import category_input, category_names, id_of, named
from fintrack.ui.session import download_link, page_link, tenant_context
from fintrack.ui.transaction_filters import filter_inputs, page_buttons, page_of_list
from fintrack.ui.transaction_forms import (
    new_transaction_dialog,
    new_transfer_dialog,
    transaction_dialog,
)
from fintrack.ui.transaction_list import chosen_rows, edit_rows
from fintrack.ui.undo import done, undo_bar

PAGE_SIZE = 25
TRANSFER_LEGS = 2


def page() -> None:
    """Show the list, and one transaction in full when the address names it."""
    context = tenant_context()
    open_accounts = named(accounts(context), "name")
    st.title("Transactions", anchor=False)
    if not open_accounts:
        _no_account(context)
        return
    undo_bar(context)
    _deep_link(context)
    _toolbar(context, open_accounts)
    _list(context)


@st.fragment
def _list(context: TenantContext) -> None:
    with st.bottom:
        bar = st.empty()
    all_accounts = named(accounts(context, archived=True), "name")
    names = category_names(categories(context))
    wanted = filter_inputs(context, all_accounts, names)
    found = transactions(context, wanted, page_of_list(), PAGE_SIZE)
    if found.frame.empty:
        _nothing(wanted)
        return
    may_write = context.may(Permission.WRITE)
    if may_write and st.toggle("Edit in place", key="edit in place"):
        edit_rows(context, found.frame, names)
        page_buttons(found.next, found.previous)
        return
    chosen = chosen_rows(context, found.frame)
    page_buttons(found.next, found.previous)
    if chosen:
        # Below the list, so that it does not move the rows under the pointer.
        with bar.container(horizontal=True, vertical_alignment="bottom"):
            _actions(context, chosen, names)


def _actions(context: TenantContext, chosen: list[UUID], names: dict[UUID, str]) -> None:
    st.markdown(f"**{len(chosen)}** chosen", width="content")
    if len(chosen) == 1 and st.button("Open", icon=":material/open_in_full:", key="open one"):
        transaction_dialog(context, transaction(context, chosen[0]))
    if not context.may(Permission.WRITE):
        return
    category = category_input("Category", names, None, key="bulk category")
    with shown_refusals():
        if st.button("Categorise", icon=":material/label:", key="bulk categorise"):
            done(_count(chosen, "categorised"), categorise(context, chosen, category))
        if len(chosen) == TRANSFER_LEGS and st.button("Link as transfer", key="link"):
            link_transfer(context, *chosen)
            done("Linked as a transfer.")
        if st.button("Delete", icon=":material/delete:", key="bulk delete"):
            done(_count(chosen, "deleted"), delete_transactions(context, chosen))


def _count(chosen: list[UUID], verb: str) -> str:
    return f"{len(chosen)} {'transaction' if len(chosen) == 1 else 'transactions'} {verb}."


def _toolbar(context: TenantContext, open_accounts: dict[UUID, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if context.may(Permission.WRITE):
            if st.button("Add", type="primary", icon=":material/add:", key="add transaction"):
                new_transaction_dialog(context, open_accounts)
            if len(open_accounts) > 1 and st.button(
                "Transfer", icon=":material/swap_horiz:", key="add transfer"
            ):
                new_transfer_dialog(context, open_accounts)
        if context.may(Permission.IMPORT):
            page_link("import", "Import", icon=":material/upload_file:")
        if context.may(Permission.EXPORT):
            wanted = TransactionFilter.from_query(st.query_params.to_dict())
            payload = {"kind": "transactions", "filter": wanted.to_query()}
            download_link("Export as shown", payload, key="export shown")
            if wanted != EVERYTHING:
                download_link(
                    "Export all", {"kind": "transactions", "filter": {}}, key="export all"
                )


def _deep_link(context: TenantContext) -> None:
    """Open the transaction that the address names, once."""
    wanted = st.query_params.pop("transaction", None)
    if wanted is None:
        return
    with shown_refusals():
        transaction_dialog(context, transaction(context, id_of(wanted)))


def _no_account(context: TenantContext) -> None:
    with st.container(border=True):
        st.subheader("No account yet", anchor=False)
        st.caption("Transactions stand in accounts. Add one, or drop a bank file.")
        if context.may(Permission.WRITE):
            page_link("accounts", "Add an account", icon=":material/account_balance:")
            page_link("import", "Import a bank file", icon=":material/upload_file:")


def _nothing(wanted: TransactionFilter) -> None:
    with st.container(border=True):
        if wanted == EVERYTHING:
            st.subheader("No transactions yet", anchor=False)
            st.caption("Import a bank file, or add a transaction by hand.")
        else:
            st.subheader("Nothing found", anchor=False)
            st.caption("No transaction meets all of the filters. Take one of them out.")
