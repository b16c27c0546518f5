"""The websockets of a session end with it."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fintrack.access.sessions import end_all_sessions, end_session, session_of
from fintrack.context import TenantContext, UserSession
from fintrack.ui.session import redirect_message
from fintrack.web import sockets
from fintrack.web.sockets import (
    look_for_ended_sessions,
    open_sessions,
    serve_socket,
    watch_sessions,
)


async def endless(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await asyncio.Event().wait()


async def serve_until(
    session: UserSession,
    end: Callable[[], None],
    *,
    by_poll: bool,
    app: ASGIApp = endless,
    hear: Receive | None = None,
) -> list[Message]:
    """Return what a session's websocket is told when `end` was called."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    watching = asyncio.create_task(watch_sessions())
    serving = asyncio.create_task(serve_socket(app, {}, hear or receive, send, session.id))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert open_sessions() == {session.id}
    await asyncio.to_thread(end)
    if not by_poll:
        look_for_ended_sessions()
    await asyncio.wait_for(serving, 5)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert open_sessions() == frozenset()
    return sent


@pytest.fixture
def session(ana_token: str) -> UserSession:
    """Ana's session in her browser."""
    found = session_of(ana_token)
    assert found is not None
    return found


CLOSED = [
    {"type": "websocket.accept"},
    {"type": "websocket.send", "bytes": redirect_message("/auth/sign-out?next=/")},
    {"type": "websocket.close", "code": 1008},
]


def test_g2_a_websocket_is_closed_when_its_session_ends_here(session: UserSession) -> None:
    end = serve_until(session, lambda: end_session(session, session.id), by_poll=False)
    assert asyncio.run(end) == CLOSED


def test_g2_a_websocket_is_closed_within_five_seconds_when_its_session_ends_elsewhere(
    session: UserSession, ana: TenantContext
) -> None:
    """`ana` signed in with another browser, before another process."""
    end = serve_until(session, lambda: end_all_sessions(ana.session), by_poll=True)
    assert asyncio.run(end) == CLOSED


@pytest.mark.parametrize(
    ("address", "is_left_alone"),
    [("/auth/sign-out?next=/%3Fnotice=erased", True), ("/export/a-ticket", False)],
)
def test_a_browser_on_its_way_out_is_not_sent_another(
    session: UserSession, address: str, *, is_left_alone: bool
) -> None:
    async def leaving(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "bytes": redirect_message(address)})
        await asyncio.Event().wait()

    end = serve_until(session, lambda: end_session(session, session.id), by_poll=False, app=leaving)
    told = [message.get("bytes") for message in asyncio.run(end)]
    assert (redirect_message("/auth/sign-out?next=/") in told) is not is_left_alone


def test_a_script_that_ends_its_own_session_says_where_the_browser_goes(
    session: UserSession,
) -> None:
    """The erasure of an account is committed before the script can send the browser anywhere."""
    way_out = redirect_message("/auth/sign-out?next=/%3Fnotice=erased")
    is_over = threading.Event()

    async def erasing(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await asyncio.to_thread(is_over.wait)
        await asyncio.sleep(0.2)
        await send({"type": "websocket.send", "bytes": b"a figure drawn too late"})
        await send({"type": "websocket.send", "bytes": way_out})
        await asyncio.Event().wait()

    def end() -> None:
        end_session(session, session.id)
        is_over.set()

    assert asyncio.run(serve_until(session, end, by_poll=False, app=erasing)) == [
        {"type": "websocket.accept"},
        {"type": "websocket.send", "bytes": way_out},
        {"type": "websocket.close", "code": 1008},
    ]


def test_a_browser_that_has_gone_is_told_nothing(session: UserSession) -> None:
    async def gone(_scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await receive()
        await asyncio.Event().wait()

    async def disconnect() -> Message:
        return {"type": "websocket.disconnect", "code": 1001}

    end = serve_until(
        session, lambda: end_session(session, session.id), by_poll=False, app=gone, hear=disconnect
    )
    assert asyncio.run(end) == [{"type": "websocket.accept"}]


def test_a_websocket_that_ends_by_itself_is_forgotten(session: UserSession) -> None:
    async def short(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def quiet() -> Message:
        return {"type": "websocket.connect"}

    async def ignore(_message: Message) -> None:
        return None

    asyncio.run(serve_socket(short, {}, quiet, ignore, session.id))
    assert open_sessions() == frozenset()


def test_an_error_inside_a_websocket_is_not_swallowed(session: UserSession) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("broken")

    async def quiet() -> Message:
        return {"type": "websocket.connect"}

    async def ignore(_message: Message) -> None:
        return None

    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(serve_socket(broken, {}, quiet, ignore, session.id))
    assert sockets.open_sessions() == frozenset()
