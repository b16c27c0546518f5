"""Requests to an ASGI application in this process, with any peer, scheme and header."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = Iterable[tuple[str, str]]


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header that came once, none if it did not come."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) <= 1, values
        return values[0] if values else None


@dataclass(slots=True)
class Inside:
    """An application that notes what reaches it."""

    scopes: list[Scope] = field(default_factory=list)
    body: bytes = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the scope, read the body, answer 200; accept and end a websocket."""
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        while True:
            message = await receive()
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = [(b"content-type", b"text/html"), (b"x-frame-options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"inside"})

    def header(self, name: str) -> list[str]:
        """Return every value of the header in the only request that came in."""
        (scope,) = self.scopes
        return [value.decode() for key, value in scope["headers"] if key.decode() == name]


def ask(
    app: ASGIApp,
    path: str,
    *,
    method: str = "GET",
    headers: Headers = (),
    body: Iterable[bytes] = (),
    **scope: object,
) -> Answer:
    """Return the answer to a request."""
    chunks = [*body, b""]

    async def receive() -> Message:
        if not chunks:
            await asyncio.Event().wait()
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    return asyncio.run(asked(app, path, receive, method=method, headers=headers, **scope))


async def asked(
    app: ASGIApp, path: str, receive: Receive, *, method: str, headers: Headers, **scope: object
) -> Answer:
    """Return the answer to a request whose body comes from `receive`."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await app(_scope("http", path, headers, {"method": method, **scope}), receive, send)
    lines = [(key.decode(), value.decode()) for key, value in sent[0]["headers"]]
    return Answer(sent[0]["status"], lines, b"".join(part.get("body", b"") for part in sent[1:]))


def open_socket(
    app: ASGIApp, path: str, *, headers: Headers = (), **scope: object
) -> list[Message]:
    """Return what the application says to a websocket that sends nothing."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asked = _scope("websocket", path, headers, {"scheme": "ws", **scope})
    asyncio.run(_run(app, asked, receive, send))
    return sent


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _scope(kind: str, path: str, headers: Headers, more: dict[str, object]) -> Scope:
    lines = [(key.lower().encode(), value.encode()) for key, value in headers]
    if not any(key == b"host" for key, _ in lines):
        lines.append((b"host", b"localhost:8501"))
    path, _, query = path.partition("?")
    return {
        "type": kind,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8501),
        "http_version": "1.1",
        "headers": lines,
        **more,
    }
