"""My account: who I am here, how I sign in and where I am signed in, my data, my way out."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from fintrack.access.sessions import SessionRecord, end_other_sessions, end_session, sessions
from fintrack.access.users import change_password
from fintrack.context import UserSession
from fintrack.ui.api_tokens import api_tokens_card
from fintrack.ui.choices import browser_time_zone
from fintrack.ui.failures import shown_refusals
from fintrack.ui.person import person_card
from fintrack.ui.second_factor import factor_card
from fintrack.ui.session import user_session
from fintrack.ui.text import escaped


def page() -> None:
    """Show the user's own things, which belong to no tenant."""
    session = user_session()
    st.title("My account", anchor=False)
    left, right = st.columns([2, 3])
    with left:
        _profile(session)
        _password(session)
        factor_card(session)
    with right:
        _sessions(session)
        api_tokens_card()
        person_card(session)


def _profile(session: UserSession) -> None:
    with st.container(border=True):
        st.subheader("Profile")
        st.write(f"**{escaped(session.name)}**")
        st.caption(escaped(session.email))


def _password(session: UserSession) -> None:
    with st.container(border=True), st.form("password", border=False, clear_on_submit=True):
        st.subheader("Password")
        current = st.text_input(
            "Current password", type="password", autocomplete="current-password"
        )
        new = st.text_input("New password", type="password", autocomplete="new-password")
        submitted = st.form_submit_button("Change password", type="primary")
        st.caption("Every other session ends when you change it.")
    if submitted:
        with shown_refusals():
            change_password(session, current, new)
            st.toast("The password is changed.", icon=":material/check:")


def _sessions(session: UserSession) -> None:
    with st.container(border=True):
        st.subheader("Where you are signed in")
        records = sessions(session)
        for record in records:
            _session(session, record)
        if len(records) > 1 and st.button("End all others", icon=":material/devices:"):
            end_other_sessions(session)
            st.rerun()


def _session(session: UserSession, record: SessionRecord) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container():
            st.write(f"**{escaped(device_name(record.agent))}**")
            st.caption(
                f"{escaped(record.address)} · last seen {_moment(record.seen_at)}"
                f" · ends {_moment(record.expires_at)} at the latest"
            )
        if record.is_current:
            st.badge("This one", color="green")
        elif st.button("End", key=f"end {record.id}"):
            with shown_refusals():
                end_session(session, record.id)
                st.rerun()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(browser_time_zone())):%d %b %Y, %H:%M}"


def device_name(agent: str) -> str:
    """Return browser and system of a User-Agent line in two words, as far as it names them."""
    browsers = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"}
    systems |= {"Mac OS": "macOS", "Linux": "Linux"}
    browser = next((name for word, name in browsers.items() if word in agent), "")
    browser = browser or ("Safari" if "Safari" in agent else "Another program")
    system = next((name for word, name in systems.items() if word in agent), "")
    return f"{browser} on {system}" if system else browser
