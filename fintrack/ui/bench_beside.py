"""What somebody does beside a crowd, over the API of the same server: a large import or export."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection

from fintrack.errors import Unavailable
from fintrack.operations.bench_api import EXPORT, connected
from fintrack.operations.bench_readers import FILES

MB = 1024 * 1024
BORDER = "fintrack-bench"


def import_rows(port: int, token: str, rows: int) -> int:
    """Import a new bank file of so many rows into the tenant's first account."""
    with connected(port) as connection:
        account = json.loads(b"".join(_ask(connection, token, "GET", "/api/v1/accounts")))
        parts = (("account", account["items"][0]["id"].encode()), ("file", FILES["csv"](rows)))
        done = b"".join(_ask(connection, token, "POST", "/api/v1/imports", _form(parts)))
    return int(json.loads(done)["new"])


def export_rows(port: int, token: str) -> int:
    """Export all transactions of the tenant, and return how many lines that were."""
    with connected(port) as connection:
        return sum(block.count(b"\n") for block in _ask(connection, token, "GET", EXPORT)) - 1


def _form(parts: tuple[tuple[str, bytes], ...]) -> bytes:
    lines = [
        f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        + (b'; filename="bank.csv"' if name == "file" else b"")
        + b"\r\n\r\n"
        + content
        for name, content in parts
    ]
    return b"\r\n".join([*lines, f"--{BORDER}--\r\n".encode()])


def _ask(
    connection: HTTPConnection, token: str, method: str, path: str, body: bytes | None = None
) -> Iterator[bytes]:
    kind = {"Content-Type": f"multipart/form-data; boundary={BORDER}"} if body else {}
    connection.request(method, path, body, {"Authorization": f"Bearer {token}", **kind})
    answer = connection.getresponse()
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - the statuses of success
        raise Unavailable(f"The server of the benchmark answers {answer.status}.")
    while block := answer.read(MB):
        yield block
