"""Invitations: for one address or by link, with terms, until revoked, used up or too old."""

from uuid import UUID

import pytest

from fintrack.access.acceptance import accept_invitation, preview_invitation
from fintrack.access.invitations import (
    Terms,
    invitations,
    invite_member,
    resend_invitation,
    revoke_invitation,
)
from fintrack.access.memberships import change_flags, remove_member
from fintrack.access.sharing import ShareLevel
from fintrack.access.tenants import enter_tenant
from fintrack.context import Flag, Role, TenantContext
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied, TooManyAttempts
from fintrack.schema import new_id
from tests.access.test_departures import PRIVATE, account
from tests.databases import Database

GUEST = "guest@example.org"


def pending(context: TenantContext) -> UUID:
    """Return the id of the newest pending invitation."""
    return UUID(invitations(context)["id"].tolist()[0])


def expire(database: Database) -> None:
    """Let every invitation's days go by."""
    with database.administrator() as admin:
        admin.execute("update app.invitation set expires_at = now()")


@pytest.fixture
def inviting(ana: TenantContext, eli: TenantContext) -> TenantContext:
    """Eli, a member who may invite."""
    change_flags(ana, eli.user_id, [Flag.INVITE, Flag.EXPORT])
    return enter_tenant(eli.session, ana.slug)


def test_an_invitation_offers_what_its_terms_say(ana: TenantContext) -> None:
    terms = Terms(frozenset({Flag.EXPORT}), "  See the books.  ", days=3)
    offer = preview_invitation(invite_member(ana, GUEST, Role.VIEWER, terms))
    assert offer is not None
    assert (offer.role, offer.flags, offer.message) == (
        Role.VIEWER,
        frozenset({Flag.EXPORT}),
        "See the books.",
    )
    lasts = offer.expires_at - invitations(ana)["created_at"].item()
    assert 2 < lasts.total_seconds() / 86_400 <= 3.01


@pytest.mark.parametrize("days", [0, 31, -1])
def test_an_invitation_is_valid_for_one_to_thirty_days(ana: TenantContext, days: int) -> None:
    with pytest.raises(InvalidInput):
        invite_member(ana, GUEST, Role.VIEWER, Terms(days=days))
    invite_member(ana, GUEST, Role.VIEWER)
    with pytest.raises(InvalidInput):
        resend_invitation(ana, pending(ana), days=days)


@pytest.mark.parametrize(
    ("email", "terms"),
    [
        ("no address", Terms()),
        (GUEST, Terms(most_uses=2)),
        (None, Terms(most_uses=0)),
        (None, Terms(most_uses=101)),
        (None, Terms(message="x" * 501)),
        (None, Terms(frozenset({Flag.IMPORT}))),
    ],
    ids=["address", "uses of an address", "no use", "too many uses", "message", "flag"],
)
def test_terms_that_cannot_be_offered_are_refused(
    ana: TenantContext, email: str | None, terms: Terms
) -> None:
    with pytest.raises(InvalidInput):
        invite_member(ana, email, Role.VIEWER, terms)
    assert invitations(ana).empty


def test_a_member_with_the_flag_invites_below_and_sees_his_own_only(
    ana: TenantContext, inviting: TenantContext
) -> None:
    invite_member(ana, GUEST, Role.VIEWER)
    token = invite_member(
        inviting, "other@example.org", Role.VIEWER, Terms(frozenset({Flag.EXPORT}))
    )
    assert invitations(inviting)["email"].tolist() == ["other@example.org"]
    assert len(invitations(ana)) == 2
    offer = preview_invitation(token)
    assert offer is not None
    assert offer.inviter == "Eli"
    with pytest.raises(PermissionDenied):
        invite_member(inviting, "third@example.org", Role.MEMBER)


def test_nobody_gives_a_flag_he_lacks(inviting: TenantContext) -> None:
    with pytest.raises(PermissionDenied, match="without API"):
        invite_member(inviting, GUEST, Role.VIEWER, Terms(frozenset({Flag.API})))
    assert invitations(inviting).empty


def test_an_address_is_invited_once_at_a_time(ana: TenantContext) -> None:
    invite_member(ana, "ben@example.org", Role.VIEWER)
    with pytest.raises(Conflict):
        invite_member(ana, "Ben@example.org", Role.MEMBER)


def test_an_expired_invitation_makes_room_for_a_new_one(
    ana: TenantContext, database: Database
) -> None:
    invite_member(ana, GUEST, Role.VIEWER)
    expire(database)
    assert preview_invitation(invite_member(ana, GUEST, Role.MEMBER)) is not None
    assert invitations(ana)["role"].tolist() == ["MEMBER"]


def test_a_members_address_is_not_invited(ana: TenantContext, eli: TenantContext) -> None:
    with pytest.raises(Conflict, match="a member already"):
        invite_member(ana, "ELI@example.org", Role.VIEWER)
    remove_member(ana, eli.user_id)
    assert invite_member(ana, eli.session.email, Role.VIEWER)


def test_expired_invitations_stay_listed_as_such(ana: TenantContext, database: Database) -> None:
    invite_member(ana, GUEST, Role.VIEWER)
    expire(database)
    invite_member(ana, None, Role.VIEWER, Terms(most_uses=3))
    listed = invitations(ana)
    assert listed["is_expired"].tolist() == [False, True]
    assert listed["most_uses"].tolist() == [3, 1]


def test_g9_sending_again_makes_a_new_token_and_a_new_date(
    ana: TenantContext, cleo: TenantContext, database: Database
) -> None:
    old = invite_member(ana, cleo.session.email, Role.VIEWER)
    expire(database)
    new = resend_invitation(ana, pending(ana), days=2)
    assert preview_invitation(old) is None
    assert not invitations(ana)["is_expired"].item()
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, old)
    assert accept_invitation(cleo.session, new).name == ana.name


def test_g9_a_revoked_invitation_is_void_and_stays_so(
    ana: TenantContext, cleo: TenantContext
) -> None:
    token = invite_member(ana, cleo.session.email, Role.VIEWER)
    invitation_id = pending(ana)
    revoke_invitation(ana, invitation_id)
    assert preview_invitation(token) is None
    assert invitations(ana).empty
    for call in (resend_invitation, revoke_invitation):
        with pytest.raises(NotFound):
            call(ana, invitation_id)
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, token)


def test_whoever_sends_it_again_is_the_one_who_invites(
    ana: TenantContext, inviting: TenantContext
) -> None:
    invite_member(inviting, GUEST, Role.VIEWER)
    assert not invitations(ana)["is_void"].item()
    remove_member(ana, inviting.user_id)
    assert invitations(ana)["is_void"].item()
    offer = preview_invitation(resend_invitation(ana, pending(ana)))
    assert offer is not None
    assert offer.inviter == "Ana"
    assert not invitations(ana)["is_void"].item()


def test_an_invitation_shares_own_accounts_only(ana: TenantContext, eli: TenantContext) -> None:
    account(ana, "Giro")
    own, foreign = account(ana, "Secret", PRIVATE), account(eli, "Hers", PRIVATE)
    for wrong in (foreign, new_id()):
        with pytest.raises(NotFound):
            invite_member(ana, GUEST, Role.MEMBER, Terms(shares={wrong: ShareLevel.READ}))
    assert invitations(ana).empty
    offer = preview_invitation(
        invite_member(ana, GUEST, Role.MEMBER, Terms(shares={own: ShareLevel.READ}))
    )
    assert offer is not None
    assert offer.accounts == (("Giro", "WRITE"), ("Secret", "READ"))


def test_nobody_invites_without_end(ana: TenantContext) -> None:
    invite_member(ana, GUEST, Role.VIEWER)
    invitation_id = pending(ana)

    def keep_sending() -> None:
        for _ in range(200):
            resend_invitation(ana, invitation_id)

    with pytest.raises(TooManyAttempts):
        keep_sending()


def test_ownership_is_not_given_by_invitation(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput):
        invite_member(ana, "ben@example.org", Role.OWNER)


def test_b3_an_admin_does_not_invite_an_admin(dora: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        invite_member(dora, "ben@example.org", Role.ADMIN)


def test_a_member_does_not_invite(eli: TenantContext) -> None:
    with pytest.raises(PermissionDenied, match="invite people"):
        invite_member(eli, "ben@example.org", Role.VIEWER)


def test_no_row_holds_a_token(ana: TenantContext, database: Database) -> None:
    token = invite_member(ana, GUEST, Role.VIEWER)
    with database.administrator() as admin:
        rows = admin.execute(
            "select i::text from app.invitation i union all select e::text from app.audit_event e"
        ).fetchall()
    assert rows
    assert not any(token in text for (text,) in rows)
