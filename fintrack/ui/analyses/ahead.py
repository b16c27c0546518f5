"""Forecast: where the balances are likely to be in 90 days, and how far off that usually is."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from fintrack.analytics.charts.forecast import forecast_chart
from fintrack.analytics.forecast import AHEAD, forecast
from fintrack.analytics.headlines import currencies
from fintrack.analytics.net_worth import net_worth
from fintrack.analytics.periods import DAY, Interval, Period, today_of
from fintrack.context import TenantContext
from fintrack.ui.analyses.asked import chart_query, day_query
from fintrack.ui.inputs import card, currency_choice, money
from fintrack.ui.session import open_page, page_link
from fintrack.ui.sight import partial_mark
from fintrack.ui.tables import table_of_chart
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, clicked_in_chart

TITLE = "Balances in the next 90 days"
TOO_SHORT = (
    "A forecast needs half a year of transactions in this currency. Import older statements."
)


def ahead_view(context: TenantContext) -> None:
    """Show the last and the next 90 days; a past day leads to its transactions."""
    today = today_of(context)
    found = forecast(context, today)
    past = net_worth(context, today - timedelta(AHEAD), today + DAY, Interval.DAY)
    currency = currency_choice(currencies(context.currency, past))
    st.caption(
        "What is booked ahead, what comes again, and of the rest the mean of a year by day of the"
        f" month{partial_mark(context)}"
    )
    with card(TITLE, csv=chart_query("forecast", Period(today + DAY, today + DAY * (AHEAD + 1)))):
        errors = found.errors[found.errors["currency"] == currency]
        if errors.empty:
            st.info(TOO_SHORT, icon=":material/info:")
            page_link("import", "Import a file", icon=":material/upload_file:")
            return
        _error(context, currency, errors)
        figure = forecast_chart(past, found.days, chart_style(context, currency))
        clicked = clicked_in_chart(figure, TITLE, "forecast")
        table_of_chart("Day", figure, day_query)
    if clicked:
        open_page("transactions", **day_query(clicked))


def _error(context: TenantContext, currency: str, errors: pd.DataFrame) -> None:
    """Say how far off forecasts of the past were."""
    error, number = int(errors["error"].iloc[0]), int(errors["forecasts"].iloc[0])
    off = escaped(money(context, error, currency))
    st.caption(
        f"Past forecasts, made the same way on {number} days, were off by {off} on average after"
        f" {AHEAD} days. The band holds 8 of 10 of them."
    )
