"""Attachments: the files of a transaction, such as receipts and invoices.

They are seen and changed by those who see and change their transaction. They stay while it is
deleted, out of sight, so that they are there again when the deletion is undone. One that was
removed can be put back for thirty days; then the worker erases it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.attachment_schema import Attachment
from fintrack.context import Permission, TenantContext
from fintrack.db import rows_changed, tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound
from fintrack.ledger.media_types import media_type_of
from fintrack.ledger.refusals import refusals
from fintrack.ledger.snapshots import NO_TRANSACTION, locked
from fintrack.limits import MEGABYTE
from fintrack.schema import Transaction, new_id
from fintrack.texts import neutral, required

LARGEST_MEGABYTES = 10
MOST = 20
MOST_GIGABYTES = 1
LONGEST_NAME = 200
NO_ATTACHMENT = "There is no such attachment."
EMPTY = "The file is empty. Choose another one."
TOO_LARGE = f"The file is larger than {LARGEST_MEGABYTES} MB. Attach a smaller copy of it."
TOO_MANY = f"A transaction has at most {MOST} files, removed ones too. Put some into one file."
FULL = f"These books hold {MOST_GIGABYTES} GB of files, and no more fit. Keep this one elsewhere."
# They turn the order of letters around, so that a name reads as if it had another ending.
TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """A file of a transaction; `size` in bytes, `sha256` in hex.

    `added_by` is the person's name, None once it was erased. It `is_new` where it was given now.
    """

    id: UUID
    transaction_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    added_by: str | None
    added_at: datetime
    is_new: bool = field(default=False, compare=False)


def attachments(context: TenantContext, transaction_id: UUID) -> list[AttachmentRecord]:
    """Return the files of a transaction, the oldest first.

    Raises:
        NotFound: the member sees no such transaction.
    """
    context.require(Permission.READ)
    known = select(Transaction.id).where(Transaction.id == transaction_id)
    with tenant_transaction(context) as db:
        if db.scalars(known).one_or_none() is None:
            raise NotFound(NO_TRANSACTION)
        return _present(db, transaction_id)


def attachment_file(context: TenantContext, attachment_id: UUID) -> tuple[AttachmentRecord, bytes]:
    """Return a file of a transaction, with what is in it.

    Raises:
        NotFound: the member sees no such attachment.
    """
    context.require(Permission.READ)
    wanted = _records(Attachment.content).where(
        Attachment.id == attachment_id, Attachment.removed_at.is_(None)
    )
    with tenant_transaction(context) as db:
        row = db.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(NO_ATTACHMENT)
    *record, content = row
    return AttachmentRecord(*record), content


def add_attachment(
    context: TenantContext, transaction_id: UUID, name: str, content: bytes
) -> AttachmentRecord:
    """Give a transaction a file; one that it has, or had, is there again and not kept twice.

    Raises:
        PermissionDenied: the member may not change the books, or not this account.
        NotFound: the member sees no such transaction.
        Conflict: the transaction, or the books, have as many as they can have.
        InvalidInput: the file is empty or too large, or its name is missing or too long.
    """
    context.require(Permission.WRITE)
    new = {"id": new_id(), "name": _file_name(name), **_described(content)}
    with tenant_transaction(context) as db:
        account_id = UUID(locked(db, [transaction_id])[transaction_id]["account_id"])
        own = _kept().where(Attachment.transaction_id == transaction_id)
        # Held, so that the worker does not erase the one that is given again.
        given = db.execute(own.with_for_update(of=Attachment)).all()
        same = next((each for each in given if each.sha256 == new["sha256"]), None)
        if same is None:
            _check_room(db, len(given), len(content))
            _insert(
                db, {**new, "transaction_id": transaction_id, "account_id": account_id}, content
            )
        elif same.removed_at is not None:
            _mark(db, same, is_removed=False)
        wanted = same.id if same else new["id"]
        found = next(each for each in _present(db, transaction_id) if each.id == wanted)
        return replace(found, is_new=same is None)


def remove_attachment(context: TenantContext, attachment_id: UUID) -> None:
    """Take a file from its transaction; for thirty days it can be put back.

    Raises:
        PermissionDenied: the member may not change the books, or not this account.
        NotFound: the member sees no such attachment.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        found = _found(db, attachment_id)
        if found.removed_at is not None:
            raise NotFound(NO_ATTACHMENT)
        _mark(db, found, is_removed=True)


def restore_attachment(context: TenantContext, attachment_id: UUID) -> None:
    """Put a file back that was removed, as whose and when it was; one that is there stays.

    Raises:
        PermissionDenied: the member may not change the books, or not this account.
        NotFound: the member sees no such attachment.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        found = _found(db, attachment_id)
        if found.removed_at is None:
            return
        _mark(db, found, is_removed=False)


def _records(*more: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns of any type
    """Return the files of transactions that are there, as `AttachmentRecord` names them."""
    people = func.sec.members().table_valued("user_id", "name").alias("people")
    return (
        select(
            Attachment.id,
            Attachment.transaction_id,
            Attachment.name,
            Attachment.media_type,
            Attachment.size,
            Attachment.sha256,
            people.c.name,
            Attachment.created_at,
            *more,
        )
        .join(Transaction, _of_transaction())
        .outerjoin(people, people.c.user_id == Attachment.created_by)
    )


def _of_transaction() -> ColumnElement[bool]:
    same_account = Transaction.account_id == Attachment.account_id
    return and_(Transaction.id == Attachment.transaction_id, same_account)


def _present(db: Session, transaction_id: UUID) -> list[AttachmentRecord]:
    own = (Attachment.transaction_id == transaction_id, Attachment.removed_at.is_(None))
    rows = _records().where(*own).order_by(Attachment.created_at, Attachment.id)
    return [AttachmentRecord(*row) for row in db.execute(rows)]


def _kept() -> Select[*tuple[Any, ...]]:
    return _records(Attachment.account_id, Attachment.removed_at)


def _found(db: Session, attachment_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return an attachment, removed or not, with its transaction held for changing."""
    transaction_id = select(Attachment.transaction_id).where(Attachment.id == attachment_id)
    known = db.scalars(transaction_id).one_or_none()
    if known is None:
        raise NotFound(NO_ATTACHMENT)
    try:
        locked(db, [known])
    except NotFound as error:
        raise NotFound(NO_ATTACHMENT) from error
    found = db.execute(_kept().where(Attachment.id == attachment_id)).one_or_none()
    if found is None:
        raise NotFound(NO_ATTACHMENT)
    return found


def _check_room(db: Session, given: int, size: int) -> None:
    if given >= MOST:
        raise Conflict(TOO_MANY)
    held: int = db.scalars(select(func.coalesce(func.sum(Attachment.size), 0))).one()
    if held + size > MOST_GIGABYTES * 1024 * MEGABYTE:
        raise Conflict(FULL)


def _insert(db: Session, new: Mapping[str, Any], content: bytes) -> None:
    with refusals():
        db.execute(insert(Attachment), [{**new, "content": content}])
    audit.record(
        db,
        "attachment.added",
        subject_id=new["transaction_id"],
        account_id=new["account_id"],
        after={**_state(new), "removed": False},
    )


def _mark(db: Session, found: Row[*tuple[Any, ...]], *, is_removed: bool) -> None:
    removed_at = func.now() if is_removed else None
    statement = update(Attachment).where(Attachment.id == found.id).values(removed_at=removed_at)
    if rows_changed(db, statement) != 1:
        raise NotFound(NO_ATTACHMENT)
    state = _state(found._mapping)  # noqa: SLF001 - a row's public mapping
    audit.record(
        db,
        "attachment.removed" if is_removed else "attachment.restored",
        subject_id=found.transaction_id,
        account_id=found.account_id,
        before={**state, "removed": not is_removed},
        after={**state, "removed": is_removed},
    )


def _described(content: bytes) -> dict[str, Any]:
    if not content:
        raise InvalidInput(EMPTY)
    if len(content) > LARGEST_MEGABYTES * MEGABYTE:
        raise InvalidInput(TOO_LARGE)
    digest = sha256(content).hexdigest()
    return {"media_type": media_type_of(content), "size": len(content), "sha256": digest}


def _file_name(name: str) -> str:
    """Return the name without the folders in which some browsers say that the file lies."""
    last = re.split(r"[/\\]", name)[-1]
    return required(neutral(TURNS.sub("", last)), "name of the file", LONGEST_NAME)


def _state(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"id": str(row["id"]), "name": row["name"], "size": row["size"]}
