"""Accounts: what is owned and owed, one by one, each with its running balance."""

from collections.abc import Hashable
from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.analytics.account_trends import account_trends
from fintrack.analytics.charts import balance_chart
from fintrack.analytics.periods import today_of
from fintrack.context import Permission, TenantContext
from fintrack.ledger.accounts import (
    AccountRecord,
    Visibility,
    account,
    accounts,
    archive_account,
    delete_account,
    reopen_account,
)
from fintrack.ledger.transactions import account_register
from fintrack.money import decimal_amount
from fintrack.ui.account_forms import (
    KIND_ICONS,
    KIND_NAMES,
    edit_account_dialog,
    kind_of,
    new_account_dialog,
)
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import card, day_text, money
from fintrack.ui.ledger_inputs import id_of
from fintrack.ui.register import register_table
from fintrack.ui.session import open_page, page_link, tenant_context
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, show_chart
from fintrack.ui.transaction_filters import page_buttons, page_of_list
from fintrack.ui.undo import done, undo_bar


def page() -> None:
    """Show all accounts, or the one that the address names."""
    context = tenant_context()
    wanted = st.query_params.get("account")
    if wanted:
        _detail(context, id_of(wanted))
        return
    st.title("Accounts", anchor=False)
    undo_bar(context)
    table = accounts(context, archived=True)
    _toolbar(context)
    if table.empty:
        _empty(context)
        return
    trends = account_trends(context, today_of(context))
    grid = st.grid("auto", min_column_width=280)
    for kind, group in table[~table["archived"]].groupby("kind", sort=False):
        with grid.cell():
            st.subheader(KIND_NAMES[kind_of(str(kind))], anchor=False)
            for each in group.to_dict("records"):
                _card(context, each, trends)
    _archived(context, table[table["archived"]])


def _toolbar(context: TenantContext) -> None:
    if not context.may(Permission.WRITE):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Add account", type="primary", icon=":material/add:", key="add account"):
            new_account_dialog(context)
        page_link("import", "Import a bank file", icon=":material/upload_file:")


def _card(context: TenantContext, each: dict[Hashable, Any], trends: pd.DataFrame) -> None:
    course = trends.loc[trends["account_id"] == each["id"], "balance"]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{KIND_ICONS[kind_of(each['kind'])]} **{escaped(each['name'])}**")
            if each["visibility"] == Visibility.PRIVATE:
                st.badge("Only me", icon=":material/lock:", color="gray")
        st.metric(
            each["number"] or "Balance",
            money(context, each["balance"], each["currency"]),
            chart_data=[decimal_amount(int(one), each["currency"]) for one in course] or None,
            chart_type="area",
        )
        if st.button(
            "Open", icon=":material/arrow_forward:", type="tertiary", key=f"open {each['id']}"
        ):
            open_page("accounts", account=each["id"])


def _archived(context: TenantContext, table: pd.DataFrame) -> None:
    if table.empty:
        return
    with st.expander(f"Archived ({len(table)})", icon=":material/inventory_2:"):
        for each in table.to_dict("records"):
            _archived_row(context, each)


def _archived_row(context: TenantContext, each: dict[Hashable, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(escaped(each["name"]))
        st.markdown(escaped(money(context, each["balance"], each["currency"])), width="content")
        if st.button("Open", type="tertiary", key=f"open {each['id']}"):
            open_page("accounts", account=each["id"])


def _empty(context: TenantContext) -> None:
    with st.container(border=True):
        st.subheader("No account yet", anchor=False)
        if context.may(Permission.WRITE):
            st.caption("Add the accounts you have with their balances, or drop a bank file.")
        else:
            st.caption("Nobody has added an account that you may see.")


def _detail(context: TenantContext, account_id: UUID) -> None:
    shown = account(context, account_id)
    page_link("accounts", "All accounts", icon=":material/arrow_back:")
    st.title(escaped(shown.name), anchor=False)
    since = day_text(context, shown.opened_on)
    st.caption(escaped(f"{KIND_NAMES[shown.kind]} · since {since} · {shown.number or 'no number'}"))
    undo_bar(context)
    st.metric("Balance", money(context, shown.balance, shown.currency))
    if context.may(Permission.WRITE):
        _account_actions(context, shown)
    page = account_register(context, account_id, page_of_list(), 50)
    if page.frame.empty:
        st.caption("No transactions yet. Import a bank file, or add one by hand.")
        page_link("import", "Import a bank file", icon=":material/upload_file:")
        return
    with card("Balance over these transactions"):
        course = page.frame.rename(columns={"booked_on": "on"})
        figure = balance_chart(course, chart_style(context, shown.currency))
        show_chart(figure, f"Balance of {shown.name}", "balance")
    register_table(context, page.frame)
    page_buttons(page.next, page.previous)
    page_link("transactions", "Search and edit", icon=":material/search:", account=str(account_id))


def _account_actions(context: TenantContext, shown: AccountRecord) -> None:
    with st.container(horizontal=True), shown_refusals():
        if st.button("Edit", icon=":material/edit:", key="edit account"):
            edit_account_dialog(context, shown)
        if shown.archived:
            if st.button("Reopen", icon=":material/unarchive:", key="reopen account"):
                reopen_account(context, shown.id, shown.version)
                done(f"Reopened {escaped(shown.name)}.")
        elif st.button("Archive", icon=":material/archive:", key="archive account"):
            archive_account(context, shown.id, shown.version)
            done(f"Archived {escaped(shown.name)}. It stays in reports; reopen it here any time.")
        if st.button("Delete", icon=":material/delete:", key="delete account"):
            delete_account(context, shown.id)
            open_page("accounts")
