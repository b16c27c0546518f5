"""The overview: all that Home shows, asked in one transaction."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select, tuple_

from fintrack.analytics.cash_flow import CASH_FLOW, by_month_of_each
from fintrack.analytics.net_worth import NET_WORTH, balance_series, net_worth_sums
from fintrack.analytics.periods import (
    DAY,
    Interval,
    PeriodChoice,
    chosen_period,
    months_before,
    previous,
)
from fintrack.analytics.places import Places, places
from fintrack.analytics.spending import SPENDING, by_category
from fintrack.cache import built_once, kept
from fintrack.context import Permission, TenantContext
from fintrack.db import rows_of_each, tenant_transaction
from fintrack.derived_schema import Line
from fintrack.frames import frame
from fintrack.import_schema import ImportBatch
from fintrack.schema import Account, Category, Transaction

MOST_COUNTED = 100
MONTHS_SHOWN = 12
ACCOUNT_TREND = {
    "account_id": "str",
    "name": "str",
    "kind": "str",
    "side": "str",
    "currency": "str",
    "is_archived": "bool",
    "on": "datetime64[s]",
    "balance": "int64",
}
RECENT = {
    "transaction_id": "str",
    "booked_on": "datetime64[s]",
    "payee": "str",
    "category": "str",
    "account": "str",
    "currency": "str",
    "amount": "int64",
    "is_split": "bool",
    "is_transfer": "bool",
}


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for a member: rows without a category (at most 100 counted), refused rows."""

    uncategorised: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Home on one day.

    net_worth: `NET_WORTH` at the ends of 12 months, the last one on the day itself.
    accounts: `ACCOUNT_TREND`, the same 12 points of each visible account, by name.
    months: `CASH_FLOW` of the last 12 months. last_month: `CASH_FLOW` of the month before this one,
    up to the same day.
    spending: `SPENDING` of this month so far. places: where the top categories stand.
    recent: `RECENT`, the newest 8; where nobody is named as payee, the bank's text stands there.
    """

    today: date
    net_worth: pd.DataFrame
    accounts: pd.DataFrame
    months: pd.DataFrame
    last_month: pd.DataFrame
    spending: pd.DataFrame
    places: Places
    attention: Attention
    recent: pd.DataFrame


@kept
def overview(context: TenantContext, today: date) -> Overview:
    """Return what Home shows on `today`; the future is left out. All is asked in one round trip."""
    context.require(Permission.READ)
    month, until = today.replace(day=1), today + DAY
    since = months_before(month, MONTHS_SHOWN - 1)
    before = previous(chosen_period(PeriodChoice.THIS_MONTH, today))
    with tenant_transaction(context) as db:
        rows, months, waiting, spent, recent = rows_of_each(
            db,
            _series(since, until),
            by_month_of_each((since, until), (before.since, before.until)),
            _waiting(),
            by_category("EXPENSE", month, until),
            _recent(until),
        )
    uncategorised, rejected, standing = waiting[0]
    return Overview(
        today,
        frame([row[8:] for row in rows if row[0] is None], NET_WORTH),
        frame([row[:8] for row in rows if row[0] is not None], ACCOUNT_TREND),
        frame([row[:4] for row in months if row[4] == 0], CASH_FLOW),
        frame([row[:4] for row in months if row[4] == 1], CASH_FLOW),
        frame(spent, SPENDING),
        standing or {},
        Attention(uncategorised, rejected),
        frame(recent, RECENT),
    )


@built_once
def _series(since: date, until: date) -> Select[Any]:
    """Return each account's balance (`ACCOUNT_TREND`) and, in rows of none, then `NET_WORTH`."""
    series = balance_series(since, until, Interval.MONTH)
    levels = func.grouping_sets(
        tuple_(series.c.on, series.c.currency), tuple_(series.c.on, series.c.account_id)
    )
    sums = (
        select(series.c.on, series.c.currency, *net_worth_sums(series), series.c.account_id)
        .group_by(levels)
        .subquery("sums")
    )
    return (
        select(
            sums.c.account_id, Account.name, Account.kind, Account.side, Account.currency,
            Account.archived_at.is_not(None), sums.c.on, sums.c.net,
            sums.c.on, sums.c.currency, sums.c.assets, sums.c.liabilities, sums.c.net,
        )
        .outerjoin(Account, Account.id == sums.c.account_id)
        .order_by(func.lower(Account.name), sums.c.account_id, sums.c.on, sums.c.currency)
    )  # fmt: skip


@built_once
def _waiting() -> Select[Any]:
    """Return how much waits, and the places of the categories, which need no statement alone."""
    waiting = (
        select(Line.transaction_id)
        .where(Line.category_id.is_(None), Line.transfer_id.is_(None))
        .limit(MOST_COUNTED)
        .subquery("waiting")
    )
    rejected = (
        select(func.coalesce(func.sum(ImportBatch.rejected_count), 0))
        .where(ImportBatch.undone_at.is_(None))
        .scalar_subquery()
    )
    uncategorised = func.count(waiting.c.transaction_id.distinct())
    return select(uncategorised, rejected, places())


@built_once
def _recent(until: date) -> Select[Any]:
    newest = (
        select(
            Transaction.id, Transaction.booked_on, Transaction.payee, Transaction.description,
            Transaction.category_id, Transaction.account_id, Transaction.currency,
            Transaction.amount, Transaction.is_split, Transaction.transfer_id,
        )
        .where(Transaction.booked_on < until)
        .order_by(Transaction.booked_on.desc(), Transaction.id.desc())
        .limit(8)
        .subquery("newest")
    )  # fmt: skip
    named = func.coalesce(func.nullif(newest.c.payee, ""), newest.c.description)
    return (
        select(
            newest.c.id, newest.c.booked_on, named, Category.name.label("category"),
            Account.name.label("account"), newest.c.currency, newest.c.amount, newest.c.is_split,
            newest.c.transfer_id.is_not(None),
        )
        .join(Account, Account.id == newest.c.account_id)
        .outerjoin(Category, Category.id == newest.c.category_id)
        .order_by(newest.c.booked_on.desc(), newest.c.id.desc())
    )  # fmt: skip
