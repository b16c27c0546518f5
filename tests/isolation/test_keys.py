"""Keys and foreign keys: a tenant's row cannot even point at another tenant's."""

from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from fintrack.context import Role
from fintrack.schema import new_id
from tests.isolation.rows import ROWS, TABLES, Place, row
from tests.isolation.test_rows import every_table
from tests.isolation.world import World

# Indexes that may start with another column, and why.
OTHER_INDEXES = {
    "membership_by_user": "which tenants are mine is asked before one is entered",
    "invitation_token_hash_key": "256 random bits tell nothing",
    "tenant_slug_key": "a slug holds 32 random bits and is looked up before its tenant is entered",
}
REFERENCES = """
    select c.conname, r.relname,
        array(select a.attname from unnest(c.conkey) with ordinality k (n, i)
              join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.n order by k.i),
        array(select a.attname from unnest(c.confkey) with ordinality k (n, i)
              join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.n order by k.i)
    from pg_constraint c
    join pg_class r on r.oid = c.confrelid
    where c.contype = 'f' and c.connamespace = 'app'::regnamespace
      and r.relnamespace = 'app'::regnamespace and c.conrelid::regclass = ('app.' || quote_ident(%s))::regclass
    order by c.conname
"""
INDEXES = """
    select i.relname, a.attname, x.indisprimary, x.indisunique
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
    where x.indrelid = ('app.' || quote_ident(%s))::regclass
"""
COMPOSITE = ("account", "account_share", "attachment", "budget", "category", "import_batch", "import_row",
             "invitation_share", "month_total", "ownership_offer", "payee", "payee_total", "posting", "recurring",
             "rule", "saved_pivot", "transaction", "transaction_tag")  # fmt: skip


@every_table
def test_k1_every_index_starts_with_the_tenant(world: World, table: str) -> None:
    with world.administrator() as admin:
        found = admin.execute(INDEXES, [table]).fetchall()
    assert any(is_primary for _, _, is_primary, _ in found)
    assert {name for name, column, _, _ in found if column != "tenant_id"} <= set(OTHER_INDEXES)


@every_table
def test_k2_every_reference_carries_the_tenant(world: World, table: str) -> None:
    with world.administrator() as admin:
        found = admin.execute(REFERENCES, [table]).fetchall()
    assert found or table in ("tenant", "search_token")
    for name, _, columns, targets in found:
        assert columns[0] == targets[0] == "tenant_id", name


def test_k3_the_tables_with_references_between_tenants_rows_are_all_attacked(world: World) -> None:
    with world.administrator() as admin:
        found = {
            table
            for table in TABLES
            if any(target != "tenant" for _, target, _, _ in admin.execute(REFERENCES, [table]))
        }
    assert found == set(COMPOSITE)


@pytest.mark.parametrize("table", COMPOSITE)
def test_k4_a_row_cannot_point_into_another_tenant(world: World, table: str) -> None:
    home, abroad = (book.place("EVERYONE", Role.OWNER) for book in (world.family, world.company))
    with world.administrator() as admin:
        for name, target, columns, targets in admin.execute(REFERENCES, [table]).fetchall():
            if target == "tenant":
                continue
            values = _pointing(home, table, columns[1:], _referenced(abroad, target, targets[1:]))
            assert _refused_by(admin, table, values), name


@pytest.mark.parametrize("table", COMPOSITE)
def test_a8_pointing_at_a_foreign_row_and_at_none_is_refused_alike(
    world: World, table: str
) -> None:
    home, abroad = (book.place("EVERYONE", Role.OWNER) for book in (world.family, world.company))
    with world.administrator() as admin:
        references = admin.execute(REFERENCES, [table]).fetchall()
    with world.entered(world.family.members[Role.OWNER]) as connection:
        for name, target, columns, targets in references:
            if target == "tenant":
                continue
            foreign = _referenced(abroad, target, targets[1:])
            missing = [
                new_id() if "id" in column else value
                for column, value in zip(columns[1:], foreign, strict=True)
            ]
            answers = {
                _answer(connection, table, _pointing(home, table, columns[1:], values))
                for values in (foreign, missing)
            }
            assert len(answers) == 1, name


def _pointing(home: Place, table: str, columns: list[str], values: list[Any]) -> dict[str, Any]:
    return row(table, home, 1) | dict(zip(columns, values, strict=True))


def _referenced(abroad: Place, target: str, columns: list[str]) -> list[Any]:
    """Return the key of a row of another tenant: that of its account's place."""
    known = row(target, abroad) if target in ROWS else {}
    known |= {"id": abroad.ids.get(target, abroad.account)}
    if target == "membership":
        known["user_id"] = abroad.owner
    return [known[column] for column in columns]


def _refused_by(admin: psycopg.Connection, table: str, values: dict[str, Any]) -> bool:
    try:
        with admin.transaction(force_rollback=True):
            admin.execute("set constraints all immediate")
            _insert(admin, table, values)
    except errors.ForeignKeyViolation:
        return True
    return False


def _answer(connection: psycopg.Connection, table: str, values: dict[str, Any]) -> tuple[str, str]:
    """Return SQLSTATE and words of a refusal, without the ids that the member asked with."""
    written = {
        name: value
        for name, value in values.items()
        if name not in ("tenant_id", "owner_id", "created_by")
    }
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("set constraints all immediate")
            _insert(connection, table, written)
    except psycopg.Error as error:
        return str(error.sqlstate), str(error.diag.message_primary)
    return "accepted", ""


def _insert(connection: psycopg.Connection, table: str, values: dict[str, Any]) -> None:
    statement = sql.SQL("insert into app.{} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join([sql.Placeholder()] * len(values)),
    )
    connection.execute(statement, list(values.values()))
