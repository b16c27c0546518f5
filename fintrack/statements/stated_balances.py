"""What the bank last said that an account held, against what the books have for that day."""

import pandas as pd
from sqlalchemy import BigInteger, cast, func, select, true

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
    above it now. Of several of one day the one that they are nearest to counts: a file of the
    morning may come after that of the evening. Imports that were taken back say nothing, and an
    account of which none states a balance has no row.
    """
    context.require(Permission.READ)
    held = Account.opening_balance + moved_through(ImportBatch.file_balance_on)
    difference = held - ImportBatch.file_balance
    latest = (
        select(
            ImportBatch.file_balance_on,
            ImportBatch.file_balance,
            cast(difference, BigInteger).label("difference"),
        )
        .where(
            ImportBatch.tenant_id == Account.tenant_id,
            ImportBatch.account_id == Account.id,
            ImportBatch.file_balance.is_not(None),
            ImportBatch.undone_at.is_(None),
        )
        .order_by(ImportBatch.file_balance_on.desc(), func.abs(difference))
        .limit(1)
        .lateral()
    )
    statement = (
        select(Account.id, Account.currency, *latest.c).join(latest, true()).order_by(Account.id)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, STATED_BALANCES)
