"""My second factor: on, with a phone that reads a picture; off; and the codes for a lost phone."""

from collections.abc import Callable

import streamlit as st

from fintrack.access.factors import (
    CONFIRM,
    SecondFactor,
    renew_recovery_codes,
    second_factor,
    turn_off_factor,
    turn_on_factor,
)
from fintrack.access.sessions import require_confirmation
from fintrack.access.totp import Enrolment, new_enrolment
from fintrack.context import UserSession
from fintrack.ui.confirmation import when_confirmed
from fintrack.ui.link_card import qr_code

ENROLMENT, CODES = "fintrack enrolment", "fintrack recovery codes"
FEW = 3


def factor_card(session: UserSession) -> None:
    """Draw whatever comes next: the codes to write down, the picture to scan, or the state."""
    with st.container(border=True):
        st.subheader("Second factor", anchor=False)
        codes: tuple[str, ...] | None = st.session_state.get(CODES)
        enrolment: Enrolment | None = st.session_state.get(ENROLMENT)
        if codes is not None:
            _codes(codes)
        elif enrolment is not None:
            _enrolment(session, enrolment)
        else:
            _state(session, second_factor(session))


def _state(session: UserSession, factor: SecondFactor | None) -> None:
    if factor is None:
        st.write("Off. With it, a code from your phone is asked for beside the password.")
        _step("Turn on", "add_moderator", lambda: _begin(session))
        return
    st.write(f":material/verified_user: On since {factor.since:%d %b %Y}.")
    left = f"Recovery codes left: {factor.codes_left}."
    if factor.codes_left > FEW:
        st.caption(left)
    else:
        st.warning(f"{left} Make new ones before you need them.", icon=":material/warning:")
    with st.container(horizontal=True):
        _step("New recovery codes", "key", lambda: _keep(renew_recovery_codes(session)))
        _step("Change phone", "phonelink_setup", lambda: _begin(session))
        _step("Turn off", "remove_moderator", lambda: _turn_off(session))


def _enrolment(session: UserSession, enrolment: Enrolment) -> None:
    st.write("Scan this with an authenticator app, then type the code that it shows.")
    st.image(
        qr_code(enrolment.uri), width=220, alt="The key of your app, as a picture for its camera"
    )
    with st.expander("No camera? Type the key"):
        st.code(enrolment.words, language=None, wrap_lines=True)
    with st.form("enrolment", border=False):
        code = st.text_input("Code", autocomplete="one-time-code", key="enrolment code")
        submitted = st.form_submit_button("Turn on", type="primary", width="stretch")
    if submitted:
        when_confirmed(lambda: _finish(session, enrolment, code))
    if st.button("Cancel", type="tertiary", key="cancel enrolment"):
        del st.session_state[ENROLMENT]
        st.rerun()


def _codes(codes: tuple[str, ...]) -> None:
    st.write(
        "**Write these recovery codes down.** Each works once in place of your phone. They are not "
        "shown again, and earlier ones are worth nothing any more."
    )
    st.code("\n".join(codes), language=None)
    if st.button("I wrote them down", type="primary", width="stretch", key="codes kept"):
        del st.session_state[CODES]
        st.rerun()


def _step(label: str, icon: str, action: Callable[[], None]) -> None:
    if st.button(label, icon=f":material/{icon}:", key=label):
        when_confirmed(action)


def _begin(session: UserSession) -> None:
    require_confirmation(session, CONFIRM)
    st.session_state[ENROLMENT] = new_enrolment(session.email)
    st.rerun()


def _finish(session: UserSession, enrolment: Enrolment, code: str) -> None:
    codes = turn_on_factor(session, enrolment.seed, code)
    del st.session_state[ENROLMENT]
    _keep(codes)


def _turn_off(session: UserSession) -> None:
    turn_off_factor(session)
    st.toast("The second factor is off.", icon=":material/check:")
    st.rerun()


def _keep(codes: tuple[str, ...]) -> None:
    st.session_state[CODES] = codes
    st.rerun()
