"""Calendar: what each day of a year cost."""

from datetime import date

import streamlit as st

from fintrack.analytics.charts.calendar import calendar_chart, shade_bounds
from fintrack.analytics.daily_spending import daily_spending
from fintrack.analytics.headlines import currencies
from fintrack.analytics.periods import DAY, Period, today_of
from fintrack.context import TenantContext
from fintrack.ledger.filters import TransactionFilter
from fintrack.ui.analyses.asked import chart_query
from fintrack.ui.inputs import card, currency_choice
from fintrack.ui.session import open_page
from fintrack.ui.sight import partial_mark
from fintrack.ui.tables import table_of_chart
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, clicked_in_chart

YEARS_OFFERED = 5


def calendar_view(context: TenantContext) -> None:
    """Show the days of the chosen year; each leads to its transactions."""
    this_year = today_of(context).year
    chosen = st.pills(
        "Year",
        [str(this_year - back) for back in range(YEARS_OFFERED)],
        default=str(this_year),
        required=True,
        key="year",
        bind="query-params",
        label_visibility="collapsed",
    )
    year = int(chosen or this_year)
    period = Period(date(year, 1, 1), date(year + 1, 1, 1))
    st.caption(f"The stronger its colour, the more was spent on a day{partial_mark(context)}")
    frame = daily_spending(context, period.since, period.until)
    currency = currency_choice(currencies(context.currency, frame))
    with card(f"Spending in {year}", csv=chart_query("daily-spending", period)):
        if frame.empty:
            st.caption("Nothing was spent in this year.")
            return
        figure = calendar_chart(frame, chart_style(context, currency), year)
        clicked = clicked_in_chart(figure, f"Spending in {year}, the dearest days", "calendar")
        bounds = escaped(", ".join(shade_bounds(frame, chart_style(context, currency))))
        st.caption(f"The shades, from faint to strong, go up to {bounds}")
        table_of_chart("Day", figure, _query)
    if clicked:
        open_page("transactions", **_query(clicked))


def _query(day: str) -> dict[str, str]:
    first = date.fromisoformat(day)
    return TransactionFilter(since=first, until=first + DAY).to_query()
