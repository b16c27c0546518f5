"""Asking to join a tenant whose link one knows, and the answer of its admins."""

from collections.abc import Hashable, Mapping
from uuid import UUID

import streamlit as st

from fintrack.access.invitations import LONGEST_MESSAGE
from fintrack.access.join_requests import admit, ask_to_join, join_requests, turn_down
from fintrack.context import Role, TenantContext, UserSession
from fintrack.ui.failures import shown_refusals
from fintrack.ui.member_inputs import ago_text, flags_input, role_input
from fintrack.ui.session import public_address
from fintrack.ui.text import ROLE_NAMES, escaped
from fintrack.ui.undo import done


def join_form(session: UserSession, slug: str) -> None:
    """Offer to ask the tenant of the address, and say the same whether or not there is one."""
    with st.container(border=True, width=560), st.form("join", border=False):
        st.subheader("Somebody gave you this link?", anchor=False)
        st.caption("Ask to be let in. An owner or admin decides.")
        message = st.text_area(
            "Message", max_chars=LONGEST_MESSAGE, placeholder="Who you are", height=80,
            key="join message",
        )  # fmt: skip
        submitted = st.form_submit_button("Ask to join", icon=":material/waving_hand:")
    if submitted:
        with shown_refusals():
            st.success(ask_to_join(session, slug, message or ""), icon=":material/check_circle:")


def request_cards(context: TenantContext) -> None:
    """Draw who asks to join, each with the two answers."""
    for each in join_requests(context).to_dict("records"):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":material/waving_hand: **{escaped(str(each['name']))}** asks to join")
            st.caption(escaped(f"{each['email']} · {ago_text(each['created_at'])}"))
            if each["message"]:
                st.write(escaped(str(each["message"])))
            _answers(context, each)


def _answers(context: TenantContext, each: Mapping[Hashable, object]) -> None:
    user_id, name = UUID(str(each["user_id"])), str(each["name"])
    with st.container(horizontal=True):
        if st.button("Let in", type="primary", key=f"admit {user_id}"):
            _admit_dialog(context, user_id, name)
        if st.button("Turn down", key=f"turn down {user_id}"):
            with shown_refusals():
                turn_down(context, user_id)
                done(f"Turned {escaped(name)} down.")


@st.dialog("Let in", icon=":material/waving_hand:")
def _admit_dialog(context: TenantContext, user_id: UUID, name: str) -> None:
    st.write(f"**{escaped(name)}** joins as")
    role = role_input(context, Role.VIEWER, key="admit")
    flags = flags_input(context, role, key="admit")
    if st.button("Let in", type="primary", width="stretch", key="admit member"):
        with shown_refusals():
            admit(context, user_id, role, flags)
            done(f"{escaped(name)} is {ROLE_NAMES[role].lower()} now.")


def tenant_link(context: TenantContext) -> None:
    """Draw the link with which people ask to join."""
    with st.expander("Let people ask to join", icon=":material/link:"):
        st.caption(
            "Whoever opens this link and has an account may ask. It lets nobody in by itself."
        )
        st.code(public_address(tenant=context.slug), language=None, wrap_lines=True)
