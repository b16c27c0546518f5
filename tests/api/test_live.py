"""The API of a real server, started as README says."""

from collections.abc import Iterator

import pytest

from tests.api.calling import call_over_network
from tests.web.serving import Served, served, throw_away_home

ANA = {
    "email": "ana@example.org",
    "name": "Ana Rivera",
    "password": "three plain words",
    "tenant": {"name": "Rivera family", "type": "FAMILY", "currency": "EUR", "country": "ES"},
}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A real server on which nobody has an account."""
    with throw_away_home() as home, served(home) as running:
        yield running


def test_a_program_registers_and_opens_an_account(server: Served) -> None:
    registered = call_over_network(server.url, "POST", "/register", ANA)
    token = registered.json["access_token"]
    given = {"name": "Checking", "kind": "CHECKING", "opening_balance": "10.50"}
    opened = call_over_network(server.url, "POST", "/accounts", given, token=token)
    listed = call_over_network(server.url, "GET", "/accounts", token=token)
    assert (registered.status, opened.status, listed.status) == (201, 201, 200)
    assert listed.json == {"items": [opened.json], "next": None}
    assert (opened.json["balance"], opened.json["currency"]) == ("10.50", "EUR")


def test_the_document_and_a_refusal_come_over_the_network(server: Served) -> None:
    document = call_over_network(server.url, "GET", "/openapi.json")
    refused = call_over_network(server.url, "GET", "/me")
    assert document.json["info"]["title"] == "FinTrack"
    assert (refused.status, refused.json["status"]) == (401, 401)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == "Bearer"
