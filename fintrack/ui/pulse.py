"""The pulse of an open tab: what others change about its user reaches the screen by itself."""

import time

import streamlit as st

from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext, UserSession

PULSE_SECONDS = 3.0


def pulse(session: UserSession, drawn: tuple[TenantContext, ...]) -> None:
    """Draw the tab anew as soon as the user is in other tenants than those it was drawn for.

    So does a change of what he is in one of them. The look keeps no idle session alive.
    """
    _beat(session, drawn, time.monotonic())


@st.fragment(run_every=PULSE_SECONDS)
def _beat(session: UserSession, drawn: tuple[TenantContext, ...], drawn_at: float) -> None:
    # The first beat is the drawing itself.
    is_first = time.monotonic() - drawn_at < PULSE_SECONDS / 2
    if not is_first and _standing(my_tenants(session)) != _standing(drawn):
        st.rerun()


def _standing(tenants: tuple[TenantContext, ...]) -> set[tuple[object, ...]]:
    """Return what the user is where; a name or a colour can wait for his next step."""
    return {(each.tenant_id, each.role, each.flags, each.status) for each in tenants}
