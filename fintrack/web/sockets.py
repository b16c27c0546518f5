"""The open websockets of each session, and their end at once when the session ends.

Everything here runs on the event loop of one process.
"""

import asyncio
import logging
from asyncio import FIRST_COMPLETED, Event
from collections.abc import Collection
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fintrack.access.sessions import ended_sessions
from fintrack.errors import FinTrackError
from fintrack.ui.session import SIGNED_OUT, leads_out, redirect_message
from fintrack.web.known_sessions import forget_sessions

POLL_SECONDS = 2.0
LAST_WORD_SECONDS = 1.0
POLICY_VIOLATION = 1008

_log = logging.getLogger(__name__)
_open: dict[UUID, set[Event]] = {}
_watchers: set[Event] = set()


async def serve_socket(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, session_id: UUID
) -> None:
    """Serve the websocket until it, or the session it belongs to, ends.

    A browser whose session ends is sent to the sign-in, so that nothing stays on its screen. Where
    the script ended the session itself, as an erasure does, it has a moment to say where the
    browser goes; nothing else that it says is passed on.
    """
    ended, accepted, left = Event(), Event(), Event()
    _open.setdefault(session_id, set()).add(ended)

    async def watched(message: Message) -> None:
        is_way_out = leads_out(message.get("bytes") or b"")
        if ended.is_set() and not is_way_out:
            return
        await send(message)
        if message["type"] == "websocket.accept":
            accepted.set()
        elif is_way_out:
            left.set()

    serving: asyncio.Task[None] = asyncio.ensure_future(app(scope, receive, watched))
    ending = asyncio.create_task(ended.wait())
    leaving = asyncio.create_task(left.wait())
    try:
        await asyncio.wait({serving, ending}, return_when=FIRST_COMPLETED)
        if not serving.done():
            if accepted.is_set():
                await asyncio.wait(
                    {serving, leaving}, timeout=LAST_WORD_SECONDS, return_when=FIRST_COMPLETED
                )
            await _cancel(serving)
            if accepted.is_set() and not left.is_set():
                await send({"type": "websocket.send", "bytes": redirect_message(SIGNED_OUT)})
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
    finally:
        _forget(session_id, ended)
        for task in (leaving, ending, serving):
            await _cancel(task)
    if not serving.cancelled():
        serving.result()


def open_sessions() -> frozenset[UUID]:
    """Return the ids of the sessions that have a websocket open in this process."""
    return frozenset(_open)


def close_sockets(session_ids: Collection[UUID]) -> None:
    """Close every websocket of these sessions."""
    for session_id in session_ids:
        for ended in tuple(_open.get(session_id, ())):
            ended.set()


def look_for_ended_sessions() -> None:
    """Ask the database now instead of at the next poll."""
    for look in _watchers:
        look.set()


async def watch_sessions() -> None:
    """Close the websockets of ended sessions, whichever process ended them, until cancelled."""
    look = Event()
    _watchers.add(look)
    try:
        while True:
            look.clear()
            await _close_ended()
            # Unlike `wait_for`, it never takes being cancelled for having been woken.
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await look.wait()
    finally:
        _watchers.discard(look)


async def _close_ended() -> None:
    if not _open:
        return
    try:
        ended = await asyncio.to_thread(ended_sessions, open_sessions())
    except (FinTrackError, SQLAlchemyError):
        _log.exception("Sessions could not be looked up; next try in %s s", POLL_SECONDS)
        return
    forget_sessions(ended)
    close_sockets(ended)


def _forget(session_id: UUID, ended: Event) -> None:
    sockets = _open[session_id]
    sockets.discard(ended)
    if not sockets:
        del _open[session_id]


async def _cancel(task: asyncio.Task[Any]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
