"""Group A: rows of another tenant, by every way SQL has to ask for them.

Every test with the parameters `world` and `table` is run again without each wall by `walls.py`.
"""

from uuid import UUID

import pytest
from psycopg import errors, sql

from fintrack.context import Role
from tests.isolation.attempts import attempt, put, reach
from tests.isolation.rows import RELATIONS, TABLES
from tests.isolation.world import ROLES, World

every_table = pytest.mark.parametrize("table", TABLES)
every_relation = pytest.mark.parametrize("table", RELATIONS)
REFUSED = (errors.InsufficientPrivilege, errors.FeatureNotSupported)
SHAPES = {
    "aggregate": "select max(tenant_id::text)::uuid from app.{0} group by tenant_id",
    "window": "select first_value(tenant_id) over (order by tenant_id desc) from app.{0}",
    "cte": "with x as materialized (select tenant_id from app.{0}) select tenant_id from x",
    "recursive": "with recursive x as (select tenant_id from app.{0} union select app.{0}.tenant_id"
    " from app.{0}, x) select tenant_id from x",
    "lateral": "select l.tenant_id from app.tenant t, lateral (select tenant_id from app.{0} limit 999) l",
    "join": "select b.tenant_id from app.{0} a full join app.{0} b on a.tenant_id <> b.tenant_id"
    " where b.tenant_id is not null",
    "union": "select tenant_id from app.tenant union select tenant_id from app.{0}",
    "subquery": "select (select max(x.tenant_id::text)::uuid from app.{0} x) from app.tenant",
}
COMMANDS = (
    "truncate {}",
    "truncate {} cascade",
    "drop table {}",
    "alter table {} disable row level security",
    "alter table {} no force row level security",
    "alter table {} disable trigger all",
    "create policy mine on {} using (true)",
    "create index on {} (tenant_id)",
    "create rule mine as on select to {} do instead nothing",
    "grant select on {} to public",
)
# A grant by somebody who holds nothing is accepted with a warning and without effect.
REFUSE_EACH = """
    do $$
    declare
        command text;
    begin
        foreach command in array {}::text[] loop
            begin
                execute command;
                if command not like 'grant %' then
                    raise exception '% was accepted by %', command, current_user;
                end if;
            exception
                when insufficient_privilege or wrong_object_type or invalid_object_definition then
                    null;
            end;
        end loop;
    end $$
"""
KEYS = """
    select a.attname from pg_constraint c
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
    where c.conrelid = ('app.' || quote_ident(%s))::regclass and c.contype = 'p'
"""


@every_relation
def test_a1_a_foreign_row_is_not_read(world: World, table: str) -> None:
    with world.entered(world.family.members[Role.OWNER]) as connection:
        rows = connection.execute(f"select distinct tenant_id from app.{table}").fetchall()
    assert rows == [(world.family.id,)]


@every_table
def test_a2_a_foreign_key_finds_nothing(world: World, table: str) -> None:
    with world.administrator() as admin:
        keys = [name for (name,) in admin.execute(KEYS, [table])]
        columns = ", ".join(keys)
        found = admin.execute(
            f"select {columns} from app.{table} where tenant_id = %s limit 1", [world.company.id]
        ).fetchone()
    assert found
    ids = [pair for pair in zip(keys, found, strict=True) if isinstance(pair[1], UUID)]
    where = [(name, value) for name, value in ids if name != "tenant_id"]
    with world.entered(world.family.members[Role.OWNER]) as connection:
        assert reach(world, connection, "select", table, where or ids) == 0


@every_table
def test_a3_a_row_is_not_put_into_another_tenant(world: World, table: str) -> None:
    place = world.company.place("EVERYONE", Role.OWNER)
    with world.entered(world.family.members[Role.OWNER]) as connection:
        assert put(world, connection, table, place, with_tenant=True) == 0


@every_table
def test_a4_a_row_does_not_move_to_another_tenant(world: World, table: str) -> None:
    statement = sql.SQL("update app.{} set tenant_id = %s").format(sql.Identifier(table))
    with (
        world.entered(world.family.members[Role.OWNER]) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement, [world.company.id])


@every_relation
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_a5_a_foreign_row_is_neither_changed_nor_removed(
    world: World, table: str, verb: str
) -> None:
    with world.entered(world.family.members[Role.OWNER]) as connection:
        assert reach(world, connection, verb, table, [("tenant_id", world.company.id)]) == 0


@every_table
def test_a6_a_foreign_row_is_not_overwritten_by_an_upsert(world: World, table: str) -> None:
    with world.administrator() as admin:
        keys = [name for (name,) in admin.execute(KEYS, [table])]
    columns = sql.SQL(", ").join(map(sql.Identifier, keys))
    statement = sql.SQL(
        "insert into app.{0} ({1}) select {1} from app.{0} where tenant_id = {2}"
        " on conflict ({1}) do update set tenant_id = {3}"
    ).format(
        sql.Identifier(table), columns, sql.Literal(world.company.id), sql.Literal(world.family.id)
    )
    with world.entered(world.family.members[Role.OWNER]) as connection:
        assert attempt(connection, statement) == 0


@every_table
def test_a7_a_foreign_row_is_not_merged(world: World, table: str) -> None:
    statement = sql.SQL(
        "merge into app.{} x using (select 1) y on x.tenant_id = {} when matched then delete"
    ).format(sql.Identifier(table), sql.Literal(world.company.id))
    with world.entered(world.family.members[Role.OWNER]) as connection:
        connection.execute("set constraints all deferred")
        assert attempt(connection, statement) == 0


@every_table
def test_a9_returning_shows_no_foreign_row(world: World, table: str) -> None:
    statement = sql.SQL("delete from app.{} returning tenant_id").format(sql.Identifier(table))
    rows: list[tuple[object]] = []
    with world.entered(world.family.members[Role.OWNER]) as connection:
        connection.execute("set constraints all deferred")
        try:
            rows = connection.execute(statement).fetchall()
        except errors.InsufficientPrivilege:
            assert table in ("account_total", "attachment", "audit_event", "change_set", "column_mapping", "day_total", "import_batch",
                             "import_row", "invitation", "join_request", "membership", "month_total",
                             "payee_total", "search_token", "tenant_limit")  # fmt: skip
    assert set(rows) <= {(world.family.id,)}


@every_relation
@pytest.mark.parametrize("shape", SHAPES)
def test_a10_no_shape_of_query_shows_a_foreign_row(world: World, table: str, shape: str) -> None:
    with world.entered(world.family.members[Role.OWNER]) as connection:
        rows = connection.execute(SHAPES[shape].format(table)).fetchall()
    assert set(rows) <= {(world.family.id,)}


@every_relation
def test_a11_copy_out_is_filtered(world: World, table: str) -> None:
    command = f"copy (select distinct tenant_id from app.{table}) to stdout"
    with (
        world.entered(world.family.members[Role.OWNER]) as connection,
        connection.cursor() as cursor,
        cursor.copy(command) as copy,
    ):
        assert b"".join(copy).decode().split() == [str(world.family.id)]


@every_table
def test_a11_copy_in_is_refused(world: World, table: str) -> None:
    with (
        world.entered(world.family.members[Role.OWNER]) as connection,
        connection.cursor() as cursor,
        pytest.raises(REFUSED),
        cursor.copy(f"copy app.{table} from stdin") as copy,
    ):
        copy.write(b"")


@every_relation
def test_a12_a_cursor_on_the_server_is_filtered(world: World, table: str) -> None:
    with world.entered(world.family.members[Role.OWNER]) as connection:
        connection.execute(f"declare c scroll cursor for select tenant_id from app.{table}")
        rows = connection.execute("fetch all from c").fetchall()
    assert set(rows) == {(world.family.id,)}


def test_a13_a_member_sees_the_people_of_the_tenant_and_nobody_else(world: World) -> None:
    with world.entered(world.family.members[Role.OWNER]) as connection:
        names = {name for (name,) in connection.execute("select name from sec.members()")}
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("select count(*) from sec.users")
    assert names == {"Ana", "Dora", "Eli", "Ben", "Gil", "Hal"}


@every_table
def test_a14_no_role_shapes_a_table(world: World, table: str) -> None:
    commands = [command.format(f"app.{table}") for command in COMMANDS]
    for role in ROLES:
        with world.entered(world.family.members[role]) as connection:
            connection.execute(sql.SQL(REFUSE_EACH).format(sql.Literal(commands)))


@every_relation
def test_a17_the_owner_of_the_tables_sees_no_row(world: World, table: str) -> None:
    with world.administrator() as admin:
        admin.execute("set local role fintrack_data")
        count = admin.execute(f"select count(*) from app.{table}").fetchone()
    assert count == (0,)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_reaches_what_another_member_keeps_for_himself(world: World, role: Role) -> None:
    gils = [("owner_id", world.family.keeper.user_id)]
    with world.entered(world.family.members[role]) as connection:
        for verb in ("select", "update", "delete"):
            assert reach(world, connection, verb, "saved_pivot", gils) == 0


@pytest.mark.parametrize("column", ["owner_id", "tenant_id"])
def test_a_pivot_is_saved_for_nobody_else(world: World, column: str) -> None:
    keeper = world.family.keeper
    values = {"owner_id": keeper.user_id, "tenant_id": keeper.tenant_id}
    statement = sql.SQL(
        "insert into app.saved_pivot (id, name, rows, columns, measure, {})"
        " values (gen_random_uuid(), 'x', 'tag', 'month', 'net', {})"
    ).format(sql.Identifier(column), sql.Literal(values[column]))
    with world.entered(world.family.members[Role.OWNER]) as connection:
        assert attempt(connection, statement) == 0
