"""Change sets: changes that were made together, and can be taken back together.

Of a set one sees as much as of its accounts, and nothing that tells whether there is more.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from uuid import UUID

import pandas as pd
from sqlalchemy import ColumnElement, ScalarSelect, func, insert, select
from sqlalchemy.orm import Session, aliased

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.ledger.snapshots import Snapshot
from fintrack.schema import AuditEvent, ChangeSet, new_id

CHANGE_SETS: Shape = {
    "id": "str",
    "action": "str",
    "created_by": "str",
    "created_at": "datetime64[s, UTC]",
    "undone": "bool",
    "changes": "int64",
}
UNDONE = "change_set.undone"
MOVED = "moved"
MOST_CHANGE_SETS = 200


def change_sets(context: TenantContext, limit: int = 50) -> pd.DataFrame:
    """Return the newest change sets in which the member sees a change, newest first: `CHANGE_SETS`.

    Raises:
        PermissionDenied: the member may not read the activity.
    """
    context.require(Permission.READ_ACTIVITY)
    seen = _count(AuditEvent.change_set_id == ChangeSet.id)
    left = _count(AuditEvent.change_set_id == ChangeSet.id, ~is_undone())
    statement = (
        select(
            ChangeSet.id,
            ChangeSet.action,
            ChangeSet.created_by,
            func.date_trunc("second", ChangeSet.created_at),
            left == 0,
            seen,
        )
        .where(seen > 0)
        .order_by(ChangeSet.id.desc())
        .limit(max(1, min(limit, MOST_CHANGE_SETS)))
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, CHANGE_SETS)


def keep_changes(
    db: Session,
    action: str,
    before: Mapping[UUID, Snapshot],
    after: Mapping[UUID, Snapshot],
) -> UUID:
    """Record what changed, and return the id of the new change set.

    A transaction has one event; one that moved has an event in each of both accounts.
    """
    change_set_id, changes = new_id(), changes_between(before, after)
    if changes:
        db.execute(insert(ChangeSet), [{"id": change_set_id, "action": action}])
        audit.record_many(db, action, changes, change_set_id)
    return change_set_id


def changes_between(
    before: Mapping[UUID, Snapshot | None], after: Mapping[UUID, Snapshot | None]
) -> list[audit.Change]:
    """Return what differs, by transaction, as `keep_changes` records it."""
    ids = [each for each in before.keys() | after.keys() if before.get(each) != after.get(each)]
    events = [_events(each, before.get(each), after.get(each)) for each in sorted(ids)]
    return list(chain.from_iterable(events))


def is_undone() -> ColumnElement[bool]:
    """Return the condition that the set of an `AuditEvent` was undone in the event's account."""
    undoing = aliased(AuditEvent)
    same_set = undoing.subject_id == AuditEvent.change_set_id
    same_account = undoing.account_id == AuditEvent.account_id
    return select(undoing.id).where(same_set, same_account, undoing.action == UNDONE).exists()


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.count(AuditEvent.id)).where(*conditions).correlate(ChangeSet).scalar_subquery()
    )


def _events(each: UUID, before: Snapshot | None, after: Snapshot | None) -> Iterator[audit.Change]:
    if before and after and before["account_id"] != after["account_id"]:
        # Who sees one of the accounts sees it go or come, and not from where or to where.
        yield _event(each, {**before, MOVED: True}, None)
        yield _event(each, None, {**after, MOVED: True})
    else:
        yield _event(each, before, after)


def _event(each: UUID, before: Snapshot | None, after: Snapshot | None) -> audit.Change:
    return audit.Change(each, UUID((after or before or {})["account_id"]), before, after)
