"""Writes that may be sent again: with an Idempotency-Key the first answer is given once more."""

import base64
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from fintrack.access.kept_answers import Question, give_up, keep_answer, kept_answer
from fintrack.api.actors import Actor, actor, bearer, member
from fintrack.errors import FinTrackError

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT_HEADERS = ("content-type", "etag")
# After these nothing was changed.
REFUSALS = (FinTrackError, RequestValidationError, HTTPException)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Repeatable(APIRoute):
    """A route whose writes are done once for each key."""

    def get_route_handler(self) -> Handler:
        """Return the handler that looks for the key first."""
        handler = super().get_route_handler()

        async def once(request: Request) -> Response:
            credentials = await bearer(request)
            key = request.headers.get(HEADER)
            if key is None or credentials is None or request.method in SAFE:
                return await handler(request)
            asking = await run_in_threadpool(actor, credentials)
            question = _question(asking, key, await _request(request))
            kept = await run_in_threadpool(kept_answer, question)
            if kept is None:
                return await _answered(question, request, handler)
            if asking.tenant_id is not None:
                await run_in_threadpool(member, asking)
            return _read(kept)

        return once


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
    return address.encode(), await request.body()


def _written(response: Response) -> bytes:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = base64.b64encode(bytes(response.body)).decode()
    return json.dumps({"status": response.status_code, "headers": headers, "body": body}).encode()


def _read(kept: bytes) -> Response:
    found = json.loads(kept)
    headers = {**found["headers"], REPEATED: "true"}
    return Response(base64.b64decode(found["body"]), found["status"], headers)
