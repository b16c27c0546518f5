"""The routes that are not Streamlit's: becoming a cookie, losing it, fetching a file, health."""

import re
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from fintrack.access.sessions import REMEMBERED, end_session, open_session, session_of
from fintrack.access.tickets import redeem_download_ticket, redeem_sign_in_ticket
from fintrack.access.users import is_empty_installation
from fintrack.context import UserSession
from fintrack.errors import NotFound, Unavailable
from fintrack.web.cookies import BROWSER, SESSION, cookie, cookie_name, set_cookie
from fintrack.web.downloads import download_of
from fintrack.web.guard import SESSION_KEY
from fintrack.web.known_sessions import forget_all_sessions
from fintrack.web.sockets import look_for_ended_sessions
from fintrack.web.visitors import address_of, is_https

# One leading slash, no second one, no backslash: browsers read both as another host.
SAFE_NEXT = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
UNSAFE_IN_HEADER = re.compile(r"[^A-Za-z0-9._ -]")
NO_STORE = {"Cache-Control": "no-store"}


async def become_cookie(request: Request) -> Response:
    """Turn a sign-in ticket of this browser into a session, and send the browser on."""
    if request.method != "GET":
        return Response(status_code=405)
    ticket = request.query_params.get("ticket", "")
    try:
        token, remember = await run_in_threadpool(_open_session, request, ticket)
    except NotFound:
        return _to("/?notice=expired")
    answer = _to(safe_next(request.query_params.get("next", "/")))
    lifetime = REMEMBERED if remember else None
    answer.headers.append("set-cookie", set_cookie(request.scope, SESSION, token, lifetime))
    look_for_ended_sessions()
    return answer


async def lose_cookie(request: Request) -> Response:
    """Delete the cookie of a session that has ended; a live one is left alone.

    The session itself ends over its own websocket, so no foreign page can sign anybody out.
    """
    forget_all_sessions()
    look_for_ended_sessions()
    token = cookie(request.scope, SESSION)
    answer = _to(safe_next(request.query_params.get("next", "/")))
    if token is None or await run_in_threadpool(_is_live, token):
        return answer
    answer.delete_cookie(
        cookie_name(request.scope, SESSION), secure=is_https(request.scope), httponly=True
    )
    return answer


def fetch_file(request: Request) -> Response:
    """Send the file of a download ticket, which this session alone can use, once."""
    if request.method != "GET":
        return Response(status_code=405)
    session: UserSession = request.scope[SESSION_KEY]
    download = download_of(session, redeem_download_ticket(session, request.path_params["ticket"]))
    headers = {"Content-Disposition": _attachment(download.file_name)} | NO_STORE
    return StreamingResponse(download.content, media_type=download.media_type, headers=headers)


def live(_request: Request) -> Response:
    """Say that this process answers."""
    return JSONResponse({"status": "live"}, headers=NO_STORE)


def ready(_request: Request) -> Response:
    """Say whether the database answers too."""
    try:
        is_empty_installation()
    except Unavailable:
        return JSONResponse({"status": "unavailable"}, 503, headers=NO_STORE)
    return JSONResponse({"status": "ready"}, headers=NO_STORE)


def safe_next(path: str) -> str:
    """Return the path if it leads to a page of ours, else the home page."""
    return path if SAFE_NEXT.fullmatch(path) else "/"


def _attachment(name: str) -> str:
    """Return the header that lets a browser keep a file under this name, and never show it.

    Source: RFC 6266, section 4.3; RFC 8187.
    """
    plain = UNSAFE_IN_HEADER.sub("_", name)
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{exact}'


def _open_session(request: Request, ticket: str) -> tuple[str, bool]:
    sign_in = redeem_sign_in_ticket(ticket, cookie(request.scope, BROWSER) or "")
    earlier = session_of(cookie(request.scope, SESSION) or "")
    if earlier is not None:
        end_session(earlier, earlier.id)
    token = open_session(
        sign_in.user_id,
        remember=sign_in.remember,
        agent=request.headers.get("user-agent", ""),
        address=address_of(request.scope),
    )
    return token, sign_in.remember


def _is_live(token: str) -> bool:
    return session_of(token) is not None


def _to(path: str) -> Response:
    return RedirectResponse(path, 303, headers=NO_STORE)


ROUTES = [
    Route("/auth/ticket", become_cookie, methods=["GET"]),
    Route("/auth/sign-out", lose_cookie, methods=["GET"]),
    Route("/export/{ticket}", fetch_file, methods=["GET"]),
    Route("/health/live", live, methods=["GET"]),
    Route("/health/ready", ready, methods=["GET"]),
]
