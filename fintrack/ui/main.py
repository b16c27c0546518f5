"""The router: who is here, in which tenant, on which page. Streamlit runs this file each time."""

from pathlib import Path

import streamlit as st

import pages.account
import pages.accounts
import pages.analytics
import pages.home
import pages.imports
import pages.members
import pages.settings
import pages.tenants
import pages.transactions
from fintrack.cache import one_look
from fintrack.context import TenantContext, UserSession
from fintrack.errors import NotFound, PermissionDenied
from fintrack.ui import welcome
from fintrack.ui.closing import closing_notice, shut_notice
from fintrack.ui.confirmation import go_on
from fintrack.ui.failures import shown_refusals
from fintrack.ui.header import header, look_around, new_tenant_dialog
from fintrack.ui.invitation_screen import invitation_screen
from fintrack.ui.join_requests import join_form
from fintrack.ui.pulse import pulse
from fintrack.ui.session import (
    arrive,
    current_look,
    current_session,
    follow_address,
    forget_tenant,
    look_as,
    lost_tenant,
    note_presence,
    remember_pages,
    switch_tenant,
    tenant_context,
    tenants,
)
from fintrack.ui.text import TYPE_ICONS, escaped, escaped_sentence
from fintrack.ui.theme import is_dark

LOGO, ICON = "fintrack/ui/static/logo.svg", "fintrack/ui/static/icon.svg"
TABLES, PRINT, DARK = (
    Path(__file__).with_name(f"{name}.css") for name in ("tables", "print", "dark")
)
ACCOUNT, TENANTS = "account", "tenants"
OWN = frozenset({ACCOUNT, TENANTS})  # the pages that need no tenant
PAGES = (
    (pages.home.page, "Home", "home", "home"),
    (pages.accounts.page, "Accounts", "account_balance", "accounts"),
    (pages.transactions.page, "Transactions", "receipt_long", "transactions"),
    (pages.imports.page, "Import", "upload_file", "import"),
    (pages.analytics.page, "Analytics", "monitoring", "analytics"),
    (pages.members.page, "Members", "group", "members"),
    (pages.settings.page, "Settings", "settings", "settings"),
    (pages.account.page, "My account", "person", ACCOUNT),
    (pages.tenants.page, "All my tenants", "dashboard", TENANTS),
)


def main() -> None:
    """Draw the page that this visitor may see."""
    st.set_page_config(page_icon=ICON, layout="wide")
    router = _pages()
    arrive(router)
    session = current_session()
    # Declared for everybody, so that a deep link survives the sign-in; run for nobody else.
    page = st.navigation(router, position="sidebar" if session else "hidden")
    with shown_refusals():
        if session is None or not welcome.MAILED_LINKS.isdisjoint(st.query_params):
            welcome.screen(page.url_path)
            return
        st.logo(LOGO, icon_image=ICON, size="large")
        st.html(TABLES)
        st.html(PRINT)
        if is_dark():
            st.html(DARK)
        remember_pages(router)
        _signed_in(session, page)


def _pages() -> list[st.Page]:
    return [
        st.Page(
            draw,
            title=title,
            icon=f":material/{icon}:",
            url_path=path,
            default=path == "home",
            visibility="hidden" if path == TENANTS else "visible",
        )
        for draw, title, icon, path in PAGES
    ]


def _signed_in(session: UserSession, page: st.Page) -> None:
    invitation = st.query_params.get("invitation")
    if invitation:
        invitation_screen(session, invitation)
        return
    follow_address(page.url_path)
    head = st.container()
    context = _context(page.url_path)
    with head:
        header(session, tenants(), context, page.url_path)
    pulse(session, tenants())
    go_on(session)
    if context is None and page.url_path not in OWN:
        _no_tenant(session, page.url_path)
    elif context is not None and context.seen_as is not None and page.url_path in OWN:
        st.info("This page is your own. Stop looking to open it.", icon=":material/visibility:")
    else:
        if context is not None:
            note_presence(context)
            closing_notice(context)
        with one_look():
            page.run()


def _context(url_path: str) -> TenantContext | None:
    try:
        return tenant_context()
    except (NotFound, PermissionDenied) as error:
        if current_look() is not None:
            look_as(None, url_path)
        if tenants() or lost_tenant():
            st.error(escaped_sentence(str(error)), icon=":material/error:")
        return None


def _no_tenant(session: UserSession, url_path: str) -> None:
    """Offer the user's tenants instead of the wrong one, or the making of a first one."""
    shut_notice(session)
    for tenant in tenants():
        if st.button(escaped(tenant.name), icon=TYPE_ICONS[tenant.type], key=f"open {tenant.slug}"):
            forget_tenant()
            switch_tenant(tenant.slug, url_path)
    if not tenants():
        st.subheader("You have no tenant yet")
        st.caption("A tenant is a set of books of its own. Start one, or ask to be invited.")
        if st.button("New tenant", type="primary", icon=":material/add:", key="first tenant"):
            new_tenant_dialog(session)
        look_around(session, key="first look around")
    if (wanted := st.query_params.get("tenant")) and not lost_tenant():
        join_form(session, wanted)


main()
