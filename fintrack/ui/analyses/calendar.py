"""Calendar: what each day of a year cost."""

from datetime import date

import streamlit as st

from fintrack.analytics.charts.calendar import calendar_chart, shade_bounds
from fintrack.analytics.daily_spending import booked_years, daily_spending
from fintrack.analytics.headlines import currencies
from fintrack.analytics.periods import Period, today_of
from fintrack.context import TenantContext
from fintrack.ui.analyses.asked import chart_query, day_query, empty_card, next_step
from fintrack.ui.inputs import card, currency_choice
from fintrack.ui.session import open_page
from fintrack.ui.sight import partial_mark
from fintrack.ui.tables import table_of_chart
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, clicked_in_chart

YEARS_OFFERED, YEAR_WIDTH = 5, 120


def calendar_view(context: TenantContext) -> None:
    """Show the days of the chosen year; each leads to its transactions."""
    year = _year(context)
    period = Period(date(year, 1, 1), date(year + 1, 1, 1))
    st.caption(f"The stronger its colour, the more was spent on a day{partial_mark(context)}")
    frame = daily_spending(context, period.since, period.until)
    currency = currency_choice(currencies(context.currency, frame))
    title = f"Spending in {year}"
    if currency not in set(frame["currency"]):
        empty_card(title, "Nothing was spent in this year.")
        next_step(context, "year")
        return
    with card(title, csv=chart_query("daily-spending", period)):
        figure = calendar_chart(frame, chart_style(context, currency), year)
        clicked = clicked_in_chart(figure, f"{title}, the dearest days", "calendar")
        bounds = escaped(", ".join(shade_bounds(frame, chart_style(context, currency))))
        st.caption(f"The shades, from faint to strong, go up to {bounds}")
        table_of_chart("Day", figure, day_query)
    if clicked:
        open_page("transactions", **day_query(clicked))


def _year(context: TenantContext) -> int:
    """Draw the choice of a year, kept in the address: the latest, and all of the books."""
    this_year = today_of(context).year
    known = (*booked_years(context), this_year, this_year - YEARS_OFFERED + 1)
    years = range(max(known), min(known) - 1, -1)
    return st.selectbox(
        "Year",
        years,
        years.index(this_year),
        key="year",
        bind="query-params",
        label_visibility="collapsed",
        width=YEAR_WIDTH,
    )
