"""Every statement that the suite sends on a tenant table has to name the tenant.

`tests/conftest.py` imports the fixture `_statements_name_their_tenant`, so that it watches every test.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, event

from fintrack.one_statement import OneStatementCursor

# `FROM app.category AS c`, `JOIN app.payee`, `UPDATE app.tag`, and what follows a comma in a FROM list.
MENTION = re.compile(r"(?<!INSERT INTO )\bapp\.(\w+)(?:\s+AS\s+(\w+))?(?!\w*[.(])", re.IGNORECASE)
PLACE = re.compile(r"(\bFROM|\bJOIN|\bUPDATE|\bUSING|\bONLY|,|\()\s*$", re.IGNORECASE)
PREDICATE = r"(?<![\w.])(?:{})\.tenant_id\s*=\s*(?:CAST\()?(?:%\(|\$\d|')"


@lru_cache(maxsize=4096)
def unnamed(statement: str) -> tuple[str, ...]:
    """Return the tenant tables that `statement` reads or changes without a tenant predicate."""
    names: dict[str, int] = {}
    for mention in MENTION.finditer(statement):
        if PLACE.search(statement[: mention.start()]):
            name = mention[2] or f"app.{mention[1]}"
            names[name] = names.get(name, 0) + 1
    return tuple(
        name
        for name, count in names.items()
        if len(re.findall(PREDICATE.format(re.escape(name)), statement)) < count
    )


@contextmanager
def captured() -> Iterator[list[str]]:
    """Collect the statements that reach the server through the doors, COPY too."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    copy = OneStatementCursor.copy
    OneStatementCursor.copy = _noted(copy, seen)  # type: ignore[method-assign]
    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        OneStatementCursor.copy = copy  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _statements_name_their_tenant() -> Iterator[None]:
    with captured() as seen:
        yield
    found = {statement: unnamed(statement) for statement in seen if unnamed(statement)}
    for statement, names in found.items():
        pytest.fail(f"{', '.join(names)} without a tenant predicate in:\n{statement}")


def _noted(copy: Callable[..., Any], seen: list[str]) -> Callable[..., Any]:
    def noted(
        cursor: psycopg.Cursor[Any],
        statement: str | sql.Composable,
        *rest: object,
        **named: object,
    ) -> object:
        seen.append(statement if isinstance(statement, str) else statement.as_string(cursor))
        return copy(cursor, statement, *rest, **named)

    return noted
