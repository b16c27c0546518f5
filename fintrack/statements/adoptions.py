"""Transactions of the books that an import makes the bank's, and gives back when it is undone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, ScalarSelect, func, select
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.import_schema import ImportBatch
from fintrack.ledger.change_sets import changes_between
from fintrack.ledger.filters import Status
from fintrack.ledger.rows import one_of
from fintrack.ledger.snapshots import Snapshot, snapshots, update_snapshots
from fintrack.schema import AuditEvent, Category, Transaction
from fintrack.statements.batches import Decided, status_of
from fintrack.statements.plans import Planned

ADOPTED = "transaction.matched"
UNMATCHED = "transaction.unmatched"
LINKED = "transfer.found"
UNLINKED = "transfer.unlinked"


def adopt(db: Session, rows: Iterable[Decided]) -> None:
    """Give what was entered by hand the bank's key and status; the member's words stay."""
    found = {
        each.known: (each.row, each.import_key)
        for each in rows
        if each.known is not None and each.import_key is not None and isinstance(each.row, Planned)
    }
    before = _held(db, list(found))
    wanted = {each: _as_booked(old, *found[each]) for each, old in before.items()}
    _change(db, ADOPTED, before, wanted)


def link(db: Session, transfers: Mapping[UUID, UUID]) -> None:
    """Make transactions, by id, the other legs of these transfers; their categories go."""
    before = _held(db, list(transfers))
    wanted = {each: {"transfer_id": str(transfers[each]), "category_id": None} for each in before}
    _change(db, LINKED, before, wanted)


def give_back(db: Session, import_id: UUID) -> None:
    """Take the bank's key and status from what the import adopted, but for what changed since."""
    events = {each.subject_id: each for each in _events(db, import_id, ADOPTED)}
    held = _held(db, list(events))
    wanted = {
        each: {
            name: events[each].before[name]
            for name in ("import_key", "status")
            if now[name] == events[each].after[name]
        }
        for each, now in held.items()
        if now["import_key"] == events[each].after["import_key"]
    }
    _change(db, UNMATCHED, held, wanted)


def unlink(db: Session, import_id: UUID, legs: Sequence[UUID]) -> None:
    """Make legs plain transactions, with the categories that the import took from them."""
    taken = {
        each.subject_id: UUID(each.before["category_id"])
        for each in _events(db, import_id, LINKED)
        if each.before["category_id"]
    }
    kept = set(db.scalars(select(Category.id).where(one_of(Category.id, set(taken.values())))))
    before = _held(db, legs)
    wanted: dict[UUID, Snapshot] = {each: {"transfer_id": None} for each in before}
    for each in before.keys() & taken.keys():
        if taken[each] in kept:
            wanted[each]["category_id"] = str(taken[each])
    _change(db, UNLINKED, before, wanted)


def changes_by_imports() -> ScalarSelect[int]:
    """Count how often imports, made or undone, changed a `Transaction`; members keep a set."""
    return (
        select(func.count(AuditEvent.id))
        .where(
            AuditEvent.tenant_id == Transaction.tenant_id,
            AuditEvent.subject_id == Transaction.id,
            AuditEvent.change_set_id.is_(None),
            AuditEvent.action.in_([ADOPTED, UNMATCHED, LINKED, UNLINKED]),
        )
        .correlate(Transaction)
        .scalar_subquery()
    )


def _as_booked(old: Snapshot, row: Planned, import_key: str) -> Snapshot:
    status = status_of(row) if old["status"] == Status.PENDING else old["status"]
    return {"import_key": import_key, "status": status}


def _change(
    db: Session, action: str, before: Mapping[UUID, Snapshot], wanted: Mapping[UUID, Snapshot]
) -> None:
    old = {each: before[each] for each in wanted}
    update_snapshots(db, [{**each, **wanted[key]} for key, each in old.items()])
    audit.record_many(db, action, changes_between(old, snapshots(db, list(old))))


def _held(db: Session, ids: Sequence[UUID]) -> dict[UUID, Snapshot]:
    """Return those of the transactions that are there and the member may change, held for it."""
    lock = select(Transaction.id).where(one_of(Transaction.id, ids)).order_by(Transaction.id)
    return snapshots(db, db.scalars(lock.with_for_update(key_share=True)).all())


def _events(db: Session, import_id: UUID, action: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what was recorded in the import's transaction, which has one time alone."""
    moment = select(ImportBatch.created_at).where(ImportBatch.import_id == import_id).limit(1)
    statement = select(AuditEvent.subject_id, AuditEvent.before, AuditEvent.after).where(
        AuditEvent.at == moment.scalar_subquery(), AuditEvent.action == action
    )
    return db.execute(statement).all()
