"""Ownership on its way: the offer to me, the offers of an owner, and the dialogs of both."""

from collections.abc import Hashable, Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from fintrack.access.ownership import (
    VALID_FOR,
    accept_ownership,
    offer_ownership,
    ownership_offers,
    withdraw_offer,
)
from fintrack.context import TenantContext
from fintrack.ui.confirmation import confirmed
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import moment_text
from fintrack.ui.text import escaped
from fintrack.ui.undo import done

KEEP, PASS_ON = "We are both owners", "I become an admin"


def offer_cards(context: TenantContext, names: Mapping[str, str]) -> None:
    """Draw the offers that wait for an answer: to me, or, for an owner, to others."""
    for offer in ownership_offers(context).to_dict("records"):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            if offer["user_id"] == str(context.user_id):
                _offer_to_me(context, offer, names)
            else:
                _offer_to_another(context, offer, names)


def _offer_to_me(
    context: TenantContext, offer: Mapping[Hashable, Any], names: Mapping[str, str]
) -> None:
    who = escaped(names.get(offer["created_by"], "An owner"))
    offered = f"{who} offers you the ownership of {escaped(context.name)}."
    with st.container():
        st.markdown(f":material/key: **{offered}**")
    if st.button("Accept", type="primary", key="accept ownership"):
        _accept_dialog(context, is_shared=offer["is_shared"], who=who)
    if st.button("Decline", key="decline ownership"):
        with shown_refusals():
            withdraw_offer(context, context.user_id)
            done("Declined. Nothing changed.")


def _offer_to_another(
    context: TenantContext, offer: Mapping[Hashable, Any], names: Mapping[str, str]
) -> None:
    who = escaped(names.get(offer["user_id"], "somebody"))
    until = escaped(moment_text(context, offer["created_at"] + VALID_FOR))
    with st.container():
        st.markdown(f":material/key: Ownership offered to **{who}**, until {until}.")
    if st.button("Withdraw", key=f"withdraw {offer['user_id']}"):
        with shown_refusals():
            withdraw_offer(context, UUID(offer["user_id"]))
            done("Withdrawn. Nothing changed.")


@st.dialog("Offer the ownership", icon=":material/key:")
def offer_dialog(context: TenantContext, user_id: UUID, name: str) -> None:
    """Ask what becomes of oneself, and offer the ownership to a member."""
    st.write(f"**{escaped(name)}** has seven days to accept. Until then nothing changes.")
    choice = st.radio("Afterwards", [KEEP, PASS_ON], key="offer shared")
    if confirmed(context.session, "Offer the ownership", key="offer"):
        with shown_refusals():
            offer_ownership(context, user_id, shared=choice == KEEP)
            done(f"Offered the ownership to {escaped(name)}.")


@st.dialog("Become an owner", icon=":material/key:")
def _accept_dialog(context: TenantContext, *, is_shared: bool, who: str) -> None:
    st.write(f"You will own **{escaped(context.name)}**: members, settings, and its closing.")
    st.caption(f"{who} stays an owner beside you." if is_shared else f"{who} becomes an admin.")
    if confirmed(context.session, "Become an owner", key="accept"):
        with shown_refusals():
            accept_ownership(context)
            done(f"You own {escaped(context.name)} now.")
