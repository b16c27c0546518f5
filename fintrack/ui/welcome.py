"""The screens before sign-in: welcome, registration, an invitation, the setup link, sign-in."""

from dataclasses import replace
from uuid import UUID

import streamlit as st

from fintrack.access.acceptance import (
    InvitationPreview,
    accept_invitation,
    decline_invitation,
)
from fintrack.access.registrations import finish_registration
from fintrack.access.sessions import end_session, open_session, session_of
from fintrack.access.tenants import NewTenant
from fintrack.access.users import NewUser, Offer, registration_offer
from fintrack.errors import CodeNeeded, FinTrackError
from fintrack.operations.letters import sign_up
from fintrack.ui.failures import shown_refusals
from fintrack.ui.forgotten import FORGOT, RESET, forgotten_screen, new_password_screen
from fintrack.ui.invitation_screen import CARD_WIDTH, invitation_offer
from fintrack.ui.second_step import begin_second_step, first_step, second_step
from fintrack.ui.session import address, redirect, visitor
from fintrack.ui.sign_in import checked_user, cookie_address
from fintrack.ui.tenant_form import tenant_inputs
from fintrack.ui.text import escaped

NOTICES = {
    "expired": "That took too long, or the link was used already. Sign in again.",
    "ended": "Your session has ended. Sign in again.",
    "reset": "The new password is set. Sign in with it.",
    "declined": "You declined. You may close this page.",
    "erased": "Your account is erased. Nothing of it is left here.",
}
CONFIRM = "confirm"
# Links of mails, which work as well where somebody is signed in.
MAILED_LINKS = frozenset({CONFIRM, RESET})
OWN_QUERY = MAILED_LINKS | {"notice", "setup", "register", "sign-in", FORGOT}
MAILED = (
    "A mail is on its way to {}. Open its link within a day to finish. If none comes, look among "
    "the unwanted mail."
)


def screen(url_path: str) -> None:
    """Show the one screen that helps; `url_path` is the page to go to after sign-in."""
    query = st.query_params
    offer = registration_offer(
        query.get("setup") or query.get("invitation"), same_machine=visitor().is_same_machine
    )
    with st.container(horizontal_alignment="center"), st.container(width=CARD_WIDTH):
        _brand()
        with st.container(border=True, gap="medium"):
            _card(offer, url_path)
        _reassurance()


def _card(offer: Offer, url_path: str) -> None:
    query = st.query_params
    if query.get("notice") in NOTICES:
        st.info(NOTICES[query["notice"]], icon=":material/info:")
    if RESET in query:
        new_password_screen(query[RESET])
        _other_way("", "Back to the sign-in")
    elif CONFIRM in query:
        _confirmation(query[CONFIRM], url_path)
    elif FORGOT in query:
        forgotten_screen()
        _other_way("", "Back to the sign-in")
    elif (first := first_step()) is not None:
        second_step(first, _next_path(url_path))
    elif offer.is_first and not offer.allowed:
        _setup_needed()
    elif _is_registering(offer):
        _registration(offer)
    else:
        _sign_in(offer, url_path)


def _is_registering(offer: Offer) -> bool:
    if offer.invitation is not None:
        return "sign-in" not in st.query_params
    return offer.allowed and (offer.is_first or "register" in st.query_params)


def _brand() -> None:
    st.space("small")
    st.image("fintrack/ui/static/logo.svg", width=148)
    st.space("small")


def _reassurance() -> None:
    st.caption(
        ":material/lock: Each tenant’s books are kept apart by the database itself.",
        text_alignment="center",
    )


def _setup_needed() -> None:
    st.subheader("This FinTrack is new")
    st.write(
        "Nobody has an account here yet. The first one is made on the machine that runs FinTrack, "
        "or from anywhere with the one-time link that it printed in its terminal."
    )
    st.caption("You run it? Open it there as localhost, or copy the link that contains `?setup=`.")


def _sign_in(offer: Offer, url_path: str) -> None:
    st.subheader("Sign in")
    with st.form("sign in", border=False):
        email = st.text_input("E-mail", autocomplete="username", key="sign in email")
        password = st.text_input(
            "Password", type="password", autocomplete="current-password", key="sign in password"
        )
        remember = st.checkbox("Stay signed in for 30 days")
        submitted = st.form_submit_button("Sign in", type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            who = visitor()
            try:
                user_id = checked_user(email, password, who.address)
            except CodeNeeded:
                begin_second_step(email, password, remember=remember)
            redirect(cookie_address(user_id, who, _next_path(url_path), remember=remember))
    _other_way("", "Forgot your password?", **{FORGOT: "yes"})
    if offer.allowed or offer.invitation is not None:
        _other_way("New here?", "Create an account", register="yes")


def _registration(offer: Offer) -> None:
    if offer.invitation is not None:
        invitation_offer(offer.invitation)
    else:
        st.subheader("Welcome. Let’s set up your books" if offer.is_first else "Create an account")
    invited = offer.invitation
    with st.form("register", border=False):
        user = _user_inputs(invited)
        tenant = None if invited else tenant_inputs("register")
        label = "Create account and join" if invited else "Create account"
        submitted = st.form_submit_button(label, type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            next_address = _register(user, tenant, invited)
            if next_address is not None:
                redirect(next_address)
            st.success(MAILED.format(escaped(user.email)), icon=":material/mail:")
    if not offer.is_first:
        _other_way("You have an account?", "Sign in", **{"sign-in": "yes"})
    if invited and invited.email:
        _declining()


def _declining() -> None:
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Decline the invitation", type="tertiary", key="decline"):
            with shown_refusals():
                decline_invitation(None, st.query_params["invitation"])
                redirect(address("/", notice="declined"))


def _user_inputs(invited: InvitationPreview | None) -> NewUser:
    invited_as = (invited and invited.email) or ""
    name = st.text_input("Your name", autocomplete="name", max_chars=80, key="register name")
    email = st.text_input(
        "E-mail",
        value=invited_as,
        disabled=bool(invited_as),
        autocomplete="username",
        key="register email",
    )
    password = st.text_input(
        "Password",
        type="password",
        autocomplete="new-password",
        placeholder="8 characters or more; a few words are best",
        key="register password",
    )
    return NewUser(email, name, password)


def _register(
    user: NewUser, tenant: NewTenant | None, invited: InvitationPreview | None
) -> str | None:
    """Make the account and return the address that signs its browser in; None waits for a mail."""
    who, query = visitor(), st.query_params
    token = query.get("setup") or query.get("invitation")
    if tenant is not None and not tenant.name.strip():
        tenant = replace(tenant, name=user.name)
    user_id = sign_up(
        user, tenant, token=token, same_machine=who.is_same_machine, address=who.address
    )
    if user_id is None:
        return None
    next_path = _joined(user_id, token) if invited is not None and token else "/"
    return cookie_address(user_id, who, next_path, remember=False)


def _joined(user_id: UUID, token: str) -> str:
    """Accept the invitation and return the tenant's address, or the invitation's if it refuses."""
    session = session_of(
        open_session(user_id, remember=False, agent="registration", address=visitor().address)
    )
    if session is None:
        return address("/", invitation=token)
    try:
        return address("/", tenant=accept_invitation(session, token).slug)
    except FinTrackError:
        return address("/", invitation=token)
    finally:
        end_session(session, session.id)


def _confirmation(secret: str, url_path: str) -> None:
    st.subheader("Finish your registration", anchor=False)
    with st.form("finish registration", border=False):
        password = st.text_input(
            "The password you chose", type="password", autocomplete="current-password",
            key="confirm password",
        )  # fmt: skip
        submitted = st.form_submit_button("Create account", type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            who = visitor()
            user_id = finish_registration(secret, password or "", who.address)
            redirect(cookie_address(user_id, who, _next_path(url_path), remember=False))


def _other_way(question: str, label: str, **query: str) -> None:
    """Offer the other screen, keeping an invitation in the address."""
    kept = {key: value for key, value in st.query_params.items() if key not in OWN_QUERY}
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        if question:
            st.caption(question, width="content")
        if st.button(label, type="tertiary"):
            st.query_params.from_dict(kept | query)
            st.rerun()


def _next_path(url_path: str) -> str:
    kept = {key: value for key, value in st.query_params.items() if key not in OWN_QUERY}
    return address(f"/{url_path}", **kept)
