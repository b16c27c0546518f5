"""Memberships of every role are made by two functions of the database, on two ways for each."""

import re

from fintrack.access.memberships import members
from fintrack.context import TenantContext
from fintrack.operations.passwords import APPLICATION_LOGINS, SIGN_IN_LOGIN
from fintrack.operations.roles import MEMBER_ROLES
from tests.conftest import share_ownership
from tests.isolation.world import World
from tests.test_architecture import APPLICATION, modules, name_of

# Each checks what it may: a founder gets a tenant of his own, a guest what the inviter may still give.
MAKERS = ("sec.accept_invitation", "sec.create_tenant")
CALLERS = """
    select p.oid::regproc::text,
        array(select r from unnest(%s::text[]) r where has_function_privilege(r, p.oid, 'execute'))
    from pg_proc p where p.prosrc ~* %s order by 1
"""
ROLES = [*MEMBER_ROLES, *APPLICATION_LOGINS]


def test_no_role_inserts_a_membership(world: World) -> None:
    query = """
        select r from unnest(%s::text[]) r
        where has_any_column_privilege(r, 'app.membership', 'insert')"""
    with world.administrator() as admin:
        assert admin.execute(query, [ROLES]).fetchall() == []


def test_a_membership_begins_with_a_tenant_an_invitation_or_an_admission(world: World) -> None:
    with world.administrator() as admin:
        writers = admin.execute(CALLERS, [ROLES, r"insert\s+into\s+app\.membership"]).fetchall()
        joining = admin.execute(CALLERS, [ROLES, r"perform\s+sec\.join_tenant"]).fetchall()
    assert writers == [("sec.create_tenant", [SIGN_IN_LOGIN]), ("sec.join_tenant", [])]
    # An admin admits by deciding a request: the trigger joins whoever asked.
    assert joining == [("sec.accept_invitation", [SIGN_IN_LOGIN]), ("sec.admit_asker", [])]


def test_only_access_calls_what_makes_memberships() -> None:
    called = re.compile("|".join(rf"\b{re.escape(name)}\(" for name in MAKERS))
    callers = {
        name_of(path)
        for path in modules(*APPLICATION)
        if called.search(path.read_text(encoding="utf-8"))
    }
    assert callers
    assert {name for name in callers if not name.startswith("fintrack/access/")} == set()


def test_a_tenant_has_members_of_all_four_roles_and_a_second_owner(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, ben: TenantContext
) -> None:
    assert sorted(members(ana)["role"]) == ["ADMIN", "MEMBER", "OWNER", "VIEWER"]
    share_ownership(ana, dora)
    assert sorted(members(ana)["role"]) == ["MEMBER", "OWNER", "OWNER", "VIEWER"]
