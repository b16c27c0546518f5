"""Two members who change one thing at once: one is told so, or nothing of either is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest

from fintrack.access.memberships import MEMBER_VALUES, change_role, members
from fintrack.access.versions import version_of
from fintrack.context import Role, TenantContext
from fintrack.errors import NotFound, Outdated
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.categories import (
    CATEGORY,
    CategoryKind,
    archive_category,
    categories,
    create_category,
    delete_category,
    rename_category,
)
from fintrack.ledger.recurring import (
    Every,
    NewRecurring,
    RecurringChange,
    change_recurring,
    create_recurring,
    recurring,
)
from fintrack.ledger.rules import change_rule, create_rule, rules

DAY = date(2026, 3, 1)
Act = Callable[[], object]


@pytest.fixture
def hives(ana: TenantContext) -> UUID:
    """A category."""
    return create_category(ana, "Hives", CategoryKind.EXPENSE)


def at_once(*acts: Act) -> list[str]:
    """Do all at once and return how each ended, in order."""

    def outcome(act: Act) -> str:
        try:
            act()
        except (Outdated, NotFound) as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(outcome, acts))


def seen(context: TenantContext, category_id: UUID) -> str:
    (row,) = (
        each for each in categories(context).to_dict("records") if each["id"] == str(category_id)
    )
    return version_of(row, CATEGORY.values)


def test_of_many_who_saw_the_same_one_is_first(ana: TenantContext, hives: UUID) -> None:
    version = seen(ana, hives)
    acts = [lambda n=n: rename_category(ana, hives, f"Hives {n}", version) for n in range(4)]
    assert at_once(*acts) == ["Outdated"] * 3 + ["done"]


def test_of_a_change_and_a_deletion_one_is_first(ana: TenantContext, hives: UUID) -> None:
    version = seen(ana, hives)
    outcomes = at_once(
        lambda: archive_category(ana, hives, version), lambda: delete_category(ana, hives, version)
    )
    assert outcomes in (["NotFound", "done"], ["Outdated", "done"])


def test_of_two_roles_for_a_member_one_is_first(ana: TenantContext, eli: TenantContext) -> None:
    (row,) = (each for each in members(ana).to_dict("records") if each["name"] == "Eli")
    version = version_of(row, MEMBER_VALUES)
    acts = [
        lambda role=role: change_role(ana, eli.user_id, role, version=version)
        for role in (Role.ADMIN, Role.VIEWER)
    ]
    assert at_once(*acts) == ["Outdated", "done"]


def test_of_two_changes_of_different_values_none_is_lost(ana: TenantContext, hives: UUID) -> None:
    other = create_category(ana, "Jars", CategoryKind.EXPENSE)
    rule = create_rule(ana, "bees", hives)
    account = create_account(ana, NewAccount("Bank", AccountKind.CHECKING, "EUR", DAY))
    rent = create_recurring(ana, NewRecurring(account, "Landlord", -100, Every.MONTH, DAY))
    at_once(
        lambda: change_rule(ana, rule, words="wax"),
        lambda: change_rule(ana, rule, category_id=other),
        lambda: change_recurring(ana, rent, RecurringChange(amount=-200)),
        lambda: change_recurring(ana, rent, RecurringChange(note="flat 3")),
    )
    (changed,) = rules(ana).to_dict("records")
    assert (changed["words"], changed["category_id"]) == ("wax", str(other))
    (expected,) = recurring(ana).to_dict("records")
    assert (expected["amount"], expected["note"]) == (-200, "flat 3")
