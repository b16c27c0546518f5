"""Newer and older: a long list, page by page."""

import streamlit as st


def paging(cursors: list[str | None], following: str | None, key: str = "") -> None:
    """Draw the ways to the page before and to the one after; `cursors` ends with this page's."""

    def newer() -> None:
        cursors.pop()

    def older() -> None:
        cursors.append(following)

    newest, oldest = f"newer {key}".rstrip(), f"older {key}".rstrip()
    with st.container(horizontal=True):
        if len(cursors) > 1:
            st.button("Newer", icon=":material/chevron_left:", key=newest, on_click=newer)
        if following:
            st.button("Older", icon=":material/chevron_right:", key=oldest, on_click=older)
