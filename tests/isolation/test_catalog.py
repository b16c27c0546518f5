"""What must be true of every table, function and role, asked of PostgreSQL's own catalog."""

import pytest

from fintrack.operations.passwords import APPLICATION_LOGINS
from fintrack.operations.roles import ALL_ROLES, MEMBER_ROLES
from tests.isolation.questions import BREACHES, QUESTIONS
from tests.isolation.rows import TABLES, VIEWS
from tests.isolation.test_rows import every_table
from tests.isolation.world import World

APPLICATION = [*MEMBER_ROLES, *APPLICATION_LOGINS]


VALUES = {
    "ours": ["app", "sec", "ref", "migration"],
    "application": APPLICATION,
    "members": list(MEMBER_ROLES),
    "roles": list(ALL_ROLES),
    "logins": list(APPLICATION_LOGINS),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_catalog_holds_that(world: World, question: str) -> None:
    with world.administrator() as admin:
        assert admin.execute(QUESTIONS[question], VALUES).fetchall() == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_question_finds_a_breach(world: World, question: str) -> None:
    with world.administrator() as admin:
        admin.execute(BREACHES[question])
        assert admin.execute(QUESTIONS[question], VALUES).fetchall()


def test_the_models_are_the_tables(world: World) -> None:
    query = "select relname from pg_class where relnamespace = 'app'::regnamespace and relkind = any (%s)"
    with world.administrator() as admin:
        tables = {name for (name,) in admin.execute(query, [["r"]])}
        views = {name for (name,) in admin.execute(query, [["v"]])}
    assert tables == set(TABLES)
    assert views == set(VIEWS)


def test_a15_no_view_looks_with_other_eyes_than_its_callers(world: World) -> None:
    query = """
        select oid::regclass::text from pg_class
        where relkind in ('v', 'm') and oid >= 16384
          and not coalesce('security_invoker=true' = any (reloptions), false)"""
    with world.administrator() as admin:
        assert admin.execute(query).fetchall() == []


def test_a16_no_table_has_partitions_that_could_be_read_past_it(world: World) -> None:
    query = """
        select oid::regclass::text from pg_class where relkind = 'p' or relispartition
        union all select inhrelid::regclass::text from pg_inherits"""
    with world.administrator() as admin:
        assert admin.execute(query).fetchall() == []


@every_table
def test_t1_row_security_is_forced(world: World, table: str) -> None:
    query = "select relrowsecurity and relforcerowsecurity from pg_class where oid = ('app.' || quote_ident(%s))::regclass"
    with world.administrator() as admin:
        assert admin.execute(query, [table]).fetchone() == (True,)


@every_table
def test_t2_nobody_writes_the_tenant_of_a_row(world: World, table: str) -> None:
    query = """
        select r from unnest(%s::text[]) r
        where has_column_privilege(r, 'app.' || quote_ident(%s), 'tenant_id', 'insert, update')"""
    with world.administrator() as admin:
        assert admin.execute(query, [APPLICATION, table]).fetchall() == []


@every_table
def test_t3_every_member_role_has_no_more_than_it_needs(world: World, table: str) -> None:
    query = """
        select 1 where has_table_privilege('fintrack_owner', 'app.' || quote_ident(%s),
            'insert, update, truncate, references, trigger')"""
    with world.administrator() as admin:
        assert admin.execute(query, [table]).fetchall() == [], (
            "columns are granted, never whole tables"
        )
