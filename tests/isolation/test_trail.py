"""Every function of the domain that changes something leaves an event that tells what."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from fintrack.access.acceptance import accept_invitation, decline_invitation
from fintrack.access.invitations import Terms, invite_member
from fintrack.access.join_requests import ask_to_join
from fintrack.access.memberships import leave_tenant, note_visit, remove_member
from fintrack.access.ownership import accept_ownership
from fintrack.access.persons import Fate, erase_person, ties
from fintrack.access.sharing import ShareLevel, share_account, show_account
from fintrack.access.tenants import (
    NewTenant,
    close_tenant,
    create_tenant,
    enter_tenant,
    remove_sample,
    reopen_tenant,
)
from fintrack.context import Role, TenantContext, TenantType, UserSession
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    archive_account,
    create_account,
    reopen_account,
)
from fintrack.ledger.categories import archive_category, reopen_category
from fintrack.operations.passwords import SIGN_IN_LOGIN
from fintrack.statements.imports import commit_import
from tests.isolation.capture import captured
from tests.isolation.cases import CASES, every_function
from tests.isolation.functions import Function
from tests.isolation.ledgers import DAY, Ledger, Scene
from tests.isolation.rows import TABLES
from tests.isolation.trail import EVENT, NAMED_BY, TOTALS, trail
from tests.isolation.world import World
from tests.statements.importing import imported

pytestmark = pytest.mark.one_server

# Presence is no change of the books, and nothing is left of a sample that is removed.
UNTOLD = {note_visit, remove_sample}
ENDING = {leave_tenant, remove_member, accept_ownership, close_tenant}
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
Act = Callable[[], object]


def _guest(own: Ledger) -> TenantContext:
    """Return a member with an account of his own and a share of another."""
    own.new("member")
    guest = enter_tenant(own.book.guest, own.owner.slug)
    create_account(guest, NewAccount(own.name("Wallet"), AccountKind.CASH, "EUR", DAY))
    share_account(own.owner, own.new("private account"), guest.user_id, ShareLevel.READ)
    return guest


def _leaving(own: Ledger) -> tuple[TenantContext, Act]:
    guest = _guest(own)
    return guest, partial(leave_tenant, guest)


def _removing(own: Ledger) -> tuple[TenantContext, Act]:
    return own.owner, partial(remove_member, own.owner, _guest(own).user_id)


def _accepting(own: Ledger) -> tuple[TenantContext, Act]:
    own.new("offer")
    return own.book.keeper, partial(accept_ownership, own.book.keeper)


def _closing(own: Ledger) -> tuple[TenantContext, Act]:
    return own.owner, partial(close_tenant, own.owner, own.owner.name)


def _reopening(own: Ledger) -> tuple[TenantContext, Act]:
    account_id = own.new("account")
    archive_account(own.owner, account_id)
    return own.owner, partial(reopen_account, own.owner, account_id)


def _reopening_category(own: Ledger) -> tuple[TenantContext, Act]:
    category_id = own.new("category")
    archive_category(own.owner, category_id)
    return own.owner, partial(reopen_category, own.owner, category_id)


def _sharing(own: Ledger) -> tuple[TenantContext, Act]:
    account_id, guest = own.new("private account"), own.new("member")
    return own.owner, partial(share_account, own.owner, account_id, guest, ShareLevel.READ)


def _showing(own: Ledger) -> tuple[TenantContext, Act]:
    account_id, people = own.new("account"), {own.new("member"): ShareLevel.READ}
    return own.owner, partial(show_account, own.owner, account_id, people)


def _importing(own: Ledger) -> tuple[TenantContext, Act]:
    """Bring a table with new columns, and a register with a new category and tag."""
    name = own.name("New")
    table = f"Day,Sum,{name}\n2026-03-09,-12.00,Baker\n"
    register = f"!Type:Bank\nD1/31/2026\nT-12.00\nPBaker\nL{name}/{name}\n^\n"

    def act() -> None:
        for file in (table, register):
            imported(own.owner, file.encode(), account_id=own.ids["account"])

    return own.owner, act


# Where cases.py has refused what would end what the others work on, or changes nothing new.
OTHERWISE = {
    leave_tenant: _leaving,
    accept_ownership: _accepting,
    close_tenant: _closing,
    reopen_account: _reopening,
    reopen_category: _reopening_category,
    remove_member: _removing,
    share_account: _sharing,
    show_account: _showing,
    commit_import: _importing,
}


def _outsider(own: Ledger) -> UserSession:
    leave_tenant(_guest(own))
    return own.book.guest


def _joining(own: Ledger) -> tuple[UserSession, Act]:
    guest, shares = _outsider(own), {own.new("private account"): ShareLevel.READ}
    token = invite_member(own.owner, guest.email, Role.MEMBER, Terms(shares=shares))
    return guest, partial(accept_invitation, guest, token)


def _declining(own: Ledger) -> tuple[UserSession, Act]:
    guest = _outsider(own)
    token = invite_member(own.owner, guest.email, Role.MEMBER)
    return guest, partial(decline_invitation, guest, token)


def _asking(own: Ledger) -> tuple[UserSession, Act]:
    guest = _outsider(own)
    return guest, partial(ask_to_join, guest, own.owner.slug)


def _founding(own: Ledger) -> tuple[UserSession, Act]:
    new = NewTenant("Studio", TenantType.BUSINESS, "EUR", "ES")
    return own.book.guest, partial(create_tenant, own.book.guest, new)


def _taking_back(own: Ledger) -> tuple[UserSession, Act]:
    close_tenant(own.owner, own.owner.name)
    return own.owner.session, partial(reopen_tenant, own.owner.session, own.owner.slug)


def _going(own: Ledger) -> tuple[UserSession, Act]:
    guest = _guest(own).session
    told = [tie.tenant_id for tie in ties(guest) if tie.fate is Fate.ERASED]
    return guest, partial(erase_person, guest, told)


# By the function of the database that the sign-in door leads to.
OUTSIDE: dict[str, Callable[[Ledger], tuple[UserSession, Act]]] = {
    "accept_invitation": _joining,
    "decline_invitation": _declining,
    "ask_to_join": _asking,
    "create_tenant": _founding,
    "reopen_tenant": _taking_back,
    "erase_person": _going,
}
# The functions that lead to these have a context, and so a case of their own.
WITH_CONTEXT = {"add_api_token", "revoke_api_token", "add_webhook", "remove_webhook"}
# A tenant that was never used is gone with all of it; a delivery is no part of the books.
UNTOLD_OUTSIDE = {"abandon_tenant", "abandon_leftovers", "take_deliveries", "note_delivery"}
FROM_OUTSIDE = """
    select p.proname::text from pg_proc p
    where p.pronamespace = 'sec'::regnamespace and p.provolatile = 'v'
      and has_function_privilege(%s, p.oid, 'execute')
"""


@pytest.fixture(scope="module")
def shared(scenes: Callable[[], Scene]) -> Iterator[Scene]:
    """Books that one function after the other works on."""
    scene = scenes()
    yield scene
    scene.world.close()


@pytest.fixture
def fresh(scenes: Callable[[], Scene]) -> Iterator[Callable[[], Scene]]:
    """A function that gives books of their own, whose connections end with the test."""
    made: list[Scene] = []

    def make() -> Scene:
        made.append(scenes())
        return made[-1]

    yield make
    for scene in made:
        scene.world.close()


def test_every_table_says_what_an_event_names_it_by() -> None:
    assert set(NAMED_BY) == set(TABLES) - {EVENT, *TOTALS}


@every_function
def test_what_a_function_changes_is_told_in_the_same_transaction(
    function: Function, shared: Scene, fresh: Callable[[], Scene]
) -> None:
    scene = fresh() if function in ENDING else shared
    with scene.world.doors():
        actor, act = _prepared(function, scene.family)
        with captured() as statements:
            left = trail(scene.world, act)
    if function in UNTOLD:
        return
    assert list(left.faults()) == []
    assert left.changes or left.events or not any(map(WRITES.match, statements))
    who = (str(actor.user_id), actor.role.rank, "PAGE")
    columns = ("actor_id", "actor_rank", "source")
    assert {tuple(each.values[name] for name in columns) for each in left.events} <= {who}


def test_every_way_to_change_a_tenant_from_outside_has_a_case(world: World) -> None:
    with world.administrator() as admin:
        found = admin.execute(FROM_OUTSIDE, [SIGN_IN_LOGIN]).fetchall()
    assert {name for (name,) in found} == set(OUTSIDE) | WITH_CONTEXT | UNTOLD_OUTSIDE


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_changed_from_outside_is_told_in_the_same_transaction(
    name: str, fresh: Callable[[], Scene]
) -> None:
    scene = fresh()
    with scene.world.doors():
        session, act = OUTSIDE[name](scene.family)
        left = trail(scene.world, act)
    assert list(left.faults()) == []
    assert left.changes
    assert {event.values["actor_id"] for event in left.events} == {str(session.user_id)}


def _prepared(function: Function, own: Ledger) -> tuple[TenantContext, Act]:
    """Return who calls the function and the call, with the row made that it is about."""
    if function in OTHERWISE:
        return OTHERWISE[function](own)
    case = CASES[function]
    if case.call is not None:
        return own.owner, partial(case.call, own.owner, own)
    slot = next(iter(case.ids.values()))
    return own.owner, partial(slot.ask, own.owner, own, own.new(slot.kind))
