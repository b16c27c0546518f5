"""Home: where the tenant stands today, and what waits to be done."""

from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from babel.dates import format_date

from fintrack.access.sharing import shared_balances
from fintrack.analytics.charts.overview import net_worth_chart, spending_chart
from fintrack.analytics.headlines import archived_sums, currencies, home_headlines
from fintrack.analytics.overview import MOST_COUNTED, Overview, overview
from fintrack.analytics.periods import (
    Interval,
    PeriodChoice,
    chosen_period,
    interval_until,
    previous,
    today_of,
)
from fintrack.context import Permission, TenantContext
from fintrack.statements.read import FORMATS
from fintrack.ui.account_forms import KIND_NAMES, kind_of
from fintrack.ui.analyses.asked import chart_query
from fintrack.ui.header import look_around
from fintrack.ui.inputs import (
    IN,
    KEPT,
    OUT,
    WORTH,
    card,
    category_query,
    currency_choice,
    headline_row,
    link_row,
    money,
    period_query,
    row,
    short_day_text,
    span_text,
)
from fintrack.ui.session import open_page, page_link, tenant_context
from fintrack.ui.sight import partial_mark
from fintrack.ui.tables import table_of_chart
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, clicked_in_chart


def page() -> None:
    """Show the overview, or the three ways to begin when there is no account yet."""
    context = tenant_context()
    home, given = overview(context, today_of(context)), shared_balances(context)
    st.title("Home", anchor=False)
    if home.accounts.empty:
        if not given.empty:
            _accounts(context, home, given)
        _doors(context)
        return
    currency = _today(context, home)
    _headlines(context, home, currency)
    _attention(home)
    left, right = st.columns([5, 3])
    with left:
        _net_worth(context, home, currency)
        _recent(context, home)
    with right:
        _spending(context, home, currency)
        _accounts(context, home, given)


def _today(context: TenantContext, home: Overview) -> str:
    """Say which day it is and what it is compared with; return the currency to look at."""
    before = previous(chosen_period(PeriodChoice.THIS_MONTH, home.today))
    today = format_date(home.today, "full", locale=context.locale)
    earlier = span_text(context, before)
    compared = f"compared with {earlier}, net worth with the end of that month"
    st.caption(escaped(f"{today} · {compared}") + partial_mark(context))
    return currency_choice(currencies(context.currency, home.net_worth))


def _headlines(context: TenantContext, home: Overview, currency: str) -> None:
    figures = home_headlines(home, currency)
    drawn = (
        ("Net worth", figures.net_worth, WORTH),
        ("Money in this month", figures.inflow, IN),
        ("Money out this month", figures.outflow, OUT),
        ("Kept this month", figures.kept, KEPT),
    )
    headline_row(context, currency, drawn)


def _attention(home: Overview) -> None:
    waiting = home.attention
    if not (waiting.uncategorised or waiting.rejected):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown("**Needs attention**", width="content")
        if waiting.uncategorised:
            count = min(waiting.uncategorised, MOST_COUNTED - 1)
            more = "+" if waiting.uncategorised == MOST_COUNTED else ""
            label = f"{count}{more} without a category"
            page_link("transactions", label, icon=":material/label_off:", category="none")
        if waiting.rejected:
            label = f"{waiting.rejected} rejected rows of imports"
            page_link("import", label, icon=":material/report:")


def _net_worth(context: TenantContext, home: Overview, currency: str) -> None:
    year = chosen_period(PeriodChoice.LAST_12_MONTHS, home.today)

    def query(day: str) -> dict[str, str]:
        return period_query(interval_until(date.fromisoformat(day), Interval.MONTH))

    with card("Net worth", csv=chart_query("net-worth", year, interval=Interval.MONTH)):
        figure = net_worth_chart(home.net_worth, chart_style(context, currency))
        clicked = clicked_in_chart(figure, "Net worth", "net worth")
        table_of_chart("Until", figure, query)
    if clicked:
        open_page("transactions", **query(clicked))


def _spending(context: TenantContext, home: Overview, currency: str) -> None:
    month = chosen_period(PeriodChoice.THIS_MONTH, home.today)
    with card("Spending this month", csv=chart_query("spending", month)):
        frame = home.spending[home.spending["currency"] == currency]
        if frame.empty:
            st.caption("Nothing was spent this month so far.")
            return
        figure = spending_chart(frame, chart_style(context, currency, home.places))
        clicked = clicked_in_chart(figure, "Spending this month", "spending")
        table_of_chart("Category", figure, lambda key: category_query(key, month))
        page_link("analytics", "All of analytics", icon=":material/monitoring:")
    if clicked is not None:
        open_page("transactions", **category_query(clicked, month))


def _recent(context: TenantContext, home: Overview) -> None:
    with card("Recent transactions"):
        if home.recent.empty:
            st.caption("Nothing has been booked yet. Import a bank file, or add a transaction.")
        for each in home.recent.to_dict("records"):
            about = (short_day_text(context, each["booked_on"]), _category(each), each["account"])
            amount = _signed(context, each["amount"], each["currency"])
            label, below = escaped(each["payee"] or "No payee"), escaped(" · ".join(about))
            if link_row(label, amount, below, key=f"open {each['transaction_id']}"):
                open_page("transactions", transaction=each["transaction_id"])
        page_link("transactions", "All transactions", icon=":material/receipt_long:")


def _accounts(context: TenantContext, home: Overview, given: pd.DataFrame) -> None:
    today = home.accounts["on"] == home.accounts["on"].max()
    with card("Accounts"):
        for each in home.accounts[today & ~home.accounts["is_archived"]].to_dict("records"):
            balance = escaped(money(context, each["balance"], each["currency"]))
            kind = KIND_NAMES[kind_of(each["kind"])]
            if link_row(escaped(each["name"]), balance, kind, key=f"open {each['account_id']}"):
                open_page("accounts", account=each["account_id"])
        for held_in, minor in archived_sums(home.accounts[today]).items():
            balance, key = escaped(money(context, minor, held_in)), f"archived {held_in}"
            if link_row("Archived accounts", balance, "Part of your net worth", key=key):
                open_page("accounts", archived="shown")
        for each in given.to_dict("records"):
            balance = escaped(money(context, each["balance"], each["currency"]))
            row(f"**{escaped(each['name'])}**", balance, f"{escaped(each['owner'])} · balance only")
        page_link("accounts", "All accounts", icon=":material/account_balance:")


def _doors(context: TenantContext) -> None:
    """Offer the three ways to begin, as far as the member's role allows."""
    st.caption("There is no account yet. Begin with whatever is at hand.")
    grid = st.grid(3, min_column_width=260)
    if context.may(Permission.IMPORT):
        with grid.cell(), card("Drop a bank file", stretch=True):
            st.write(f"{FORMATS} from your bank. You see everything before it is written.")
            if st.button("Import a file", icon=":material/upload_file:", type="primary"):
                open_page("import")
    if context.may(Permission.WRITE):
        with grid.cell(), card("Type your balances", stretch=True):
            st.write("Add each account with what it holds today, and your net worth stands.")
            if st.button("Add accounts", icon=":material/account_balance:"):
                open_page("accounts")
    if context.seen_as is not None:
        return
    with grid.cell(), card("Look around", stretch=True):
        st.write("A made-up household with three years of transactions, removed in one click.")
        look_around(context.session, key="home look around", kind="secondary")


def _category(each: dict[Hashable, Any]) -> str:
    if each["is_transfer"]:
        return "Transfer"
    return "Split" if each["is_split"] else each["category"] or "Uncategorised"


def _signed(context: TenantContext, minor: int, currency: str) -> str:
    text = escaped(money(context, minor, currency, sign=True))
    return f":green[{text}]" if minor > 0 else text
