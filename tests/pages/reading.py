"""How many rows the statements of a screen read, as PostgreSQL itself says: EXPLAIN (ANALYZE)."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from psycopg.abc import Params
from sqlalchemy import Connection, Engine, event

READS = re.compile(r"\s*(SELECT|WITH)\b.*\bapp\.", re.IGNORECASE | re.DOTALL)
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
# What grows with the ledger; accounts and categories are the choices of the filters.
GROWING = {"transaction", "posting", "search_token", "transaction_tag"}
REMOVED = (
    "Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter",
)  # fmt: skip


@contextmanager
def rows_read() -> Iterator[list[int]]:
    """Yield a list that gets the rows of the ledger that each scan of each SELECT reads."""
    seen: list[int] = []

    def explain(
        connection: Connection, _cursor: object, statement: str, parameters: Params, *_rest: object
    ) -> None:
        driver = connection.connection.driver_connection
        if driver is None or not READS.match(statement):
            return
        with driver.cursor() as cursor:
            plan = cursor.execute(EXPLAIN + statement, parameters).fetchone()[0]
        nodes = _nodes(plan[0]["Plan"])
        seen.extend(_rows(node) for node in nodes if node.get("Relation Name") in GROWING)

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _rows(node: Mapping[str, Any]) -> int:
    """Return what a scan returned and what it threw away, over all its loops."""
    rows: float = node["Actual Rows"] + sum(node.get(name, 0) for name in REMOVED)
    return round(rows * int(node["Actual Loops"]))
