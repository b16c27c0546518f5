"""The opening balance of an account that an import opened: it is what a file's balance implies.

What came before the rows that such a balance covers is part of the opening, until a file brings it;
so files may come in and go in any order. Once a member has changed the account, its opening balance
is his.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, select, update
from sqlalchemy.orm import Session

from fintrack.ledger.account_states import record_state, state_of
from fintrack.ledger.rows import one_of
from fintrack.schema import Account, ImportBatch, ImportRow, Transaction


def held_from() -> ColumnElement[date | None]:
    """Return the day before which an account's rows belong to its opening; None for most."""
    of_account = ImportBatch.tenant_id == Account.tenant_id, ImportBatch.account_id == Account.id
    stated = exists().where(*of_account, _is_stating())
    return case((and_(_is_of_an_import(), stated), Account.opened_on))


def uncovered(db: Session, batches: list[UUID]) -> list[tuple[UUID, int]]:
    """Return by account the sum of these batches' rows that lie before all that others state."""
    first = (
        select(ImportRow.account_id, func.min(Transaction.booked_on).label("day"))
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .join(Transaction, Transaction.id == ImportRow.transaction_id)
        .where(_is_stating(), not_(one_of(ImportBatch.id, batches)))
        .group_by(ImportRow.account_id)
        .subquery()
    )
    statement = (
        select(Transaction.account_id, func.sum(Transaction.amount))
        .join(Account, Account.id == Transaction.account_id)
        .join(first, first.c.account_id == Transaction.account_id)
        .where(
            one_of(Transaction.batch_id, batches),
            Transaction.booked_on < first.c.day,
            _is_of_an_import(),
        )
        .group_by(Transaction.account_id)
    )
    return [(account_id, int(total)) for account_id, total in db.execute(statement)]


def carry(db: Session, amounts: Iterable[tuple[UUID, int]]) -> None:
    """Add the amounts to the opening balances of these accounts, of the day of their first row."""
    for account_id, amount in amounts:
        if not amount:
            continue
        before = state_of(db, account_id)
        oldest = select(func.min(Transaction.booked_on)).where(Transaction.account_id == account_id)
        # No new version: what an import makes of its own account is no member's change.
        carried = (
            update(Account)
            .where(Account.id == account_id)
            .values(
                opening_balance=Account.opening_balance + amount,
                opened_on=func.coalesce(oldest.scalar_subquery(), Account.opened_on),
            )
        )
        db.execute(carried, execution_options={"synchronize_session": False})
        record_state(db, "account.changed", account_id, before)


def _is_of_an_import() -> ColumnElement[bool]:
    """Say that the account was made in the transaction of an import, and is as it was made."""
    same_moment = exists().where(
        ImportBatch.tenant_id == Account.tenant_id,
        ImportBatch.account_id == Account.id,
        ImportBatch.created_at == Account.created_at,
    )
    return and_(Account.version == 1, same_moment)


def _is_stating() -> ColumnElement[bool]:
    return and_(ImportBatch.file_balance.is_not(None), ImportBatch.undone_at.is_(None))
