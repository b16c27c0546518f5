"""What the guard knows of sessions without asking the database: little, and for two seconds."""

import asyncio
import time
from collections.abc import Collection
from uuid import UUID

from starlette.types import Scope

from fintrack.access.sessions import handle_of, session_of_handle
from fintrack.context import UserSession
from fintrack.web.cookies import SESSION, cookie

KNOWN_SECONDS, KNOWN_AT_MOST = 2.0, 10_000

_known: dict[bytes, tuple[float, UserSession | None]] = {}


async def session_of_request(scope: Scope) -> UserSession | None:
    """Return the live session of the request's cookie; an answer is good for two seconds.

    Raises:
        Unavailable: the database does not answer.
    """
    token = cookie(scope, SESSION)
    if token is None:
        return None
    handle = handle_of(token)
    until, session = _known.get(handle, (0.0, None))
    if time.monotonic() < until:
        return session
    session = await asyncio.to_thread(session_of_handle, handle, kind="BROWSER")
    if len(_known) >= KNOWN_AT_MOST:
        _known.clear()
    _known[handle] = (time.monotonic() + KNOWN_SECONDS, session)
    return session


def forget_sessions(session_ids: Collection[UUID]) -> None:
    """Ask the database again at the next request of any of these sessions."""
    for handle, (_, session) in tuple(_known.items()):
        if session is not None and session.id in session_ids:
            del _known[handle]


def forget_all_sessions() -> None:
    """Ask the database again at every next request."""
    _known.clear()
