"""The step up: before what cannot be taken back, the user shows again that it is he.

A screen hands what it is about to do to `when_confirmed`. If that raises ConfirmationNeeded, a
dialog asks for the password, and for a code where there is a second factor; then it is done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from fintrack.access.factors import second_factor
from fintrack.access.sessions import confirm_session, require_confirmation
from fintrack.context import UserSession
from fintrack.errors import ConfirmationNeeded
from fintrack.ui.failures import shown_refusals
from fintrack.ui.popovers import close_popover
from fintrack.ui.session import start_download

PENDING = "fintrack pending"


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for a confirmation, and the sentence that says why."""

    why: str
    action: Callable[[], None]
    is_confirmed: bool = False


def when_confirmed(action: Callable[[], None]) -> None:
    """Do it now, or once the user has confirmed that it is he; refusals are shown.

    Works in pages, fragments, forms and dialogs. The action may run in a later run, before the page
    is drawn, so it carries the values it needs.
    """
    with shown_refusals():
        try:
            action()
        except ConfirmationNeeded as needed:
            st.session_state[PENDING] = Pending(str(needed), action)
            st.rerun()


def go_on(session: UserSession) -> None:
    """Ask for the confirmation that is waited for, or do what it was for; once in every run."""
    pending: Pending | None = st.session_state.get(PENDING)
    if pending is None:
        return
    if not pending.is_confirmed:
        _dialog(session, pending)
        return
    _forget()
    with shown_refusals():
        pending.action()


def confirmed(session: UserSession, label: str, *, key: str) -> bool:
    """Draw a form with a button of this label; return whether the user confirmed just now."""
    with st.form(f"{key} confirmation", border=False):
        password = st.text_input(
            "Your password", type="password", autocomplete="current-password", key=f"{key} password"
        )
        code = code_input(f"{key} code") if second_factor(session) else ""
        submitted = st.form_submit_button(label, type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            confirm_session(session, password, code)
            return True
    return False


def code_input(key: str) -> str:
    """Draw the input of a code and return it; phones offer the code of their app there."""
    return st.text_input(
        "Code",
        autocomplete="one-time-code",
        placeholder="Six digits, or a recovery code",
        key=key,
    )


def confirmed_download(
    session: UserSession,
    label: str,
    payload: Mapping[str, Any],
    why: str,
    *,
    key: str,
    within: str = "",
) -> None:
    """Draw a button that fetches a file once the user has confirmed that it is he.

    `within` names the popover it stands in, which closes so that it does not cover the dialog.
    """
    if st.button(
        label, icon=":material/download:", key=key, on_click=close_popover, args=(within,)
    ):
        when_confirmed(lambda: _download(session, payload, why))


def _download(session: UserSession, payload: Mapping[str, Any], why: str) -> None:
    require_confirmation(session, why)
    start_download(session, payload)


def _forget() -> None:
    st.session_state.pop(PENDING, None)


@st.dialog("Is it you?", icon=":material/lock_person:", on_dismiss=_forget)
def _dialog(session: UserSession, pending: Pending) -> None:
    st.write(pending.why)
    if confirmed(session, "Confirm", key="step up"):
        st.session_state[PENDING] = replace(pending, is_confirmed=True)
        st.rerun()
