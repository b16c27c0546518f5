"""What the analyses ask a member: the period, and what a file of a chart is asked for."""

from collections.abc import Mapping

import streamlit as st

from fintrack.analytics.periods import Period, today_of
from fintrack.context import TenantContext
from fintrack.ui.inputs import period_input, span_text
from fintrack.ui.sight import partial_mark
from fintrack.ui.text import escaped


def asked_period(context: TenantContext) -> Period:
    """Draw the choice of a period, say in words what it is, and return it.

    Raises:
        InvalidInput: a custom period is not one.
    """
    period = period_input(today_of(context))
    st.caption(escaped(span_text(context, period)) + partial_mark(context))
    return period


def chart_query(chart: str, period: Period, **more: object) -> Mapping[str, str]:
    """Return what `chart_csv` is asked for the rows behind a chart."""
    asked = {"chart": chart, "since": period.since, "until": period.until, **more}
    return {key: str(value) for key, value in asked.items() if value is not None}
