"""Undo: what was changed together is taken back together, or not at all.

Of a change set that reaches into accounts out of a member's sight, the part in sight is the whole.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.attachment_schema import Attachment
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, NotFound, PermissionDenied
from fintrack.ledger.change_sets import MOVED, UNDONE, changes_between, is_undone
from fintrack.ledger.rows import one_of
from fintrack.ledger.snapshots import (
    Snapshot,
    delete_snapshots,
    insert_snapshots,
    locked_with_partners,
    snapshots,
    update_snapshots,
)
from fintrack.schema import AuditEvent, ChangeSet

NOTHING = "There is nothing to undo here."
NOT_ALL_SEEN = "It came from, or went to, an account that you do not see, so it stays."
LATER_CHANGE = "Something of this was changed again since, so it cannot be undone. Undo that first."
HAS_FILES = "It has files. Remove them first, or delete the transaction, which can be undone."
ALREADY_UNDONE = "This was undone already."

State = Snapshot | None
States = dict[UUID, State]
Event = Row[UUID, UUID, dict[str, Any] | None, dict[str, Any] | None]


def undo(context: TenantContext, change_set_id: UUID) -> None:
    """Put every transaction of a change set that the member sees back to how it was before.

    Raises:
        PermissionDenied: the member may not change the books, or not all of these accounts.
        NotFound: there is no such change set, or the member sees none of its changes.
        Conflict: it was undone already, or a later change stands in the way.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        events = _open_events(db, change_set_id)
        before, after = _states(events)
        _check_unchanged(db, after)
        _restore(db, before, after)
        audit.record_many(db, "transaction.restored", changes_between(after, before))
        accounts = dict.fromkeys(event.account_id for event in events)
        undone = [audit.Change(change_set_id, each, None, None) for each in accounts]
        audit.record_many(db, UNDONE, undone)


def _open_events(db: Session, change_set_id: UUID) -> Sequence[Event]:
    """Return the events that nobody has undone; of two who undo at once the second one waits."""
    held = select(ChangeSet.id).where(ChangeSet.id == change_set_id).with_for_update()
    if db.scalars(held).one_or_none() is None:
        raise NotFound(NOTHING)
    columns = (
        AuditEvent.subject_id, AuditEvent.account_id, AuditEvent.before, AuditEvent.after
    )  # fmt: skip
    mine = select(*columns).where(AuditEvent.change_set_id == change_set_id, ~is_undone())
    events = db.execute(mine.order_by(AuditEvent.id)).all()
    if not events:
        raise Conflict(ALREADY_UNDONE)
    return events


def _states(events: Sequence[Event]) -> tuple[States, States]:
    """Return how each transaction was before and after, None for not there."""
    before: States = {event.subject_id: None for event in events}
    after: States = dict(before)
    for event in events:
        before[event.subject_id] = event.before or before[event.subject_id]
        after[event.subject_id] = event.after or after[event.subject_id]
    for each in before:
        if _has_moved(before[each]) != _has_moved(after[each]):
            raise PermissionDenied(NOT_ALL_SEEN)
    return _plain(before), _plain(after)


def _has_moved(state: State) -> bool:
    return state is not None and MOVED in state


def _plain(states: States) -> States:
    return {
        each: state and {name: value for name, value in state.items() if name != MOVED}
        for each, state in states.items()
    }


def _check_unchanged(db: Session, after: States) -> None:
    present = [each for each, state in after.items() if state is not None]
    try:
        locked_with_partners(db, present)
    except NotFound as error:
        raise Conflict(LATER_CHANGE) from error
    now = snapshots(db, list(after))
    if any(now.get(each) != state for each, state in after.items()):
        raise Conflict(LATER_CHANGE)


def _restore(db: Session, before: States, after: States) -> None:
    kept = {each: state for each, state in before.items() if state is not None}
    gone = [each for each in before if each not in kept]
    files = select(Attachment.id).where(
        one_of(Attachment.transaction_id, gone), Attachment.removed_at.is_(None)
    )
    if gone and db.scalars(files.limit(1)).one_or_none() is not None:
        raise Conflict(HAS_FILES)
    delete_snapshots(db, gone)
    try:
        update_snapshots(db, [state for each, state in kept.items() if after[each]])
        insert_snapshots(db, [state for each, state in kept.items() if not after[each]])
    except NotFound as error:
        raise Conflict("An account or a tag of this is gone, so it stays.") from error
