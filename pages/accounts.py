"""Accounts: what is owned and owed, one by one, each with its running balance."""

from collections.abc import Hashable
from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.access.sharing import shared_balances
from fintrack.analytics.account_trends import account_trends
from fintrack.analytics.charts.overview import balance_chart
from fintrack.analytics.headlines import Headline
from fintrack.analytics.periods import DAY, Period, today_of
from fintrack.context import Permission, TenantContext
from fintrack.ledger.accounts import (
    AccountKind,
    AccountRecord,
    account,
    accounts,
    archive_account,
    delete_account,
    reopen_account,
)
from fintrack.ledger.transactions import account_register
from fintrack.limits import Limit
from fintrack.statements.stated_balances import stated_balances
from fintrack.ui.account_forms import (
    KIND_ICONS,
    KIND_NAMES,
    edit_account_dialog,
    kind_of,
    new_account_dialog,
)
from fintrack.ui.account_sight import (
    may_say_who_sees,
    sight_dialog,
    sight_words,
    sights_of,
)
from fintrack.ui.analyses.asked import chart_query
from fintrack.ui.bank_balance import bank_balance
from fintrack.ui.departures import hand_over_dialog
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import WORTH, card, day_text, metric, money
from fintrack.ui.ledger_inputs import id_of
from fintrack.ui.limit_notices import limit_notices
from fintrack.ui.popovers import close_popover, popover
from fintrack.ui.register import register_table
from fintrack.ui.session import download_link, open_page, page_link, tenant_context
from fintrack.ui.sight import PARTIAL
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, show_chart
from fintrack.ui.transaction_filters import page_buttons, page_of_list
from fintrack.ui.undo import done, undo_bar

DELETE = "delete account"
CARD_WIDTH, MOST_ABREAST = 280, 3


def page() -> None:
    """Show all accounts, or the one that the address names."""
    context = tenant_context()
    wanted = st.query_params.get("account")
    if wanted:
        _detail(context, id_of(wanted))
        return
    st.title("Accounts", anchor=False)
    if context.is_shared:
        st.caption(f"Balances {PARTIAL}")
    undo_bar(context)
    table, given = accounts(context, archived=True), shared_balances(context)
    _toolbar(context, has_accounts=not table.empty)
    limit_notices(context, Limit.ACCOUNTS)
    if table.empty and given.empty:
        _empty(context)
        return
    _kinds(context, table[~table["archived"]])
    _given(context, given)
    _archived(context, table[table["archived"]])


def _toolbar(context: TenantContext, *, has_accounts: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if context.may(Permission.WRITE) and st.button(
            "Add account", type="primary", icon=":material/add:", key="add account"
        ):
            new_account_dialog(context)
        if context.may(Permission.IMPORT):
            page_link("import", "Import a bank file", icon=":material/upload_file:")
        if has_accounts:
            today = today_of(context)
            asked = chart_query("balances", Period(today, today + DAY))
            download_link("Balances as CSV", {"kind": "chart", **asked}, key="csv balances")


def _kinds(context: TenantContext, table: pd.DataFrame) -> None:
    """Draw a group for each kind, as wide as it has accounts, as far as there is room."""
    trends, sights = account_trends(context, today_of(context)), sights_of(context)
    stated = stated_balances(context)
    off = stated[stated["difference"] != 0]
    groups = st.grid("auto", min_column_width=CARD_WIDTH)
    for kind in AccountKind:
        group = table[table["kind"] == kind].to_dict("records")
        if not group:
            continue
        with groups.cell(column_span=min(len(group), MOST_ABREAST)):
            st.subheader(KIND_NAMES[kind], anchor=False)
            cards = st.grid("auto", min_column_width=CARD_WIDTH)
            for each in group:
                with cards.cell():
                    sight = sight_words(context, sights.get(each["id"]))
                    trend, told = (some[some["account_id"] == each["id"]] for some in (trends, off))
                    _card(context, each, trend, told, sight)


def _card(
    context: TenantContext,
    each: dict[Hashable, Any],
    trend: pd.DataFrame,
    off: pd.DataFrame,
    sight: str,
) -> None:
    course = tuple(int(balance) for balance in trend["balance"])
    balance = Headline(each["balance"], next(iter(course), each["balance"]), course)
    with st.container(border=True, height="stretch"):
        icon, name = KIND_ICONS[kind_of(each["kind"])], escaped(each["name"])
        key = f"open {each['id']}"
        if st.button(f"**{name}**", icon=icon, type="tertiary", key=key, wrap=False):
            open_page("accounts", account=each["id"])
        label = " · ".join(filter(None, (sight, escaped(each["number"])))) or "Balance"
        metric(context, label, balance, each["currency"], WORTH, span="13 weeks", border=False)
        _bank_balances(context, off)


def _bank_balances(context: TenantContext, stated: pd.DataFrame) -> None:
    for each in stated.to_dict("records"):
        bank_balance(context, each["on"], each["difference"], each["currency"])


def _given(context: TenantContext, given: pd.DataFrame) -> None:
    """Draw what others let the member know of their accounts: the balance and nothing else."""
    if given.empty:
        return
    st.subheader("Balances that others show you", anchor=False)
    cards = st.grid("auto", min_column_width=CARD_WIDTH)
    for each in given.to_dict("records"):
        with cards.cell(), st.container(border=True, height="stretch"):
            st.markdown(f"**{escaped(each['name'])}**")
            owner = f":material/group: {escaped(each['owner'])} · in no total"
            st.metric(owner, money(context, each["balance"], each["currency"]))


def _archived(context: TenantContext, table: pd.DataFrame) -> None:
    if table.empty:
        return
    is_asked = "archived" in st.query_params
    label, icon = f"Archived ({len(table)})", ":material/inventory_2:"
    with st.expander(label, icon=icon, expanded=is_asked):
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
    if st.button("All accounts", icon=":material/arrow_back:", type="tertiary", key="all accounts"):
        open_page("accounts")
    st.title(escaped(shown.name), anchor=False)
    since = f"since {day_text(context, shown.opened_on)}"
    about = (KIND_NAMES[shown.kind], since, shown.number, "archived" if shown.archived else "")
    sight = sights_of(context).get(str(shown.id))
    words = (escaped(" · ".join(filter(None, about))), sight_words(context, sight))
    st.caption(" · ".join(filter(None, words)))
    undo_bar(context)
    st.metric("Balance", money(context, shown.balance, shown.currency))
    stated = stated_balances(context)
    _bank_balances(context, stated[stated["account_id"] == str(shown.id)])
    is_writable = sight is not None and bool(sight["is_writable"])
    _account_actions(context, shown, is_writable=is_writable)
    _register(context, shown, is_writable=is_writable)


def _register(context: TenantContext, shown: AccountRecord, *, is_writable: bool) -> None:
    page = account_register(context, shown.id, page_of_list(), 50)
    if page.frame.empty:
        way = " Import a bank file, or add one by hand." if is_writable else ""
        st.caption(f"No transactions yet.{way}")
        if is_writable and context.may(Permission.IMPORT):
            page_link("import", "Import a bank file", icon=":material/upload_file:")
        return
    with card("Balance over these transactions"):
        course = page.frame.iloc[::-1].rename(columns={"booked_on": "on"})
        figure = balance_chart(course, chart_style(context, shown.currency))
        show_chart(figure, f"Balance of {shown.name}", "balance")
    register_table(context, page.frame)
    page_buttons(page.next, page.previous)


def _account_actions(context: TenantContext, shown: AccountRecord, *, is_writable: bool) -> None:
    # The sentence of a refusal stands below the row of buttons, not in it.
    with shown_refusals(), st.container(horizontal=True, vertical_alignment="center"):
        if is_writable:
            _changes(context, shown)
        label = "Search and edit" if is_writable else "Search"
        page_link("transactions", label, icon=":material/search:", account=str(shown.id))


def _changes(context: TenantContext, shown: AccountRecord) -> None:
    if st.button("Edit", icon=":material/edit:", key="edit account"):
        edit_account_dialog(context, shown)
    if may_say_who_sees(context, shown):
        if st.button("Sharing", icon=":material/group:", key="sharing"):
            sight_dialog(context, shown)
        if st.button("Hand over", icon=":material/switch_account:", key="hand over account"):
            hand_over_dialog(context, shown)
    if shown.archived:
        if st.button("Reopen", icon=":material/unarchive:", key="reopen account"):
            reopen_account(context, shown.id, shown.version)
            done(f"Reopened {escaped(shown.name)}.")
    elif st.button("Archive", icon=":material/archive:", key="archive account"):
        archive_account(context, shown.id, shown.version)
        done(f"Archived {escaped(shown.name)}. It stays in reports; reopen it here any time.")
    with popover("Delete", name=DELETE, icon=":material/delete:"):
        st.caption("Only an account without transactions can go. There is no undo.")
        if st.button(
            "Delete the account", key="delete account", on_click=close_popover, args=(DELETE,)
        ):
            delete_account(context, shown.id)
            open_page("accounts")
