"""The activity: who changed what, newest first."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Day, Text, Told, optional_id
from fintrack.api.pages import Page, PageQuery, closed, opened
from fintrack.context import Role
from fintrack.ledger.activity import ActivityFilter, activity

LIST = "activity"
router = APIRouter(tags=["activity"], route_class=Call)


class EventsQuery(PageQuery):
    """Which events are wanted; `kind` is the word before the dot of an action."""

    actor: UUID | None = None
    kind: Text | None = None
    subject: UUID | None = None
    account: UUID | None = None
    since: Day | None = None
    until: Day | None = None


class Event(Told):
    """One change, with the row before and after it; without a role, the operator's."""

    id: UUID
    at: datetime
    actor_id: UUID
    actor: str
    role: Role | None
    source: str
    action: str
    subject_id: UUID | None
    account_id: UUID | None
    account: str
    change_set: UUID | None
    may_be_undone: bool
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@router.get("/audit")
def list_events(context: Member, wanted: Annotated[EventsQuery, Query()]) -> Page[Event]:
    """List the changes within my sight."""
    conditions = ActivityFilter(
        actor_id=wanted.actor,
        kind=wanted.kind,
        subject_id=wanted.subject,
        account_id=wanted.account,
        since=wanted.since,
        until=wanted.until,
    )
    cursor = opened(context.tenant_id, LIST, wanted.cursor)
    found = activity(context, conditions, cursor, wanted.limit)
    items = [_event(row) for row in found.frame.to_dict("records")]
    return Page(items=items, next=closed(context.tenant_id, LIST, found.next))


def _event(row: dict[Any, Any]) -> Event:
    known = {
        "subject_id": optional_id(row["subject_id"]),
        "account_id": optional_id(row["account_id"]),
        "change_set": optional_id(row["change_set_id"]),
        "role": row["role"] or None,
        "before": json.loads(row["before"]) if row["before"] else None,
        "after": json.loads(row["after"]) if row["after"] else None,
    }
    return Event(**{**row, **known})
