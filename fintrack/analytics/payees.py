"""Payees: to whom most of the money went."""

from datetime import date

import pandas as pd
from sqlalchemy import func, select

from fintrack.analytics.cash_flow import EXPENSE, is_of_kind, moved, outflow
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import read_frame
from fintrack.schema import Category, Line

TOP_PAYEES = {"payee": "str", "currency": "str", "amount": "int64", "transactions": "int64"}


def top_payees(context: TenantContext, since: date, until: date, limit: int) -> pd.DataFrame:
    """Return the `limit` payees of each currency that cost most in [since, until): `TOP_PAYEES`.

    Amounts are spending as `spending` counts it: positive, lowered by refunds, without transfers.
    Transactions that name nobody are one payee, "".
    """
    context.require(Permission.READ)
    amount = outflow()
    rank = func.row_number().over(partition_by=Line.currency, order_by=(amount.desc(), Line.payee))
    sums = (
        select(
            Line.payee, Line.currency, amount.label("amount"),
            func.count(Line.transaction_id.distinct()).label("transactions"), rank.label("rank"),
        )
        .outerjoin(Category, Category.id == Line.category_id)
        .where(moved(since, until), is_of_kind(EXPENSE))
        .group_by(Line.payee, Line.currency)
        .subquery("sums")
    )  # fmt: skip
    statement = (
        select(sums.c.payee, sums.c.currency, sums.c.amount, sums.c.transactions)
        .where(sums.c.rank <= limit)
        .order_by(sums.c.currency, sums.c.rank)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, TOP_PAYEES)
