"""Every function of the domain that changes something leaves an event that tells what."""

import re
from collections.abc import Callable
from functools import partial

import pytest

from fintrack.access.memberships import leave_tenant, note_visit, remove_member
from fintrack.access.ownership import accept_ownership
from fintrack.access.sharing import ShareLevel, share_account, show_account
from fintrack.access.tenants import close_tenant, enter_tenant, remove_sample
from fintrack.context import TenantContext
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    archive_account,
    create_account,
    reopen_account,
)
from fintrack.ledger.categories import archive_category, reopen_category
from fintrack.statements.imports import commit_import
from tests.isolation.capture import captured
from tests.isolation.cases import CASES, every_function
from tests.isolation.functions import Function
from tests.isolation.ledgers import DAY, Ledger, Scene
from tests.isolation.rows import TABLES
from tests.isolation.trail import EVENT, NAMED_BY, trail
from tests.statements.importing import imported

# Presence is no change of the books, and nothing is left of a sample that is removed.
UNTOLD = {note_visit, remove_sample}
ENDING = {leave_tenant, accept_ownership, close_tenant}
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


@pytest.fixture(scope="module")
def shared(scenes: Callable[[], Scene]) -> Scene:
    """Books that one function after the other works on."""
    return scenes()


def test_every_table_says_what_an_event_names_it_by() -> None:
    assert set(NAMED_BY) == set(TABLES) - {EVENT}


@every_function
def test_what_a_function_changes_is_told_in_the_same_transaction(
    function: Function, shared: Scene, scenes: Callable[[], Scene]
) -> None:
    scene = scenes() if function in ENDING else shared
    with scene.world.doors():
        actor, act = _prepared(function, scene.family)
        with captured() as statements:
            left = trail(scene.world, scene.family.book.id, act)
    if function in UNTOLD:
        return
    assert list(left.faults()) == []
    assert left.changes or not any(map(WRITES.match, statements))
    who = (str(actor.user_id), actor.role.rank, "PAGE")
    columns = ("actor_id", "actor_rank", "source")
    assert {tuple(each.values[name] for name in columns) for each in left.events} <= {who}


def _prepared(function: Function, own: Ledger) -> tuple[TenantContext, Act]:
    """Return who calls the function and the call, with the row made that it is about."""
    if function in OTHERWISE:
        return OTHERWISE[function](own)
    case = CASES[function]
    if case.call is not None:
        return own.owner, partial(case.call, own.owner, own)
    slot = next(iter(case.ids.values()))
    return own.owner, partial(slot.ask, own.owner, own, own.new(slot.kind))
