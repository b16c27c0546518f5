"""The open websockets of each session, and their end at once when the session ends.

Everything here runs on the event loop of one process.
"""

import asyncio
import logging
from asyncio import FIRST_COMPLETED, Event
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class _Line:
    """A websocket and what went over it; of an ended session only the way out does."""

    receive: Receive
    send: Send
    ended: Event = field(default_factory=Event)
    left: Event = field(default_factory=Event)
    is_accepted: bool = False
    is_gone: bool = False

    async def hear(self) -> Message:
        message = await self.receive()
        self.is_gone = self.is_gone or message["type"] == "websocket.disconnect"
        return message

    async def say(self, message: Message) -> None:
        is_way_out = leads_out(message.get("bytes") or b"")
        if self.ended.is_set() and not is_way_out:
            return
        await self.send(message)
        self.is_accepted = self.is_accepted or message["type"] == "websocket.accept"
        if is_way_out:
            self.left.set()

    async def hang_up(self) -> None:
        if self.is_gone:
            return
        if self.is_accepted and not self.left.is_set():
            await self.send({"type": "websocket.send", "bytes": redirect_message(SIGNED_OUT)})
        await self.send({"type": "websocket.close", "code": POLICY_VIOLATION})


async def serve_socket(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, session_id: UUID
) -> None:
    """Serve the websocket until it, or the session it belongs to, ends.

    A browser whose session ends is sent to the sign-in, so that nothing stays on its screen. Where
    the script ended the session itself, as an erasure does, it has a moment to say where the
    browser goes; nothing else that it says is passed on.
    """
    line = _Line(receive, send)
    _open.setdefault(session_id, set()).add(line.ended)
    serving = asyncio.ensure_future(app(scope, line.hear, line.say))
    ending, leaving = (asyncio.create_task(each.wait()) for each in (line.ended, line.left))
    try:
        await asyncio.wait({serving, ending}, return_when=FIRST_COMPLETED)
        if not serving.done():
            last_word = LAST_WORD_SECONDS if line.is_accepted else 0
            await asyncio.wait({serving, leaving}, timeout=last_word, return_when=FIRST_COMPLETED)
            await _cancel(serving)
            await line.hang_up()
    finally:
        _forget(session_id, line.ended)
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
