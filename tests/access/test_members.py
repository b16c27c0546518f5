"""Memberships and invitations: roles below one's own, and always an owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from fintrack.access.invitations import (
    accept_invitation,
    invitations,
    invite_member,
    preview_invitation,
    revoke_invitation,
)
from fintrack.access.memberships import (
    change_role,
    leave_tenant,
    members,
    remove_member,
    resume_member,
    suspend_member,
)
from fintrack.access.tenants import enter_tenant, tenant_settings
from fintrack.context import Role, TenantContext, TenantType
from fintrack.errors import Conflict, FinTrackError, InvalidInput, NotFound, PermissionDenied
from tests.conftest import join, share_ownership, sign_up

LEAVING: list[Callable[[TenantContext, TenantContext], None]] = [
    lambda me, other: change_role(me, other.user_id, Role.VIEWER),
    lambda me, other: suspend_member(me, other.user_id),
    lambda me, other: remove_member(me, other.user_id),
    lambda me, _other: leave_tenant(me),
]


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


def test_b4_ownership_passes_on(ana: TenantContext, dora: TenantContext) -> None:
    dora = share_ownership(ana, dora)
    change_role(ana, ana.user_id, Role.MEMBER)
    assert roles(dora) == {"Ana": "MEMBER", "Dora": "OWNER"}


def test_b4_the_last_owner_cannot_leave(ana: TenantContext) -> None:
    with pytest.raises(Conflict, match="active owner"):
        leave_tenant(ana)
    assert roles(ana) == {"Ana": "OWNER"}


@pytest.mark.parametrize("leave", range(len(LEAVING)), ids=["demote", "suspend", "remove", "leave"])
def test_b4_two_owners_at_once_never_leave_a_tenant_without_one(
    ana: TenantContext, leave: int
) -> None:
    for round_number in range(13):
        tenant = sign_up(f"Owner{round_number}", f"Round {round_number}")
        second = join(tenant, f"Second{round_number}", Role.ADMIN)
        second = share_ownership(tenant, second)

        def attempt(pair: tuple[TenantContext, TenantContext]) -> bool:
            try:
                LEAVING[leave](*pair)
            except FinTrackError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(attempt, [(tenant, second), (second, tenant)]))
        assert sum(done) == 1


def test_an_invitation_is_accepted_once(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, cleo.session.email, Role.MEMBER)
    assert accept_invitation(cleo.session, token).role is Role.MEMBER
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, token)
    assert roles(ana) == {"Ana": "OWNER", "Cleo": "MEMBER"}


def test_eight_acceptances_at_once_make_one_member(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, cleo.session.email, Role.MEMBER)

    def attempt(_: int) -> bool:
        try:
            accept_invitation(cleo.session, token)
        except FinTrackError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_member_who_is_invited_again_stays_what_he_is(
    ana: TenantContext, cleo: TenantContext
) -> None:
    accept_invitation(cleo.session, invite_member(ana, cleo.session.email, Role.VIEWER))
    again = invite_member(ana, cleo.session.email, Role.ADMIN)
    with pytest.raises(Conflict, match="member of this tenant already"):
        accept_invitation(cleo.session, again)
    assert roles(ana) == {"Ana": "OWNER", "Cleo": "VIEWER"}


def test_an_invitation_is_bound_to_its_address(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, "ben@example.org", Role.MEMBER)
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, token)


def test_an_invitation_by_a_demoted_inviter_is_void(
    ana: TenantContext, dora: TenantContext, cleo: TenantContext
) -> None:
    token = invite_member(dora, cleo.session.email, Role.MEMBER)
    change_role(ana, dora.user_id, Role.MEMBER)
    assert preview_invitation(token) is None
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, token)


def test_a_preview_says_who_invites_to_what_as_what(ana: TenantContext) -> None:
    offer = preview_invitation(invite_member(ana, "ben@example.org", Role.VIEWER))
    assert offer is not None
    assert (offer.inviter, offer.tenant_name, offer.role) == ("Ana", "Rivera family", Role.VIEWER)


def test_a_revoked_invitation_is_void(ana: TenantContext) -> None:
    token = invite_member(ana, "ben@example.org", Role.VIEWER)
    revoke_invitation(ana, UUID(invitations(ana)["id"].tolist()[0]))
    assert preview_invitation(token) is None
    assert invitations(ana).empty


def test_an_address_is_invited_once_at_a_time(ana: TenantContext) -> None:
    invite_member(ana, "ben@example.org", Role.VIEWER)
    with pytest.raises(Conflict):
        invite_member(ana, "Ben@example.org", Role.MEMBER)


def test_ownership_is_not_given_by_invitation(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput):
        invite_member(ana, "ben@example.org", Role.OWNER)


def test_b3_an_admin_does_not_invite_an_admin(dora: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        invite_member(dora, "ben@example.org", Role.ADMIN)


def test_a_member_does_not_invite(eli: TenantContext) -> None:
    with pytest.raises(PermissionDenied, match="invite people"):
        invite_member(eli, "ben@example.org", Role.VIEWER)


def test_members_of_another_tenant_are_not_listed(ana: TenantContext, cleo: TenantContext) -> None:
    sign_up("Zoe", "Somebody else", TenantType.PERSONAL)
    assert roles(cleo) == {"Cleo": "OWNER"}
