"""Anomalies: amounts far from what is usual for their payee."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Label,
    Select,
    and_,
    cast,
    func,
    select,
)

from fintrack.analytics.periods import LONGEST_YEAR, require_days
from fintrack.cache import kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.schema import Account, Transaction

ANOMALIES: Shape = {
    "transaction_id": "str",
    "booked_on": "datetime64[s]",
    "payee": "str",
    "account": "str",
    "currency": "str",
    "amount": "int64",
    "usual": "int64",
    "spread": "int64",
}
# Far is five spreads, of at least a twentieth of the usual, and usual is what came six times.
FAR, TWENTIETH, OFTEN = 5, 20, 6
YEAR = timedelta(365)


@kept
def anomalies(context: TenantContext, since: date, until: date, limit: int = 50) -> pd.DataFrame:
    """Return the transactions in [since, until) that are unlike their payee's others: `ANOMALIES`.

    Usual is the median of the payee's amounts of this currency and sign in the year before `until`,
    spread the median distance from it; of two in the middle the lower one. Far is more than five
    spreads, each of at least a twentieth of the usual; who was paid less than six times is not
    judged. Those farthest off come first, in each currency. Splits count as a whole, transfers not
    at all.

    Raises:
        InvalidInput: the period is longer than a year.
    """
    context.require(Permission.READ)
    require_days(since, until, LONGEST_YEAR)
    distant = _distant(min(since, until - YEAR), until)
    spread = _by_payee(distant, _median(distant.c.off).label("spread")).subquery("spread")
    least = func.greatest(spread.c.spread * TWENTIETH, func.abs(distant.c.usual))
    statement = (
        select(
            distant.c.id, distant.c.booked_on, distant.c.payee, Account.name, distant.c.currency,
            distant.c.amount, distant.c.usual, spread.c.spread,
        )
        .join_from(distant, spread, _same(distant, spread))
        .join(Account, Account.id == distant.c.account_id)
        .where(distant.c.booked_on >= since, distant.c.off * TWENTIETH > FAR * least)
        .order_by(distant.c.currency, distant.c.off.desc(), distant.c.id)
        .limit(limit)
    )  # fmt: skip
    with tenant_transaction(context) as db:
        return read_frame(db, statement, ANOMALIES)


def _distant(since: date, until: date) -> CTE:
    """Return the transactions of often-met payees with what is usual and how far off they are."""
    sign = (Transaction.amount > 0).label("is_inflow")
    paid = (
        select(
            Transaction.id, Transaction.booked_on, Transaction.account_id, Transaction.payee,
            Transaction.currency, Transaction.amount, sign,
        )
        .where(Transaction.booked_on >= since, Transaction.booked_on < until)
        .where(Transaction.payee != "", Transaction.transfer_id.is_(None))
        .cte("paid")
    )  # fmt: skip
    median = _by_payee(paid, _median(paid.c.amount).label("usual"))
    usual = median.having(func.count() >= OFTEN).subquery("usual")
    off = func.abs(paid.c.amount - usual.c.usual).label("off")
    return select(paid, usual.c.usual, off).join(usual, _same(paid, usual)).cte("distant")


def _by_payee(rows: CTE, figure: Label[int]) -> Select[*tuple[Any, ...]]:
    keys = (rows.c.payee, rows.c.currency, rows.c.is_inflow)
    return select(*keys, figure).group_by(*keys)


def _same(left: FromClause, right: FromClause) -> ColumnElement[bool]:
    return and_(*(left.c[key] == right.c[key] for key in ("payee", "currency", "is_inflow")))


def _median(amount: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.percentile_disc(0.5).within_group(amount), BigInteger)
