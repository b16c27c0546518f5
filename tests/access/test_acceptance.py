"""Acceptance: always the act of whom the invitation is for, and once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from fintrack.access.acceptance import accept_invitation, decline_invitation, preview_invitation
from fintrack.access.invitations import Terms, invitations, invite_member
from fintrack.access.memberships import (
    change_flags,
    change_role,
    members,
    remove_member,
    suspend_member,
)
from fintrack.access.sharing import ShareLevel, account_shares
from fintrack.access.tenants import my_tenants
from fintrack.context import Flag, Role, TenantContext, TenantType, UserSession
from fintrack.errors import Conflict, FinTrackError, NotFound
from fintrack.ledger.accounts import accounts
from fintrack.ledger.activity import activity
from fintrack.limits import Limit
from fintrack.operations.tenants import set_limit, suspend_tenant
from tests.access.test_departures import PRIVATE, account
from tests.access.test_invitations import expire
from tests.conftest import close, sign_up
from tests.databases import Database


def joined(session: UserSession, token: str) -> bool:
    """Try to accept and return whether that made a member."""
    try:
        accept_invitation(session, token)
    except FinTrackError:
        return False
    return True


def people(context: TenantContext) -> set[str]:
    """Return the members' names."""
    return set(members(context)["name"])


def test_g9_an_invitation_is_accepted_once(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, cleo.session.email, Role.MEMBER)
    assert accept_invitation(cleo.session, token).role is Role.MEMBER
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, token)
    assert people(ana) == {"Ana", "Cleo"}


def test_eight_acceptances_at_once_make_one_member(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, cleo.session.email, Role.MEMBER)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: joined(cleo.session, token), range(8))) == 1
    assert people(ana) == {"Ana", "Cleo"}


def test_a_link_lets_in_as_many_as_it_says_also_at_once(ana: TenantContext) -> None:
    guests = [sign_up(f"Guest{number}", "Own", TenantType.PERSONAL) for number in range(6)]
    token = invite_member(ana, None, Role.VIEWER, Terms(most_uses=3))
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda guest: joined(guest.session, token), guests)) == 3
    assert len(people(ana)) == 4
    assert invitations(ana).empty


def test_a_link_counts_one_person_once(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, None, Role.VIEWER, Terms(most_uses=3))
    accept_invitation(cleo.session, token)
    with pytest.raises(Conflict, match="already"):
        accept_invitation(cleo.session, token)
    assert invitations(ana)["uses"].tolist() == [1]


def test_g9_an_invitation_is_bound_to_its_address(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, "ben@example.org", Role.MEMBER)
    offer = preview_invitation(token, cleo.session)
    assert offer is not None
    assert not offer.is_for_you
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, token)


def test_g9_an_expired_invitation_is_void(
    ana: TenantContext, cleo: TenantContext, database: Database
) -> None:
    token = invite_member(ana, cleo.session.email, Role.MEMBER)
    expire(database)
    assert preview_invitation(token, cleo.session) is None
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, token)


@pytest.mark.parametrize("what", ["demoted", "suspended", "removed", "without the flag"])
def test_acceptance_asks_whether_the_inviter_still_may_invite(
    ana: TenantContext, dora: TenantContext, cleo: TenantContext, what: str
) -> None:
    change_role(ana, dora.user_id, Role.MEMBER, [Flag.INVITE])
    token = invite_member(
        next(each for each in my_tenants(dora.session) if each.slug == ana.slug),
        cleo.session.email,
        Role.VIEWER,
    )
    {
        "demoted": lambda: change_role(ana, dora.user_id, Role.VIEWER),
        "suspended": lambda: suspend_member(ana, dora.user_id),
        "removed": lambda: remove_member(ana, dora.user_id),
        "without the flag": lambda: change_flags(ana, dora.user_id, []),
    }[what]()
    assert preview_invitation(token) is None
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, token)


@pytest.mark.parametrize("end", [lambda ana: suspend_tenant(ana.slug), close])
def test_nobody_joins_a_tenant_that_is_not_active(
    ana: TenantContext, cleo: TenantContext, end: Callable[[TenantContext], None]
) -> None:
    token = invite_member(ana, cleo.session.email, Role.MEMBER)
    end(ana)
    assert not joined(cleo.session, token)


def test_a_preview_says_who_invites_to_what_as_what(ana: TenantContext) -> None:
    offer = preview_invitation(invite_member(ana, "ben@example.org", Role.VIEWER))
    assert offer is not None
    assert (offer.inviter, offer.tenant_name, offer.role) == ("Ana", "Rivera family", Role.VIEWER)
    assert (offer.email, offer.tenant_type) == ("ben@example.org", TenantType.FAMILY)


def test_what_the_preview_says_is_what_the_member_sees(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext
) -> None:
    account(ana, "Giro")
    secret = account(ana, "Secret", PRIVATE)
    account(ana, "Kept", PRIVATE)
    account(eli, "Hers", PRIVATE)
    terms = Terms(shares={secret: ShareLevel.READ})
    token = invite_member(ana, cleo.session.email, Role.VIEWER, terms)
    offer = preview_invitation(token, cleo.session)
    member = accept_invitation(cleo.session, token)
    assert offer is not None
    assert [name for name, _ in offer.accounts] == sorted(accounts(member)["name"])
    assert offer.accounts == (("Giro", "READ"), ("Secret", "READ"))
    assert account_shares(ana, secret)["level"].tolist() == ["READ"]


def test_a_member_elsewhere_keeps_the_other_tenants(
    ana: TenantContext, cleo: TenantContext
) -> None:
    accept_invitation(cleo.session, invite_member(ana, cleo.session.email, Role.VIEWER))
    roles = {tenant.name: tenant.role for tenant in my_tenants(cleo.session)}
    assert roles == {"Rivera family": Role.VIEWER, "Rivera Ltd": Role.OWNER}


def test_a_declined_invitation_is_void(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, cleo.session.email, Role.MEMBER)
    decline_invitation(cleo.session, token)
    assert not joined(cleo.session, token)
    assert invitations(ana).empty
    assert invite_member(ana, cleo.session.email, Role.MEMBER)


def test_an_invitation_is_declined_without_an_account(ana: TenantContext) -> None:
    token = invite_member(ana, "new@example.org", Role.VIEWER)
    decline_invitation(None, token)
    assert preview_invitation(token) is None
    assert invitations(ana).empty
    event = activity(ana).frame.iloc[0]
    assert (event["actor"], event["action"]) == ("", "invitation.declined")
    link = invite_member(ana, None, Role.VIEWER)
    with pytest.raises(NotFound):
        decline_invitation(None, link)


def test_nobody_declines_for_another_nor_for_all(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext
) -> None:
    bound = invite_member(ana, cleo.session.email, Role.VIEWER)
    link = invite_member(ana, None, Role.VIEWER)
    for session, token in ((eli.session, bound), (cleo.session, link)):
        with pytest.raises(NotFound):
            decline_invitation(session, token)
    assert len(invitations(ana)) == 2


def test_whoever_comes_back_has_the_new_role(ana: TenantContext, eli: TenantContext) -> None:
    remove_member(ana, eli.user_id)
    token = invite_member(ana, eli.session.email, Role.VIEWER, Terms(frozenset({Flag.EXPORT})))
    back = accept_invitation(eli.session, token)
    assert (back.role, back.flags) == (Role.VIEWER, frozenset({Flag.EXPORT}))
    assert members(ana, left=True)["name"].tolist() == ["Ana", "Eli"]


def test_a_member_who_is_invited_again_stays_what_he_is(
    ana: TenantContext, cleo: TenantContext
) -> None:
    again = invite_member(ana, cleo.session.email, Role.ADMIN)
    link = invite_member(ana, None, Role.VIEWER)
    accept_invitation(cleo.session, link)
    with pytest.raises(Conflict, match="member of this tenant already"):
        accept_invitation(cleo.session, again)
    assert dict(zip(members(ana)["name"], members(ana)["role"], strict=True))["Cleo"] == "VIEWER"


def test_a_suspended_member_does_not_come_back_by_a_link(
    ana: TenantContext, eli: TenantContext
) -> None:
    suspend_member(ana, eli.user_id)
    token = invite_member(ana, None, Role.VIEWER)
    assert not joined(eli.session, token)
    assert members(ana)["status"].tolist() == ["ACTIVE", "SUSPENDED"]


def test_a_full_tenant_takes_nobody(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext
) -> None:
    set_limit(ana.slug, Limit.MEMBERS, 2)
    token = invite_member(ana, cleo.session.email, Role.MEMBER)
    with pytest.raises(Conflict, match="make room"):
        accept_invitation(cleo.session, token)
    remove_member(ana, eli.user_id)
    assert accept_invitation(cleo.session, token).name == ana.name
