"""The dialogs of invitations: invite somebody, and send an invitation again."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from fintrack.access.invitations import (
    LONGEST_MESSAGE,
    MOST_DAYS,
    MOST_USES,
    USUAL_DAYS,
    Terms,
    invite_member,
    resend_invitation,
)
from fintrack.access.sharing import ShareLevel
from fintrack.config import settings
from fintrack.context import Role, TenantContext
from fintrack.ledger.accounts import Visibility, accounts
from fintrack.operations.letters import mail_invitation
from fintrack.ui.failures import shown_refusals
from fintrack.ui.invitation_screen import LEVEL_MEANINGS
from fintrack.ui.link_card import link_card
from fintrack.ui.member_inputs import flags_input, role_input
from fintrack.ui.session import public_address
from fintrack.ui.text import escaped

BY_MAIL, BY_LINK = "By e-mail", "By link"
DONE = "invitation done"


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom to invite, as what; `email` of None is a link."""

    email: str | None
    role: Role
    terms: Terms


@st.dialog("Invite people", icon=":material/person_add:", on_dismiss="rerun")
def invite_dialog(context: TenantContext) -> None:
    """Ask whom, as what and for how long; then show the link in place of the questions."""
    _close_when_done()
    place = st.empty()
    with place.container():
        wish = _wish(context)
    if wish is not None:
        with shown_refusals():
            token = invite_member(context, wish.email, wish.role, wish.terms)
            place.empty()
            _show_once(token, wish.email)


@st.dialog("A new link", icon=":material/send:", on_dismiss="rerun")
def resend_dialog(context: TenantContext, invitation_id: UUID, email: str) -> None:
    """Make the old link worthless, mail the new one if there is an address, and show it."""
    _close_when_done()
    place = st.empty()
    with place.container():
        st.write("The old link stops working.")
        days = _days_input("resend")
        submitted = st.button("Make a new link", type="primary", width="stretch", key="resend")
    if submitted:
        with shown_refusals():
            token = resend_invitation(context, invitation_id, days=days)
            place.empty()
            _show_once(token, email)


def _wish(context: TenantContext) -> Wish | None:
    """Draw the questions and return the answers once the button is pressed."""
    way = st.segmented_control(
        "How", [BY_MAIL, BY_LINK], default=BY_MAIL, required=True, key="invite way",
        label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    email = None if way == BY_LINK else _email_input()
    most_uses, mail_domain = _link_inputs() if way == BY_LINK else (1, None)
    role = role_input(context, Role.VIEWER, key="invite")
    flags = flags_input(context, role, key="invite")
    shares = _share_inputs(context)
    days, message = _days_input("invite"), _message_input()
    label = "Make the link" if way == BY_LINK else "Invite"
    if not st.button(label, type="primary", width="stretch", key="send invitation"):
        return None
    return Wish(email, role, Terms(flags, message, days, shares, most_uses, mail_domain))


def _show_once(token: str, email: str | None) -> None:
    for_whom = f"For **{escaped(email)}**." if email else "For whoever has it."
    link_card(public_address(invitation=token), mail_invitation(token), for_whom)
    st.button("Done", width="stretch", key=DONE)


def _close_when_done() -> None:
    """Close the dialog by the button below the link, which this run does not draw any more."""
    if st.session_state.get(DONE):
        st.rerun()


def _email_input() -> str:
    return st.text_input(
        "E-mail", type="email", autocomplete="off", placeholder="ben@example.org",
        key="invite email",
    )  # fmt: skip


def _link_inputs() -> tuple[int, str | None]:
    st.caption("Whoever has the link may join, so give it only to those you mean.")
    uses = st.number_input("How many people", 1, MOST_USES, 1, key="invite uses")
    if settings().mail is None:
        return uses, None
    domain = st.text_input(
        "Only addresses of", placeholder="any mail domain", autocomplete="off",
        help="Such as example.org. The address is proved by mail before somebody joins.",
        key="invite domain",
    )  # fmt: skip
    return uses, domain or None


def _share_inputs(context: TenantContext) -> dict[UUID, ShareLevel]:
    """Draw the choice of own private accounts, if there are any, and how much of them to show."""
    table = accounts(context)
    own = table[
        (table["owner_id"] == str(context.user_id)) & (table["visibility"] == Visibility.PRIVATE)
    ]
    if own.empty:
        return {}
    names = dict(zip(own["id"], own["name"], strict=True))
    chosen = st.multiselect(
        "Share private accounts", list(names), format_func=names.__getitem__, key="invite accounts"
    )
    if not chosen:
        return {}
    level = st.segmented_control(
        "How much of them", list(ShareLevel), default=ShareLevel.READ, required=True,
        format_func=LEVEL_MEANINGS.__getitem__, key="invite level",
    )  # fmt: skip
    return dict.fromkeys(map(UUID, chosen), ShareLevel(level or ShareLevel.READ))


def _message_input() -> str:
    message = st.text_area(
        "Message", max_chars=LONGEST_MESSAGE, placeholder="A line of your own", height=80,
        key="invite message",
    )  # fmt: skip
    return message or ""


def _days_input(key: str) -> int:
    return st.slider("Valid for days", 1, MOST_DAYS, USUAL_DAYS, key=f"{key} days")
