"""Net worth change: what a period began with, what moved, and what it ended with, to the cent."""

from datetime import date
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, cast, func, select
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.analytics.cash_flow import EXPENSE, INCOME, amount, kinds_of_categories
from fintrack.analytics.flows import flows
from fintrack.analytics.periods import DAY
from fintrack.cache import built_once, kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.ledger.moved import moved_through
from fintrack.schema import Account

NET_WORTH_CHANGE: Shape = {
    "currency": "str",
    "opening": "int64",
    "opened": "int64",
    "inflow": "int64",
    "outflow": "int64",
    "transfers": "int64",
    "closing": "int64",
}


@kept
def net_worth_change(
    context: TenantContext, since: date, until: date, account_id: UUID | None = None
) -> pd.DataFrame:
    """Return how net worth went from before `since` to the end of the period: `NET_WORTH_CHANGE`.

    One row a currency, by currency: opening + opened + inflow - outflow + transfers = closing.
    Opened is what accounts held that were opened meanwhile; inflow and outflow are those of
    `cash_flow`. Transfers are the sides of transfers that lie in the period and in sight. Two sides
    cancel, so that what remains went to or came from accounts that the member does not see, other
    currencies, or another period. With `account_id` only that account is looked at, where
    nothing cancels.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return read_frame(db, _by_currency(since, until, account_id), NET_WORTH_CHANGE)


@built_once
def _by_currency(since: date, until: date, account_id: UUID | None) -> Select[*tuple[Any, ...]]:
    days, flow = _moved(since, until), _flow(since, until, account_id)
    inflow, outflow = _sum(flow.c.inflow), _sum(flow.c.outflow)
    opening = _sum(Account.opening_balance, Account.opened_on < since) + _sum(days.c.before)
    opened = _sum(Account.opening_balance, Account.opened_on >= since, Account.opened_on < until)
    # All that moved but income and expenses.
    transfers = _sum(days.c.within) - inflow + outflow
    closing = opening + opened + _sum(days.c.within)
    figures = (opening, opened, inflow, outflow, transfers, closing)
    sums = [cast(each, BigInteger) for each in figures]
    statement = (
        select(Account.currency, *sums)
        .outerjoin(days, days.c.account_id == Account.id)
        .outerjoin(flow, flow.c.account_id == Account.id)
        .group_by(Account.currency)
        .order_by(Account.currency)
    )
    return statement if account_id is None else statement.where(Account.id == account_id)


def _moved(since: date, until: date) -> Subquery:
    """Return what moved on each account before the period and within it, transfers included."""
    before, through = (moved_through(day - DAY) for day in (since, until))
    rows = select(
        Account.id.label("account_id"), before.label("before"), through.label("through")
    ).subquery("rows")
    within = (rows.c.through - rows.c.before).label("within")
    return select(rows.c.account_id, rows.c.before, within).subquery("days")


def _flow(since: date, until: date, account_id: UUID | None) -> Subquery:
    """Return what came in and went out of each account, transfers aside."""
    moved, kinds = flows(since, until, account_id), kinds_of_categories()
    inflow, outflow = (amount(kind, moved, kinds) for kind in (INCOME, EXPENSE))
    rows = select(moved.c.account_id, inflow.label("inflow"), outflow.label("outflow"))
    rows = rows.outerjoin(kinds, kinds.c.id == moved.c.category_id)
    return rows.group_by(moved.c.account_id).subquery("flow")


def _sum(of: SQLCoreOperations[int], *where: ColumnElement[bool]) -> ColumnElement[int]:
    total = func.sum(of)
    return func.coalesce(total.filter(*where) if where else total, 0)
