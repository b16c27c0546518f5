"""Who is invited or asks to come in, for those who may invite."""

from collections.abc import Hashable, Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from fintrack.access.invitations import invitations, revoke_invitation
from fintrack.access.memberships import members
from fintrack.context import Permission, Role, TenantContext
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import moment_text
from fintrack.ui.invitation_forms import invite_dialog, resend_dialog
from fintrack.ui.join_requests import request_cards, tenant_link
from fintrack.ui.member_inputs import flag_badges
from fintrack.ui.text import ROLE_NAMES, escaped
from fintrack.ui.undo import done

VOID = "Who invited may not invite so any more. Send it again yourself, or revoke it."


def invitation_section(context: TenantContext) -> None:
    """Draw requests to join, the pending invitations, and the tenant's own link."""
    if st.button("Invite people", type="primary", icon=":material/person_add:", key="invite"):
        invite_dialog(context)
    manages = context.may(Permission.MANAGE_MEMBERS)
    if manages:
        request_cards(context)
    pending = invitations(context)
    if pending.empty:
        with st.container(border=True):
            st.subheader("Nobody is invited right now", anchor=False)
            st.caption("Invite somebody by e-mail, or make a link to pass on yourself.")
    people = members(context, left=True)
    names = dict(zip(people["user_id"], people["name"], strict=True))
    for each in pending.to_dict("records"):
        _row(context, each, names)
    if manages:
        tenant_link(context)


def _row(context: TenantContext, each: Mapping[Hashable, Any], names: Mapping[str, str]) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap="xxsmall"):
            st.markdown(f"**{escaped(each['email'] or _link_words(each))}**")
            by = names.get(each["created_by"], "somebody")
            until = moment_text(context, each["expires_at"])
            st.caption(escaped(f"invited by {by} · valid until {until}"))
            _badges(each)
        with st.container(horizontal=True, width="content"):
            if st.button("Resend", icon=":material/send:", key=f"resend {each['id']}"):
                resend_dialog(context, UUID(each["id"]), each["email"])
            if st.button("Revoke", icon=":material/block:", key=f"revoke {each['id']}"):
                with shown_refusals():
                    revoke_invitation(context, UUID(each["id"]))
                    done("Revoked. The link does nothing any more.")


def _link_words(each: Mapping[Hashable, Any]) -> str:
    used = f"Link, used {each['uses']} of {each['most_uses']} times"
    return f"{used}, for {each['mail_domain']}" if each["mail_domain"] else used


def _badges(each: Mapping[Hashable, Any]) -> None:
    role = Role(each["role"])
    with st.container(horizontal=True, gap="xsmall"):
        if each["is_expired"]:
            st.badge("Expired", color="orange", icon=":material/schedule:")
        if each["is_void"]:
            st.badge("Void", color="orange", icon=":material/person_off:", help=VOID)
        st.badge(ROLE_NAMES[role], color="gray")
        flag_badges(role, each["flags"].split())
