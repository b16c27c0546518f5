"""Attachments over HTTP: sent, listed, fetched as files, taken away and put back."""

import pytest

from tests.api.calling import Reply, account, call, record
from tests.api.stage import BOUNDARY
from tests.isolation.ledgers import Ledger

PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def path(token: str, own: Ledger) -> str:
    """Where the files of a transaction are."""
    made = record(token, account(token, own).json["id"])
    return f"/transactions/{made.json['id']}/attachments"


def attach(token: str, path: str, content: bytes, name: str = "receipt.pdf") -> Reply:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    kind = "Content-Type: text/html\r\n\r\n"
    body = (head + kind).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return call("POST", path, token=token, headers=headers, content=body)


def test_a_file_is_sent_listed_fetched_taken_away_and_put_back(token: str, path: str) -> None:
    made = attach(token, path, b"%PDF-1.7 receipt")
    assert (made.status, made.json["media_type"]) == (201, "application/pdf")
    assert call("GET", path, token=token).json == {"items": [made.json], "next": None}
    again = attach(token, path, b"%PDF-1.7 receipt")
    assert (again.status, again.json) == (200, made.json)
    file = f"/attachments/{made.json['id']}"
    fetched = call("GET", file, token=token)
    assert (fetched.status, fetched.content) == (200, b"%PDF-1.7 receipt")
    assert call("DELETE", file, token=token).status == 204
    assert call("GET", path, token=token).json["items"] == []
    assert [call(verb, file, token=token).status for verb in ("GET", "DELETE")] == [404, 404]
    assert call("POST", f"{file}/restore", token=token).status == 204
    assert call("GET", path, token=token).json["items"] == [made.json]


@pytest.mark.parametrize("name", ["page.html", "évil \u2028'; x=\u202e.svg", 'a%22; b="c'])
def test_no_browser_runs_what_is_fetched(token: str, path: str, name: str) -> None:
    made = attach(token, path, PAGE, name).json
    fetched = call("GET", f"/attachments/{made['id']}", token=token)
    disposition = fetched.headers["content-disposition"]
    assert fetched.headers["content-type"] == "text/plain; charset=utf-8"
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["cache-control"] == "no-store"
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert disposition.isascii()
    assert not set("\"; '<>") & set(disposition.partition("UTF-8''")[2])


def test_a_file_may_be_large_and_not_too_large(token: str, path: str) -> None:
    most = 10 * 1024 * 1024
    assert attach(token, path, b"x" * most).json["size"] == most
    refused = attach(token, path, b"y" * (most + 1))
    assert (refused.status, "larger than 10 MB" in refused.json["detail"]) == (422, True)
    assert attach(token, path, b"").status == 422
