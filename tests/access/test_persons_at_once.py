"""Erasures while others leave, act or join: no tenant without an owner, no tombstone inside."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import pytest
from sqlalchemy import delete

from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.memberships import (
    change_role,
    leave_tenant,
    remove_member,
    suspend_member,
)
from fintrack.access.ownership import accept_ownership, offer_ownership
from fintrack.access.persons import Fate, erase_person, ties
from fintrack.access.sessions import confirm_session
from fintrack.context import Role, TenantContext, UserSession
from fintrack.db import sign_in_transaction
from fintrack.errors import FinTrackError
from fintrack.security_schema import Throttle
from tests.access.test_persons import erase
from tests.conftest import PASSWORD, share_ownership, sign_up
from tests.databases import Database

pytestmark = pytest.mark.one_server


def two_owners(number: int, second: UserSession) -> tuple[TenantContext, TenantContext]:
    """Return a new tenant as its two owners see it; many may register from one address here."""
    with sign_in_transaction() as db:
        db.execute(delete(Throttle))
    tenant = sign_up(f"Owner{number}", f"Round {number}")
    other = accept_invitation(second, invite_member(tenant, second.email, Role.ADMIN))
    return tenant, share_ownership(tenant, other)


def ownerless(database: Database) -> list[tuple[str]]:
    """Return the tenants without an active owner who has an account."""
    with database.administrator() as admin:
        return admin.execute(
            "select t.name from app.tenant t where not exists (select from app.membership m "
            "join sec.users u on u.id = m.user_id and u.disabled_at is null "
            "where m.tenant_id = t.tenant_id and m.role = 'OWNER' and m.status = 'ACTIVE')"
        ).fetchall()


def at_once(*attempts: Callable[[], object]) -> list[bool]:
    """Return which of the attempts succeeded, all made at the same moment."""

    def succeeds(attempt: Callable[[], object]) -> bool:
        try:
            attempt()
        except FinTrackError:
            return False
        return True

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(succeeds, attempts))


Move = Callable[[TenantContext, TenantContext, TenantContext], object]
MOVES: dict[str, Move] = {
    "leave": lambda other, _gone, _heir: leave_tenant(other),
    "demote": lambda other, gone, _heir: change_role(other, gone.user_id, Role.VIEWER),
    "suspend": lambda other, gone, _heir: suspend_member(other, gone.user_id),
    "remove": lambda other, gone, _heir: remove_member(other, gone.user_id),
    "transfer": lambda _other, _gone, heir: accept_ownership(heir),
}


@pytest.mark.slow
def test_an_owner_who_is_erased_while_the_other_acts_never_leaves_a_tenant_without_one(
    dora: TenantContext, eli: TenantContext, database: Database
) -> None:
    """Fifty rounds; of two who go, exactly one gets away."""
    for each in (dora, eli):
        confirm_session(each.session, PASSWORD)
    for number, move in enumerate(islice(cycle(MOVES), 50)):
        tenant, second = two_owners(number, dora.session)
        heir = accept_invitation(eli.session, invite_member(tenant, eli.session.email, Role.MEMBER))
        offer_ownership(second, heir.user_id)
        confirm_session(tenant.session, PASSWORD)
        done = at_once(
            lambda t=tenant: erase_person(t.session, []),  # type: ignore[misc]
            lambda s=second, t=tenant, h=heir, m=move: MOVES[m](s, t, h),  # type: ignore[misc]
        )
        assert True in done
        assert move != "leave" or False in done
    assert ownerless(database) == []


def test_two_owners_who_are_erased_at_once_never_leave_a_tenant_without_one(
    ana: TenantContext, database: Database
) -> None:
    for number in range(10):
        tenant, second = two_owners(number, sign_up(f"Second{number}", "Own").session)
        told = [tie.tenant_id for tie in ties(second.session) if tie.fate is Fate.ERASED]
        for each in (tenant, second):
            confirm_session(each.session, PASSWORD)
        done = at_once(
            lambda t=tenant: erase_person(t.session, []),  # type: ignore[misc]
            lambda s=second, k=told: erase_person(s.session, k),  # type: ignore[misc]
        )
        assert sum(done) == 1
    assert ownerless(database) == []


def test_nobody_becomes_a_member_while_he_is_erased(ana: TenantContext, database: Database) -> None:
    for number in range(10):
        guest = sign_up(f"Guest{number}", f"Guest's {number}")
        token = invite_member(ana, guest.session.email, Role.VIEWER)
        at_once(
            lambda g=guest: erase(g.session),  # type: ignore[misc]
            lambda g=guest, t=token: accept_invitation(g.session, t),  # type: ignore[misc]
        )
    with database.administrator() as admin:
        ghosts = admin.execute(
            "select u.id from app.membership m join sec.users u on u.id = m.user_id "
            "where m.status <> 'LEFT' and u.disabled_at is not null"
        ).fetchall()
    assert ghosts == []
