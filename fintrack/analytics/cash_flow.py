"""Cash flow: what came in and what went out, and the one rule that decides which is which."""

from datetime import date
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    cast,
    func,
    literal,
    select,
    union_all,
)

from fintrack.analytics.flows import flows
from fintrack.cache import built_once, kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import read_frame
from fintrack.schema import Account, Category

CASH_FLOW = {"month": "datetime64[s]", "currency": "str", "inflow": "int64", "outflow": "int64"}
INCOME, EXPENSE = "INCOME", "EXPENSE"


@kept
def cash_flow(
    context: TenantContext, since: date, until: date, account_id: UUID | None = None
) -> pd.DataFrame:
    """Return inflow and outflow per month (its first day) and currency, in that order: `CASH_FLOW`.

    A category decides by its kind: money back from a shop lowers outflow, and a salary paid back
    lowers inflow, so that either may be negative. Without a category the sign decides. Transfers
    between own accounts are neither. `income` and `spending` add up to the same cents. Months in
    which nothing moved have no row. With `account_id` only that account is looked at.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return read_frame(db, by_month(since, until, account_id), CASH_FLOW)


@built_once
def by_month(since: date, until: date, account_id: UUID | None = None) -> Select[Any]:
    """Return the statement whose rows are `CASH_FLOW`."""
    return _by_month(flows(since, until, account_id))


@built_once
def by_month_of_each(*periods: tuple[date, date]) -> Select[Any]:
    """Return the statement whose rows are `CASH_FLOW` of each of the periods, and its number."""
    each = [
        select(literal(number).label("period"), flows(*period))
        for number, period in enumerate(periods)
    ]
    moved = union_all(*each).subquery("flows")
    return _by_month(moved).add_columns(moved.c.period).group_by(moved.c.period)


def _by_month(moved: Subquery) -> Select[Any]:
    kinds = kinds_of_categories()
    sums = [amount(kind, moved, kinds) for kind in (INCOME, EXPENSE)]
    return (
        select(moved.c.month, Account.currency, *sums)
        .join(Account, Account.id == moved.c.account_id)
        .outerjoin(kinds, kinds.c.id == moved.c.category_id)
        .group_by(moved.c.month, Account.currency)
        .having(func.sum(moved.c.entries) > 0)
        .order_by(moved.c.month, Account.currency)
    )


def kinds_of_categories() -> CTE:
    """Return id and kind of every category, read once: not one by one beside the flows."""
    return select(Category.id, Category.kind).cte("kinds").prefix_with("MATERIALIZED")


def amount(kind: str, moved: Subquery, kinds: CTE) -> ColumnElement[int]:
    """Return the sum of `flows` that is income, or an expense, beside the kinds; positive.

    Without a category the sign decides.
    """
    this, other = moved.c.incoming, moved.c.outgoing
    if kind == EXPENSE:
        this, other = other, this
    of_kind = func.sum(this - other).filter(kinds.c.kind == kind)
    unnamed = func.sum(this).filter(moved.c.category_id.is_(None))
    return cast(func.coalesce(of_kind, 0) + func.coalesce(unnamed, 0), BigInteger)
