"""Whether the books have what a bank says that an account held."""

from datetime import date

import streamlit as st

from fintrack.context import TenantContext
from fintrack.ui.inputs import day_text, money
from fintrack.ui.text import escaped

LOOK = "Look for a transaction until that day that is missing, there twice, or was changed."


def bank_balance(context: TenantContext, on: date, difference: int, currency: str) -> None:
    """Say by how much the books, as they are now, are above what a file says of this day."""
    day = escaped(day_text(context, on))
    if not difference:
        st.badge(f"Balance of {day} agrees", icon=":material/check_circle:", color="green")
        return
    off = escaped(money(context, abs(difference), currency))
    way = "over" if difference > 0 else "under"
    st.badge(
        f"{off} {way} the bank’s balance of {day}",
        icon=":material/balance:",
        color="orange",
        help=LOOK,
    )
