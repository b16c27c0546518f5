"""The activity of a tenant: who changed what, in the same transaction as the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from fintrack.schema import AuditEvent, new_id


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after; None where there was, or is, no row."""

    subject_id: UUID | None
    account_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def record(
    db: Session,
    action: str,
    *,
    subject_id: UUID | None = None,
    account_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Record one event; PostgreSQL adds the actor, the role and the time."""
    record_many(db, action, [Change(subject_id, account_id, before, after)])


def record_many(
    db: Session, action: str, changes: Sequence[Change], change_set_id: UUID | None = None
) -> None:
    """Record the changes, which one change set may take back, an event each, in their order."""
    ids = sorted(new_id() for _ in changes)
    rows = [
        {
            "id": event_id,
            "action": action,
            "subject_id": change.subject_id,
            "account_id": change.account_id,
            "change_set_id": change_set_id,
            "before": change.before,
            "after": change.after,
        }
        for event_id, change in zip(ids, changes, strict=True)
    ]
    if rows:
        db.execute(insert(AuditEvent), rows)
