"""All my tenants: one card each, and a total for each currency."""

import pandas as pd
import streamlit as st

from fintrack.analytics.headlines import currencies
from fintrack.analytics.periods import today_of
from fintrack.analytics.standing import STANDING, standing, together
from fintrack.context import TenantContext, TenantStatus
from fintrack.frames import frame
from fintrack.ui.closing import shut_notice
from fintrack.ui.inputs import moment_text, money
from fintrack.ui.session import switch_tenant, tenants, user_session
from fintrack.ui.sight import partial_mark
from fintrack.ui.text import ROLE_NAMES, TYPE_ICONS, TYPE_NAMES, colour_of, escaped, mark_of

CARD_WIDTH = 300


def page() -> None:
    """Show how each of the user's tenants stands, the sample last and in no total."""
    st.title("All my tenants", anchor=False)
    shut_notice(user_session())
    mine = tenants()
    if not mine:
        st.caption("You have no tenant yet.")
        return
    standings = [standing(each, today_of(each)) for each in mine]
    real = [
        (each, found) for each, found in zip(mine, standings, strict=True) if not each.is_sample
    ]
    if len(real) > 1:
        _totals([each for each, _ in real], together([found for _, found in real]))
    cards = st.grid("auto", min_column_width=CARD_WIDTH)
    for each, found in zip(mine, standings, strict=True):
        with cards.cell(), st.container(border=True, height="stretch"):
            _card(each, found)


def _totals(real: list[TenantContext], total: pd.DataFrame) -> None:
    mark = next(filter(None, map(partial_mark, real)), "")
    st.caption(f"{len(real)} tenants together, each currency on its own{mark}")
    cards = st.grid("auto", min_column_width=CARD_WIDTH)
    for currency in currencies(real[0].currency, total):
        with cards.cell(), st.container(border=True, height="stretch"):
            _figures(real[0], total, currency, "", label=f"Together in {currency}")


def _card(context: TenantContext, found: pd.DataFrame) -> None:
    icon = TYPE_ICONS[context.type]
    key = f"open {context.slug}"
    name = f"{mark_of(context)}**{escaped(context.name)}**"
    if st.button(name, icon=icon, type="tertiary", key=key, wrap=False):
        switch_tenant(context.slug)
    with st.container(horizontal=True, gap="small"):
        kind = f"{TYPE_NAMES[context.type]} · {ROLE_NAMES[context.role]}"
        st.badge(kind, color=colour_of(context.colour))
        if context.is_sample:
            st.badge("Sample", color="orange", icon=":material/science:")
        if context.status is TenantStatus.CLOSING and context.closes_at is not None:
            day = moment_text(context, context.closes_at)
            st.badge(f"Erased on {escaped(day)}", color="red", icon=":material/hourglass_bottom:")
    for currency in currencies(context.currency, found):
        _figures(context, found, currency, partial_mark(context))


def _figures(
    context: TenantContext,
    found: pd.DataFrame,
    currency: str,
    mark: str,
    *,
    label: str = "Net worth",
) -> None:
    """Draw net worth, and what came in and went out this month, in one currency."""
    own = found[found["currency"] == currency]
    row = own if len(own) else frame([(currency, 0, 0, 0)], STANDING)
    worth, inflow, outflow = (int(row[name].iloc[0]) for name in list(STANDING)[1:])
    st.metric(label, money(context, worth, currency))
    moved = f"In {money(context, inflow, currency)} · out {money(context, outflow, currency)}"
    st.caption(f"{escaped(moved)} this month{mark}")
