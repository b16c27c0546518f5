"""Undo instead of "are you sure?": what was just done stands on the page until the next thing."""

from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit
from uuid import UUID

import streamlit as st

from fintrack.context import TenantContext
from fintrack.ledger.undo import undo
from fintrack.ui.failures import shown_refusals

DONE = "fintrack done"
# What takes back what was done, whoever presses the button in whatever later run.
WayBack = Callable[[TenantContext], object]


def done(sentence: str, way_back: WayBack | None = None) -> None:
    """Start the run again and say what was done, with its undo when it has one."""
    st.session_state[DONE] = (_here(), f":material/check_circle: {sentence}", way_back)
    st.rerun()


def not_done(sentence: str) -> NoReturn:
    """Start the run again and say what was done only in part, and why."""
    st.session_state[DONE] = (_here(), f":material/error: {sentence}", None)
    st.rerun()


def undoing(change_set_id: UUID | None) -> WayBack | None:
    """Return the way back from the changes of a set, None where nothing changed."""
    return None if change_set_id is None else lambda context: undo(context, change_set_id)


def undo_bar(context: TenantContext) -> None:
    """Draw what was done last on this page, with the button that takes it back."""
    where, sentence, way_back = st.session_state.get(DONE, ("", "", None))
    if where != _here():
        return
    # At the bottom, so that what was just changed stays where it is under the pointer.
    with st.bottom.container(horizontal=True, vertical_alignment="center", border=True, wrap=False):
        st.markdown(sentence)
        if way_back and st.button("Undo", icon=":material/undo:", key="undo"):
            with shown_refusals():
                way_back(context)
                done("Undone.")
        if st.button("", icon=":material/close:", type="tertiary", key="dismiss", help="Dismiss"):
            del st.session_state[DONE]
            st.rerun()


def _here() -> str:
    return urlsplit(str(st.context.url)).path
