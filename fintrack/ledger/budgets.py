"""Budgets: what a category of expenses may cost in a month."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.versions import require_seen
from fintrack.context import Permission, TenantContext
from fintrack.db import hold_books, tenant_transaction
from fintrack.errors import NotFound
from fintrack.ledger.refusals import refusals
from fintrack.ledger.rows import plain
from fintrack.money import exponent, minor_units
from fintrack.plan_schema import Budget
from fintrack.schema import new_id

# What a version of a budget tells apart.
BUDGET_VALUES = ("category_id", "currency", "amount")
NO_BUDGET = "There is no such budget."


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
    budget_id = new_id()
    values = {"id": budget_id, "category_id": category_id, "currency": currency, "amount": amount}
    with tenant_transaction(context) as db:
        with refusals():
            db.execute(insert(Budget), [values])
        after = _state_of(db, budget_id)
        audit.record(db, "budget.created", subject_id=budget_id, after=after)
    return budget_id


def change_amount(db: Session, budget_id: UUID, amount: Decimal, version: str | None) -> None:
    """Set another amount a month, in the budget's currency, in the caller's transaction.

    Raises:
        NotFound: there is no such budget.
        Outdated: somebody was faster.
        InvalidInput: the amount cannot be kept.
    """
    before = _held(db, budget_id, version)
    kept = minor_units(amount, before["currency"])
    with refusals():
        statement = update(Budget).where(Budget.id == budget_id).values(amount=kept)
        db.execute(statement)
    after = {**before, "amount": kept}
    audit.record(db, "budget.changed", subject_id=budget_id, before=before, after=after)


def delete_budget(context: TenantContext, budget_id: UUID, version: str | None = None) -> None:
    """Forget a budget.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such budget.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    with tenant_transaction(context) as db:
        before = _held(db, budget_id, version)
        audit.record(db, "budget.deleted", subject_id=budget_id, before=before)
        db.execute(delete(Budget).where(Budget.id == budget_id))


def _held(db: Session, budget_id: UUID, version: str | None) -> dict[str, Any]:
    hold_books(db)
    state = _state_of(db, budget_id)
    require_seen(state, BUDGET_VALUES, version)
    return state


def _state_of(db: Session, budget_id: UUID) -> dict[str, Any]:
    columns = select(Budget.category_id, Budget.currency, Budget.amount)
    row = db.execute(columns.where(Budget.id == budget_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(NO_BUDGET)
    return plain(row)
