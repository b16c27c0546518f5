"""What the analyses ask a member, what a chart and its file lead to, and what an empty one says."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from fintrack.analytics.periods import (
    Interval,
    Period,
    interval_until,
    month_of_period,
)
from fintrack.context import Permission, TenantContext
from fintrack.ui.inputs import card, period_input, period_query, span_text
from fintrack.ui.session import page_link
from fintrack.ui.sight import partial_mark
from fintrack.ui.text import escaped


def asked_period(context: TenantContext) -> Period:
    """Draw the choice of a period, say in words what it is, and return it.

    Raises:
        InvalidInput: a custom period is not one.
    """
    period = period_input(context)
    st.caption(escaped(span_text(context, period)) + partial_mark(context))
    return period


def empty_card(title: str, sentence: str) -> None:
    """Draw a card that says what there is nothing of; nothing makes no file."""
    with card(title):
        st.caption(sentence)


def next_step(context: TenantContext, choice: str = "period") -> None:
    """Say what to do where nothing is shown; `choice` is what can be chosen above."""
    if not context.may(Permission.IMPORT):
        st.caption(f"Choose another {choice} above.")
    else:
        st.caption(f"Choose another {choice} above, or import a file whose days lie in it.")
        page_link("import", "Import a file", icon=":material/upload_file:")


def day_query(day: str) -> dict[str, str]:
    """Return the address's filters for a day, which is written as ISO has it."""
    return period_query(interval_until(date.fromisoformat(day), Interval.DAY))


def month_query(first: str, period: Period) -> dict[str, str]:
    """Return the address's filters for the days of a month, given by its first, in the period."""
    return period_query(month_of_period(date.fromisoformat(first), period))


def chart_query(chart: str, period: Period, **more: object) -> Mapping[str, str]:
    """Return what `chart_csv` is asked for the rows behind a chart."""
    asked = {"chart": chart, "since": period.since, "until": period.until, **more}
    return {key: str(value) for key, value in asked.items() if value is not None}
