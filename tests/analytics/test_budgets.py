"""Budgets beside what was spent of them."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from fintrack.analytics.budgets import budgets, change_budget
from fintrack.context import TenantContext
from fintrack.errors import Conflict, InvalidInput, NotFound
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.budgets import create_budget, delete_budget
from fintrack.ledger.categories import CategoryKind, create_category, delete_category
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction

MARCH = date(2026, 3, 15)


@pytest.fixture
def food(ana: TenantContext) -> UUID:
    """A category of expenses."""
    return create_category(ana, "Snacks", CategoryKind.EXPENSE)


def bought(
    context: TenantContext,
    category_id: UUID,
    amount: int,
    on: date = MARCH,
    visibility: Visibility = Visibility.EVERYONE,
) -> None:
    """Pay from a new account."""
    new = NewAccount(f"{amount} {on}", AccountKind.CASH, "EUR", on, visibility=visibility)
    account = create_account(context, new)
    record_transaction(context, NewTransaction(account, on, amount, category_id=category_id))


def spent(context: TenantContext) -> list[int]:
    return list(budgets(context, MARCH)["spent"])


def test_spending_counts_the_branch_and_a_refund_lowers_it(ana: TenantContext, food: UUID) -> None:
    create_budget(ana, food, "EUR", 30000)
    milk = create_category(ana, "Nuts", CategoryKind.EXPENSE, food)
    bought(ana, food, -1000)
    bought(ana, milk, -300)
    bought(ana, milk, 50)
    assert spent(ana) == [1250]


def test_another_month_another_currency_and_a_part_of_a_split_are_told_apart(
    ana: TenantContext, food: UUID
) -> None:
    create_budget(ana, food, "EUR", 30000)
    create_budget(ana, food, "USD", 10000)
    bought(ana, food, -1000, date(2026, 2, 28))
    bought(ana, food, -2000, date(2026, 4, 1))
    account = create_account(ana, NewAccount("Bank", AccountKind.CHECKING, "EUR", MARCH))
    lines = (SplitLine(food, -700), SplitLine(None, -300))
    record_transaction(ana, NewTransaction(account, date(2026, 3, 31), -1000, lines=lines))
    assert spent(ana) == [700, 0]


def test_spending_of_an_account_out_of_sight_is_not_counted(
    ana: TenantContext, eli: TenantContext, food: UUID
) -> None:
    create_budget(ana, food, "EUR", 30000)
    bought(ana, food, -1000, visibility=Visibility.PRIVATE)
    bought(ana, food, -200)
    assert (spent(ana), spent(eli)) == ([1200], [200])


def test_income_has_no_budget(ana: TenantContext) -> None:
    wages = create_category(ana, "Windfalls", CategoryKind.INCOME)
    with pytest.raises(NotFound, match="category of expenses"):
        create_budget(ana, wages, "EUR", 100)


def test_a_category_has_one_budget_in_a_currency(ana: TenantContext, food: UUID) -> None:
    create_budget(ana, food, "EUR", 100)
    with pytest.raises(Conflict, match="Change that one"):
        create_budget(ana, food, "EUR", 200)


def test_less_than_nothing_is_no_budget(ana: TenantContext, food: UUID) -> None:
    with pytest.raises(InvalidInput, match="zero or more"):
        create_budget(ana, food, "EUR", -1)


def test_a_budget_is_changed_and_forgotten_and_keeps_its_category(
    ana: TenantContext, food: UUID
) -> None:
    budget = create_budget(ana, food, "EUR", 100)
    changed = change_budget(ana, budget, Decimal("2.50"), MARCH)
    assert changed.equals(budgets(ana, MARCH))
    assert list(changed["amount"]) == [250]
    with pytest.raises(Conflict, match="Snacks is in use"):
        delete_category(ana, food)
    delete_budget(ana, budget)
    delete_category(ana, food)
    assert budgets(ana, MARCH).empty
