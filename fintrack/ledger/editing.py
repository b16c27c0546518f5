"""Editing one transaction, against the version that the member saw."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fintrack.access.versions import SOMEBODY_WAS_FASTER
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput, Outdated
from fintrack.ledger.change_sets import keep_changes
from fintrack.ledger.filters import Status
from fintrack.ledger.recording import SplitLine, kept_texts, open_account, split_into
from fintrack.ledger.rows import one_of
from fintrack.ledger.snapshots import (
    Snapshot,
    locked_with_partners,
    snapshots,
    update_snapshots,
)
from fintrack.schema import Transaction


class Unchanged(Enum):
    """The one value of a field that a change leaves as it is."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class TransactionChange:
    """New values; a field left UNCHANGED stays. A category of None is "uncategorised".

    `lines` splits the transaction anew; no lines make it whole again.
    """

    account_id: UUID | Unchanged = UNCHANGED
    booked_on: date | Unchanged = UNCHANGED
    amount: int | Unchanged = UNCHANGED
    payee: str | Unchanged = UNCHANGED
    description: str | Unchanged = UNCHANGED
    note: str | Unchanged = UNCHANGED
    category_id: UUID | Unchanged | None = UNCHANGED
    status: Status | Unchanged = UNCHANGED
    lines: tuple[SplitLine, ...] | Unchanged = UNCHANGED
    tags: tuple[UUID, ...] | Unchanged = UNCHANGED


def change_transaction(
    context: TenantContext,
    transaction_id: UUID,
    change: TransactionChange,
    version: int | None = None,
) -> UUID:
    """Change a transaction and return the id of the change set that takes it back.

    Of a transfer, an amount changes on both legs when they have one currency, and a day on both
    when they had one day.

    Raises:
        PermissionDenied: the member may not change the books, or not this account.
        NotFound: the member sees no such transaction, account, category or tag.
        Outdated: somebody was faster.
        Conflict: it was imported and stays in its account.
        InvalidInput: the split would not add up, or a value cannot be kept.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        before = locked_with_partners(db, [transaction_id])
        require_version(db, [transaction_id], version)
        wanted = {**before, transaction_id: _changed(db, before[transaction_id], change)}
        wanted |= _partner(before, wanted[transaction_id])
        update_snapshots(db, [each for id_, each in wanted.items() if each != before[id_]])
        return keep_changes(db, "transaction.changed", before, snapshots(db, list(before)))


def require_version(db: Session, ids: Collection[UUID], version: int | None) -> None:
    """Refuse to change transactions that are held, of which one is not as it was seen.

    Raises:
        Outdated: somebody was faster.
    """
    if version is None:
        return
    others = select(Transaction.id).where(
        one_of(Transaction.id, ids), Transaction.version != version
    )
    if db.scalars(others.limit(1)).one_or_none() is not None:
        raise Outdated(SOMEBODY_WAS_FASTER)


def _changed(db: Session, old: Snapshot, change: TransactionChange) -> Snapshot:
    texts = {name: getattr(change, name) for name in ("payee", "description", "note")}
    new = {**old, **kept_texts({k: v for k, v in texts.items() if v is not UNCHANGED})}
    if change.account_id is not UNCHANGED and str(change.account_id) != old["account_id"]:
        new |= _moved(db, change.account_id, old["currency"])
    if change.booked_on is not UNCHANGED:
        new["booked_on"] = change.booked_on.isoformat()
    if change.amount is not UNCHANGED:
        new["amount"] = change.amount
    if change.status is not UNCHANGED:
        new["status"] = change.status.value
    if change.tags is not UNCHANGED:
        new["tags"] = sorted(str(tag) for tag in set(change.tags))
    return {**new, **_categories(new, change)}


def _moved(db: Session, account_id: UUID, currency: str) -> Snapshot:
    account = open_account(db, account_id)
    if account.currency != currency:
        raise InvalidInput(
            f"This amount is in {currency}, but {account.name} is kept in {account.currency}."
        )
    return {"account_id": str(account_id)}


def _categories(new: Snapshot, change: TransactionChange) -> Snapshot:
    """Return the category or the lines that the changed transaction has."""
    if new["transfer_id"] and (change.lines not in {UNCHANGED, ()} or _names(change)):
        raise InvalidInput("A transfer between own accounts takes no category. Unlink it first.")
    if change.lines is not UNCHANGED and change.lines:
        lines = split_into(change.lines, new["amount"], new["currency"])
        return {"is_split": True, "category_id": None, "lines": lines}
    if new["is_split"] and change.lines is UNCHANGED:
        return _still_split(new, change)
    whole: Snapshot = {"is_split": False, "lines": []}
    if change.category_id is not UNCHANGED:
        whole["category_id"] = str(change.category_id) if change.category_id else None
    return whole


def _still_split(new: Snapshot, change: TransactionChange) -> Snapshot:
    if _names(change):
        raise InvalidInput("This transaction is split: its categories stand on its lines.")
    if sum(line["amount"] for line in new["lines"]) != new["amount"]:
        raise InvalidInput("This transaction is split: change its lines together with its amount.")
    return {}


def _names(change: TransactionChange) -> bool:
    return isinstance(change.category_id, UUID)


def _partner(before: dict[UUID, Snapshot], leg: Snapshot) -> dict[UUID, Snapshot]:
    """Return the other leg as it follows the changed one; nothing for other transactions."""
    old = before[UUID(leg["id"])]
    if leg["transfer_id"] is None or leg == old:
        return {}
    (other_id, other) = next((i, each) for i, each in before.items() if each is not old)
    if leg["amount"] == 0 or (leg["amount"] < 0) != (old["amount"] < 0):
        raise InvalidInput("A transfer keeps its direction. Unlink it to change the sign.")
    follows = dict(other)
    if other["currency"] == leg["currency"]:
        follows["amount"] = -leg["amount"]
    if other["booked_on"] == old["booked_on"]:
        follows["booked_on"] = leg["booked_on"]
    return {other_id: follows}
