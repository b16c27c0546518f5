"""Undo: what was changed together is taken back together, or not at all."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, NotFound, PermissionDenied
from fintrack.ledger.change_sets import SIZE
from fintrack.ledger.snapshots import (
    Snapshot,
    delete_snapshots,
    insert_snapshots,
    locked,
    snapshots,
    update_snapshots,
)
from fintrack.schema import AuditEvent, ChangeSet

NOT_ALL_SEEN = "Some of these changes are in an account that you may not change."
LATER_CHANGE = "Something of this was changed again since, so it cannot be undone. Undo that first."
UNDONE = "This was undone already."

States = dict[UUID, Snapshot | None]


def undo(context: TenantContext, change_set_id: UUID) -> None:
    """Put every transaction of a change set back to how it was before.

    Raises:
        PermissionDenied: the member may not change the books, or not all of these accounts.
        NotFound: there is no such change set, or the member sees none of its changes.
        Conflict: it was undone already, or a later change stands in the way.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        _mark_undone(db, change_set_id)
        before, after = _states(db, change_set_id)
        _check_unchanged(db, after)
        _restore(db, before, after)
        account_id = UUID(
            next(each for each in (*before.values(), *after.values()) if each)["account_id"]
        )
        audit.record(db, "change_set.undone", subject_id=change_set_id, account_id=account_id)


def _mark_undone(db: Session, change_set_id: UUID) -> None:
    """Claim the change set first, so that of two who undo it at once the second one waits."""
    mark = update(ChangeSet).where(ChangeSet.id == change_set_id, ChangeSet.undone_at.is_(None))
    marked: Any = db.execute(
        mark.values(undone_at=func.now()), execution_options={"synchronize_session": False}
    )
    if marked.rowcount == 1:
        return
    known = select(ChangeSet.id).where(ChangeSet.id == change_set_id)
    if db.scalars(known).one_or_none() is None:
        raise NotFound("There is nothing to undo here.")
    raise Conflict(UNDONE)


def _states(db: Session, change_set_id: UUID) -> tuple[States, States]:
    """Return how each transaction was before and after, None for not there."""
    columns = select(AuditEvent.subject_id, AuditEvent.before, AuditEvent.after)
    mine = AuditEvent.change_set_id == change_set_id
    events = db.execute(columns.where(mine).order_by(AuditEvent.id)).all()
    if not events:
        raise NotFound("There is nothing to undo here.")
    before: States = {event.subject_id: _state(event.before) for event in events}
    after: States = {event.subject_id: _state(event.after) for event in events}
    if len(events) != (events[0].before or events[0].after)[SIZE]:
        raise PermissionDenied(NOT_ALL_SEEN)
    return before, after


def _state(kept: dict[str, Any] | None) -> Snapshot | None:
    return None if kept is None else {k: value for k, value in kept.items() if k != SIZE}


def _check_unchanged(db: Session, after: States) -> None:
    present = [each for each, state in after.items() if state is not None]
    try:
        locked(db, present)
    except NotFound as error:
        raise Conflict(LATER_CHANGE) from error
    now = snapshots(db, list(after))
    if any(now.get(each) != state for each, state in after.items()):
        raise Conflict(LATER_CHANGE)


def _restore(db: Session, before: States, after: States) -> None:
    kept = {each: state for each, state in before.items() if state is not None}
    delete_snapshots(db, [each for each in before if each not in kept])
    try:
        update_snapshots(db, [state for each, state in kept.items() if after[each]])
        insert_snapshots(db, [state for each, state in kept.items() if not after[each]])
    except NotFound as error:
        raise Conflict("An account, a category or a tag of this is gone, so it stays.") from error
