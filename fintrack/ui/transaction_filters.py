"""The filters above the list of transactions; the address holds them, so that it can be shared."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import streamlit as st
from babel.numbers import format_decimal

from fintrack.analytics.periods import DAY
from fintrack.context import TenantContext
from fintrack.ledger.filters import Status, TransactionFilter
from fintrack.money import MINUS, spoken_locale
from fintrack.ui.inputs import day_text
from fintrack.ui.ledger_inputs import STATUS_NAMES, UNCATEGORISED
from fintrack.ui.popovers import close_popover, popover
from fintrack.ui.text import escaped

ALL, NONE = "all", "none"
CURSOR, SEARCH = "cursor", "q"
MORE = "more filters"
# Side by side on a phone of 390 pixels: the search, then two choices.
SEARCH_WIDTH, CHOICE_WIDTH = 356, 170


def filter_inputs(accounts: dict[UUID, str], categories: dict[UUID, str]) -> TransactionFilter:
    """Draw search and filters, in the caller's row, and return what they ask for.

    Raises:
        InvalidInput: the address holds a value that a filter cannot have.
    """
    wanted = TransactionFilter.from_query(st.query_params.to_dict())
    st.text_input(
        "Search",
        placeholder="Search payee, text or amount",
        label_visibility="collapsed",
        key=SEARCH,
        bind="query-params",
        type="search",
        live=True,
        on_change=_forget_page,
        width=SEARCH_WIDTH,
    )
    _choice("account", "All accounts", accounts, wanted.account_id)
    chosen = NONE if wanted.uncategorised else wanted.category_id
    named: dict[UUID | str, str] = {NONE: UNCATEGORISED}
    named.update(categories.items())
    _choice("category", "All categories", named, chosen)
    _more(wanted)
    return replace(wanted, words=st.session_state.get(SEARCH) or "")


def filter_chips(context: TenantContext, wanted: TransactionFilter) -> None:
    """Draw what the address asks for beside search, account and category, each with its end."""
    last = _last_day(wanted)
    chips = {
        "payee": wanted.payee,
        "since": wanted.since and f"from {day_text(context, wanted.since)}",
        "until": last and f"to {day_text(context, last)}",
        "min": wanted.minimum is not None and f"at least {_shown(context, wanted.minimum)}",
        "max": wanted.maximum is not None and f"at most {_shown(context, wanted.maximum)}",
        "status": wanted.status and STATUS_NAMES[wanted.status],
        "tag": wanted.tag_id and "one tag",
        "currency": wanted.currency and f"in {wanted.currency}",
    }
    active = {name: text for name, text in chips.items() if text}
    if not active:
        return
    with st.container(horizontal=True):
        for name, text in active.items():
            label = f"{escaped(str(text))} :material/close:"
            st.button(label, key=f"end {name}", on_click=set_filter, args=(name, ""))


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
        width=CHOICE_WIDTH,
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
        popover("More", name=MORE, icon=":material/tune:"),
        st.form("more filters", border=False, enter_to_submit=True),
    ):
        since = st.date_input("From", wanted.since, format="YYYY-MM-DD")
        last = st.date_input("To", _last_day(wanted), format="YYYY-MM-DD")
        least = st.text_input("At least", _text(wanted.minimum), help="Money out is negative.")
        most = st.text_input("At most", _text(wanted.maximum))
        states = ["", *Status]
        status = st.selectbox(
            "Status",
            states,
            states.index(wanted.status) if wanted.status else 0,
            format_func=lambda each: STATUS_NAMES[each] if each else "Any",
        )
        if st.form_submit_button("Apply", type="primary", on_click=close_popover, args=(MORE,)):
            set_filter("since", since.isoformat() if since else "")
            set_filter("until", (last + DAY).isoformat() if last else "")
            set_filter("min", least.strip())
            set_filter("max", most.strip())
            set_filter("status", str(status))
            st.rerun()


def _last_day(wanted: TransactionFilter) -> date | None:
    return wanted.until - DAY if wanted.until else None


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _shown(context: TenantContext, amount: Decimal) -> str:
    written = format_decimal(amount, locale=spoken_locale(context.locale))
    return written.replace("-", MINUS)
