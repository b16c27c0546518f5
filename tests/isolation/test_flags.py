"""Flags beside the role: one table says who has a right; the database says the same."""

import pytest
from psycopg import errors

from fintrack.access.memberships import change_flags
from fintrack.access.tenants import enter_tenant
from fintrack.context import RIGHTS, USUAL_FLAGS, Flag, Permission, Role, TenantContext, flags_of
from fintrack.errors import InvalidInput, PermissionDenied
from fintrack.ledger.exports import export_transactions
from tests.isolation.attempts import put
from tests.isolation.world import ROLES, World

BITS = {Flag.EXPORT: 1, Flag.IMPORT: 2, Flag.INVITE: 4, Flag.API: 8}
ABILITIES = "select sec.abilities_of(%s, %s)"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("flag", Flag)
def test_the_database_gives_a_role_the_flags_of_the_table(
    world: World, role: Role, flag: Flag
) -> None:
    held = flag in flags_of(role)
    with world.administrator() as admin:
        with_it, without = (
            admin.execute(ABILITIES, [role.value, flags]).fetchone() for flags in ([flag.value], [])
        )
    assert with_it and without  # noqa: PT018 - both are rows
    assert bool(with_it[0] & BITS[flag]) is held
    assert bool(without[0] & BITS[flag]) is (role in {Role.OWNER, Role.ADMIN})


@pytest.mark.parametrize("role", ROLES)
def test_a_role_usually_holds_no_flag_that_it_may_not(role: Role) -> None:
    assert USUAL_FLAGS[role] <= flags_of(role)


def test_every_flag_gives_a_right() -> None:
    assert {right.flag for right in RIGHTS.values()} - {None} == set(Flag)
    assert set(RIGHTS) == set(Permission)


def test_an_analyst_is_a_viewer_who_may_export(ana: TenantContext, ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied, match="you are VIEWER, who may not export"):
        export_transactions(ben)
    change_flags(ana, ben.user_id, [Flag.EXPORT])
    analyst = enter_tenant(ben.session, ana.slug)
    assert b"".join(export_transactions(analyst)).startswith(b"id,")


def test_a_viewer_gets_no_flag_that_writes(ana: TenantContext, ben: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="VIEWER is too weak"):
        change_flags(ana, ben.user_id, [Flag.EXPORT, Flag.IMPORT])


@pytest.mark.parametrize(
    ("table", "bit"),
    [("column_mapping", 2), ("import_batch", 2), ("import_row", 2), ("invitation", 4)],
)
def test_without_the_flag_the_database_refuses_what_the_role_might(
    world: World, table: str, bit: int
) -> None:
    member = world.family.members[Role.MEMBER]
    place = world.family.place("EVERYONE", Role.MEMBER)
    flags = "update app.membership set flags = %s where user_id = %s"
    taken = []
    for held in ([], ["IMPORT", "INVITE"]):
        with world.database.administrator() as admin:
            admin.execute(flags, [held, member.user_id])
        with world.entered(member) as connection:
            taken.append(put(world, connection, table, place))
    with world.database.administrator() as admin:
        admin.execute(flags, [["EXPORT", "IMPORT"], member.user_id])
    assert taken == [0, 1]


def test_an_export_is_recorded_by_those_who_may_export(world: World) -> None:
    statement = "insert into app.audit_event (id, action) values (gen_random_uuid(), %s)"
    with world.entered(world.family.members[Role.VIEWER]) as connection:
        connection.execute(statement, ["anything.else"])
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement, ["transactions.exported"])
