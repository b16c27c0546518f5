"""What the bank last said that an account held, against what the books have for that day."""

import pandas as pd
from sqlalchemy import BigInteger, cast, select, true

from fintrack.cache import kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.import_schema import ImportBatch
from fintrack.ledger.moved import moved_through
from fintrack.schema import Account

STATED_BALANCES: Shape = {
    "account_id": "str",
    "currency": "str",
    "on": "datetime64[s]",
    "balance": "int64",
    "difference": "int64",
}


@kept
def stated_balances(context: TenantContext) -> pd.DataFrame:
    """Return the balance of the latest day that an import states, by account: `STATED_BALANCES`.

    Balances are of the end of that day, in minor units; `difference` is by how much the books are
    above it now. Imports that were taken back say nothing, and an account of which none states a
    balance has no row.
    """
    context.require(Permission.READ)
    latest = (
        select(ImportBatch.file_balance, ImportBatch.file_balance_on)
        .where(
            ImportBatch.tenant_id == Account.tenant_id,
            ImportBatch.account_id == Account.id,
            ImportBatch.file_balance.is_not(None),
            ImportBatch.undone_at.is_(None),
        )
        .order_by(ImportBatch.file_balance_on.desc(), ImportBatch.created_at.desc())
        .limit(1)
        .lateral()
    )
    held = Account.opening_balance + moved_through(latest.c.file_balance_on)
    statement = (
        select(
            Account.id,
            Account.currency,
            latest.c.file_balance_on,
            latest.c.file_balance,
            cast(held - latest.c.file_balance, BigInteger),
        )
        .join(latest, true())
        .order_by(Account.id)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, STATED_BALANCES)
