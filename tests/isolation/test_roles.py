"""Group B in the database: what raw SQL gets under a member's role and rank."""

from dataclasses import replace

import psycopg
import pytest
from psycopg import errors, sql

from fintrack.access.tenants import my_tenants
from fintrack.context import Role
from fintrack.errors import PermissionDenied
from fintrack.ledger.tags import create_tag
from fintrack.schema import TenantRow
from tests.isolation.attempts import attempt
from tests.isolation.rows import RELATIONS
from tests.isolation.world import ROLES, World

CHANGE_ROLE = sql.SQL("update app.membership set role = %s where user_id = %s")
SUSPEND = sql.SQL("update app.membership set status = 'SUSPENDED' where user_id = %s")
REMOVE = sql.SQL("update app.membership set status = 'LEFT' where user_id = %s")
INVITE = sql.SQL("""
    insert into app.invitation (id, email, role, token_hash, expires_at)
    values (gen_random_uuid(), 'new@example.org', %s, sha256('x'), now() + interval '1 day')
""")
SETTLE = sql.SQL("update app.tenant set name = 'Mine'")
LEAVING = {
    "demote": "update app.membership set role = 'VIEWER' where user_id = %s",
    "suspend": "update app.membership set status = 'SUSPENDED' where user_id = %s",
    "remove": "update app.membership set status = 'LEFT' where user_id = %s",
}
# What each role reads nothing of; a new column that some role may not read belongs here.
SECRETS = {("invitation", "token_hash"), ("audit_event", "number"), ("audit_event", "hash")}
CLOSED = {
    Role.OWNER: set[str](),
    Role.ADMIN: set[str](),
    Role.MEMBER: {"join_request"},
    Role.VIEWER: {
        "join_request",
        "invitation",
        "invitation_share",
        "change_set",
        "audit_event",
    },
}
FORGERIES = {"actor_id": "gen_random_uuid()", "actor_rank": "40", "at": "'2020-01-01'"}
RECORD = "insert into app.audit_event (id, action) values (gen_random_uuid(), 'b10')"
CLAIM = """
    select set_config('fintrack.context', replace(current_setting('fintrack.context'), %s, %s), true)
"""
READERS = [role for role in ROLES if "audit_event" not in CLOSED[role]]
every_role = pytest.mark.parametrize("role", ROLES)


def test_b2_a_member_manages_neither_people_nor_invitations_nor_settings(world: World) -> None:
    viewer = world.family.members[Role.VIEWER].user_id
    with world.entered(world.family.members[Role.MEMBER]) as connection:
        assert attempt(connection, CHANGE_ROLE, ["MEMBER", viewer]) == 0
        assert attempt(connection, SUSPEND, [viewer]) == 0
        assert attempt(connection, REMOVE, [viewer]) == 0
        assert attempt(connection, INVITE, ["VIEWER"]) == 0
        assert attempt(connection, SETTLE) == 0


@pytest.mark.parametrize("role", [Role.OWNER, Role.MEMBER])
def test_b3_an_admin_does_not_change_his_own_role(world: World, role: Role) -> None:
    admin = world.family.members[Role.ADMIN]
    with world.entered(admin) as connection:
        assert attempt(connection, CHANGE_ROLE, [role, admin.user_id]) == 0


@pytest.mark.parametrize("statement", [SUSPEND, REMOVE], ids=["suspend", "remove"])
def test_b3_an_admin_does_not_touch_an_owner_by_sql(world: World, statement: sql.SQL) -> None:
    owner = world.family.members[Role.OWNER].user_id
    with world.entered(world.family.members[Role.ADMIN]) as connection:
        assert attempt(connection, statement, [owner]) == 0


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_b3_an_admin_gives_nobody_his_own_rank(world: World, role: Role) -> None:
    member = world.family.members[Role.MEMBER].user_id
    with world.entered(world.family.members[Role.ADMIN]) as connection:
        assert attempt(connection, CHANGE_ROLE, [role, member]) == 0
        if role is Role.ADMIN:
            assert attempt(connection, INVITE, [role]) == 0


def test_b3_an_owner_makes_nobody_an_owner_by_sql(world: World) -> None:
    with world.entered(world.family.members[Role.OWNER]) as connection:
        for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER):
            person = world.family.members[role].user_id
            assert attempt(connection, CHANGE_ROLE, [Role.OWNER, person]) == 0


@pytest.mark.parametrize("change", LEAVING)
def test_b4_the_last_owner_stays_whatever_sql_says(world: World, change: str) -> None:
    with world.doors():
        (own,) = my_tenants(world.family.guest)
    with world.entered(own) as connection:
        connection.execute(LEAVING[change], [own.user_id])
        with pytest.raises(psycopg.DatabaseError, match="at least one active owner"):
            connection.execute("set constraints all immediate")


def test_b5_a_suspended_member_does_not_enter(world: World) -> None:
    with (
        pytest.raises(psycopg.DatabaseError, match="no such tenant among yours"),
        world.entered(world.family.suspended),
    ):
        pass


def test_b7_a_role_holds_in_its_own_tenant_only(world: World) -> None:
    ben = world.family.members[Role.VIEWER]
    with world.doors(), pytest.raises(PermissionDenied):
        create_tag(replace(ben, role=Role.OWNER), "mine")


@every_role
def test_b9_a_role_reads_the_columns_that_are_for_it_and_no_others(
    world: World, role: Role
) -> None:
    tables = TenantRow.metadata.tables
    columns = {(name, each.name) for name in RELATIONS for each in tables[f"app.{name}"].columns}
    with world.entered(world.family.members[role]) as connection:
        refused = {column for column in columns if not _may_read(connection, *column)}
    assert refused == SECRETS | {each for each in columns if each[0] in CLOSED[role]}


@every_role
def test_b9_who_asks_to_join_is_named_to_those_who_decide(world: World, role: Role) -> None:
    with world.entered(world.family.members[role]) as connection:
        count = attempt(connection, sql.SQL("select name, email from sec.askers()"))
    assert bool(count) is (role in {Role.OWNER, Role.ADMIN})


@every_role
def test_b10_nobody_changes_or_removes_what_the_activity_says(world: World, role: Role) -> None:
    with world.entered(world.family.members[role]) as connection:
        assert attempt(connection, sql.SQL("update app.audit_event set action = 'other'")) == 0
        assert attempt(connection, sql.SQL("delete from app.audit_event")) == 0


@every_role
@pytest.mark.parametrize("column", FORGERIES)
def test_b10_nobody_writes_activity_in_anothers_name_or_at_another_time(
    world: World, role: Role, column: str
) -> None:
    forged = sql.SQL(
        "insert into app.audit_event (id, action, {}) values (gen_random_uuid(), 'x', {})"
    ).format(sql.Identifier(column), sql.SQL(FORGERIES[column]))
    with world.entered(world.family.members[role]) as connection:
        assert attempt(connection, forged) == 0


@pytest.mark.parametrize("role", READERS)
def test_b10_activity_carries_who_acted_and_as_what(world: World, role: Role) -> None:
    member = world.family.members[role]
    with world.entered(member) as connection:
        connection.execute(RECORD)
        found = connection.execute(
            "select actor_id, actor_rank from app.audit_event where action = 'b10'"
        ).fetchall()
    assert found == [(member.user_id, role.rank)]


@every_role
def test_b10_a_claim_that_is_not_signed_records_nothing(world: World, role: Role) -> None:
    mine, other = (world.family.members[each].user_id for each in (role, _another(role)))
    with world.entered(world.family.members[role]) as connection:
        connection.execute(CLAIM, [str(mine), str(other)])
        with pytest.raises(psycopg.DatabaseError, match="the context is not valid"):
            connection.execute(RECORD)


def _another(role: Role) -> Role:
    return Role.OWNER if role is not Role.OWNER else Role.ADMIN


def _may_read(connection: psycopg.Connection, table: str, column: str) -> bool:
    statement = sql.SQL("select {} from {}").format(
        sql.Identifier(column), sql.Identifier("app", table)
    )
    try:
        with connection.transaction():
            connection.execute(statement)
    except errors.InsufficientPrivilege:
        return False
    return True
