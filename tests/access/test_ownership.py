"""Owners: ownership passes when the other accepts, and there is always an active one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from threading import Barrier

import pytest

from fintrack.access.memberships import (
    change_role,
    leave_tenant,
    members,
    remove_member,
    suspend_member,
)
from fintrack.access.ownership import (
    accept_ownership,
    offer_ownership,
    ownership_offers,
    withdraw_offer,
)
from fintrack.access.sessions import confirm_session
from fintrack.context import Role, TenantContext
from fintrack.errors import (
    ConfirmationNeeded,
    FinTrackError,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from tests.conftest import PASSWORD, share_ownership
from tests.databases import Database

ROUNDS = 20


def roles(context: TenantContext) -> dict[str, str]:
    """Return each member's role by name."""
    people = members(context)
    return dict(zip(people["name"], people["role"], strict=True))


@pytest.fixture
def sure(ana: TenantContext) -> TenantContext:
    """Ana, who showed a moment ago that it is she."""
    confirm_session(ana.session, PASSWORD)
    return ana


def test_an_offer_changes_nothing_until_it_is_accepted(
    sure: TenantContext, dora: TenantContext
) -> None:
    offer_ownership(sure, dora.user_id)
    assert roles(sure) == {"Ana": "OWNER", "Dora": "ADMIN"}
    assert ownership_offers(dora)["created_by"].tolist() == [str(sure.user_id)]


@pytest.mark.parametrize(("is_shared", "becomes"), [(False, "ADMIN"), (True, "OWNER")])
def test_b4_ownership_passes_when_it_is_accepted(
    sure: TenantContext, dora: TenantContext, is_shared: bool, becomes: str
) -> None:
    offer_ownership(sure, dora.user_id, shared=is_shared)
    confirm_session(dora.session, PASSWORD)
    accept_ownership(dora)
    assert roles(dora) == {"Ana": becomes, "Dora": "OWNER"}
    assert ownership_offers(dora).empty


def test_an_offer_asks_who_it_is(ana: TenantContext, dora: TenantContext) -> None:
    with pytest.raises(ConfirmationNeeded):
        offer_ownership(ana, dora.user_id)
    assert ownership_offers(ana).empty


def test_accepting_asks_who_it_is(sure: TenantContext, dora: TenantContext) -> None:
    offer_ownership(sure, dora.user_id)
    with pytest.raises(ConfirmationNeeded):
        accept_ownership(dora)
    assert roles(sure) == {"Ana": "OWNER", "Dora": "ADMIN"}


def test_only_who_was_offered_accepts(
    sure: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    offer_ownership(sure, dora.user_id)
    confirm_session(eli.session, PASSWORD)
    with pytest.raises(NotFound):
        accept_ownership(eli)
    assert ownership_offers(eli).empty


def test_an_offer_is_declined(sure: TenantContext, dora: TenantContext) -> None:
    offer_ownership(sure, dora.user_id)
    withdraw_offer(dora, dora.user_id)
    assert ownership_offers(sure).empty
    with pytest.raises(NotFound):
        withdraw_offer(dora, dora.user_id)


def test_a_withdrawn_offer_is_not_accepted(sure: TenantContext, dora: TenantContext) -> None:
    offer_ownership(sure, dora.user_id)
    withdraw_offer(sure, dora.user_id)
    confirm_session(dora.session, PASSWORD)
    with pytest.raises(NotFound, match="offer it again"):
        accept_ownership(dora)


def test_nobody_withdraws_another_members_offer(
    sure: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    offer_ownership(sure, dora.user_id)
    with pytest.raises(NotFound):
        withdraw_offer(eli, dora.user_id)
    assert len(ownership_offers(sure)) == 1


def test_an_old_offer_is_not_accepted(
    sure: TenantContext, dora: TenantContext, database: Database
) -> None:
    offer_ownership(sure, dora.user_id)
    with database.administrator() as admin:
        admin.execute("update app.ownership_offer set created_at = now() - interval '8 days'")
    confirm_session(dora.session, PASSWORD)
    with pytest.raises(NotFound):
        accept_ownership(dora)


def test_an_offer_of_somebody_who_is_no_owner_any_more_is_void(
    sure: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    second = share_ownership(sure, dora)
    confirm_session(second.session, PASSWORD)
    offer_ownership(second, eli.user_id)
    change_role(sure, second.user_id, Role.MEMBER)
    confirm_session(eli.session, PASSWORD)
    with pytest.raises(NotFound):
        accept_ownership(eli)


def test_an_admin_offers_no_ownership(dora: TenantContext, eli: TenantContext) -> None:
    confirm_session(dora.session, PASSWORD)
    with pytest.raises(PermissionDenied, match="pass on the ownership"):
        offer_ownership(dora, eli.user_id)


def test_ownership_is_offered_to_active_members_who_do_not_own(
    sure: TenantContext, cleo: TenantContext, eli: TenantContext
) -> None:
    suspend_member(sure, eli.user_id)
    for other in (cleo, eli):
        with pytest.raises(NotFound):
            offer_ownership(sure, other.user_id)
    with pytest.raises(InvalidInput, match="owner already"):
        offer_ownership(sure, sure.user_id)


Path = Callable[[TenantContext, TenantContext, TenantContext], None]
PATHS: dict[str, Path] = {
    "demote": lambda me, other, _heir: change_role(me, other.user_id, Role.VIEWER),
    "suspend": lambda me, other, _heir: suspend_member(me, other.user_id),
    "remove": lambda me, other, _heir: remove_member(me, other.user_id),
    "leave": lambda me, _other, _heir: leave_tenant(me),
    "transfer": lambda _me, _other, heir: accept_ownership(heir),
}


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_two_owners_at_once_never_leave_a_tenant_without_one(
    sure: TenantContext, dora: TenantContext, eli: TenantContext, ben: TenantContext,
    database: Database, path: str,
) -> None:  # fmt: skip
    owners, heirs = (sure, share_ownership(sure, dora)), (eli, ben)
    for person in (*owners, *heirs):
        confirm_session(person.session, PASSWORD)
    for other in islice(cycle(PATHS), ROUNDS):
        _restore(database, owners, heirs)
        for owner, heir in zip(owners, heirs, strict=True):
            offer_ownership(owner, heir.user_id)
        done = _race((path, other), owners, heirs)
        assert True in done, other
        assert _active_owners(database, sure) > 0, other


def test_of_two_owners_who_go_at_once_one_is_refused(
    sure: TenantContext, dora: TenantContext, database: Database
) -> None:
    owners = (sure, share_ownership(sure, dora))
    done = _race(("leave", "leave"), owners, owners)
    assert sorted(done) == [False, True]
    assert _active_owners(database, sure) == 1


def _race(
    paths: tuple[str, str],
    owners: tuple[TenantContext, TenantContext],
    heirs: tuple[TenantContext, TenantContext],
) -> list[bool]:
    start = Barrier(2)

    def attempt(number: int) -> bool:
        start.wait()
        try:
            PATHS[paths[number]](owners[number], owners[1 - number], heirs[number])
        except FinTrackError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(attempt, range(2)))


def _restore(
    database: Database,
    owners: tuple[TenantContext, TenantContext],
    heirs: tuple[TenantContext, TenantContext],
) -> None:
    statement = (
        "update app.membership set role = %s, status = 'ACTIVE' "
        "where tenant_id = %s and user_id = any (%s)"
    )
    with database.administrator() as admin:
        for role, people in (("OWNER", owners), ("MEMBER", heirs)):
            ids = [each.user_id for each in people]
            admin.execute(statement, [role, owners[0].tenant_id, ids])


def _active_owners(database: Database, context: TenantContext) -> int:
    query = (
        "select count(*) from app.membership "
        "where tenant_id = %s and role = 'OWNER' and status = 'ACTIVE'"
    )
    with database.administrator() as admin:
        row = admin.execute(query, [context.tenant_id]).fetchone()
    assert row is not None
    return int(row[0])
