"""Analytics: where the money came from and went, over a period, beside the one before."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.charts.overview import (
    cash_flow_chart,
    net_worth_chart,
    top_payees_chart,
)
from fintrack.analytics.headlines import currencies, period_headlines
from fintrack.analytics.net_worth import net_worth
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import (
    Interval,
    Period,
    has_few_points,
    interval_of,
    interval_until,
    previous,
)
from fintrack.context import TenantContext
from fintrack.ui.analyses.ahead import ahead_view
from fintrack.ui.analyses.asked import chart_query, month_query, next_step
from fintrack.ui.analyses.calendar import calendar_view
from fintrack.ui.analyses.compare import compare_view
from fintrack.ui.analyses.flow import flow_view
from fintrack.ui.analyses.parts import parts_view
from fintrack.ui.analyses.pivot import pivot_view
from fintrack.ui.analyses.transfers import transfers_note
from fintrack.ui.analyses.trees import BROUGHT, SPENT, tree_card
from fintrack.ui.analyses.unusual import unusual_view
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import (
    IN,
    KEPT,
    OUT,
    WORTH,
    address_choice,
    card,
    currency_choice,
    headline_row,
    period_filter,
    period_input,
    period_query,
    span_text,
)
from fintrack.ui.session import open_page, page_link, tenant_context
from fintrack.ui.sight import partial_mark
from fintrack.ui.tables import table_of_chart
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, clicked_in_chart

PAYEES_SHOWN = 8
AUTOMATIC, INTERVAL_WIDTH = "Automatic", 140
INTERVALS = {"Daily": Interval.DAY, "Weekly": Interval.WEEK, "Monthly": Interval.MONTH}


def page() -> None:
    """Show the chosen view; what is not chosen is not asked for."""
    context = tenant_context()
    st.title("Analytics", anchor=False)
    view = address_choice("View", list(VIEWS), OVERVIEW, key="view")
    with shown_refusals():
        VIEWS[view](context)


def _overview(context: TenantContext) -> None:
    period = period_input(context)
    before = previous(period)
    compared = f"{span_text(context, period)}, compared with {span_text(context, before)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(escaped(compared) + partial_mark(context), width="content")
        interval = _interval(period)
    worth = net_worth(context, period.since, period.until, interval)
    if worth.empty:
        _nothing()
        return
    flow = cash_flow(context, period.since, period.until)
    if flow.empty:
        next_step(context)
    currency = currency_choice(currencies(context.currency, worth))
    _headlines(context, currency, (period, before), worth, flow)
    left, right = st.columns(2)
    with left:
        _net_worth(context, currency, period, worth, interval)
    with right:
        _cash_flow(context, currency, period, flow)
    left, right = st.columns(2)
    with left:
        tree_card(context, currency, (period, before), SPENT)
    with right:
        tree_card(context, currency, (period, before), BROUGHT)
        _payees(context, currency, period)


def _interval(period: Period) -> Interval:
    """Draw the choice of the distance between two points of net worth, kept in the address."""
    fitting = [
        name for name, each in INTERVALS.items() if has_few_points(period.since, period.until, each)
    ]
    label = "Net worth by"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        # Beside the select, since above it stands out of the line.
        st.caption(label, width="content")
        chosen = st.selectbox(
            label,
            [AUTOMATIC, *fitting],
            key="interval",
            bind="query-params",
            width=INTERVAL_WIDTH,
            label_visibility="collapsed",
        )
    return INTERVALS.get(chosen, interval_of(period))


def _nothing() -> None:
    sentence = "There is nothing to analyse yet. Begin with an account or a bank file."
    st.info(sentence, icon=":material/info:")
    page_link("accounts", "Add an account", icon=":material/account_balance:")


def _headlines(
    context: TenantContext,
    currency: str,
    periods: tuple[Period, Period],
    worth: pd.DataFrame,
    flow: pd.DataFrame,
) -> None:
    before = periods[1]
    worth_before = net_worth(context, before.since, before.until, Interval.MONTH)
    flow_before = cash_flow(context, before.since, before.until)
    figures = period_headlines(currency, (worth, worth_before), (flow, flow_before))
    drawn = (
        ("Net worth at the end", figures.net_worth, WORTH),
        ("Money in", figures.inflow, IN),
        ("Money out", figures.outflow, OUT),
        ("Kept", figures.kept, KEPT),
    )
    headline_row(context, currency, drawn)


def _net_worth(
    context: TenantContext,
    currency: str,
    period: Period,
    worth: pd.DataFrame,
    interval: Interval,
) -> None:
    def query(day: str) -> dict[str, str]:
        moved = interval_until(date.fromisoformat(day), interval)
        return period_query(Period(max(moved.since, period.since), moved.until))

    with card("Net worth", csv=chart_query("net-worth", period, interval=interval)):
        figure = net_worth_chart(worth, chart_style(context, currency))
        clicked = clicked_in_chart(figure, "Net worth", "worth")
        table_of_chart("Until", figure, query)
        transfers_note(context, currency, period)
    if clicked:
        open_page("transactions", **query(clicked))


def _cash_flow(context: TenantContext, currency: str, period: Period, flow: pd.DataFrame) -> None:
    with card("Cash flow per month", csv=chart_query("cash-flow", period)):
        if currency not in set(flow["currency"]):
            st.caption("Nothing moved in this period.")
            return
        figure = cash_flow_chart(flow, chart_style(context, currency), period)
        clicked = clicked_in_chart(figure, "Cash flow per month", "flow")
        table_of_chart("Month", figure, lambda month: month_query(month, period))
    if clicked:
        open_page("transactions", **month_query(clicked, period))


def _payees(context: TenantContext, currency: str, period: Period) -> None:
    def query(payee: str) -> dict[str, str] | None:
        return replace(period_filter(period), payee=payee).to_query() if payee else None

    with card("Top payees", csv=chart_query("payees", period)):
        frame = top_payees(context, period.since, period.until, PAYEES_SHOWN)
        if currency not in set(frame["currency"]):
            st.caption("Nothing was spent in this period.")
            return
        figure = top_payees_chart(frame, chart_style(context, currency))
        clicked = clicked_in_chart(figure, "Top payees", "payees")
        table_of_chart("Payee", figure, query)
    found = query(clicked) if clicked else None
    if found is not None:
        open_page("transactions", **found)


OVERVIEW = "Overview"
VIEWS: Mapping[str, Callable[[TenantContext], None]] = {
    OVERVIEW: _overview,
    "Compare": compare_view,
    "Flow": flow_view,
    "Breakdown": parts_view,
    "Calendar": calendar_view,
    "Forecast": ahead_view,
    "Unusual": unusual_view,
    "Pivot": pivot_view,
}
