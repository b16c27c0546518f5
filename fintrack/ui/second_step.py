"""The second step of signing in: a code, after the password was right."""

import time
from dataclasses import dataclass, field

import streamlit as st

from fintrack.ui.confirmation import code_input
from fintrack.ui.failures import shown_refusals
from fintrack.ui.session import redirect, visitor
from fintrack.ui.sign_in import checked_user, cookie_address

FIRST_STEP = "fintrack first step"
PATIENCE = 5 * 60


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What the first step was told, kept by the server for this tab and for five minutes."""

    email: str
    password: str = field(repr=False)
    remember: bool
    until: float


def begin_second_step(email: str, password: str, *, remember: bool) -> None:
    """Start the run again, with the question for the code in place of the sign-in."""
    until = time.monotonic() + PATIENCE
    st.session_state[FIRST_STEP] = FirstStep(email, password, remember, until)
    st.rerun()


def first_step() -> FirstStep | None:
    """Return the first step of this tab, if it was taken and not too long ago."""
    first: FirstStep | None = st.session_state.get(FIRST_STEP)
    return first if first and time.monotonic() < first.until else None


def second_step(first: FirstStep, next_path: str) -> None:
    """Ask for the code and sign in."""
    st.subheader("One more step", anchor=False)
    st.caption("Your authenticator app shows a code. Without the phone, use a recovery code.")
    with st.form("second step", border=False):
        code = code_input("sign in code")
        submitted = st.form_submit_button("Sign in", type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            who = visitor()
            user_id = checked_user(first.email, first.password, who.address, code)
            del st.session_state[FIRST_STEP]
            redirect(cookie_address(user_id, who, next_path, remember=first.remember))
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Back", type="tertiary", icon=":material/arrow_back:"):
            del st.session_state[FIRST_STEP]
            st.rerun()
