"""What a question asks of the database: the plans of its statements, and the pages they touch."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event

from fintrack.context import TenantContext
from fintrack.db import ENTER, Logins

EXPLAIN = "explain (analyze, buffers, timing off, summary off, format json) {}"
GROWING = {
    "transaction",
    "posting",
    "search_token",
    "day_total",
    "account_total",
    "month_total",
    "payee_total",
}
Node = dict[str, Any]
Statement = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Plans:
    """The pages that entering and the statements of one question touch, and how rows are found.

    `paths` names for each statement the scans of the tables that grow with every transaction.
    """

    pages: int
    paths: tuple[str, ...]


def plans_of(
    logins: Logins, contexts: Sequence[TenantContext], ask: Callable[[TenantContext], object]
) -> list[Plans]:
    """Ask in each tenant, then let PostgreSQL explain what was sent, by running it again."""
    return [_plans(logins, context, ask) for context in contexts]


def _plans(logins: Logins, context: TenantContext, ask: Callable[[TenantContext], object]) -> Plans:
    with _statements() as sent:
        ask(context)
    enter = (ENTER, (context.session.handle, context.tenant_id))
    address = logins.app.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, prepare_threshold=None) as login:
        _explained(login, (enter, *sent))  # a new connection reads the catalog first
        nodes = _explained(login, (enter, *sent))
    pages = sum(node["Shared Hit Blocks"] + node["Shared Read Blocks"] for node in nodes)
    return Plans(pages, tuple(", ".join(_paths(node)) for node in nodes[1:]))


def _explained(login: psycopg.Connection, statements: Sequence[Statement]) -> list[Node]:
    """Return the plan of each statement of a transaction that is rolled back."""
    nodes = []
    for statement, values in statements:
        command = sql.SQL(EXPLAIN).format(sql.SQL(statement))
        found = login.execute(command, values).fetchall()
        nodes.append(found[0][0][0]["Plan"])
    login.rollback()
    return nodes


@contextmanager
def _statements() -> Iterator[list[Statement]]:
    """Yield what is sent meanwhile; the door enters the tenant past these events."""
    sent: list[Statement] = []

    def keep(_db: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def _paths(node: Node) -> Iterator[str]:
    if node.get("Relation Name") in GROWING:
        yield f"{node['Node Type']} {node.get('Index Name', node['Relation Name'])}"
    for each in node.get("Plans", ()):
        yield from _paths(each)
