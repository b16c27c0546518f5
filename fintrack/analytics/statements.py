"""The two statements of a set of books: what came of a period, and what there is at its end."""

from datetime import date
from uuid import UUID

import pandas as pd

from fintrack.analytics.cash_flow import EXPENSE, INCOME
from fintrack.analytics.net_worth import balances
from fintrack.analytics.spending import SPENDING, by_category
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import read_frame

INCOME_STATEMENT = {"kind": "str", **SPENDING}
BALANCE_SHEET = {
    "side": "str",
    "account_id": "str",
    "name": "str",
    "kind": "str",
    "currency": "str",
    "amount": "int64",
}


def income_statement(
    context: TenantContext, since: date, until: date, account_id: UUID | None = None
) -> pd.DataFrame:
    """Return income, then expenses, by category in [since, until): `INCOME_STATEMENT`.

    Both are positive; income less expenses is what the period earned, in each currency. Rows are
    those of `income` and `spending`.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        parts = [
            read_frame(db, by_category(kind, since, until, None, account_id), SPENDING).assign(
                kind=kind
            )
            for kind in (INCOME, EXPENSE)
        ]
    return pd.concat(parts, ignore_index=True)[list(INCOME_STATEMENT)].astype(INCOME_STATEMENT)


def balance_sheet(context: TenantContext, on: date, account_id: UUID | None = None) -> pd.DataFrame:
    """Return assets, then liabilities, of the visible accounts at the end of `on`: `BALANCE_SHEET`.

    What is owed is positive; assets less liabilities is the net worth, in each currency.
    """
    held = balances(context, on, account_id)
    sign = held["side"].map({"ASSET": 1, "LIABILITY": -1})
    sheet = held.assign(amount=held["balance"] * sign).sort_values("side", kind="stable")
    return sheet[list(BALANCE_SHEET)].reset_index(drop=True).astype(BALANCE_SHEET)
