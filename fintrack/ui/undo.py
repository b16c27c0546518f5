"""Undo instead of "are you sure?": what was just done stands on the page until the next thing."""

from uuid import UUID

import streamlit as st

from fintrack.context import TenantContext
from fintrack.ledger.undo import undo
from fintrack.ui.failures import shown_refusals

DONE = "fintrack done"


def done(sentence: str, change_set_id: UUID | None = None) -> None:
    """Start the run again and say what was done, with its undo when it has one."""
    st.session_state[DONE] = (sentence, change_set_id)
    st.rerun()


def undo_bar(context: TenantContext) -> None:
    """Draw what was done last in this tab, with the button that takes it back."""
    if DONE not in st.session_state:
        return
    sentence, change_set_id = st.session_state[DONE]
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f":material/check_circle: {sentence}")
        if change_set_id and st.button("Undo", icon=":material/undo:", key="undo"):
            with shown_refusals():
                undo(context, change_set_id)
                done("Undone.")
        if st.button("", icon=":material/close:", type="tertiary", key="dismiss", help="Dismiss"):
            del st.session_state[DONE]
            st.rerun()
