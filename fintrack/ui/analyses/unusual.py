"""Unusual: amounts far from what is usual for their payee."""

from typing import Any

import streamlit as st

from fintrack.analytics.anomalies import anomalies
from fintrack.analytics.headlines import currencies
from fintrack.context import TenantContext
from fintrack.ui.analyses.asked import asked_period, chart_query, empty_card, next_step
from fintrack.ui.inputs import card, currency_choice, day_text, link_row, money
from fintrack.ui.session import open_page
from fintrack.ui.text import escaped

SHOWN = 20
TITLE = "Unusual amounts"
MEANING = (
    "More than five times as far from the payee’s usual amount as its amounts of a year usually are"
)


def unusual_view(context: TenantContext) -> None:
    """Show the transactions of the period that are unlike their payee's others."""
    period = asked_period(context)
    frame = anomalies(context, period.since, period.until)
    currency = currency_choice(currencies(context.currency, frame))
    rows = frame[frame["currency"] == currency].head(SHOWN).to_dict("records")
    st.caption(MEANING)
    if not rows:
        empty_card(TITLE, "Nothing is unusual in this period.")
        next_step(context)
        return
    with card(TITLE, csv=chart_query("anomalies", period)):
        pressed = [row["transaction_id"] for row in rows if _row(context, currency, row)]
    if pressed:
        open_page("transactions", transaction=pressed[0])


def _row(context: TenantContext, currency: str, row: dict[Any, Any]) -> bool:
    usual = money(context, row["usual"], currency, sign=True)
    day = day_text(context, row["booked_on"].date())
    below = escaped(f"usually {usual} · {day} · {row['account']}")
    amount = escaped(money(context, row["amount"], currency, sign=True))
    return link_row(escaped(row["payee"]), amount, below, key=f"unusual {row['transaction_id']}")
