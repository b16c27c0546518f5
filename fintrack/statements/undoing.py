"""Taking back a whole import: all of it, or nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.attachment_schema import Attachment
from fintrack.context import Permission, TenantContext
from fintrack.db import hold_books, rows_changed, tenant_transaction
from fintrack.errors import Conflict, NotFound, PermissionDenied
from fintrack.frames import Shape, frame, read_frame
from fintrack.import_schema import ImportBatch
from fintrack.ledger.account_states import lasting_sight, record_deletion
from fintrack.ledger.refusals import NOT_WRITABLE
from fintrack.ledger.rows import one_of
from fintrack.schema import Account, AuditEvent, Transaction, TransactionTag
from fintrack.statements.adoptions import changes_by_imports, give_back, unlink
from fintrack.statements.history import GONE, IS_GONE, KEPT_COUNTS, UNDONE
from fintrack.statements.naming import take_numbers_back
from fintrack.statements.openings import carry, uncovered
from fintrack.statements.plans import BOOK_FORMAT, OWN_FORMAT

TOUCHED: Shape = {
    "id": "str",
    "account": "str",
    "booked_on": "datetime64[s]",
    "payee": "str",
    "currency": "str",
    "amount": "int64",
    "change": "str",
}
UNDONE_BEFORE = "This import was undone already."
WHOLE_BOOK = "A whole book cannot be taken back. Close the tenant that it made instead."


@dataclass(frozen=True, slots=True, eq=False)
class UndoReport:
    """What undoing did, or, while it did nothing, what it waits for.

    `touched` are the rows that members changed since and that would go with the rest: `TOUCHED`.
    """

    is_done: bool
    removed: int
    touched: pd.DataFrame


def undo_import(
    context: TenantContext, import_id: UUID, *, also_edited: bool = False
) -> UndoReport:
    """Remove every transaction of the import, after which the file can be imported again.

    An account that the import made goes too, unless somebody has used or changed it since; the
    history keeps what it brought there.

    While members edited, split, tagged or linked rows, or gave them files since, nothing is removed
    unless `also_edited`; then they go as well, and their files for good: nobody reaches them, and
    they are erased after thirty days. What another import linked is no edit. The other sides of
    transfers stay as plain transactions, and what the import matched is as before.

    Raises:
        PermissionDenied: the member may not import, or not change one of the accounts.
        NotFound: the member sees no such import.
        Conflict: it was undone already, or is a whole book.
    """
    context.require(Permission.IMPORT)
    with tenant_transaction(context) as db:
        batches = _held(db, import_id)
        ids = [each.id for each in batches]
        touched = read_frame(db, _touched(ids), TOUCHED)
        if len(touched) and not also_edited:
            return UndoReport(is_done=False, removed=0, touched=touched)
        older = uncovered(db, ids)
        removed = _remove(db, import_id, ids)
        carry(db, older)
        give_back(db, import_id)
        take_numbers_back(db, import_id, [each.account_id for each in batches])
        unused = {each.id: each for each in db.execute(_unused_accounts(ids))}
        undone = [_undone(import_id, each, unused) for each in batches]
        audit.record_many(db, UNDONE, undone)
        _delete(db, unused)
    return UndoReport(is_done=True, removed=removed, touched=frame([], TOUCHED))


def _undone(
    import_id: UUID, batch: Row[*tuple[Any, ...]], unused: Mapping[UUID, Row[*tuple[Any, ...]]]
) -> audit.Change:
    """Keep what the history shows of an import whose batches go with their account."""
    before = {"file": batch.file_name, "new": batch.new, "duplicate": batch.duplicate}
    sight: UUID | None = batch.account_id
    if (account := unused.get(batch.account_id)) is not None:
        sight = lasting_sight(account.id, account.visibility)
        at, named = batch.created_at.isoformat(), {"account": account.name}
        counts = {name: getattr(batch, name) for name in ("file_name", *KEPT_COUNTS)}
        before[GONE] = {**counts, **named, "currency": account.currency, "at": at}
    return audit.Change(import_id, sight, before, {**before, "new": 0, "undone": True})


def _held(db: Session, import_id: UUID) -> list[Row[*tuple[Any, ...]]]:
    """Return the import's batches, with their accounts held for changing."""
    statement = (
        select(
            ImportBatch.id, ImportBatch.account_id, ImportBatch.file_name, ImportBatch.format,
            ImportBatch.new_count.label("new"), ImportBatch.duplicate_count.label("duplicate"),
            ImportBatch.rejected_count.label("rejected"), ImportBatch.balance_before,
            ImportBatch.balance_after, ImportBatch.created_at,
        )
        .where(ImportBatch.import_id == import_id)
        .order_by(ImportBatch.id)
    )  # fmt: skip
    hold_books(db)
    batches = list(db.execute(statement))
    if not batches:
        gone = select(AuditEvent.id).where(AuditEvent.subject_id == import_id, IS_GONE)
        if db.execute(gone).first():
            raise Conflict(UNDONE_BEFORE)
        raise NotFound("There is no such import.")
    if batches[0].format == BOOK_FORMAT:
        raise Conflict(WHOLE_BOOK)
    ids = {each.account_id for each in batches}
    lock = select(Account.id).where(one_of(Account.id, ids)).order_by(Account.id)
    if set(db.scalars(lock.with_for_update())) != ids:
        raise PermissionDenied(NOT_WRITABLE)
    # Asked under the lock: of two who undo at once, the second one finds it undone.
    live = statement.where(ImportBatch.undone_at.is_(None))
    if not list(db.execute(live)):
        raise Conflict(UNDONE_BEFORE)
    return batches


def _touched(batches: list[UUID]) -> Select[*tuple[Any, ...]]:
    own = ImportBatch.format == OWN_FORMAT
    # The first comparison spares the count of most rows.
    version = Transaction.version
    is_edited = and_(version > 1, version > 1 + changes_by_imports())
    change = case(
        (_is_linked_by_member(), literal("linked as a transfer")),
        (and_(Transaction.is_split, not_(own)), literal("split")),
        (is_edited, literal("edited")),
        (_is_attached_to(), literal("given a file")),
        else_=literal("tagged"),
    )
    return (
        select(
            Transaction.id,
            Account.name,
            Transaction.booked_on,
            Transaction.payee,
            Transaction.currency,
            Transaction.amount,
            change,
        )
        .join(Account, Account.id == Transaction.account_id)
        .join(ImportBatch, ImportBatch.id == Transaction.batch_id)
        .where(
            one_of(Transaction.batch_id, batches),
            or_(
                is_edited,
                _is_attached_to(),
                and_(not_(own), or_(Transaction.is_split, _is_tagged())),
            ),
        )
        .order_by(Transaction.booked_on.desc(), Transaction.id.desc())
    )


def _is_tagged() -> ColumnElement[bool]:
    return exists().where(
        TransactionTag.tenant_id == Transaction.tenant_id,
        TransactionTag.transaction_id == Transaction.id,
    )


def _is_attached_to() -> ColumnElement[bool]:
    return exists().where(
        Attachment.tenant_id == Transaction.tenant_id,
        Attachment.transaction_id == Transaction.id,
        Attachment.removed_at.is_(None),
    )


def _is_linked_by_member() -> ColumnElement[bool]:
    made = select(AuditEvent.id).where(
        AuditEvent.tenant_id == Transaction.tenant_id,
        AuditEvent.subject_id == Transaction.id,
        AuditEvent.action == "transfer.linked",
    )
    return and_(Transaction.transfer_id.is_not(None), made.exists())


def _remove(db: Session, import_id: UUID, batches: list[UUID]) -> int:
    own = one_of(Transaction.batch_id, batches)
    linked = select(Transaction.transfer_id).where(own, Transaction.transfer_id.is_not(None))
    outside = select(Transaction.id).where(
        Transaction.transfer_id.in_(linked.scalar_subquery()),
        or_(Transaction.batch_id.is_(None), not_(own)),
    )
    mark = update(ImportBatch).where(one_of(ImportBatch.id, batches)).values(undone_at=func.now())
    unlink(db, import_id, list(db.scalars(outside)))
    files = Attachment.transaction_id.in_(select(Transaction.id).where(own))
    kept = Attachment.removed_at.is_(None)
    db.execute(update(Attachment).where(files, kept).values(removed_at=func.now()))
    removed = rows_changed(db, delete(Transaction).where(own))
    db.execute(mark)
    return removed


def _delete(db: Session, account_ids: Collection[UUID]) -> None:
    for account_id in account_ids:
        record_deletion(db, account_id)
    db.execute(delete(Account).where(one_of(Account.id, account_ids)))


def _unused_accounts(batches: list[UUID]) -> Select[UUID, str, str, str]:
    """Return the accounts that were made in the import's transaction, and only for it."""
    same_moment = exists().where(
        ImportBatch.tenant_id == Account.tenant_id,
        ImportBatch.account_id == Account.id,
        ImportBatch.created_at == Account.created_at,
        one_of(ImportBatch.id, batches),
    )
    other = exists().where(
        ImportBatch.tenant_id == Account.tenant_id,
        ImportBatch.account_id == Account.id,
        not_(one_of(ImportBatch.id, batches)),
    )
    used = exists().where(
        Transaction.tenant_id == Account.tenant_id, Transaction.account_id == Account.id
    )
    accounts = select(Account.id, Account.visibility, Account.name, Account.currency)
    return accounts.where(Account.version == 1, same_moment, ~other, ~used)
