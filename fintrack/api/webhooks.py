"""Webhooks: the addresses that are told what happens, and what became of each message."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from fintrack.access.webhooks import (
    NO_WEBHOOK,
    Happening,
    create_webhook,
    delete_webhook,
    deliveries,
    webhooks,
)
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Given, Text, Told, optional_id
from fintrack.api.pages import Page, Paging, page, row_of

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=Call)


class WebhookGiven(Given):
    """A public address, and what it is told of."""

    url: Annotated[Text, Field(examples=["https://example.org/fintrack"])]
    events: Annotated[tuple[Happening, ...], Field(min_length=1, max_length=20)]


class WebhookTold(Told):
    """An address that is told what happens in accounts that I see."""

    id: UUID
    url: str
    events: list[Happening]
    created_at: datetime


class WebhookMade(WebhookTold):
    """A webhook with its secret, which is told this once.

    Messages carry `FinTrack-Signature: t=<seconds>,v1=<hex>`, an HMAC-SHA256 under the secret of
    the seconds, a point and the body.
    """

    secret: str


class DeliveryTold(Told):
    """A message, and what became of it: WAITING for the next try, DELIVERED or FAILED."""

    id: UUID
    event: str
    at: datetime
    subject_id: UUID | None
    status: str
    tries: int
    next_try_at: datetime
    answer: str


@router.get("")
def list_webhooks(context: Member, wanted: Paging) -> Page[WebhookTold]:
    """List my own webhooks."""
    rows = webhooks(context).to_dict("records")
    return page(context.tenant_id, "webhooks", [WebhookTold(**_told(row)) for row in rows], wanted)


@router.post("", status_code=201)
def add_webhook(context: Member, given: WebhookGiven) -> WebhookMade:
    """Have an address told of events from now on."""
    webhook_id, secret = create_webhook(context, given.url, given.events)
    row = row_of(webhooks(context), webhook_id, NO_WEBHOOK)
    return WebhookMade(**_told(row), secret=secret)


@router.delete("/{webhook_id}", status_code=204)
def remove_webhook(context: Member, webhook_id: UUID) -> Response:
    """Have it told nothing any more."""
    delete_webhook(context, webhook_id)
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries")
def list_deliveries(context: Member, webhook_id: UUID, wanted: Paging) -> Page[DeliveryTold]:
    """List the newest messages of a webhook."""
    rows = deliveries(context, webhook_id).to_dict("records")
    told = [_delivery_told(row) for row in rows]
    return page(context.tenant_id, f"deliveries {webhook_id}", told, wanted)


def _delivery_told(row: dict[Any, Any]) -> DeliveryTold:
    return DeliveryTold(**{**row, "subject_id": optional_id(row["subject_id"])})


def _told(row: dict[Any, Any]) -> dict[str, Any]:
    return {**row, "events": row["events"].split()}
