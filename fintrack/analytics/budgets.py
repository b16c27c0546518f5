"""Budgets beside what was spent of them in a month."""

from datetime import date

import pandas as pd
from sqlalchemy import CTE, BigInteger, cast, func, select
from sqlalchemy.orm import aliased

from fintrack.analytics.flows import flows
from fintrack.analytics.periods import months_before
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import read_frame
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
    statement = (
        select(Budget.id, Budget.category_id, tree.c.path, Budget.currency, Budget.amount, spent)
        .outerjoin(tree, tree.c.id == Budget.category_id)
        .outerjoin(sums, (sums.c.budget_id == Budget.id) & (sums.c.currency == Budget.currency))
        .order_by(func.lower(tree.c.path), Budget.currency)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, BUDGETS)


def _within() -> CTE:
    """Return every category as `id` beside each budget that it counts in."""
    own = select(Budget.id.label("budget_id"), Budget.category_id.label("id"))
    within = own.cte("within", recursive=True)
    child = aliased(Category)
    below = select(within.c.budget_id, child.id).join(within, child.parent_id == within.c.id)
    return within.union(below)
