"""The head of every page: which books these are, as what, the way to others, and the way out."""

import streamlit as st

from fintrack.access.sessions import end_all_sessions, end_session
from fintrack.access.tenants import create_tenant
from fintrack.context import TenantContext, UserSession
from fintrack.ui.failures import shown_refusals
from fintrack.ui.session import address, page_link, redirect, switch_tenant
from fintrack.ui.tenant_form import tenant_inputs
from fintrack.ui.text import ROLE_NAMES, TYPE_ICONS, TYPE_NAMES, escaped

SIGNED_OUT = address("/auth/sign-out", next="/")


def header(
    session: UserSession,
    tenants: tuple[TenantContext, ...],
    context: TenantContext | None,
    url_path: str,
) -> None:
    """Draw the head; `context` is missing while the user has no tenant or asked for a wrong one."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            _tenant_menu(session, tenants, context, url_path)
            if context is not None:
                _badges(context)
        _user_menu(session)


def _tenant_menu(
    session: UserSession,
    tenants: tuple[TenantContext, ...],
    context: TenantContext | None,
    url_path: str,
) -> None:
    label = f"**{escaped(context.name)}**" if context else "Choose books"
    icon = TYPE_ICONS[context.type] if context else ":material/menu_book:"
    with st.popover(label, icon=icon):
        st.caption("Your books")
        for tenant in tenants:
            _tenant_choice(tenant, url_path, is_current=tenant == context)
        st.divider()
        if st.button("New books", icon=":material/add:", type="tertiary", key="new tenant"):
            new_tenant_dialog(session)


def _tenant_choice(tenant: TenantContext, url_path: str, *, is_current: bool) -> None:
    words = (TYPE_NAMES[tenant.type], ROLE_NAMES[tenant.role], *(["sample"] * tenant.is_sample))
    if st.button(
        f"{escaped(tenant.name)} :small[:gray[{' · '.join(words)}]]",
        icon=":material/check:" if is_current else TYPE_ICONS[tenant.type],
        type="tertiary",
        disabled=is_current,
        key=f"switch {tenant.slug}",
    ):
        switch_tenant(tenant.slug, url_path)


@st.dialog("New books", icon=":material/add:")
def new_tenant_dialog(session: UserSession) -> None:
    """Ask for a new tenant, make it, and open it."""
    with st.form("new tenant form", border=False):
        tenant = tenant_inputs("new tenant")
        submitted = st.form_submit_button("Create", type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            switch_tenant(create_tenant(session, tenant).slug)


def _badges(context: TenantContext) -> None:
    st.badge(TYPE_NAMES[context.type], color="gray")
    st.badge(ROLE_NAMES[context.role], color="blue", icon=":material/shield_person:")
    if context.is_sample:
        st.badge("Sample", color="orange", icon=":material/science:")


def _user_menu(session: UserSession) -> None:
    with st.popover(escaped(session.name), icon=":material/account_circle:"):
        st.caption(escaped(session.email))
        page_link("account", "My account", icon=":material/manage_accounts:")
        if st.button("Sign out", icon=":material/logout:", type="tertiary", key="sign out"):
            end_session(session, session.id)
            redirect(SIGNED_OUT)
        if st.button(
            "Sign out everywhere", icon=":material/devices:", type="tertiary", key="sign out all"
        ):
            end_all_sessions(session)
            redirect(SIGNED_OUT)
