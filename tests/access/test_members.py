"""Memberships: roles below one's own, flags within the role, and who is out."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from fintrack.access.memberships import (
    change_flags,
    change_role,
    heirs,
    leave_tenant,
    may_manage,
    members,
    note_visit,
    remove_member,
    resume_member,
    suspend_member,
)
from fintrack.access.tenants import enter_tenant, tenant_settings
from fintrack.context import Flag, Role, TenantContext, TenantType
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.schema import Membership
from tests.conftest import sign_up
from tests.databases import Database


def roles(context: TenantContext) -> dict[str, str]:
    """Return each member's role by name."""
    people = members(context)
    return dict(zip(people["name"], people["role"], strict=True))


def test_an_owner_changes_a_role(ana: TenantContext, ben: TenantContext) -> None:
    change_role(ana, ben.user_id, Role.MEMBER)
    assert enter_tenant(ben.session, ana.slug).role is Role.MEMBER


def test_a_demotion_acts_at_the_next_transaction(ana: TenantContext, dora: TenantContext) -> None:
    change_role(ana, dora.user_id, Role.VIEWER)
    with pytest.raises(PermissionDenied):
        change_role(enter_tenant(dora.session, ana.slug), ana.user_id, Role.VIEWER)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_b3_an_admin_makes_nobody_an_equal(
    dora: TenantContext, eli: TenantContext, role: Role
) -> None:
    with pytest.raises(PermissionDenied):
        change_role(dora, eli.user_id, role)


def test_b3_an_admin_cannot_touch_an_owner(ana: TenantContext, dora: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        suspend_member(dora, ana.user_id)


def test_b5_a_suspended_member_is_out_until_resumed(ana: TenantContext, eli: TenantContext) -> None:
    suspend_member(ana, eli.user_id)
    with pytest.raises(NotFound):
        tenant_settings(eli)
    resume_member(ana, eli.user_id)
    assert tenant_settings(eli).name == ana.name


def test_a_stranger_is_no_member_to_change(ana: TenantContext, cleo: TenantContext) -> None:
    with pytest.raises(NotFound):
        change_role(ana, cleo.user_id, Role.VIEWER)


@pytest.mark.parametrize(
    "end",
    [
        leave_tenant,
        lambda me: suspend_member(me, me.user_id),
        lambda me: change_role(me, me.user_id, Role.ADMIN),
    ],
    ids=["leave", "suspend", "demote"],
)
def test_b4_the_last_owner_stays(
    ana: TenantContext, dora: TenantContext, end: Callable[[TenantContext], None]
) -> None:
    with pytest.raises(Conflict, match="active owner"):
        end(ana)
    assert roles(ana) == {"Ana": "OWNER", "Dora": "ADMIN"}


def test_nobody_removes_himself(ana: TenantContext, dora: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="Leave the tenant instead"):
        remove_member(ana, ana.user_id, dora.user_id)
    assert roles(ana) == {"Ana": "OWNER", "Dora": "ADMIN"}


def test_members_of_another_tenant_are_not_listed(ana: TenantContext, cleo: TenantContext) -> None:
    sign_up("Zoe", "Somebody else", TenantType.PERSONAL)
    assert roles(cleo) == {"Cleo": "OWNER"}


def test_a_new_role_brings_its_usual_flags(ana: TenantContext, ben: TenantContext) -> None:
    change_flags(ana, ben.user_id, [Flag.API])
    change_role(ana, ben.user_id, Role.MEMBER)
    flags = enter_tenant(ben.session, ana.slug).flags
    assert flags == {Flag.EXPORT, Flag.IMPORT}


def test_an_analyst_is_a_viewer_who_exports(ana: TenantContext, ben: TenantContext) -> None:
    change_flags(ana, ben.user_id, [Flag.EXPORT])
    analyst = enter_tenant(ben.session, ana.slug)
    assert (analyst.role, analyst.flags) == (Role.VIEWER, frozenset({Flag.EXPORT}))


def test_a_role_and_its_flags_change_together(ana: TenantContext, ben: TenantContext) -> None:
    change_role(ana, ben.user_id, Role.MEMBER, [Flag.INVITE])
    member = enter_tenant(ben.session, ana.slug)
    assert (member.role, member.flags) == (Role.MEMBER, frozenset({Flag.INVITE}))


def test_a_flag_beyond_the_role_is_refused(ana: TenantContext, ben: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="VIEWER is too weak a role for IMPORT and INVITE"):
        change_flags(ana, ben.user_id, [Flag.INVITE, Flag.IMPORT])
    with pytest.raises(InvalidInput):
        change_role(ana, ben.user_id, Role.VIEWER, [Flag.IMPORT])


def test_a_flag_written_past_the_functions_gives_a_viewer_nothing(
    ana: TenantContext, ben: TenantContext, database: Database
) -> None:
    with database.administrator() as admin:
        admin.execute(
            "update app.membership set flags = '{IMPORT,INVITE}' where user_id = %s", [ben.user_id]
        )
    assert enter_tenant(ben.session, ana.slug).flags == frozenset()


def test_a_removed_member_comes_back_by_nobodys_update(
    ana: TenantContext, eli: TenantContext
) -> None:
    remove_member(ana, eli.user_id)
    back = update(Membership).where(Membership.user_id == eli.user_id).values(status="ACTIVE")
    with tenant_transaction(ana) as db:
        db.execute(back.execution_options(synchronize_session=False))
    with pytest.raises(NotFound):
        tenant_settings(eli)


def test_whoever_left_is_listed_only_when_asked_for(ana: TenantContext, eli: TenantContext) -> None:
    leave_tenant(eli)
    assert roles(ana) == {"Ana": "OWNER"}
    assert members(ana, left=True)["status"].tolist() == ["ACTIVE", "LEFT"]


def test_a_visit_is_remembered(ana: TenantContext, ben: TenantContext) -> None:
    assert members(ana)["seen_at"].isna().all()
    note_visit(ben)
    assert members(ana)["seen_at"].notna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("mine", "theirs", "may"),
    [
        (Role.OWNER, Role.OWNER, True),
        (Role.OWNER, Role.ADMIN, True),
        (Role.ADMIN, Role.ADMIN, False),
        (Role.ADMIN, Role.MEMBER, True),
        (Role.MEMBER, Role.VIEWER, False),
    ],
)
def test_who_manages_whom(
    ana: TenantContext,
    dora: TenantContext,
    eli: TenantContext,
    mine: Role,
    theirs: Role,
    may: bool,
) -> None:
    me = {Role.OWNER: ana, Role.ADMIN: dora, Role.MEMBER: eli}[mine]
    assert may_manage(me, theirs) is may


def test_heirs_are_active_and_may_change_the_books(
    ana: TenantContext, ben: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    suspend_member(ana, dora.user_id)
    assert heirs(ana, eli.user_id) == {ana.user_id: "Ana"}
