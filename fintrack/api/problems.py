"""Refusals as RFC 9457 problem documents: what was wrong, in the domain's own sentence.

Source: RFC 9457.
"""

import logging
import secrets
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from fintrack.api.pace import TooFast
from fintrack.errors import FinTrackError

MEDIA_TYPE = "application/problem+json"
NOT_UNDERSTOOD = "The request cannot be understood as it is. `errors` says which values to correct."
_log = logging.getLogger(__name__)


class FieldError(BaseModel):
    """One value that cannot be accepted, and where it stands in the request."""

    field: Annotated[str, Field(examples=["body.opening_balance"])]
    message: str


class Problem(BaseModel):
    """Why a request was refused."""

    type: Annotated[str, Field(examples=["about:blank"])]
    title: Annotated[str, Field(examples=["Not Found"])]
    status: Annotated[int, Field(examples=[404])]
    detail: Annotated[str, Field(examples=["There is no such account."])]
    errors: list[FieldError] | None = None


def problem(status: int, detail: str, **more: object) -> JSONResponse:
    """Return the answer that refuses with this status and sentence."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(document, status, headers, MEDIA_TYPE)


async def refused(_request: Request, error: FinTrackError) -> JSONResponse:
    """Answer a refusal of the domain with its own sentence and status."""
    answer = problem(error.status, str(error))
    if isinstance(error, TooFast):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


async def misunderstood(_request: Request, error: RequestValidationError) -> JSONResponse:
    """Answer input of a wrong kind; what was sent is not repeated."""
    found = [
        {"field": ".".join(map(str, each["loc"])), "message": each["msg"]}
        for each in error.errors()
    ]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_UNDERSTOOD, errors=_printable(found))


async def unroutable(_request: Request, error: HTTPException) -> JSONResponse:
    """Answer what no route takes: an unknown path, another method, a body that is no JSON."""
    answer = problem(error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def failed(request: Request, error: Exception) -> JSONResponse:
    """Answer an error nobody foresaw with a number that stands in the log as well."""
    number = secrets.token_hex(4)
    _log.error("Failure %s at %s", number, request.url.path, exc_info=error)
    sentence = f"Something went wrong. Tell whoever runs this FinTrack the number {number}."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, sentence)


def _printable(found: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the errors without what a text cannot be written with, such as half a character."""
    return [
        {name: text.encode(errors="replace").decode() for name, text in each.items()}
        for each in found
    ]
