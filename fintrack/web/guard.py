"""The guard at the front door: who is this, may they come here, and what do they leave with.

It decides on the path that routes are matched with. Streamlit learns who is here from one header,
which only the guard can write.
"""

import json
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fintrack.config import settings
from fintrack.context import UserSession
from fintrack.errors import Unavailable
from fintrack.ledger.attachments import LARGEST_MEGABYTES
from fintrack.web.cookies import BROWSER, cookie, set_cookie, without_session_cookie
from fintrack.web.failures import API, plain_answer
from fintrack.web.known_sessions import session_of_request
from fintrack.web.security_headers import secure
from fintrack.web.sockets import serve_socket
from fintrack.web.visitors import address_of, header, is_own_origin, is_same_machine, path_of

IDENTITY = b"x-fintrack-auth"
SESSION_KEY, SAME_MACHINE = "fintrack.session", "fintrack.same_machine"
STREAM = "/_stcore/stream"
UPLOAD = "/_stcore/upload_file/"
UPLOADS = (UPLOAD, "/api/v1/imports", "/api/v1/books")
ATTACHED = re.compile(r"/api/v1/transactions/[^/]+/attachments")
MEMBERS_ONLY = (UPLOAD, "/media/", "/export/")
# Of Streamlit's own routes these answer everybody; metrics, agent and any new one answer nobody.
CORE, OPEN_CORE = "/_stcore", frozenset({"/_stcore/health", "/_stcore/host-config"})
CORE_FILES = "/_stcore/bidi-components/"
# A package we need declares a component that writes cookies; FinTrack has no components.
COMPONENTS = "/component"
# Streamlit's own sign-in, which FinTrack does not use.
UNUSED = frozenset({"/auth/login", "/auth/logout", "/oauth2callback"})
NO_DOCUMENT = ("/_stcore", "/static/", "/app/static/", "/media/", "/export/", "/auth/", "/health/")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SMALL_BODY, MEGABYTE = 64 * 1024, 1024 * 1024


class BodyTooLarge(HTTPException):
    """The client sends more than the route takes."""

    def __init__(self, limit: int) -> None:
        most = f"{limit // MEGABYTE} MB" if limit >= MEGABYTE else f"{limit // 1024} KB"
        super().__init__(413, f"Send at most {most}.")


class Guard:
    """Stands before every route, websockets included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, with the guard's word on who sends it, or answer it."""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _sealed(scope, send))
        else:
            await self.app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if path_of(scope) != STREAM or not is_own_origin(scope):
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            session = await session_of_request(scope)
        except Unavailable:
            await send({"type": "websocket.close", "code": 1013})
            return
        inside = {**scope, "headers": _script_headers(scope, session)}
        if session is None:
            await self.app(inside, receive, send)
        else:
            await serve_socket(self.app, inside, receive, send, session.id)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _refusal(scope)
        session = None
        if refusal is None and path_of(scope).startswith(MEMBERS_ONLY):
            try:
                session = await session_of_request(scope)
                refusal = None if session else (401, "Sign in first.")
            except Unavailable as error:
                refusal = (error.status, str(error))
        if refusal is not None:
            await plain_answer(scope, *refusal)(scope, receive, send)
            return
        known = {SESSION_KEY: session, SAME_MACHINE: is_same_machine(scope)}
        inside = {**scope, "headers": _without_identity(scope), **known}
        await self._within_limit(inside, receive, send)

    async def _within_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, _limited(receive, _body_limit(scope)), send)
        except BodyTooLarge as error:
            await plain_answer(scope, error.status_code, error.detail)(scope, receive, send)


def _refusal(scope: Scope) -> tuple[int, str] | None:
    path = path_of(scope)
    if path in UNUSED or path.startswith(COMPONENTS) or _is_closed_core(path):
        return 404, "Not Found"
    if scope["method"] not in SAFE_METHODS and not is_own_origin(scope):
        return 403, "This request comes from another site."
    if _declared_length(scope) > _body_limit(scope):
        error = BodyTooLarge(_body_limit(scope))
        return error.status_code, error.detail
    return None


def _is_closed_core(path: str) -> bool:
    if not path.startswith(CORE):
        return False
    return path not in OPEN_CORE and not path.startswith((UPLOAD, CORE_FILES))


def _identity(scope: Scope, session: UserSession | None) -> dict[str, Any]:
    """Return what scripts are told; it never changes while the session lives.

    Streamlit resumes a session for an equal identity only, so one that changed would lose its state
    at every reconnect, and one that is somebody else's gets nothing.
    """
    if session is not None:
        user, own = str(session.user_id), str(session.id)
        return {"user": user, "session": own, "handle": session.handle.hex()}
    return {
        "user": None,
        "browser": cookie(scope, BROWSER) or "",
        "address": address_of(scope),
        "same_machine": is_same_machine(scope),
    }


def _script_headers(scope: Scope, session: UserSession | None) -> list[tuple[bytes, bytes]]:
    identity = json.dumps(_identity(scope, session), sort_keys=True).encode()
    kept = [
        (name, without_session_cookie(scope, value) if name == b"cookie" else value)
        for name, value in _without_identity(scope)
    ]
    return [*kept, (IDENTITY, identity)]


def _without_identity(scope: Scope) -> list[tuple[bytes, bytes]]:
    headers = scope["headers"]
    return [pair for pair in headers if pair[0].lower().replace(b"_", b"-") != IDENTITY]


def _sealed(scope: Scope, send: Send) -> Send:
    """Return a `send` that adds the security headers and, to a page, the browser's nonce."""

    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            secure(scope, message)
            if _wants_nonce(scope):
                line = set_cookie(scope, BROWSER, secrets.token_urlsafe(32), None)
                message["headers"].append((b"set-cookie", line.encode()))
        await send(message)

    return sealed


def _wants_nonce(scope: Scope) -> bool:
    return (
        scope["method"] == "GET"
        and not path_of(scope).startswith(NO_DOCUMENT)
        and "text/html" in (header(scope, b"accept") or "")
        and cookie(scope, BROWSER) is None
    )


def _body_limit(scope: Scope) -> int:
    path = path_of(scope)
    if ATTACHED.fullmatch(path):
        return LARGEST_MEGABYTES * MEGABYTE + SMALL_BODY
    if path.startswith(UPLOADS):
        return settings().max_upload_mb * MEGABYTE + SMALL_BODY
    return MEGABYTE if path.startswith(API) else SMALL_BODY


def _declared_length(scope: Scope) -> int:
    length = header(scope, b"content-length") or "0"
    return int(length) if length.isdecimal() else 0


def _limited(receive: Receive, limit: int) -> Callable[[], Awaitable[Message]]:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise BodyTooLarge(limit)
        return message

    return limited
