"""The pulse of an open tab: what others change about its user reaches the screen by itself."""

import streamlit as st

from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext, UserSession

PULSE_SECONDS = 3.0


@st.fragment(run_every=PULSE_SECONDS)
def pulse(session: UserSession, drawn: tuple[TenantContext, ...]) -> None:
    """Draw the tab anew as soon as the user is in other tenants than those it was drawn for.

    So does a change of what he is in one of them. The look keeps no idle session alive.
    """
    if my_tenants(session) != drawn:
        st.rerun()
