"""Who is here and in which tenant, and the ways to another page, address or file.

The only file that knows session-state keys of the whole app. The tenant stands in `?tenant=` and in
the tab's state, never in a cookie: two tabs, two tenants.
"""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import enqueue_message

from fintrack.access.memberships import note_visit
from fintrack.access.sight import see_as
from fintrack.access.tenants import NO_SUCH_TENANT, session_and_tenants
from fintrack.access.tickets import issue_download_ticket
from fintrack.config import settings
from fintrack.context import Permission, TenantContext, UserSession
from fintrack.errors import NotFound, NotSignedIn, PermissionDenied

TENANT, ENTERED, SEEN = "fintrack tenant", "fintrack entered", "fintrack seen"
PAGES, HERE, LEFT = "fintrack pages", "fintrack here", "fintrack left"
VISITED, NEXT, LOOK = "fintrack visited", "fintrack next", "fintrack look"
FRESH_SECONDS = 2.0
VISIT_SECONDS = 300.0
ENDED = "Your session has ended. Sign in again."
LOST = "You are no longer a member of {}, or you are suspended. Ask one of its owners."
SIGN_OUT = "/auth/sign-out"
SIGNED_OUT = f"{SIGN_OUT}?next=/"
LONGEST_REDIRECT = 500


@dataclass(frozen=True, slots=True)
class Visitor:
    """What the guard says about whoever opened this tab."""

    handle: bytes | None
    browser: str
    address: str
    is_same_machine: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A look into the database: the session was live then, with these tenants."""

    at: float
    session: UserSession
    tenants: tuple[TenantContext, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Whose eyes this tab sees with instead of one's own."""

    user_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Next:
    """The page that this tab opens anew."""

    url_path: str
    query: Mapping[str, str]
    look: Look | None


def visitor() -> Visitor:
    """Return the guard's word on this tab; nothing the browser sends can change it."""
    identity = json.loads(str(st.user.get("auth") or "{}"))
    handle = identity.get("handle")
    return Visitor(
        handle=bytes.fromhex(handle) if handle else None,
        browser=str(identity.get("browser", "")),
        address=str(identity.get("address", "")),
        is_same_machine=bool(identity.get("same_machine", False)),
    )


def current_session() -> UserSession | None:
    """Return the live session of this tab, asked of the database each time."""
    handle = visitor().handle
    found = session_and_tenants(handle) if handle else None
    if found is None:
        st.session_state.pop(SEEN, None)
        return None
    st.session_state[SEEN] = Seen(time.monotonic(), *found)
    return found[0]


def user_session() -> UserSession:
    """Return the live session of whoever is signed in, with a tenant or without one.

    Raises:
        NotSignedIn: the session has ended.
    """
    return _seen().session


def tenants() -> tuple[TenantContext, ...]:
    """Return the tenants of the user, the sample last; a fragment asks again after two seconds.

    Raises:
        NotSignedIn: the session has ended.
    """
    return _seen().tenants


def tenant_context() -> TenantContext:
    """Return the tenant of this tab: the one in the URL, else the last one, else the first.

    While somebody looks with another member's eyes, it is that member's.

    Raises:
        NotSignedIn: the session has ended.
        NotFound: the URL names a tenant that is not among the user's, or not any more.
        PermissionDenied: the user may look no longer.
    """
    mine = tenants()
    wanted = st.query_params.get("tenant") or st.session_state.get(TENANT)
    if wanted is None and mine:
        wanted = mine[0].slug
    for context in mine:
        if context.slug == wanted:
            _stay_in(context)
            return see_as(context, look.user_id) if (look := current_look()) else context
    raise NotFound(LOST.format(name) if (name := lost_tenant()) else NO_SUCH_TENANT)


def lost_tenant() -> str | None:
    """Return the name of the tenant that this tab was in, once it is the user's no longer."""
    entered: TenantContext | None = st.session_state.get(ENTERED)
    wanted = st.query_params.get("tenant") or st.session_state.get(TENANT)
    if entered is None or entered.slug != wanted:
        return None
    is_mine = any(each.tenant_id == entered.tenant_id for each in tenants())
    return None if is_mine else entered.name


def note_presence(context: TenantContext) -> None:
    """Let the others see that the member was here, from this tab once in five minutes."""
    where, at = st.session_state.get(VISITED, (None, 0.0))
    if where != context.tenant_id or time.monotonic() - at > VISIT_SECONDS:
        note_visit(context)
        st.session_state[VISITED] = (context.tenant_id, time.monotonic())


def current_look() -> Look | None:
    """Return whose eyes this tab sees with, None for one's own."""
    look: Look | None = st.session_state.get(LOOK)
    return look


def switch_tenant(slug: str, url_path: str = "") -> NoReturn:
    """Open the page in another tenant: nothing of this one survives in the tab."""
    _open_anew(url_path, {"tenant": slug})


def look_as(look: Look | None, url_path: str = "") -> NoReturn:
    """Open the page as another member sees it, or with None as oneself does, in the same tenant."""
    _open_anew(url_path, _with_tenant({}), look)


def follow_address(url_path: str) -> None:
    """Show what the address asks for when the browser went back, into another tenant or not."""
    wanted, kept = st.query_params.get("tenant"), st.session_state.get(TENANT)
    if wanted and kept and wanted != kept:
        _open_anew(url_path, st.query_params.to_dict())
    _come_back(url_path)
    st.session_state[HERE] = url_path


def arrive(pages: Collection[StreamlitPage]) -> None:
    """Go on to the page that this tab opens anew; the router's first act."""
    following: Next | None = st.session_state.pop(NEXT, None)
    if following is not None:
        st.session_state[LOOK] = following.look
        remember_pages(pages)
        st.switch_page(_page(following.url_path), query_params=following.query)


def _come_back(url_path: str) -> None:
    """Show what the page showed before it led on: Streamlit left the next one's query there."""
    place, shown, sent = st.session_state.get(LEFT, (None, {}, {}))
    if url_path == place and st.query_params.to_dict() == sent:
        del st.session_state[LEFT]
        st.query_params.from_dict(shown)
        st.rerun()


def _open_anew(url_path: str, query: Mapping[str, str], look: Look | None = None) -> NoReturn:
    st.session_state.clear()
    st.session_state[NEXT] = Next(url_path, query, look)
    # Between two pages the browser forgets its widgets, so the way leads over one that is none.
    nowhere = st.Page(lambda: None, title="Opening", url_path="opening")
    st.switch_page(nowhere, query_params=query)


def forget_tenant() -> None:
    """Leave a tenant that is gone, so that the next run starts in the first of the rest."""
    st.session_state.pop(TENANT, None)
    st.query_params.pop("tenant", None)


def remember_pages(pages: Collection[StreamlitPage]) -> None:
    """Let `open_page` and `page_link` find the router's pages of this run; "home" is the first."""
    # Streamlit says the path of its default page is empty.
    st.session_state[PAGES] = {page.url_path or "home": page for page in pages}


def open_page(url_path: str, **query: str) -> NoReturn:
    """Go to a page of the same tenant; `query` fills its filters."""
    page, sent, here = _page(url_path), _with_tenant(query), st.session_state.get(HERE)
    if page.url_path != here:
        shown = {key: st.query_params.get_all(key) for key in st.query_params}
        st.session_state[LEFT] = (here, shown, sent)
    st.switch_page(page, query_params=sent)


def page_link(url_path: str, label: str, *, icon: str | None = None, **query: str) -> None:
    """Draw a link to a page of the same tenant; `query` fills its filters."""
    st.page_link(_page(url_path), label=label, icon=icon, query_params=_with_tenant(query))


def page_address(url_path: str, **query: str) -> str:
    """Return the address of a page of the same tenant, for links inside tables and text."""
    return address("/" + url_path, **_with_tenant(query))


def address(path: str, **query: str) -> str:
    """Return the path with the query encoded."""
    return f"{path}?{urlencode(query)}" if query else path


def public_address(**query: str) -> str:
    """Return a link to FinTrack for other people: the configured address, else this browser's."""
    seen = urlsplit(str(st.context.url or ""))
    origin = settings().base_url or f"{seen.scheme}://{seen.netloc}"
    return address(f"{origin}/", **query)


def redirect(path: str) -> NoReturn:
    """Send the browser to another address of ours, with a full page load, and end the run."""
    _navigate(path)
    st.stop()


def download_link(label: str, payload: Mapping[str, Any], *, key: str | None = None) -> None:
    """Draw, for whoever may export, a button that fetches a file with a ticket for this session.

    `payload` names the file by its `kind` and whatever that kind takes.
    """
    context = tenant_context()
    if not context.may(Permission.EXPORT):
        return
    if st.button(label, key=key, icon=":material/download:"):
        start_download(context.session, {"tenant": context.slug, **payload})


def start_download(session: UserSession, payload: Mapping[str, Any]) -> None:
    """Let the browser fetch the file that `payload` names, with a ticket for this session alone.

    Raises:
        PermissionDenied: the tab looks with somebody else's eyes.
    """
    if current_look() is not None:
        raise PermissionDenied("You only look, and may not download anything. Stop looking first.")
    _navigate(f"/export/{issue_download_ticket(session, payload)}")


def redirect_message(path: str) -> bytes:
    """Return what Streamlit's page understands as "go to this address".

    It is the message behind Streamlit's own login button. A script in `st.html` could do it as
    well, but the page's security policy runs no inline script.
    """
    message = ForwardMsg()
    message.auth_redirect.url = path
    written: bytes = message.SerializeToString()
    return written


def leads_out(written: bytes) -> bool:
    """Return whether the message sends the browser to the sign-out already."""
    # Nearly every message is ruled out by its bytes, without being read.
    if len(written) > LONGEST_REDIRECT or SIGN_OUT.encode() not in written:
        return False
    message = ForwardMsg()
    message.ParseFromString(written)
    return str(message.auth_redirect.url).startswith(SIGN_OUT)


def own_address(**query: str) -> str:
    """Return a link to this FinTrack: the configured address, never the one a visitor asked for."""
    base = settings().base_url or f"http://{local_address()}"
    return address(f"{base}/", **query)


def local_address() -> str:
    """Return where this server listens, as somebody at this machine types it."""
    return f"localhost:{st.get_option('server.port')}"


def _seen() -> Seen:
    seen: Seen | None = st.session_state.get(SEEN)
    if seen is None or time.monotonic() - seen.at > FRESH_SECONDS:
        current_session()
        seen = st.session_state.get(SEEN)
    if seen is None:
        raise NotSignedIn(ENDED)
    return seen


def _stay_in(context: TenantContext) -> None:
    st.session_state[TENANT], st.session_state[ENTERED] = context.slug, context
    if st.query_params.get("tenant") != context.slug:
        st.query_params["tenant"] = context.slug


def _page(url_path: str) -> StreamlitPage:
    page: StreamlitPage = st.session_state[PAGES][url_path or "home"]
    return page


def _with_tenant(query: Mapping[str, str]) -> dict[str, str]:
    # Not the address: the way out of a wrong one must not lead back to it.
    slug = st.session_state.get(TENANT)
    return {"tenant": slug, **query} if slug else dict(query)


def _navigate(path: str) -> None:
    message = ForwardMsg()
    message.ParseFromString(redirect_message(path))
    enqueue_message(message)
