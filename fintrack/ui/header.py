"""The head of every page: which tenant this is, as what, the way to others, and the way out."""

from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from fintrack.access.sessions import end_all_sessions, end_session
from fintrack.access.tenants import create_tenant, remove_sample
from fintrack.context import Permission, TenantContext, UserSession
from fintrack.operations.demo import create_sample
from fintrack.ui.failures import shown_refusals
from fintrack.ui.popovers import close_popover, popover
from fintrack.ui.session import SIGNED_OUT, open_page, page_link, redirect, switch_tenant
from fintrack.ui.sight import see_as_entry, sight_banner
from fintrack.ui.tenant_form import tenant_inputs
from fintrack.ui.text import ROLE_NAMES, TYPE_ICONS, TYPE_NAMES, colour_of, escaped, mark_of

TENANTS = "tenants"


def header(
    session: UserSession,
    tenants: tuple[TenantContext, ...],
    context: TenantContext | None,
    url_path: str,
) -> None:
    """Draw the head; `context` is missing while the user has no tenant or asked for a wrong one."""
    if context is not None and context.seen_as is not None:
        _head_of_look(context, url_path)
        return
    # The outer row never wraps, so that the way out stays in its corner on a phone.
    with st.container(horizontal=True, wrap=False):
        with st.container(horizontal=True, vertical_alignment="center"):
            _tenant_menu(session, tenants, context, url_path)
            if context is not None:
                _badges(context)
        _user_menu(session, context, url_path)


def _head_of_look(context: TenantContext, url_path: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{TYPE_ICONS[context.type]} **{escaped(context.name)}**", width="content")
        _kind_badge(context)
    sight_banner(url_path)


def _tenant_menu(
    session: UserSession,
    tenants: tuple[TenantContext, ...],
    context: TenantContext | None,
    url_path: str,
) -> None:
    label = f"{mark_of(context)}**{escaped(context.name)}**" if context else "Choose a tenant"
    icon = TYPE_ICONS[context.type] if context else ":material/unfold_more:"
    # Named after tenant and page, so that it closes when it has led to another.
    name = f"{TENANTS} {context.slug if context else ''} on {url_path}"
    with popover(label, name=name, icon=icon), st.container(gap="xxsmall"):
        st.caption("Your tenants")
        for tenant in tenants:
            _tenant_choice(tenant, url_path, is_current=tenant == context)
        if st.button(
            "All my tenants", icon=":material/dashboard:", type="tertiary", key="all my tenants"
        ):
            open_page("tenants")
        st.caption("More")
        if st.button(
            "New tenant",
            icon=":material/add:",
            type="tertiary",
            key="new tenant",
            on_click=close_popover,
            args=(name,),
        ):
            new_tenant_dialog(session)
        if context is not None and context.may(Permission.IMPORT):
            page_link("import", "Bring a whole book", icon=":material/library_books:")
        if not any(tenant.is_sample for tenant in tenants):
            look_around(session, key="look around")


def _tenant_choice(tenant: TenantContext, url_path: str, *, is_current: bool) -> None:
    words = f":small[:gray[{TYPE_NAMES[tenant.type]} · {ROLE_NAMES[tenant.role]}]]"
    label = f"{mark_of(tenant)}{escaped(tenant.name)} {words}"
    if is_current:
        st.markdown(f":material/check: {mark_of(tenant)}**{escaped(tenant.name)}** {words}")
    elif st.button(
        label, icon=TYPE_ICONS[tenant.type], type="tertiary", key=f"switch {tenant.slug}"
    ):
        switch_tenant(tenant.slug, url_path)


@st.dialog("New tenant", icon=":material/add:")
def new_tenant_dialog(session: UserSession) -> None:
    """Ask for a new tenant, make it, and open it."""
    with st.form("new tenant form", border=False):
        tenant = tenant_inputs("new tenant")
        submitted = st.form_submit_button("Create", type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            switch_tenant(create_tenant(session, tenant).slug)


def look_around(
    session: UserSession, *, key: str, kind: Literal["secondary", "tertiary"] = "tertiary"
) -> None:
    """Offer a sample household of 36 months; it is marked, and removed in one click."""
    if st.button("Look around in a sample", icon=":material/science:", type=kind, key=key):
        with shown_refusals(), st.spinner("Telling a household’s story of three years"):
            switch_tenant(create_sample(session, datetime.now(UTC).date()).slug)


def _remove_sample(context: TenantContext) -> None:
    if st.button("Remove the sample", icon=":material/delete:", key="remove sample"):
        with shown_refusals():
            remove_sample(context)
            redirect("/")


def _badges(context: TenantContext) -> None:
    _kind_badge(context)
    if context.is_sample:
        st.badge("Sample", color="orange", icon=":material/science:")
        _remove_sample(context)


def _kind_badge(context: TenantContext) -> None:
    kind = f"{TYPE_NAMES[context.type]} · {ROLE_NAMES[context.role]}"
    st.badge(kind, color=colour_of(context.colour))


def _user_menu(session: UserSession, context: TenantContext | None, url_path: str) -> None:
    # Named after the page, so that it closes when its link has led to another.
    name, tip = f"user menu on {url_path}", escaped(session.name)
    with (
        popover("", name=name, icon=":material/account_circle:", tip=tip),
        st.container(gap="xxsmall"),
    ):
        st.markdown(f"**{escaped(session.name)}**")
        st.caption(escaped(session.email))
        page_link("account", "My account", icon=":material/manage_accounts:")
        if context is not None:
            see_as_entry(context, url_path, name)
        if st.button("Sign out", icon=":material/logout:", type="tertiary", key="sign out"):
            end_session(session, session.id)
            redirect(SIGNED_OUT)
        if st.button(
            "Sign out everywhere", icon=":material/devices:", type="tertiary", key="sign out all"
        ):
            end_all_sessions(session)
            redirect(SIGNED_OUT)
