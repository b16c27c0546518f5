"""One transaction in full: its lines, its tags, the other leg, and the file rows behind it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.orm import Session

from fintrack.access.sharing import is_writable
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound
from fintrack.ledger.category_paths import category_paths
from fintrack.ledger.filters import Status
from fintrack.ledger.snapshots import NO_TRANSACTION
from fintrack.ledger.sources import SourceRecord, sources
from fintrack.schema import Account, Posting, Tag, Transaction, TransactionTag

NO_TRANSFER = "There is no such transfer."
COLUMNS = (
    "id booked_on valued_on account_id payee description note category_id currency amount "
    "is_split transfer_id batch_id version created_by created_at".split()
)


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A part of a split; the amount is signed, in minor units of the transaction's currency."""

    line: int
    category_id: UUID | None
    category: str
    amount: int
    memo: str


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A tag on the transaction."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class LegRecord:
    """The other leg of a transfer, in an account that the member sees; `amount` in minor units."""

    id: UUID
    account_id: UUID
    account: str
    booked_on: date
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A transaction; `category` is its full name, empty without one."""

    id: UUID
    booked_on: date
    valued_on: date | None
    account_id: UUID
    account: str
    payee: str
    description: str
    note: str
    category_id: UUID | None
    category: str
    currency: str
    amount: int
    status: Status
    is_split: bool
    transfer_id: UUID | None
    batch_id: UUID | None
    version: int
    is_writable: bool
    created_by: UUID
    created_at: datetime
    lines: tuple[LineRecord, ...]
    tags: tuple[TagRecord, ...]
    other_leg: LegRecord | None
    sources: tuple[SourceRecord, ...]


def transaction(context: TenantContext, transaction_id: UUID) -> TransactionRecord:
    """Return one transaction in full.

    Raises:
        NotFound: the member sees no such transaction.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        row = (
            db.execute(_details().where(Transaction.id == transaction_id)).mappings().one_or_none()
        )
        if row is None:
            raise NotFound(NO_TRANSACTION)
        return _record(db, row)


def transfer_legs(context: TenantContext, transfer_id: UUID) -> tuple[TransactionRecord, ...]:
    """Return the legs of a transfer that the member sees, the outgoing one first.

    Raises:
        NotFound: the member sees no such transfer.
    """
    context.require(Permission.READ)
    legs = _details().where(Transaction.transfer_id == transfer_id).order_by(Transaction.amount)
    with tenant_transaction(context) as db:
        rows = db.execute(legs).mappings().all()
        if not rows:
            raise NotFound(NO_TRANSFER)
        return tuple(_record(db, row) for row in rows)


def _details() -> Select[*tuple[Any, ...]]:
    columns = [getattr(Transaction, name) for name in COLUMNS]
    account = (Account.name.label("account"), is_writable().label("is_writable"))
    statement = select(*columns, Transaction.status, *account)
    return statement.join(Account, Account.id == Transaction.account_id)


def _record(db: Session, row: RowMapping) -> TransactionRecord:
    paths = category_paths(db, {row["category_id"]} - {None})
    return TransactionRecord(
        **{str(name): row[name] for name in (*COLUMNS, "account", "is_writable")},
        category=paths.get(row["category_id"], ""),
        status=Status(row["status"]),
        lines=_lines(db, row["id"]),
        tags=_tags(db, row["id"]),
        other_leg=_other_leg(db, row["id"], row["transfer_id"]),
        sources=sources(db, row["id"]),
    )


def _lines(db: Session, transaction_id: UUID) -> tuple[LineRecord, ...]:
    columns = select(Posting.line, Posting.category_id, Posting.amount, Posting.memo)
    ordered = columns.where(Posting.transaction_id == transaction_id).order_by(Posting.line)
    rows = db.execute(ordered).all()
    paths = category_paths(db, {row.category_id for row in rows if row.category_id})
    return tuple(
        LineRecord(row.line, row.category_id, paths.get(row.category_id, ""), row.amount, row.memo)
        for row in rows
    )


def _tags(db: Session, transaction_id: UUID) -> tuple[TagRecord, ...]:
    statement = (
        select(Tag.id, Tag.name)
        .join(TransactionTag, TransactionTag.tag_id == Tag.id)
        .where(TransactionTag.transaction_id == transaction_id)
        .order_by(Tag.name)
    )
    return tuple(TagRecord(row.id, row.name) for row in db.execute(statement))


def _other_leg(db: Session, transaction_id: UUID, transfer_id: UUID | None) -> LegRecord | None:
    if transfer_id is None:
        return None
    columns = (Transaction.id, Transaction.account_id, Account.name.label("account"))
    money = (Transaction.booked_on, Transaction.currency, Transaction.amount)
    statement = (
        select(*columns, *money)
        .join(Account, Account.id == Transaction.account_id)
        .where(Transaction.transfer_id == transfer_id, Transaction.id != transaction_id)
    )
    row = db.execute(statement).one_or_none()
    return LegRecord(*row) if row else None
