"""What an invitation offers, before and after sign-in, and the answer of whom it is for."""

import streamlit as st

from fintrack.access.acceptance import (
    InvitationPreview,
    accept_invitation,
    decline_invitation,
    preview_invitation,
)
from fintrack.access.registrations import prove_address
from fintrack.access.sessions import end_session
from fintrack.access.sharing import ShareLevel
from fintrack.context import UserSession
from fintrack.operations.letters import mail_proof
from fintrack.ui.failures import shown_refusals
from fintrack.ui.member_inputs import flag_badges
from fintrack.ui.session import address, redirect, switch_tenant
from fintrack.ui.text import ROLE_MEANINGS, ROLE_NAMES, escaped

CARD_WIDTH = 460
LEVEL_MEANINGS = {
    ShareLevel.BALANCE: "Balance only",
    ShareLevel.READ: "Read",
    ShareLevel.WRITE: "Read and change",
}
GONE = "It was used, withdrawn, or is too old. Ask for a new one."


def invitation_screen(session: UserSession, token: str) -> None:
    """Show a signed-in user what an invitation offers, and take the answer."""
    with st.container(horizontal_alignment="center"), st.container(width=CARD_WIDTH, border=True):
        _prove_address(session)
        preview = preview_invitation(token, session)
        if preview is None:
            st.subheader("This invitation is no longer valid", anchor=False)
            st.caption(GONE)
        else:
            invitation_offer(preview)
            _answers(session, token, preview)
        if st.button("Not now", width="stretch"):
            redirect("/")


def invitation_offer(preview: InvitationPreview) -> None:
    """Draw who invites, to what, as what, until when, and which accounts will be visible."""
    with st.container(gap="small"):
        _offer(preview)


def _offer(preview: InvitationPreview) -> None:
    st.subheader(f"{escaped(preview.inviter)} invites you", anchor=False)
    role = ROLE_NAMES[preview.role]
    st.write(f"to **{escaped(preview.tenant_name)}**, as {role.lower()}.")
    st.caption(f"{role}: {ROLE_MEANINGS[preview.role]}.")
    if preview.message:
        st.info(escaped(preview.message), icon=":material/chat:")
    with st.container(horizontal=True, gap="xsmall"):
        flag_badges(preview.role, preview.flags)
    _accounts(preview)
    st.caption(f"Valid until {preview.expires_at:%d %b %Y, %H:%M} UTC.")


def _accounts(preview: InvitationPreview) -> None:
    if preview.mail_domain and not preview.is_for_you:
        st.caption("Which accounts you will see is shown once your address is proved.")
        return
    if not preview.accounts:
        st.caption("There is no account yet that you would see.")
        return
    with st.container(gap="xxsmall"):
        st.caption("You will see")
        for name, level in preview.accounts:
            words = LEVEL_MEANINGS[ShareLevel(level)].lower()
            st.markdown(f":material/account_balance: {escaped(name)} :small[:gray[{words}]]")


def _answers(session: UserSession, token: str, preview: InvitationPreview) -> None:
    if not preview.is_for_you:
        _other_address(session, token, preview)
        return
    if st.button("Join", type="primary", width="stretch"):
        with shown_refusals():
            switch_tenant(accept_invitation(session, token).slug)
    if preview.email and st.button("Decline", width="stretch"):
        with shown_refusals():
            decline_invitation(session, token)
            redirect("/")


def _other_address(session: UserSession, token: str, preview: InvitationPreview) -> None:
    """Say why this user cannot accept, and the way to become one who can."""
    domain = preview.mail_domain
    if domain and session.email.endswith(f"@{domain}"):
        st.write(f"Prove first that you get the mail of {escaped(session.email)}.")
        if st.button("Send me the mail", type="primary", width="stretch"):
            with shown_refusals():
                mail_proof(session, token)
                st.success("The mail is on its way. Open its link in this browser.")
        return
    meant = preview.email or f"addresses of {domain}"
    st.write(f"It is for {escaped(meant)}, and you are {escaped(session.email)}.")
    if st.button("Sign out to use another account", type="primary", width="stretch"):
        end_session(session, session.id)
        redirect(address("/auth/sign-out", next=address("/", invitation=token)))


def _prove_address(session: UserSession) -> None:
    if proof := st.query_params.get("address"):
        with shown_refusals():
            prove_address(session, proof)
            st.success("Your address is proved.", icon=":material/check_circle:")
        del st.query_params["address"]
