"""Cash flow: what came in and what went out, and the one rule that decides which is which."""

from datetime import date
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    FunctionElement,
    Label,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import read_frame
from fintrack.schema import Category, Line

CASH_FLOW = {"month": "datetime64[s]", "currency": "str", "inflow": "int64", "outflow": "int64"}
INCOME, EXPENSE = "INCOME", "EXPENSE"


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
    statement = (
        select(month_of(Line.booked_on), Line.currency, inflow(), outflow())
        .outerjoin(Category, Category.id == Line.category_id)
        .where(moved(since, until, account_id))
        .group_by("month", Line.currency)
        .order_by("month", Line.currency)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, CASH_FLOW)


def moved(since: date, until: date, account_id: UUID | None = None) -> ColumnElement[bool]:
    """Return the condition on `Line`: booked in [since, until), and no transfer; on one account."""
    own = (Line.booked_on >= since) & (Line.booked_on < until) & Line.transfer_id.is_(None)
    return own if account_id is None else own & (Line.account_id == account_id)


def is_of_kind(kind: str) -> ColumnElement[bool]:
    """Return the condition on a `Line` beside its category that makes it income or an expense."""
    return or_(Category.kind == kind, Category.kind.is_(None) & has_sign_of(kind))


def has_sign_of(kind: str) -> ColumnElement[bool]:
    """Return the condition that decides for a `Line` without a category."""
    return Line.amount > 0 if kind == INCOME else Line.amount <= 0


def inflow(condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """Return the sum of what came in, in minor units, of the lines under `condition`."""
    return _total(func.sum(Line.amount), is_of_kind(INCOME), condition)


def outflow(condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """Return the sum of what went out, positive, in minor units, of the lines under `condition`."""
    return _total(func.sum(-Line.amount), is_of_kind(EXPENSE), condition)


def month_of(day: SQLCoreOperations[date]) -> Label[date]:
    """Return the first day of the month of `day`, as "month"."""
    # Cast to a timestamp without zone: the zone of the connection must not move a day.
    return cast(func.date_trunc("month", cast(day, DateTime)), Date).label("month")


def _total(
    amount: FunctionElement[int], kind: ColumnElement[bool], condition: ColumnElement[bool] | None
) -> ColumnElement[int]:
    counted = kind if condition is None else kind & condition
    return cast(func.coalesce(amount.filter(counted), 0), BigInteger)
