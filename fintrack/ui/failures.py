"""What a member sees when something is refused or breaks: a sentence or a number."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from fintrack.errors import FinTrackError, NotSignedIn
from fintrack.ui.session import address, redirect, visitor
from fintrack.ui.text import escaped_sentence

_log = logging.getLogger(__name__)


@contextmanager
def shown_refusals() -> Iterator[None]:
    """Show what FinTrack refuses as one sentence, here; whose session has ended goes out."""
    try:
        yield
    except FinTrackError as error:
        if isinstance(error, NotSignedIn) and visitor().handle is not None:
            redirect(address("/auth/sign-out", next=address("/", notice="ended")))
        st.error(escaped_sentence(str(error)), icon=":material/error:")


def show_failure(error: Exception) -> bool:
    """Show an error that no page caught: a refusal as its sentence, anything else as a number.

    Streamlit calls this for pages, callbacks and fragments alike; True keeps its own box away.
    """
    if isinstance(error, FinTrackError):
        with shown_refusals():
            raise error
        return True
    number = secrets.token_hex(4)
    _log.error("Failure %s", number, exc_info=error)
    sentence = f"Something went wrong. Tell whoever runs this FinTrack the number {number}."
    st.error(sentence, icon=":material/error:")
    return True
