"""Whether the books have what a bank says that an account held."""

from datetime import date

import streamlit as st

from fintrack.context import TenantContext
from fintrack.ui.inputs import day_text, money
from fintrack.ui.text import escaped


def bank_balance(context: TenantContext, on: date, difference: int, currency: str) -> None:
    """Say by how much the books, as they are now, are above what a file says of this day."""
    day = escaped(day_text(context, on))
    if not difference:
        st.badge(f"Balance of {day} agrees", icon=":material/check_circle:", color="green")
        return
    off = escaped(money(context, difference, currency))
    st.badge(f"Balance of {day} is off by {off}", icon=":material/balance:", color="orange")
