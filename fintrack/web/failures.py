"""Answers to what went wrong on the way: a sentence or a number, never a traceback."""

import logging
import secrets
from html import escape
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

from fintrack.errors import FinTrackError
from fintrack.web.security_headers import ALWAYS
from fintrack.web.visitors import path_of

API = "/api/"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>FinTrack</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<p>{sentence}</p><p><a href="/">Back to FinTrack</a></p></html>"""

_log = logging.getLogger(__name__)


def refused(_request: Request, error: FinTrackError) -> Response:
    """Answer a refusal with its own sentence and status."""
    return _page(str(error), error.status)


def failed(request: Request, error: Exception) -> Response:
    """Answer an error nobody foresaw with a number that stands in the log as well."""
    number = secrets.token_hex(4)
    _log.error("Failure %s at %s", number, request.url.path, exc_info=error)
    return _page(f"Something went wrong. Tell whoever runs this FinTrack the number {number}.", 500)


def plain_answer(scope: Scope, status: int, sentence: str) -> Response:
    """Return the sentence alone, to programs of the API as a problem document (RFC 9457)."""
    if not path_of(scope).startswith(API):
        return PlainTextResponse(sentence, status)
    title = HTTPStatus(status).phrase
    document = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
    return JSONResponse(document, status, media_type="application/problem+json")


def _page(sentence: str, status: int) -> Response:
    page = PAGE.format(sentence=escape(sentence))
    # An error nobody foresaw is answered outside the guard, so its headers are put on here.
    return HTMLResponse(page, status, headers=ALWAYS | {"Cache-Control": "no-store"})
