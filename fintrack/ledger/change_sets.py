"""Change sets: changes that were made together, and can be taken back together."""

from collections.abc import Mapping
from uuid import UUID

import pandas as pd
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

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
SIZE = "change_set_size"


def change_sets(context: TenantContext, limit: int = 50) -> pd.DataFrame:
    """Return the newest change sets in which the member sees a change, newest first: `CHANGE_SETS`.

    Raises:
        PermissionDenied: the member may not read the activity.
    """
    context.require(Permission.READ_ACTIVITY)
    seen = (
        select(func.count())
        .where(AuditEvent.change_set_id == ChangeSet.id)
        .correlate(ChangeSet)
        .scalar_subquery()
    )
    statement = (
        select(
            ChangeSet.id,
            ChangeSet.action,
            ChangeSet.created_by,
            func.date_trunc("second", ChangeSet.created_at),
            ChangeSet.undone_at.is_not(None),
            seen,
        )
        .where(seen > 0)
        .order_by(ChangeSet.id.desc())
        .limit(max(1, min(limit, 200)))
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, CHANGE_SETS)


def keep_changes(
    db: Session,
    action: str,
    before: Mapping[UUID, Snapshot],
    after: Mapping[UUID, Snapshot],
) -> UUID:
    """Record what changed, an event a transaction, and return the id of the new change set."""
    change_set_id = new_id()
    db.execute(insert(ChangeSet), [{"id": change_set_id, "action": action}])
    ids = [each for each in before.keys() | after.keys() if before.get(each) != after.get(each)]
    events = [_event(each, before.get(each), after.get(each), len(ids)) for each in sorted(ids)]
    audit.record_many(db, action, events, change_set_id)
    return change_set_id


def _event(each: UUID, before: Snapshot | None, after: Snapshot | None, size: int) -> audit.Change:
    # Who sees only some of a set's accounts must notice it before undoing the part he sees.
    marked = [None if state is None else {**state, SIZE: size} for state in (before, after)]
    account_id = UUID((after or before or {})["account_id"])
    return audit.Change(each, account_id, marked[0], marked[1])
