"""Requests to join: whoever knows a tenant's address may ask, and an admin decides."""

import pytest

from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.join_requests import ASKED, admit, ask_to_join, join_requests, turn_down
from fintrack.access.memberships import change_role, members
from fintrack.access.tenants import enter_tenant, my_tenants
from fintrack.context import Flag, Role, TenantContext
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied, TooManyAttempts
from fintrack.limits import Limit
from fintrack.operations.tenants import set_limit, suspend_tenant
from tests.databases import Database


def askers(context: TenantContext) -> list[tuple[str, str]]:
    """Return who asks, with the message."""
    table = join_requests(context)
    return list(zip(table["name"], table["message"], strict=True))


def test_an_admin_sees_who_asks_and_why(dora: TenantContext, cleo: TenantContext) -> None:
    ask_to_join(cleo.session, dora.slug, " It is Cleo. ")
    assert askers(dora) == [("Cleo", "It is Cleo.")]


def test_the_answer_is_the_same_whether_or_not_there_is_such_a_tenant(
    ana: TenantContext, cleo: TenantContext
) -> None:
    suspend_tenant(cleo.slug)
    answers = {
        ask_to_join(ana.session, slug) for slug in (ana.slug, cleo.slug, "there-is-none", "")
    }
    assert answers == {ASKED}


def test_an_admitted_person_has_the_role_and_the_flags(
    dora: TenantContext, cleo: TenantContext
) -> None:
    ask_to_join(cleo.session, dora.slug)
    admit(dora, cleo.user_id, Role.VIEWER, [Flag.EXPORT])
    member = enter_tenant(cleo.session, dora.slug)
    assert (member.role, member.flags) == (Role.VIEWER, frozenset({Flag.EXPORT}))
    assert askers(dora) == []


def test_an_admin_admits_nobody_as_an_equal(dora: TenantContext, cleo: TenantContext) -> None:
    ask_to_join(cleo.session, dora.slug)
    with pytest.raises(PermissionDenied):
        admit(dora, cleo.user_id, Role.ADMIN)
    with pytest.raises(InvalidInput):
        admit(dora, cleo.user_id, Role.VIEWER, [Flag.IMPORT])
    assert len(my_tenants(cleo.session)) == 1


def test_somebody_turned_down_waits_a_week(
    ana: TenantContext, cleo: TenantContext, database: Database
) -> None:
    ask_to_join(cleo.session, ana.slug)
    turn_down(ana, cleo.user_id)
    assert ask_to_join(cleo.session, ana.slug, "please") == ASKED
    assert askers(ana) == []
    with database.administrator() as admin:
        admin.execute("update app.join_request set decided_at = now() - interval '8 days'")
    ask_to_join(cleo.session, ana.slug, "now?")
    assert askers(ana) == [("Cleo", "now?")]


def test_a_request_is_decided_once(ana: TenantContext, cleo: TenantContext) -> None:
    ask_to_join(cleo.session, ana.slug)
    turn_down(ana, cleo.user_id)
    with pytest.raises(NotFound):
        admit(ana, cleo.user_id, Role.VIEWER)


def test_nobody_is_admitted_who_does_not_ask(ana: TenantContext, cleo: TenantContext) -> None:
    with pytest.raises(NotFound):
        admit(ana, cleo.user_id, Role.VIEWER)
    assert members(ana)["name"].tolist() == ["Ana"]


def test_a_member_neither_sees_nor_decides_requests(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext
) -> None:
    ask_to_join(cleo.session, ana.slug)
    for call in (join_requests, lambda me: admit(me, cleo.user_id, Role.VIEWER)):
        with pytest.raises(PermissionDenied, match="manage members"):
            call(eli)
    with pytest.raises(PermissionDenied):
        turn_down(eli, cleo.user_id)


def test_a_stale_proof_of_an_admin_decides_nothing(
    ana: TenantContext, dora: TenantContext, cleo: TenantContext
) -> None:
    ask_to_join(cleo.session, ana.slug)
    change_role(ana, dora.user_id, Role.MEMBER)
    with pytest.raises(PermissionDenied):
        admit(dora, cleo.user_id, Role.VIEWER)
    assert len(my_tenants(cleo.session)) == 1


def test_a_member_who_asks_asks_for_nothing(ana: TenantContext, eli: TenantContext) -> None:
    assert ask_to_join(eli.session, ana.slug) == ASKED
    assert askers(ana) == []


def test_whoever_joins_by_invitation_asks_no_more(ana: TenantContext, cleo: TenantContext) -> None:
    ask_to_join(cleo.session, ana.slug)
    accept_invitation(cleo.session, invite_member(ana, cleo.session.email, Role.VIEWER))
    assert askers(ana) == []


def test_a_full_tenant_admits_nobody(ana: TenantContext, cleo: TenantContext) -> None:
    set_limit(ana.slug, Limit.MEMBERS, 1)
    ask_to_join(cleo.session, ana.slug)
    with pytest.raises(Conflict, match="as many members as it may have"):
        admit(ana, cleo.user_id, Role.VIEWER)


def test_nobody_asks_without_end(cleo: TenantContext) -> None:
    def keep_asking() -> None:
        for number in range(50):
            ask_to_join(cleo.session, f"guess-{number}")

    with pytest.raises(TooManyAttempts):
        keep_asking()
