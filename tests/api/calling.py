"""A program that calls the API, in this process or over the network."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware

from fintrack.api.application import API, PREFIX
from fintrack.web.guard import Guard
from tests.isolation.ledgers import Ledger
from tests.web.asking import ask

MARCH = {"booked_on": "2026-03-05", "payee": "Grocer"}
APP = Starlette(routes=[API], middleware=[Middleware(Guard)])


@dataclass(frozen=True, slots=True)
class Reply:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was answered
        """Return the body as JSON."""
        return json.loads(self.content)


def call(
    method: str,
    path: str,
    given: object = None,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> Reply:
    """Return the answer of the API in this process."""
    sent, body = _request(given, token, headers, content)
    answer = ask(APP, PREFIX + path, method=method, headers=list(sent.items()), body=[body])
    return Reply(answer.status, dict(answer.headers), answer.body)


def account(token: str, own: Ledger, **more: object) -> Reply:
    """Open an account of the ledger."""
    given = {"name": own.name("Account"), "kind": "CHECKING", **more}
    return call("POST", "/accounts", given, token=token)


def record(token: str, account_id: str, amount: str = "-1.00", **more: object) -> Reply:
    """Record a transaction of March."""
    given = {**MARCH, "account": account_id, "amount": amount, **more}
    return call("POST", "/transactions", given, token=token)


def call_over_network(
    url: str, method: str, path: str, given: object = None, *, token: str | None = None
) -> Reply:
    """Return the answer of a real server."""
    sent, body = _request(given, token, None, None)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request(method, PREFIX + path, body, sent)
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    content = answer.read()
    connection.close()
    return Reply(answer.status, headers, content)


def _request(
    given: object, token: str | None, headers: Mapping[str, str] | None, content: bytes | None
) -> tuple[dict[str, str], bytes]:
    sent = dict(headers or {})
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    if given is None:
        return sent, content or b""
    return {"content-type": "application/json", **sent}, json.dumps(given).encode()
