"""Popovers that close when something in them was done; Streamlit leaves them open over it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

TIMES = "fintrack popover {}"


def popover(label: str, *, name: str, icon: str, tip: str | None = None) -> DeltaGenerator:
    """Draw the button of a popover and return the popover; `close_popover` closes it by `name`."""
    # Another key is another popover for the browser, and a new one is closed.
    times = st.session_state.get(TIMES.format(name), 0)
    return st.popover(label, icon=icon, help=tip, key=f"{name} {times}")


def close_popover(name: str) -> None:
    """Close the popover from the next run on; meant as what a button in it does on a click."""
    key = TIMES.format(name)
    st.session_state[key] = st.session_state.get(key, 0) + 1
