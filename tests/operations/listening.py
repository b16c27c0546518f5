"""A program that webhooks tell, on this machine, and what there is to tell."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

from fintrack.access.webhooks import Happening
from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from tests.databases import Database
from tests.isolation.ledgers import DAY

OPENED = [Happening.ACCOUNT_CREATED]


@dataclass(slots=True)
class Listener:
    """A program at an address, and what it was told."""

    url: str = ""
    status: int = 204
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def told(self) -> list[dict[str, str]]:
        """Return the messages."""
        return [json.loads(body) for body in self.bodies]


@contextmanager
def listening() -> Iterator[Listener]:
    """Run a program that takes messages, on this machine."""
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            heard.headers.append(dict(self.headers))
            self.send_response(heard.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.url = f"http://127.0.0.1:{server.server_port}/told?by=fintrack"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield heard
        server.shutdown()
        thread.join()


def opened(context: TenantContext, visibility: Visibility = Visibility.EVERYONE) -> UUID:
    name = f"Account of {context.session.name}, {visibility}"
    return create_account(
        context, NewAccount(name, AccountKind.CASH, "EUR", DAY, visibility=visibility)
    )


def later(database: Database) -> None:
    """Let the time until the next try go by."""
    with database.administrator() as admin:
        admin.execute("update sec.delivery set next_try_at = now()")
