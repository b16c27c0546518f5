"""Settings of the tenant: name, type, money, country and habits; its end."""

from calendar import month_name
from dataclasses import replace

import streamlit as st

from fintrack.access.tenants import (
    TenantSettings,
    change_settings,
    close_tenant,
    tenant_settings,
    time_zones,
)
from fintrack.context import Permission, TenantContext, TenantType
from fintrack.ui.books import take_along_card
from fintrack.ui.choices import (
    colour_input,
    country_input,
    currency_input,
    locale_input,
)
from fintrack.ui.closing import export_everything, status_badge
from fintrack.ui.confirmation import when_confirmed
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import card
from fintrack.ui.limit_notices import limit_rows
from fintrack.ui.session import redirect, tenant_context
from fintrack.ui.text import TYPE_NAMES, colour_of, escaped


def page() -> None:
    """Show the settings, to those who may change them as a form."""
    context = tenant_context()
    st.title("Settings", anchor=False)
    status_badge(context)
    settings = tenant_settings(context)
    may_change = context.may(Permission.CHANGE_SETTINGS)
    if not may_change:
        st.caption("Owners and admins may change these.")
    with st.container(border=True, width=720):
        _settings_form(context, settings, may_change=may_change)
    with card("Limits", width=720):
        limit_rows(context)
    take_along_card(context)
    if context.may(Permission.CLOSE_TENANT):
        _closing(context)


def _settings_form(context: TenantContext, settings: TenantSettings, *, may_change: bool) -> None:
    # A new version is a new form: what somebody else saved replaces what stands in the inputs.
    with st.form(f"settings {settings.version}", border=False):
        changed = _inputs(settings)
        submitted = st.form_submit_button("Save", type="primary", disabled=not may_change)
    if submitted:
        with shown_refusals():
            change_settings(context, changed)
            st.toast("Saved.", icon=":material/check:")
            st.rerun()


def _inputs(settings: TenantSettings) -> TenantSettings:
    name = st.text_input("Name", settings.name, max_chars=80, autocomplete="off")
    kinds = list(TenantType)
    left, right = st.columns(2)
    with left:
        kind = st.selectbox(
            "Type", kinds, kinds.index(settings.type), format_func=TYPE_NAMES.__getitem__
        )
        currency = currency_input(settings.currency)
        locale = locale_input("Numbers and dates as in", settings.locale)
    with right:
        country = country_input(settings.country)
        zones = time_zones()
        zone = st.selectbox("Time zone", zones, zones.index(settings.time_zone))
        month = st.selectbox(
            "The fiscal year starts in",
            range(1, 13),
            settings.fiscal_year_start - 1,
            format_func=month_name.__getitem__,
        )
    colour = colour_input("Colour", colour_of(settings.colour))
    return replace(
        settings,
        name=name,
        type=kind,
        currency=currency,
        country=country,
        locale=locale,
        time_zone=zone,
        fiscal_year_start=month,
        colour=colour,
    )


def _closing(context: TenantContext) -> None:
    with st.expander("Close this tenant", icon=":material/delete:", width=720):
        st.write(
            "For thirty days everybody can still look and export, and an owner can open it again. "
            "Then accounts, transactions, imports and memberships are erased for good."
        )
        export_everything(context, key="export before closing")
        with st.form("close tenant", border=False):
            name = st.text_input(f"Type {escaped(context.name)} to confirm", autocomplete="off")
            submitted = st.form_submit_button("Close", icon=":material/delete_forever:")
        if submitted:
            when_confirmed(lambda: _close(context, name))


def _close(context: TenantContext, name: str) -> None:
    close_tenant(context, name)
    redirect("/")
