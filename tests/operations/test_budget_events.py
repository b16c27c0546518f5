"""The event that a budget is exceeded: told once, to whoever sees what was spent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from fintrack.access.memberships import change_role
from fintrack.access.sharing import ShareLevel, share_account
from fintrack.access.webhooks import Delivery, Happening, create_webhook, take_deliveries
from fintrack.analytics.budgets import change_budget
from fintrack.context import Role, TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.budgets import create_budget
from fintrack.ledger.bulk import categorise, delete_transactions
from fintrack.ledger.categories import CategoryKind, create_category
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.rules import create_rule
from fintrack.ledger.undo import undo
from fintrack.operations.webhooks import tell_webhooks
from tests.databases import Database
from tests.operations.listening import Listener, opened
from tests.statements.importing import imported

MARCH, APRIL = date(2026, 3, 15), date(2026, 4, 1)
EXCEEDED = [Happening.BUDGET_EXCEEDED]
URL = "https://example.org/told"


@pytest.fixture
def food(ana: TenantContext) -> UUID:
    """A category of expenses with a budget of 10 EUR."""
    category_id = create_category(ana, "Snacks", CategoryKind.EXPENSE)
    create_budget(ana, category_id, "EUR", 1000)
    return category_id


@pytest.fixture
def purse(ana: TenantContext, food: UUID) -> NewTransaction:
    """A purchase of 6 EUR from an account that everyone sees, ready to be recorded."""
    return NewTransaction(opened(ana), MARCH, -600, category_id=food)


def told() -> list[Delivery]:
    """Return what there is to tell."""
    return list(take_deliveries(20))


def test_a_budget_is_exceeded_once_in_a_month(ana: TenantContext, purse: NewTransaction) -> None:
    create_webhook(ana, URL, EXCEEDED)
    record_transaction(ana, purse)
    assert told() == []
    record_transaction(ana, purse)
    assert [each.month for each in told()] == [date(2026, 3, 1)]
    record_transaction(ana, purse)
    assert told() == []
    for _ in range(2):
        record_transaction(ana, replace(purse, booked_on=APRIL))
    assert [each.month for each in told()] == [APRIL]


def test_a_message_says_which_budget_and_month_and_no_figures(
    ana: TenantContext, food: UUID, listener: Listener
) -> None:
    create_webhook(ana, listener.url, EXCEEDED)
    budget_id = create_budget(ana, food, "USD", 100)
    new = NewAccount("Dollars", AccountKind.CASH, "USD", MARCH)
    account = create_account(ana, new)
    record_transaction(ana, NewTransaction(account, MARCH, -101, category_id=food))
    assert tell_webhooks() == 1
    (message,) = listener.told
    assert message == {
        "id": message["id"],
        "event": "budget.exceeded",
        "at": message["at"],
        "tenant": ana.slug,
        "actor_id": str(ana.user_id),
        "subject_id": str(budget_id),
        "account_id": None,
        "month": "2026-03-01",
    }


def test_what_is_spent_below_a_category_and_in_its_currency_counts(
    ana: TenantContext, food: UUID, purse: NewTransaction
) -> None:
    create_webhook(ana, URL, EXCEEDED)
    nuts = create_category(ana, "Nuts", CategoryKind.EXPENSE, food)
    yen = create_account(ana, NewAccount("Yen", AccountKind.CASH, "JPY", MARCH))
    record_transaction(ana, replace(purse, account_id=yen, amount=-5000))
    record_transaction(ana, purse)
    assert told() == []
    record_transaction(ana, replace(purse, category_id=nuts))
    assert len(told()) == 1


@pytest.mark.parametrize("by", ["a change", "a category", "an import"])
def test_a_budget_is_exceeded_by_whatever_changes_what_is_spent(
    ana: TenantContext, food: UUID, purse: NewTransaction, by: str
) -> None:
    create_webhook(ana, URL, EXCEEDED)
    record_transaction(ana, purse)
    second = record_transaction(ana, replace(purse, category_id=None))
    assert told() == []
    if by == "a change":
        change_transaction(ana, second, TransactionChange(category_id=food), version=1)
    elif by == "a category":
        categorise(ana, [second], food)
    else:
        create_rule(ana, "Grocer", food)
        rows = b"Date;Payee;Amount;Currency\n2026-03-20;Grocer;-6.00;EUR\n"
        imported(ana, rows, account_id=purse.account_id)
    assert len(told()) == 1


def test_a_budget_that_is_kept_again_can_be_exceeded_again(
    ana: TenantContext, purse: NewTransaction
) -> None:
    create_webhook(ana, URL, EXCEEDED)
    record_transaction(ana, purse)
    second = record_transaction(ana, purse)
    assert len(told()) == 1
    taken_back = delete_transactions(ana, [second])
    assert told() == []
    undo(ana, taken_back)
    assert len(told()) == 1


def test_what_was_exceeded_before_is_not_told_by_another_amount_or_a_new_webhook(
    ana: TenantContext, food: UUID, purse: NewTransaction
) -> None:
    for _ in range(2):
        record_transaction(ana, purse)
    create_webhook(ana, URL, EXCEEDED)
    other = create_category(ana, "Games", CategoryKind.EXPENSE)
    record_transaction(ana, replace(purse, category_id=other))
    budget_id = create_budget(ana, other, "EUR", 100000)
    change_budget(ana, budget_id, Decimal(5), purse.booked_on)
    record_transaction(ana, replace(purse, category_id=other))
    record_transaction(ana, replace(purse, category_id=food))
    assert told() == []


def test_nobody_learns_what_is_spent_in_an_account_that_he_does_not_see(
    ana: TenantContext, dora: TenantContext, purse: NewTransaction
) -> None:
    for context in (ana, dora):
        create_webhook(context, f"{URL}/{context.session.name}", EXCEEDED)
    own = opened(ana, Visibility.PRIVATE)
    record_transaction(ana, replace(purse, account_id=own, amount=-5000))
    assert [each.url for each in told()] == [f"{URL}/Ana"]
    record_transaction(ana, purse)
    assert told() == []
    share_account(ana, own, dora.user_id, ShareLevel.READ)
    assert told() == []
    record_transaction(ana, replace(purse, booked_on=APRIL, account_id=own, amount=-5000))
    assert {each.url for each in told()} == {f"{URL}/Ana", f"{URL}/Dora"}


def test_whoever_is_no_admin_any_more_is_told_of_no_budget(
    ana: TenantContext, dora: TenantContext, purse: NewTransaction
) -> None:
    create_webhook(dora, URL, EXCEEDED)
    change_role(ana, dora.user_id, Role.MEMBER)
    record_transaction(ana, replace(purse, amount=-5000))
    assert told() == []


def test_without_such_a_webhook_nothing_is_looked_at(
    ana: TenantContext, purse: NewTransaction, database: Database
) -> None:
    create_webhook(ana, URL, [Happening.MEMBER_JOINED])
    record_transaction(ana, replace(purse, amount=-5000))
    with database.administrator() as admin:
        assert admin.execute("select count(*) from sec.budget_notice").fetchall() == [(0,)]
