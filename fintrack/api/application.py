"""The API as one application, mounted beside the pages."""

from http import HTTPStatus
from threading import Lock
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.routing import Mount

from fintrack.access.kept_answers import LONGEST_KEY
from fintrack.api import (
    accounts,
    activity,
    attachments,
    books,
    exports,
    imports,
    invitations,
    members,
    names,
    outlook,
    pivots,
    plans,
    questions,
    reports,
    sign_in,
    tenants,
    transactions,
    transfers,
    webhooks,
)
from fintrack.api.calls import HEADER
from fintrack.api.document_page import document_page
from fintrack.api.problems import MEDIA_TYPE, Problem, failed, misunderstood, refused, unroutable
from fintrack.errors import FinTrackError

PREFIX = "/api/v1"
PARTS = (
    sign_in, tenants, members, invitations, accounts, transactions, transfers, attachments,
    names, plans, imports, reports, questions, pivots, outlook, exports, books, activity, webhooks,
)  # fmt: skip
IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again under the same key within a day, nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}
# FastAPI's own way to refuse, which this API does not use.
UNUSED = ("HTTPValidationError", "ValidationError")
REFUSALS = (400, 401, 403, 404, 409, 412, 413, 422, 429, 503)
DESCRIPTION = """The books of FinTrack for programs.

Amounts are decimal strings beside a currency, inflow positive; dates are ISO; periods are
half-open, from `since` up to and without `until`. Lists are `{"items": [...], "next": cursor}`.
Refusals are problem documents (RFC 9457) whose `detail` says what to do. What another tenant has
does not exist.
"""


# Two threads may ask for the document at once.
_DOCUMENT = Lock()


class Application(FastAPI):
    """FastAPI, whose document says how this API refuses."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document; it is made once."""
        with _DOCUMENT:
            if not self.openapi_schema:
                _complete(super().openapi())
            return self.openapi_schema or {}


def _complete(document: dict[str, Any]) -> None:
    """Add to FastAPI's document how each call refuses and is asked again."""
    schemas = document["components"]["schemas"]
    schemas |= _schemas()
    for name in UNUSED:
        del schemas[name]
    for path in document["paths"].values():
        for method, operation in path.items():
            operation["responses"] |= {str(each): _refusal(each) for each in REFUSALS}
            if method != "get" and operation.get("security"):
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)


def _schemas() -> dict[str, Any]:
    written = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**written.pop("$defs"), "Problem": written}


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}


def _application() -> FastAPI:
    application = Application(
        telemetry={"tracing": False},
        title="FinTrack",
        version="1",
        description=DESCRIPTION,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            FinTrackError: refused,
            RequestValidationError: misunderstood,
            HTTPException: unroutable,
            Exception: failed,
        },
    )
    for each in PARTS:
        application.include_router(each.router)
    application.add_api_route("/docs", _page, include_in_schema=False, response_class=HTMLResponse)
    return application


def _page(request: Request) -> HTMLResponse:
    return HTMLResponse(document_page(request.app.openapi()))


application = _application()
API = Mount(PREFIX, application)
