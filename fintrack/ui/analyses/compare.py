"""Compare: what changed against an earlier period, months beside last year's, what was kept."""

from datetime import date

import pandas as pd
import streamlit as st

from fintrack.analytics.cash_flow import EXPENSE, INCOME
from fintrack.analytics.charts.comparison import (
    WAYS,
    change_chart,
    percent,
    savings_chart,
    year_chart,
)
from fintrack.analytics.comparisons import (
    Against,
    compared_with,
    comparison,
    comparisons_of,
    kept_share,
    savings,
    year_over_year,
)
from fintrack.analytics.headlines import currencies
from fintrack.analytics.periods import Period
from fintrack.analytics.places import category_places
from fintrack.context import TenantContext
from fintrack.ui.analyses.asked import chart_query, empty_card, month_query, next_step
from fintrack.ui.inputs import (
    address_choice,
    card,
    category_query,
    currency_choice,
    money,
    period_input,
    span_text,
)
from fintrack.ui.session import open_page
from fintrack.ui.sight import partial_mark
from fintrack.ui.tables import table_below, table_of_chart
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, clicked_in_chart

AGAINST = {Against.BEFORE: "The period before", Against.YEAR: "The year before"}
TITLES = {EXPENSE: "Changes in spending", INCOME: "Changes in income"}


def compare_view(context: TenantContext) -> None:
    """Show the changes by category, the months of two years, and the share that was kept."""
    period = period_input(context)
    earlier = compared_with(period, _against(period))
    compared = f"{span_text(context, period)}, compared with {span_text(context, earlier)}"
    st.caption(escaped(compared) + partial_mark(context))
    changes = comparison(context, period, earlier)
    months = year_over_year(context, period.since, period.until)
    if changes.empty and months.empty:
        next_step(context)
    currency = currency_choice(currencies(context.currency, changes, months))
    for column, kind in zip(st.columns(2), (EXPENSE, INCOME), strict=True):
        with column:
            _changes(context, currency, (period, earlier), changes, kind)
    for column, way in zip(st.columns(2), ("outflow", "inflow"), strict=True):
        with column:
            _two_years(context, currency, period, months, way)
    _kept(context, currency, period)


def _against(period: Period) -> Against:
    """Draw the choice of what to compare with, when there is one, and return it."""
    usual, *others = comparisons_of(period)
    if not others:
        return usual
    options = [usual, *others]
    return Against(address_choice("Compared with", options, usual, key="against", names=AGAINST))


def _changes(
    context: TenantContext,
    currency: str,
    periods: tuple[Period, Period],
    changes: pd.DataFrame,
    kind: str,
) -> None:
    period, earlier = periods
    rows = changes[(changes["currency"] == currency) & (changes["kind"] == kind)]
    title = TITLES[kind]
    file = chart_query("comparison", period, earlier=f"{earlier.since}/{earlier.until}")
    if not rows["change"].any():
        empty_card(title, "Nothing changed.")
        return
    with card(title, csv=file, key=f"comparison {kind}"):
        style = chart_style(context, currency, category_places(context))
        figure = change_chart(rows, style, kind)
        clicked = clicked_in_chart(figure, title, f"changes {kind}")
        shown = rows.to_dict("records")
        amounts = {
            name: [money(context, row[column], currency) for row in shown]
            for name, column in (("Now", "amount"), ("Before", "before"))
        }
        queries = [category_query(row["category_id"], period) for row in shown]
        table_below("Category", [row["category"] for row in shown], amounts, queries)
    if clicked is not None:
        open_page("transactions", **category_query(clicked, period))


def _two_years(
    context: TenantContext, currency: str, period: Period, months: pd.DataFrame, way: str
) -> None:
    title = f"{WAYS[way]} year over year"
    rows = months[months["currency"] == currency]
    if rows.empty:
        empty_card(title, "Nothing moved, then or now.")
        return

    def query(month: str) -> dict[str, str]:
        is_earlier = date.fromisoformat(month) < period.since.replace(day=1)
        shown = compared_with(period, Against.YEAR) if is_earlier else period
        return month_query(month, shown)

    with card(title, csv=chart_query("year-over-year", period), key=f"two years {way}"):
        figure = year_chart(rows, chart_style(context, currency), way)
        clicked = clicked_in_chart(figure, title, f"two years {way}")
        table_of_chart("Month", figure, query)
    if clicked:
        open_page("transactions", **query(clicked))


def _kept(context: TenantContext, currency: str, period: Period) -> None:
    title = "Savings rate"
    frame = savings(context, period.since, period.until)
    kept = kept_share(frame, currency)
    if kept is None:
        empty_card(title, "There was no income in this period.")
        return
    with card(title, csv=chart_query("savings", period)):
        written = percent(kept / 10, context.locale)
        st.caption(f"{escaped(written)} of the income was kept over the whole period")
        figure = savings_chart(frame, chart_style(context, currency))
        clicked = clicked_in_chart(figure, title, "savings")
        table_of_chart("Month", figure, lambda month: month_query(month, period))
    if clicked:
        open_page("transactions", **month_query(clicked, period))
