"""A tenant's end on a screen: its status, until when its books can be read, and the way back."""

import streamlit as st

from fintrack.access.memberships import members
from fintrack.access.tenants import reopen_tenant, shut_tenants
from fintrack.context import Permission, Role, TenantContext, TenantStatus, UserSession
from fintrack.ledger.exports import CONFIRM_EVERYTHING
from fintrack.ui.confirmation import confirmed_download
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import moment_text
from fintrack.ui.session import switch_tenant
from fintrack.ui.text import escaped


def status_badge(context: TenantContext) -> None:
    """Draw whether the tenant lives, or on which day it is erased."""
    if context.closes_at is None:
        st.badge("Active", color="green", icon=":material/check:")
    else:
        day = moment_text(context, context.closes_at)
        st.badge(f"Erased on {escaped(day)}", color="red", icon=":material/hourglass_bottom:")


def closing_notice(context: TenantContext) -> None:
    """Say on every page that the books are closing; an owner may reopen them here."""
    if context.status is not TenantStatus.CLOSING or context.closes_at is None:
        return
    day = moment_text(context, context.closes_at)
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            f":material/hourglass_bottom: {escaped(context.name)} is closing. Until {escaped(day)}"
            " it can be read and exported; then everything in it is erased."
        )
        export_everything(context, key="export closing")
        if _is_owner(context) and st.button("Reopen", icon=":material/undo:", key="reopen"):
            with shown_refusals():
                switch_tenant(reopen_tenant(context.session, context.slug).slug)


def export_everything(context: TenantContext, *, key: str) -> None:
    """Draw, for whoever may export, the button that takes every transaction along."""
    if context.may(Permission.EXPORT):
        payload = {"tenant": context.slug, "kind": "transactions", "filter": {}}
        label = "Export everything"
        confirmed_download(context.session, label, payload, CONFIRM_EVERYTHING, key=key)


def shut_notice(session: UserSession) -> None:
    """Name the user's tenants that whoever runs this FinTrack has suspended."""
    for name in shut_tenants(session):
        words = f"{escaped(name)} is suspended. Ask whoever runs this FinTrack to open it."
        st.caption(f":material/lock: {words}")


def _is_owner(context: TenantContext) -> bool:
    people = members(context)
    mine = people["user_id"] == str(context.user_id)
    is_owner: bool = people.loc[mine, "role"].tolist() == [Role.OWNER]
    return is_owner and context.seen_as is None
