"""How every call is taken: at its pace, and a write that is sent again under one key only once."""

import asyncio
import base64
import json
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from fintrack.access.kept_answers import Question, give_up, keep_answer, kept_answer
from fintrack.access.sessions import handle_of
from fintrack.api.actors import ACTOR, Actor, actor_of, bearer, member
from fintrack.api.pace import arriving, count_request, is_known, require_pace, turn_of
from fintrack.api.versions import UNVERSIONED, knows_versions
from fintrack.errors import FinTrackError, NotSignedIn, Outdated

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
# What may take seconds, and must not hold up what does not.
LONG = ("/exports", "/imports")
# A body from which on only few of a session may arrive at once, and how long each may take.
LARGE, BODY_SECONDS = 64 * 1024, 120
TOO_SLOW = "The request did not arrive in time. Send it again over a faster connection."
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CHANGES = frozenset({"PATCH", "PUT", "DELETE"})
KEPT_HEADERS = ("content-type", "etag")
# After these nothing was changed.
REFUSALS = (FinTrackError, RequestValidationError, HTTPException)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Call(APIRoute):
    """A call of the API; who asks is looked up once, and no faster than he may ask."""

    def get_route_handler(self) -> Handler:
        """Return the handler that lets the call in before it is answered."""
        handler = super().get_route_handler()
        is_versioned = knows_versions(self.dependant)

        async def taken(request: Request) -> Response:
            credentials = await bearer(request)
            if credentials is None:
                count_request(request.client and request.client.host)
                return await handler(request)
            asking = await _asking(credentials.credentials, request)
            request.scope[ACTOR] = asking
            if not is_versioned:
                _require_unversioned(request)
            if request.method not in SAFE:
                await _arrived(request, asking)
            tenant = asking.tenant_id or asking.session.user_id
            async with turn_of(tenant, is_long=self.path.startswith(LONG)):
                return await _once(asking, request, handler)

        return taken


def _require_unversioned(request: Request) -> None:
    """Refuse a condition that would be overlooked."""
    if request.method in CHANGES and request.headers.get("If-Match", "*").strip() != "*":
        raise Outdated(UNVERSIONED)


async def _asking(token: str, request: Request) -> Actor:
    """Return whose token it is; an address that tries others' tokens is slowed down."""
    own, strange = handle_of(token), ("strange tokens", request.client and request.client.host)
    if is_known(own):
        count_request(own)
        return await run_in_threadpool(actor_of, token)
    require_pace(strange)
    try:
        asking = await run_in_threadpool(actor_of, token)
    except NotSignedIn:
        count_request(strange)
        raise
    count_request(own)
    return asking


async def _arrived(request: Request, asking: Actor) -> None:
    """Wait for the body before the tenant's turn, which a slow sender must not take from others.

    Raises:
        HTTPException: it did not arrive in time.
        TooFast: too many large ones of this session are on their way.
    """
    is_large = int(request.headers.get("content-length", LARGE)) >= LARGE
    with arriving(asking.session.id) if is_large else nullcontext():
        try:
            await asyncio.wait_for(request.body(), BODY_SECONDS)
        except TimeoutError as error:
            raise HTTPException(408, TOO_SLOW) from error


async def _once(asking: Actor, request: Request, handler: Handler) -> Response:
    key = request.headers.get(HEADER)
    if key is None or request.method in SAFE:
        return await handler(request)
    question = _question(asking, key, await _request(request))
    kept = await run_in_threadpool(kept_answer, question)
    if kept is None:
        return await _answered(question, request, handler)
    if asking.tenant_id is not None:
        await run_in_threadpool(member, asking)
    return _read(kept)


async def _answered(question: Question, request: Request, handler: Handler) -> Response:
    try:
        response = await handler(request)
    except REFUSALS:
        await run_in_threadpool(give_up, question)
        raise
    if response.status_code < 300:  # noqa: PLR2004 - it was done
        await run_in_threadpool(keep_answer, question, _written(response))
    else:
        await run_in_threadpool(give_up, question)
    return response


def _question(asking: Actor, key: str, request: tuple[bytes, ...]) -> Question:
    session = asking.session
    token_id = session.id if asking.is_token else None
    return Question(key, request, session.user_id, asking.tenant_id, token_id)


async def _request(request: Request) -> tuple[bytes, ...]:
    address = f"{request.method} {request.url.path}?{request.url.query}"
    body = await request.body()
    # A client draws another boundary each time it sends the same file.
    _, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    return address.encode(), body.replace(boundary, b"") if boundary else body


def _written(response: Response) -> bytes:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = base64.b64encode(bytes(response.body)).decode()
    return json.dumps({"status": response.status_code, "headers": headers, "body": body}).encode()


def _read(kept: bytes) -> Response:
    found = json.loads(kept)
    headers = {**found["headers"], REPEATED: "true"}
    return Response(base64.b64decode(found["body"]), found["status"], headers)
