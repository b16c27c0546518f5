"""The filters above the list of transactions; the address holds them, so that it can be shared."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import streamlit as st

from fintrack.context import TenantContext
from fintrack.ledger.filters import Status, TransactionFilter
from fintrack.ui.inputs import day_text
from fintrack.ui.ledger_inputs import STATUS_NAMES, UNCATEGORISED
from fintrack.ui.text import escaped

ALL, NONE = "all", "none"
CURSOR, SEARCH = "cursor", "q"
FIELDS = ("account", "category", "payee", "since", "until", "min", "max", "status", "tag")


def filter_inputs(
    context: TenantContext, accounts: dict[UUID, str], categories: dict[UUID, str]
) -> TransactionFilter:
    """Draw search and filters and return what they ask for.

    Raises:
        InvalidInput: the address holds a value that a filter cannot have.
    """
    wanted = TransactionFilter.from_query(st.query_params.to_dict())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Search",
            placeholder="Search payee, text or amount",
            label_visibility="collapsed",
            key=SEARCH,
            bind="query-params",
            type="search",
            live=True,
            on_change=_forget_page,
            width=320,
        )
        _choice("account", "All accounts", accounts, wanted.account_id)
        chosen = NONE if wanted.uncategorised else wanted.category_id
        named: dict[UUID | str, str] = {NONE: UNCATEGORISED}
        named.update(categories.items())
        _choice("category", "All categories", named, chosen)
        _more(wanted)
    _others(context, wanted)
    return replace(wanted, words=st.session_state.get(SEARCH) or "")


def page_of_list() -> str | None:
    """Return the cursor of the page that the address asks for."""
    return st.query_params.get(CURSOR)


def page_buttons(following: str | None, previous: str | None) -> None:
    """Draw the way to newer and older transactions."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        if previous and st.button("Newer", icon=":material/chevron_left:", key="newer"):
            _go(previous)
        if following and st.button("Older", icon=":material/chevron_right:", key="older"):
            _go(following)


def _go(cursor: str) -> None:
    st.query_params[CURSOR] = cursor
    st.rerun()


def _choice(
    name: str,
    everything: str,
    names: Mapping[Any, str],
    chosen: UUID | str | None,
) -> None:
    shown = {ALL: everything, **{str(each): text for each, text in names.items()}}
    start = str(chosen) if chosen else ALL
    keys = list(shown)
    # The chosen value is part of the key: the address decides, also after the browser's "back".
    key = f"filter {name} {start}"
    st.selectbox(
        everything,
        keys,
        keys.index(start) if start in shown else 0,
        format_func=shown.__getitem__,
        label_visibility="collapsed",
        key=key,
        on_change=_set_from,
        args=(name, key),
        width=200,
    )


def _set_from(name: str, key: str) -> None:
    chosen = st.session_state[key]
    set_filter(name, "" if chosen == ALL else str(chosen))


def set_filter(name: str, value: str) -> None:
    """Put a filter into the address, or take it out when the value is empty."""
    _forget_page()
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _forget_page() -> None:
    st.query_params.pop(CURSOR, None)


def _more(wanted: TransactionFilter) -> None:
    with (
        st.popover("More", icon=":material/tune:"),
        st.form("more filters", border=False, enter_to_submit=True),
    ):
        until = wanted.until - timedelta(days=1) if wanted.until else None
        since = st.date_input("From", wanted.since, format="YYYY-MM-DD")
        last = st.date_input("To", until, format="YYYY-MM-DD")
        least = st.text_input("At least", _text(wanted.minimum), help="Money out is negative.")
        most = st.text_input("At most", _text(wanted.maximum))
        states = ["", *Status]
        status = st.selectbox(
            "Status",
            states,
            states.index(wanted.status) if wanted.status else 0,
            format_func=lambda each: STATUS_NAMES[each] if each else "Any",
        )
        if st.form_submit_button("Apply", type="primary"):
            set_filter("since", since.isoformat() if since else "")
            set_filter("until", (last + timedelta(days=1)).isoformat() if last else "")
            set_filter("min", least.strip())
            set_filter("max", most.strip())
            set_filter("status", str(status))
            st.rerun()


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _others(context: TenantContext, wanted: TransactionFilter) -> None:
    """Draw what the address asks for beside search, account and category, each with its end."""
    chips = {
        "payee": wanted.payee,
        "since": wanted.since and f"from {day_text(context, wanted.since)}",
        "until": wanted.until and f"before {day_text(context, wanted.until)}",
        "min": wanted.minimum is not None and f"at least {_text(wanted.minimum)}",
        "max": wanted.maximum is not None and f"at most {_text(wanted.maximum)}",
        "status": wanted.status and STATUS_NAMES[wanted.status],
        "tag": wanted.tag_id and "one tag",
    }
    active = {name: text for name, text in chips.items() if text}
    if not active:
        return
    with st.container(horizontal=True):
        for name, text in active.items():
            label = f"{escaped(str(text))} :material/close:"
            st.button(label, key=f"end {name}", on_click=set_filter, args=(name, ""))
