"""Budgets beside what was spent of them in a month."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import CTE, BigInteger, Select, cast, func, select
from sqlalchemy.orm import aliased

from fintrack.analytics.flows import flows
from fintrack.analytics.periods import months_before
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import read_frame
from fintrack.ledger.budgets import change_amount
from fintrack.ledger.category_paths import category_tree
from fintrack.plan_schema import Budget
from fintrack.schema import Account, Category

BUDGETS = {
    "id": "str",
    "category_id": "str",
    "category": "str",
    "currency": "str",
    "amount": "int64",
    "spent": "int64",
}


def budgets(context: TenantContext, month: date) -> pd.DataFrame:
    """Return the budgets by category, each with what was spent of it in the month: `BUDGETS`.

    Spent counts the category and all below it, in accounts that the member sees; refunds lower it.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return read_frame(db, _spent_of(month), BUDGETS)


def change_budget(
    context: TenantContext,
    budget_id: UUID,
    amount: Decimal,
    month: date,
    version: str | None = None,
) -> pd.DataFrame:
    """Set another amount a month, and return the budget as `budgets` does for the month.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such budget.
        Outdated: somebody was faster.
        InvalidInput: the amount cannot be kept.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    changed = _spent_of(month).where(Budget.id == budget_id)
    with tenant_transaction(context) as db:
        change_amount(db, budget_id, amount, version)
        return read_frame(db, changed, BUDGETS)


def _spent_of(month: date) -> Select[*tuple[Any, ...]]:
    since = month.replace(day=1)
    within, tree = _within(), category_tree()
    moved = flows(since, months_before(since, -1))
    total = func.sum(moved.c.outgoing - moved.c.incoming).label("spent")
    sums = (
        select(within.c.budget_id, Account.currency, total)
        .join(moved, moved.c.category_id == within.c.id)
        .join(Account, Account.id == moved.c.account_id)
        .group_by(within.c.budget_id, Account.currency)
        .subquery("sums")
    )
    spent = cast(func.coalesce(sums.c.spent, 0), BigInteger)
    return (
        select(Budget.id, Budget.category_id, tree.c.path, Budget.currency, Budget.amount, spent)
        .outerjoin(tree, tree.c.id == Budget.category_id)
        .outerjoin(sums, (sums.c.budget_id == Budget.id) & (sums.c.currency == Budget.currency))
        .order_by(func.lower(tree.c.path), Budget.currency)
    )


def _within() -> CTE:
    """Return every category as `id` beside each budget that it counts in."""
    own = select(Budget.id.label("budget_id"), Budget.category_id.label("id"))
    within = own.cte("within", recursive=True)
    child = aliased(Category)
    below = select(within.c.budget_id, child.id).join(within, child.parent_id == within.c.id)
    return within.union(below)
