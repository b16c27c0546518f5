"""What is held on me, as a file; and my erasure, after saying what goes with it."""

from collections.abc import Collection
from uuid import UUID

import streamlit as st

from fintrack.access.persons import CONFIRM_EXPORT, Fate, Tie, erase_person, ties
from fintrack.context import UserSession
from fintrack.errors import InvalidInput
from fintrack.ui.confirmation import confirmed_download, when_confirmed
from fintrack.ui.session import address, redirect
from fintrack.ui.text import escaped

ERASURE = (
    "Your name, address, password and sessions go at once and for good. In tenants with other "
    "people the figures stay, and the activity says “somebody who left”."
)
PRIVATE = (
    "Accounts there that only you see stay too, closed to everybody. Delete them before, if they "
    "should not."
)
FATES = {
    Fate.ERASED: "**Erased with you**, since nobody else is in:",
    Fate.LEFT: "**You leave**, and the others keep it:",
    Fate.NEEDS_OWNER: "**In the way**, because you are the last owner. Make somebody else one:",
    Fate.SHUT: "**In the way**, because whoever runs this FinTrack keeps it shut. Ask them:",
}
IN_THE_WAY = frozenset({Fate.NEEDS_OWNER, Fate.SHUT})


def person_card(session: UserSession) -> None:
    """Draw the download of everything held on the user, and his erasure behind a fold."""
    with st.container(border=True):
        st.subheader("Your data", anchor=False)
        st.caption("Profile, sessions, memberships and what you did, in one file. No books.")
        confirmed_download(
            session, "Download", {"kind": "personal-data"}, CONFIRM_EXPORT, key="personal data"
        )
        with st.expander("Erase my account", icon=":material/person_remove:"):
            _erasure(session)


def _erasure(session: UserSession) -> None:
    mine = ties(session)
    st.write(ERASURE)
    for fate, sentence in FATES.items():
        names = [f"- {escaped(tie.name)}" for tie in mine if tie.fate is fate]
        if names:
            st.markdown("\n".join([sentence, "", *names]))
    if any(tie.fate is Fate.LEFT for tie in mine):
        st.caption(PRIVATE)
    if not any(tie.fate in IN_THE_WAY for tie in mine):
        _erasure_form(session, mine)


def _erasure_form(session: UserSession, mine: Collection[Tie]) -> None:
    told = [tie.tenant_id for tie in mine if tie.fate is Fate.ERASED]
    with st.form("erasure", border=False):
        typed = st.text_input("Type your e-mail address to confirm", autocomplete="off")
        submitted = st.form_submit_button("Erase for good", icon=":material/delete_forever:")
    if submitted:
        when_confirmed(lambda: _erase(session, typed, told))


def _erase(session: UserSession, typed: str, told: Collection[UUID]) -> None:
    if typed.strip().lower() != session.email:
        raise InvalidInput(f"Type your address, {session.email}, to erase your account.")
    erase_person(session, told)
    redirect(address("/auth/sign-out", next=address("/", notice="erased")))
