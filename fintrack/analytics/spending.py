"""Spending and income by category, from the top of the tree down to one branch."""

from datetime import date
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import CTE, Select, case, func, literal, select
from sqlalchemy.orm import aliased

from fintrack.analytics.cash_flow import EXPENSE, INCOME, amount
from fintrack.analytics.flows import flows
from fintrack.cache import built_once, kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound
from fintrack.frames import read_frame
from fintrack.schema import Account, Category

SPENDING = {
    "category_id": "str",
    "category": "str",
    "parent": "str",
    "currency": "str",
    "amount": "int64",
}
UNCATEGORISED = "Uncategorised"


@kept
def spending(
    context: TenantContext,
    since: date,
    until: date,
    parent_id: UUID | None = None,
    account_id: UUID | None = None,
) -> pd.DataFrame:
    """Return what each category of expenses cost in [since, until), most first: `SPENDING`.

    Spending is positive, a refund lowers it. Rows are the top of the tree, each with all below it;
    with `parent_id` the children of that category, and what was booked on itself in its own row.
    Outgoing money without a category is a row with the category_id "". With `account_id` only that
    account is looked at.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return read_frame(db, by_category(EXPENSE, since, until, parent_id, account_id), SPENDING)


@kept
def income(
    context: TenantContext,
    since: date,
    until: date,
    parent_id: UUID | None = None,
    account_id: UUID | None = None,
) -> pd.DataFrame:
    """Return what each category of income brought in [since, until), most first: `SPENDING`.

    The rows are those of `spending`, with income positive.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return read_frame(db, by_category(INCOME, since, until, parent_id, account_id), SPENDING)


def branch(context: TenantContext, category_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Return id and name of the category and of all above it, the top first.

    Raises:
        NotFound: there is no such category.
    """
    context.require(Permission.READ)
    start = select(Category.id, Category.name, Category.parent_id, literal(0).label("height"))
    above = start.where(Category.id == category_id).cte("above", recursive=True)
    parent = aliased(Category)
    step = select(parent.id, parent.name, parent.parent_id, above.c.height + 1)
    tree = above.union_all(step.join(above, parent.id == above.c.parent_id))
    statement = select(tree.c.id, tree.c.name).order_by(tree.c.height.desc())
    with tenant_transaction(context) as db:
        found = tuple((row.id, row.name) for row in db.execute(statement))
    if not found:
        raise NotFound("There is no such category.")
    return found


@built_once
def by_category(
    kind: str,
    since: date,
    until: date,
    parent_id: UUID | None = None,
    account_id: UUID | None = None,
) -> Select[Any]:
    """Return the statement whose rows are `SPENDING`, for one kind of category."""
    tree, moved = category_rows(parent_id, kind), flows(since, until, account_id)
    total = amount(kind, moved, tree)
    sums = (
        select(tree.c.shown_id, Account.currency, total.label("amount"))
        .select_from(moved)
        .join(Account, Account.id == moved.c.account_id)
        .join(tree, tree.c.id == moved.c.category_id, isouter=parent_id is None)
        .where(tree.c.id.is_not(None) | moved.c.category_id.is_(None))
        .group_by(tree.c.shown_id, Account.currency)
        .having(total != 0)
        .subquery("sums")
    )
    shown, parent = aliased(Category), aliased(Category)
    return (
        select(
            shown.id, func.coalesce(shown.name, UNCATEGORISED), parent.name,
            sums.c.currency, sums.c.amount,
        )
        .select_from(sums)
        .outerjoin(shown, shown.id == sums.c.shown_id)
        .outerjoin(parent, parent.id == shown.parent_id)
        .order_by(sums.c.currency, sums.c.amount.desc(), func.lower(shown.name))
    )  # fmt: skip


def category_rows(parent_id: UUID | None, kind: str | None = None) -> CTE:
    """Return every category of the branch as `id`, beside the one in whose row it is shown.

    Without `parent_id` they are shown at the top of the tree, of one kind or of both.
    """
    start = Category.parent_id.is_(None) if parent_id is None else Category.id == parent_id
    first = select(Category.id, Category.id.label("shown_id"), Category.kind).where(start)
    if kind is not None:
        first = first.where(Category.kind == kind)
    tree = first.cte("tree", recursive=True)
    child = aliased(Category)
    shown = case((tree.c.id == parent_id, child.id), else_=tree.c.shown_id)
    below = select(child.id, shown if parent_id else tree.c.shown_id, child.kind)
    return tree.union_all(below.join(tree, child.parent_id == tree.c.id))
