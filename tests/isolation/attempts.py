"""Attempts at the four verbs, by raw SQL that leaves out the query predicate."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors, sql

from tests.isolation.rows import ROWS, Place, row
from tests.isolation.world import World

VERBS = ("select", "insert", "update", "delete")
# What a member is told who has no right: the grant is missing, the policy refuses, a view has no rows to write.
REFUSALS = (errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)
MAY = """
    select attname from pg_attribute
    where attrelid = ('app.' || quote_ident(%s))::regclass and attnum > 0
      and has_column_privilege('fintrack_owner', attrelid, attnum, %s)
    order by attnum
"""
Filter = Sequence[tuple[str, UUID | None]]


def attempt(
    connection: psycopg.Connection, statement: sql.SQL | sql.Composed, values: Sequence[Any] = ()
) -> int:
    """Return how many rows the statement reached; a refusal reaches none."""
    try:
        with connection.transaction():
            return max(0, connection.execute(statement, values).rowcount)
    except REFUSALS:
        return 0


def reach(
    world: World, connection: psycopg.Connection, verb: str, table: str, where: Filter
) -> int:
    """Return how many rows of `table` a SELECT, UPDATE or DELETE reaches under a condition."""
    connection.execute("set constraints all deferred")
    name = sql.Identifier("app", table)
    condition = sql.SQL(" and ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(value))
        for column, value in where
    )
    if verb == "select":
        statement = sql.SQL("select 1 from {} where {}")
    elif verb == "delete":
        statement = sql.SQL("delete from {} where {}")
    else:
        changes = _changes(world, table)
        statement = sql.SQL("update {} set {} where {}")
        return attempt(connection, statement.format(name, changes, condition))
    return attempt(connection, statement.format(name, condition))


def put(
    world: World,
    connection: psycopg.Connection,
    table: str,
    place: Place,
    *,
    with_tenant: bool = False,
) -> int:
    """Return 1 when a new row of `table` at `place` is accepted, 0 when it is refused.

    Only columns that the application may write are named, and `tenant_id` if it is asked for.
    """
    if table not in ROWS:
        return attempt(
            connection, sql.SQL("insert into app.{} default values").format(sql.Identifier(table))
        )
    values = row(table, place, 1)
    allowed = writable(world, table, "insert") or list(values)
    names = [name for name in values if name in allowed or (with_tenant and name == "tenant_id")]
    statement = sql.SQL("insert into app.{} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join([sql.Placeholder()] * len(names)),
    )
    return attempt(connection, statement, [values[name] for name in names])


def writable(world: World, table: str, verb: str) -> list[str]:
    """Return the columns that the strongest member may write."""
    with world.administrator() as admin:
        return [name for (name,) in admin.execute(MAY, [table, verb])]


def _changes(world: World, table: str) -> sql.Composable:
    if table == "invitation":
        return sql.SQL("revoked_at = now()")
    if table == "join_request":
        return sql.SQL("decided_by = sec.acting_user()")
    column = sql.Identifier((writable(world, table, "update") or ["tenant_id"])[0])
    return sql.SQL("{} = {}").format(column, column)
