"""A forgotten password: asking for a link, and the new password that the link leads to."""

import streamlit as st

from fintrack.access.resets import reset_email, reset_password
from fintrack.config import settings
from fintrack.errors import NotFound
from fintrack.operations.letters import mail_reset_link
from fintrack.ui.failures import shown_refusals
from fintrack.ui.session import address, redirect, visitor

FORGOT, RESET = "forgot", "reset"
ASKED = (
    "If this address has an account, a link is on its way. It works once, within an hour. If none "
    "comes, look among the unwanted mail."
)
NO_MAIL = (
    "This FinTrack sends no mail. Ask whoever runs it for a link: on that machine, "
    "`python -m fintrack reset-link --as` with your e-mail address prints one."
)


def forgotten_screen() -> None:
    """Offer a mailed link, or say who hands one out."""
    st.subheader("Forgot your password?", anchor=False)
    if settings().mail is None:
        st.write(NO_MAIL)
        return
    with st.form("forgotten", border=False):
        email = st.text_input("E-mail", autocomplete="username", key="forgotten email")
        submitted = st.form_submit_button("Send a link", type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            mail_reset_link(email, visitor().address)
            st.info(ASKED, icon=":material/mail:")


def new_password_screen(token: str) -> None:
    """Ask for the new password of whoever holds the link."""
    st.subheader("Choose a new password", anchor=False)
    try:
        email = reset_email(token)
    except NotFound as error:
        st.error(str(error), icon=":material/error:")
        return
    with st.form("new password", border=False):
        st.text_input("E-mail", email, disabled=True, autocomplete="username", key="reset email")
        password = st.text_input(
            "New password",
            type="password",
            autocomplete="new-password",
            placeholder="8 characters or more; a few words are best",
            key="reset password",
        )
        submitted = st.form_submit_button("Set password", type="primary", width="stretch")
        st.caption("You are signed out everywhere, then you sign in with it.")
    if submitted:
        with shown_refusals():
            reset_password(token, password)
            redirect(address("/auth/sign-out", next=address("/", notice="reset")))
