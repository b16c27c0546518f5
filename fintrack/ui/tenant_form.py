"""The questions a new tenant is made from, as registration and "new tenant" ask them."""

import streamlit as st

from fintrack.access.tenants import NewTenant
from fintrack.context import TenantType
from fintrack.ui.choices import (
    browser_country,
    browser_time_zone,
    country_input,
    currency_input,
    currency_of,
)
from fintrack.ui.text import TYPE_ICONS, TYPE_NAMES


def tenant_inputs(key: str) -> NewTenant:
    """Draw the questions and return the answers as they stand."""
    kind = st.segmented_control(
        "What the books are for",
        list(TenantType),
        default=TenantType.PERSONAL,
        required=True,
        format_func=_type_label,
        key=f"{key} tenant type",
        width="stretch",
    )
    name = st.text_input(
        "Tenant name", placeholder="Such as Rivera family", max_chars=80, autocomplete="off",
        key=f"{key} tenant name",
    )  # fmt: skip
    country = browser_country()
    left, right = st.columns(2)
    with left:
        chosen = country_input(country)
    with right:
        currency = currency_input(currency_of(country))
    return NewTenant(
        name, kind or TenantType.PERSONAL, currency, chosen, time_zone=browser_time_zone()
    )


def _type_label(kind: TenantType) -> str:
    return f"{TYPE_ICONS[kind]} {TYPE_NAMES[kind]}"
