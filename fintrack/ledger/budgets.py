"""Budgets: what a category of expenses may cost in a month."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.ledger.subjects import Subject, change_row, create_row, delete_row, state_of
from fintrack.money import exponent, minor_units
from fintrack.plan_schema import Budget
from fintrack.schema import new_id

NO_BUDGET = "There is no such budget."
BUDGET = Subject(Budget.id, (Budget.category_id, Budget.currency, Budget.amount), NO_BUDGET)


def create_budget(context: TenantContext, category_id: UUID, currency: str, amount: int) -> UUID:
    """Set what a category, with all below it, may cost in a month; returns the budget's id.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such category of expenses.
        Conflict: the category has a budget in this currency.
        InvalidInput: the currency or the amount cannot be kept.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    exponent(currency)
    values = {"id": new_id(), "category_id": category_id, "currency": currency, "amount": amount}
    with tenant_transaction(context) as db:
        return create_row(db, BUDGET, "budget.created", values)


def change_amount(db: Session, budget_id: UUID, amount: Decimal, version: str | None) -> None:
    """Set another amount a month, in the budget's currency, in the caller's transaction.

    Raises:
        NotFound: there is no such budget.
        Outdated: somebody was faster.
        InvalidInput: the amount cannot be kept.
    """
    currency = state_of(db, BUDGET, budget_id)["currency"]
    values = {"amount": minor_units(amount, currency)}
    change_row(db, BUDGET, budget_id, "budget.changed", values, version)


def delete_budget(context: TenantContext, budget_id: UUID, version: str | None = None) -> None:
    """Forget a budget.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such budget.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    with tenant_transaction(context) as db:
        delete_row(db, BUDGET, budget_id, "budget.deleted", version)
