"""The activity: who changed what, within a member's sight, newest first."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput
from fintrack.frames import Shape, frame
from fintrack.import_schema import ImportBatch
from fintrack.ledger.change_sets import is_undone
from fintrack.schema import Account, AuditEvent, Transaction

ACTIVITY: Shape = {
    "id": "str",
    "at": "datetime64[us, UTC]",
    "actor_id": "str",
    "actor": "str",
    "role": "str",
    "source": "str",
    "action": "str",
    "subject_id": "str",
    "account_id": "str",
    "account": "str",
    "change_set_id": "str",
    "may_be_undone": "bool",
    "before": "str",
    "after": "str",
}
LARGEST_PAGE = 200
ROLES = {40: "OWNER", 30: "ADMIN", 20: "MEMBER", 10: "VIEWER"}
NO_PAGE = "This page of the activity cannot be found. Start at its top."


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which events are wanted; None means any.

    `kind` is the word before the dot of an action; days are the tenant's own. Of an imported
    transaction as the subject, the import that brought it is an event too.
    """

    actor_id: UUID | None = None
    kind: str | None = None
    subject_id: UUID | None = None
    account_id: UUID | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """One page, newest first; `next` is the cursor of the older events, None at the end."""

    frame: pd.DataFrame
    next: str | None


EVERY_EVENT = ActivityFilter()


def activity(
    context: TenantContext,
    wanted: ActivityFilter = EVERY_EVENT,
    cursor: str | None = None,
    limit: int = 50,
) -> ActivityPage:
    """Return one page of the events that the member may see, newest first: `ACTIVITY`.

    Events of an account are seen by those who see the account. `before` and `after` are JSON.

    Raises:
        PermissionDenied: the member may not read the activity.
        InvalidInput: the cursor is not one of this list.
    """
    context.require(Permission.READ_ACTIVITY)
    count = max(1, min(limit, LARGEST_PAGE))
    statement = _events().where(*_conditions(context, wanted))
    if cursor:
        statement = statement.where(tuple_(AuditEvent.at, AuditEvent.id) < _moment(cursor))
    newest = statement.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(count + 1)
    with tenant_transaction(context) as db:
        if wanted.subject_id:
            newest = newest.where(_is_about(db, wanted.subject_id))
        rows = [tuple(row) for row in db.execute(newest)]
    shown = rows[:count]
    following = _cursor(shown[-1]) if len(rows) > count else None
    return ActivityPage(frame(shown, ACTIVITY), following)


def _events() -> Select[*tuple[Any, ...]]:
    people = func.sec.members().table_valued("user_id", "name").alias("people")
    undoable = and_(AuditEvent.change_set_id.is_not(None), ~is_undone())
    imported = (
        exists()
        .where(
            AuditEvent.action == "import.committed",
            ImportBatch.import_id == AuditEvent.subject_id,
            ImportBatch.undone_at.is_(None),
        )
        .correlate(AuditEvent)
    )
    columns: dict[str, Any] = {
        "actor": func.coalesce(people.c.name, ""),
        "role": case(ROLES, value=AuditEvent.actor_rank),
        "account": func.coalesce(Account.name, ""),
        "may_be_undone": undoable | imported,
        "before": func.coalesce(cast(AuditEvent.before, Text), ""),
        "after": func.coalesce(cast(AuditEvent.after, Text), ""),
    }
    chosen = [columns[name] if name in columns else getattr(AuditEvent, name) for name in ACTIVITY]
    return (
        select(*chosen)
        .outerjoin(people, people.c.user_id == AuditEvent.actor_id)
        .outerjoin(Account, Account.id == AuditEvent.account_id)
    )


def _conditions(context: TenantContext, wanted: ActivityFilter) -> list[ColumnElement[bool]]:
    conditions = [
        getattr(AuditEvent, name) == value
        for name in ("actor_id", "account_id")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.kind:
        conditions.append(AuditEvent.action.startswith(f"{wanted.kind}.", autoescape=True))
    zone = ZoneInfo(context.time_zone)
    if wanted.since:
        conditions.append(AuditEvent.at >= datetime.combine(wanted.since, time(), zone))
    if wanted.until:
        conditions.append(AuditEvent.at < datetime.combine(wanted.until, time(), zone))
    return conditions


def _is_about(db: Session, subject_id: UUID) -> ColumnElement[bool]:
    itself = AuditEvent.subject_id == subject_id
    imported = (
        select(ImportBatch.import_id, ImportBatch.account_id)
        .join(Transaction, Transaction.batch_id == ImportBatch.id)
        .where(Transaction.id == subject_id)
    )
    batch = db.execute(imported).one_or_none()
    if batch is None:
        return itself
    import_id, account_id = batch
    brought = and_(AuditEvent.subject_id == import_id, AuditEvent.account_id == account_id)
    return or_(itself, brought)


def _cursor(row: tuple[Any, ...]) -> str:
    event_id, at = row[:2]
    return base64.urlsafe_b64encode(f"{at.isoformat()} {event_id}".encode()).decode().rstrip("=")


def _moment(cursor: str) -> tuple[datetime, UUID]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, event_id = plain.partition(" ")
        return datetime.fromisoformat(at), UUID(event_id)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(NO_PAGE) from error
