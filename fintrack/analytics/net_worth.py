"""Net worth: what the visible accounts hold, at the end of each day, week or month."""

from datetime import date, timedelta
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Label,
    Subquery,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.analytics.periods import Interval, require_points
from fintrack.cache import built_once, kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import read_frame
from fintrack.ledger.moved import moved_through, moves
from fintrack.schema import Account

NET_WORTH = {
    "on": "datetime64[s]",
    "currency": "str",
    "assets": "int64",
    "liabilities": "int64",
    "net": "int64",
}
BALANCES = {
    "account_id": "str",
    "name": "str",
    "kind": "str",
    "side": "str",
    "currency": "str",
    "balance": "int64",
    "is_archived": "bool",
}


@kept
def net_worth(
    context: TenantContext,
    since: date,
    until: date,
    interval: Interval,
    account_id: UUID | None = None,
) -> pd.DataFrame:
    """Return assets, liabilities (what is owed, positive) and net = assets - liabilities.

    One row for the end of each interval that touches [since, until) and each currency, by date,
    then currency: `NET_WORTH`. The last row stands on the last day of the period. An opening
    balance counts from the account's `opened_on`; archived accounts count too. With `account_id`
    only that account is looked at.

    Raises:
        InvalidInput: there would be too many points.
    """
    context.require(Permission.READ)
    require_points(since, until, interval)
    series = balance_series(since, until, interval)
    statement = (
        select(series.c.on, series.c.currency, *net_worth_sums(series))
        .group_by(series.c.on, series.c.currency)
        .order_by(series.c.on, series.c.currency)
    )
    if account_id is not None:
        statement = statement.where(series.c.account_id == account_id)
    with tenant_transaction(context) as db:
        return read_frame(db, statement, NET_WORTH)


def balances(context: TenantContext, on: date, account_id: UUID | None = None) -> pd.DataFrame:
    """Return what each visible account, or one, holds at the end of `on`, by name: `BALANCES`."""
    context.require(Permission.READ)
    opening = case((Account.opened_on <= on, Account.opening_balance), else_=0)
    statement = select(
        Account.id, Account.name, Account.kind, Account.side, Account.currency,
        cast(opening + moved_through(on), BigInteger), Account.archived_at.is_not(None),
    ).order_by(func.lower(Account.name), Account.id)  # fmt: skip
    if account_id is not None:
        statement = statement.where(Account.id == account_id)
    with tenant_transaction(context) as db:
        return read_frame(db, statement, BALANCES)


def net_worth_sums(series: Subquery) -> tuple[Label[int], ...]:
    """Return the columns assets, liabilities and net over the rows of a `balance_series`."""
    balance, is_asset = series.c.balance, series.c.side == "ASSET"
    assets = func.coalesce(func.sum(balance).filter(is_asset), 0)
    owed = func.coalesce(-func.sum(balance).filter(~is_asset), 0)
    return (
        cast(assets, BigInteger).label("assets"),
        cast(owed, BigInteger).label("liabilities"),
        cast(func.sum(balance), BigInteger).label("net"),
    )


@built_once
def balance_series(since: date, until: date, interval: Interval) -> Subquery:
    """Return the balance of each account at the end of each interval that touches the period.

    Columns: account_id, currency, side, on, balance.
    """
    moves, starts = _moves(since, until, interval), _starts(since, until, interval)
    end = func.least(cast(starts.c.start + _step(interval), Date), until)
    days = (
        select(Account.id, Account.currency, Account.side, starts.c.start, (end - 1).label("on"))
        .join_from(Account, starts, true())
        .subquery("days")
    )
    # One row per account and interval is summed here, never one per transaction.
    balance = func.sum(func.coalesce(moves.c.amount, 0)).over(
        partition_by=days.c.id, order_by=days.c.start
    )
    return (
        select(
            days.c.id.label("account_id"), days.c.currency, days.c.side, days.c.on,
            balance.label("balance"),
        )
        .outerjoin(moves, (moves.c.account_id == days.c.id) & (moves.c.start == days.c.start))
        .subquery("series")
    )  # fmt: skip


def _moves(since: date, until: date, interval: Interval) -> Subquery:
    """Sum what moved on each account by interval; what lies before the period is in the first."""
    moved = moves(until if interval is Interval.MONTH else since, until).subquery("moved")
    booked = select(
        moved.c.account_id, _start(moved.c.on, since, interval).label("start"), moved.c.amount
    )
    opened = select(
        Account.id, _start(Account.opened_on, since, interval), Account.opening_balance
    ).where(Account.opened_on < until)
    both = union_all(booked, opened).subquery("both")
    return (
        select(both.c.account_id, both.c.start, func.sum(both.c.amount).label("amount"))
        .group_by(both.c.account_id, both.c.start)
        .subquery("moves")
    )


def _starts(since: date, until: date, interval: Interval) -> Subquery:
    first = cast(_start(cast(since, Date), since, interval), DateTime)
    last = cast(until - timedelta(days=1), DateTime)
    series = func.generate_series(first, last, _step(interval))
    return select(cast(series, Date).label("start")).subquery("starts")


def _start(day: SQLCoreOperations[date], since: date, interval: Interval) -> ColumnElement[date]:
    # Cast to a timestamp without zone: the zone of the connection must not move a day.
    return cast(func.date_trunc(interval.value, cast(func.greatest(day, since), DateTime)), Date)


def _step(interval: Interval) -> ColumnElement[timedelta]:
    return cast(literal(f"1 {interval}", Text), INTERVAL)
