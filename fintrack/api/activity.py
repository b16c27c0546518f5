"""The activity: who changed what, newest first."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Day, Text, Told, optional_id
from fintrack.api.pages import Page, PageQuery, Paging, closed, opened, page
from fintrack.context import Role
from fintrack.ledger.activity import ActivityFilter, activity
from fintrack.ledger.change_sets import MOST_CHANGE_SETS, change_sets
from fintrack.ledger.undo import undo

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


class ChangeSetTold(Told):
    """Changes of transactions that were made together, and can be undone together."""

    id: UUID
    action: str
    created_by: UUID
    created_at: datetime
    undone: bool
    changes: int


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


@router.get("/change-sets")
def list_change_sets(context: Member, wanted: Paging) -> Page[ChangeSetTold]:
    """List the newest 200 changes that were made together, as far as I see them."""
    rows: list[dict[Any, Any]] = change_sets(context, MOST_CHANGE_SETS).to_dict("records")
    told = [ChangeSetTold(**row) for row in rows]
    return page(context.tenant_id, "change-sets", told, wanted)


@router.post("/change-sets/{change_set_id}/undo", status_code=204)
def take_back(context: Member, change_set_id: UUID) -> Response:
    """Put every transaction of the change set that I see back to how it was before."""
    undo(context, change_set_id)
    return Response(status_code=204)


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
