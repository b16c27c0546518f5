"""A closing tenant on a screen: until when its books can be read, and the way back."""

import streamlit as st

from fintrack.access.memberships import members
from fintrack.access.tenants import reopen_tenant
from fintrack.context import Role, TenantContext, TenantStatus
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import day_text
from fintrack.ui.session import switch_tenant
from fintrack.ui.text import escaped


def closing_notice(context: TenantContext) -> None:
    """Say on every page that the books are closing; an owner may reopen them here."""
    if context.status is not TenantStatus.CLOSING or context.closes_at is None:
        return
    day = day_text(context, context.closes_at.date())
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            f":material/hourglass_bottom: {escaped(context.name)} is closing. Until {escaped(day)}"
            " it can be read and exported; then everything in it is erased."
        )
        if _is_owner(context) and st.button("Reopen", icon=":material/undo:", key="reopen"):
            with shown_refusals():
                switch_tenant(reopen_tenant(context.session, context.slug).slug)


def _is_owner(context: TenantContext) -> bool:
    people = members(context)
    mine = people["user_id"] == str(context.user_id)
    return people.loc[mine, "role"].tolist() == [Role.OWNER]
