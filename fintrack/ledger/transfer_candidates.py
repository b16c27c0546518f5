"""What a transaction could be a transfer with: as much, the other way, elsewhere, days apart."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from fintrack.access.sharing import is_writable
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound
from fintrack.ledger.records import LegRecord
from fintrack.ledger.snapshots import NO_TRANSACTION
from fintrack.schema import Account, Transaction

# Days between the two sides of a transfer.
WINDOW = 4
_MOST = 10


@dataclass(frozen=True, slots=True)
class TransferCandidate(LegRecord):
    """A transaction that may be the other leg, `days` away."""

    payee: str
    days: int


def transfer_candidates(
    context: TenantContext, transaction_id: UUID
) -> tuple[TransferCandidate, ...]:
    """Return up to ten transactions that `link_transfer` could link it with, the nearest first.

    Empty for a leg, a split, and what the member may not change.

    Raises:
        NotFound: the member sees no such transaction.
    """
    context.require(Permission.READ)
    one = select(
        Transaction.account_id,
        Transaction.booked_on,
        Transaction.currency,
        Transaction.amount,
        and_(is_free(), _is_in_use()).label("is_free"),
    ).join(Account, Account.id == Transaction.account_id)
    with tenant_transaction(context) as db:
        row = db.execute(one.where(Transaction.id == transaction_id)).one_or_none()
        if row is None:
            raise NotFound(NO_TRANSACTION)
        found = db.execute(_opposite(row)).all() if row.is_free and row.amount else ()
    return tuple(
        TransferCandidate(**each._asdict(), days=abs((each.booked_on - row.booked_on).days))
        for each in found
    )


def is_free() -> ColumnElement[bool]:
    """Return the condition that a `Transaction` can become the leg of a transfer."""
    return and_(Transaction.transfer_id.is_(None), Transaction.is_split.is_(False))


def around(first: date, last: date) -> ColumnElement[bool]:
    """Return the condition that a `Transaction` is near enough to the days from first to last."""
    near = timedelta(WINDOW)
    return Transaction.booked_on.between(first - near, last + near)


def _opposite(row: Row[UUID, date, str, int, bool]) -> Select[*tuple[Any, ...]]:
    distance = func.abs(Transaction.booked_on - row.booked_on)
    return (
        select(
            Transaction.id,
            Transaction.account_id,
            Account.name.label("account"),
            Transaction.booked_on,
            Transaction.payee,
            Transaction.currency,
            Transaction.amount,
        )
        .join(Account, Account.id == Transaction.account_id)
        .where(
            around(row.booked_on, row.booked_on),
            Transaction.account_id != row.account_id,
            Transaction.currency == row.currency,
            Transaction.amount == -row.amount,
            is_free(),
            _is_in_use(),
        )
        .order_by(distance, Transaction.booked_on, Transaction.id)
        .limit(_MOST)
    )


def _is_in_use() -> ColumnElement[bool]:
    return and_(Account.archived_at.is_(None), is_writable())
