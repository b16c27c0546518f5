"""Payees: to whom most of the money went."""

from datetime import date

import pandas as pd
from sqlalchemy import func, select

from fintrack.analytics.cash_flow import EXPENSE, amount, kinds_of_categories
from fintrack.analytics.flows import flows_by_payee
from fintrack.cache import kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import read_frame
from fintrack.schema import Account

TOP_PAYEES = {"payee": "str", "currency": "str", "amount": "int64"}


@kept
def top_payees(context: TenantContext, since: date, until: date, limit: int) -> pd.DataFrame:
    """Return the `limit` payees of each currency that cost most in [since, until): `TOP_PAYEES`.

    Amounts are spending as `spending` counts it: positive, lowered by refunds, without transfers.
    Transactions that name nobody are one payee, "".
    """
    context.require(Permission.READ)
    moved, kinds = flows_by_payee(since, until), kinds_of_categories()
    spent = amount(EXPENSE, moved, kinds)
    rank = func.row_number().over(
        partition_by=Account.currency, order_by=(spent.desc(), moved.c.payee)
    )
    sums = (
        select(
            moved.c.payee, Account.currency, spent.label("amount"), rank.label("rank"),
        )
        .join(Account, Account.id == moved.c.account_id)
        .outerjoin(kinds, kinds.c.id == moved.c.category_id)
        .group_by(moved.c.payee, Account.currency)
        .having(spent != 0)
        .subquery("sums")
    )  # fmt: skip
    statement = (
        select(sums.c.payee, sums.c.currency, sums.c.amount)
        .where(sums.c.rank <= limit)
        .order_by(sums.c.currency, sums.c.rank)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, TOP_PAYEES)
