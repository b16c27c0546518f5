"""The OpenAPI document and the API keep to each other, whatever is sent."""

import re
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fintrack.api.application import PREFIX, application
from tests.api.calling import call
from tests.api.decisions import ROUTES, Who
from tests.api.stage import Stage

HERE = f"http://localhost:8501{PREFIX}"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOCUMENT = schemathesis.openapi.from_dict(application.openapi())
OPERATIONS = [each.ok() for each in DOCUMENT.get_all_operations() if isinstance(each, Ok)]
EXAMPLES = 4


def test_every_body_shows_how_it_is_filled_in() -> None:
    document = application.openapi()
    bodies = {
        f"{method} {path}": operation["requestBody"]["content"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    assert len(bodies) > 20
    assert [
        route
        for route, content in bodies.items()
        if "application/json" in content and "examples" not in _in_full(document, content)
    ] == []


@pytest.mark.parametrize(
    "path", ["/imports", "/books", "/transactions/{transaction_id}/attachments"]
)
def test_files_are_sent_in_parts(path: str) -> None:
    body = application.openapi()["paths"][path]["post"]["requestBody"]
    assert list(body["content"]) == ["multipart/form-data"]


@pytest.mark.parametrize("path", ["/imports", "/transactions/{transaction_id}/attachments"])
def test_a_file_of_which_nothing_is_kept_anew_is_answered_with_200(path: str) -> None:
    answers = application.openapi()["paths"][path]["post"]["responses"]
    assert answers["200"]["content"] == answers["201"]["content"]


def _in_full(document: dict[str, Any], content: dict[str, Any]) -> str:
    """Return a body's schema and those that it names, as text."""
    named = re.findall(r"#/components/schemas/(\w+)", str(content))
    return str([content, *(document["components"]["schemas"][name] for name in named)])


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_the_api_answers_as_the_document_says(
    stage: Stage, operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode
) -> None:
    known = _known_ids(stage, operation.label)

    @hypothesis.seed(20261127)
    @hypothesis.settings(
        max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: Case[Any]) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters.update(known)
        response = _sent(case, stage.token_for(operation.label, stage.scene.company.owner))
        case.validate_response(response, checks=CHECKS)
        assert ROUTES[operation.label].needs is Who.ANYBODY or response.status_code != 401

    answers()


def _known_ids(stage: Stage, route: str) -> dict[str, str]:
    """Return ids of rows that are there, so that a call gets beyond "there is no such"."""
    own = stage.scene.company
    return {
        name: str(own.new(kind.removeprefix("own ").removeprefix("shared ")))
        for name, kind in ROUTES[route].ids.items()
        if f"{{{name}}}" in route
    }


def _sent(case: Case[Any], token: str) -> Response:
    """Send what was made up, under a good token, and return the answer as it is checked."""
    values = case.as_transport_kwargs(base_url=HERE)
    del values["cookies"]
    request = requests.Request(**values).prepare()
    headers = {name: str(value) for name, value in request.headers.items()}
    headers["Authorization"] = f"Bearer {token}"
    path, body = str(request.path_url).removeprefix(PREFIX), request.body or b""
    content = body.encode() if isinstance(body, str) else body
    assert isinstance(content, bytes)
    answer = call(str(request.method), path, headers=headers, content=content)
    told = {name: [value] for name, value in answer.headers.items()}
    return Response(answer.status, told, answer.content, request, elapsed=0, verify=False)


def test_every_call_can_be_read_on_the_page_of_the_document() -> None:
    page = call("GET", "/docs")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    text = page.content.decode()
    assert [each for each in ROUTES if f"<h3>{each}</h3>" not in text] == []
    assert "<script" not in text


def test_every_call_says_what_it_does_and_under_which_name() -> None:
    operations = [
        each for methods in application.openapi()["paths"].values() for each in methods.values()
    ]
    assert [each["operationId"] for each in operations if not each["description"]] == []
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
