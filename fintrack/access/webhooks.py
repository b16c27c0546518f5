"""Webhooks: what happens in a tenant is told to a program of an owner's or admin's.

A webhook learns of no account that its maker does not see, and no longer than he is an admin; both
are asked when something happens, and again whenever it is sent.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

import pandas as pd
from sqlalchemy import ARRAY, RowMapping, Text, Uuid, cast, column, func, select

from fintrack.access.seals import Kind, sealed, unsealed
from fintrack.context import Permission, TenantContext
from fintrack.db import sign_in_transaction
from fintrack.errors import InvalidInput, NotFound, Unavailable
from fintrack.frames import Shape, read_frame
from fintrack.schema import new_id
from fintrack.texts import required

WEBHOOKS: Shape = {
    "id": "str",
    "url": "str",
    "events": "str",
    "created_at": "datetime64[us, UTC]",
}
DELIVERIES: Shape = {
    "id": "str",
    "event": "str",
    "at": "datetime64[us, UTC]",
    "subject_id": "str",
    "status": "str",
    "tries": "int64",
    "next_try_at": "datetime64[us, UTC]",
    "answer": "str",
}
MOST, LONGEST_URL = 10, 2000
# Of what is sent at once, so that no tenant holds up the others.
OF_ONE_TENANT = 4
TOLD = ("url", "tenant", "event", "at", "actor_id", "subject_id", "account_id", "month")
SCHEMES = frozenset({"https", "http"})
NO_WEBHOOK = "You have no such webhook."
NO_URL = "Give an address that begins with https:// or http://, without a password in it."


class Happening(StrEnum):
    """What can be told: the actions of the activity that programs ask for, and budgets.

    A budget is exceeded once in a month, and again if what is spent fell below it in between.
    """

    IMPORTED = "import.committed"
    IMPORT_UNDONE = "import.undone"
    TRANSACTION_RECORDED = "transaction.recorded"
    TRANSACTION_CHANGED = "transaction.changed"
    TRANSACTIONS_DELETED = "transactions.deleted"
    TRANSFER_RECORDED = "transfer.recorded"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    MEMBER_JOINED = "member.joined"
    MEMBER_LEFT = "member.left"
    MEMBER_REMOVED = "member.removed"
    ROLE_CHANGED = "member.role_changed"
    TENANT_CLOSED = "tenant.closed"
    BUDGET_EXCEEDED = "budget.exceeded"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to an address; `secret` signs it, `month` is that of a budget."""

    id: UUID
    url: str
    secret: str = field(repr=False)
    tenant: str
    event: str
    at: datetime
    actor_id: UUID
    subject_id: UUID | None
    account_id: UUID | None
    month: date | None


def create_webhook(
    context: TenantContext, url: str, events: Collection[Happening]
) -> tuple[UUID, str]:
    """Tell these events to an address from now on; returns the id and the secret that signs them.

    The secret is told this once.

    Raises:
        PermissionDenied: the member may not change the settings.
        InvalidInput: the address cannot be used, or no events are named.
        Conflict: the member has ten already.
    """
    context.require(Permission.CHANGE_SETTINGS)
    kept = _checked(url)
    if not events:
        raise InvalidInput("Name the events that the address is told of.")
    webhook_id, secret = new_id(), secrets.token_urlsafe(32)
    box = sealed(Kind.WEBHOOK, secret.encode(), context.session.user_id)
    names = cast(sorted(set(events)), ARRAY(Text()))
    made = func.sec.add_webhook(*_place(context), webhook_id, kept, box, names, MOST)
    with sign_in_transaction() as db:
        db.execute(select(made))
    return webhook_id, secret


def webhooks(context: TenantContext) -> pd.DataFrame:
    """Return the member's own webhooks of this tenant, the oldest first: `WEBHOOKS`.

    Raises:
        PermissionDenied: the member may not change the settings.
    """
    context.require(Permission.CHANGE_SETTINGS)
    names = [column("events", ARRAY(Text())) if n == "events" else column(n) for n in WEBHOOKS]
    found = func.sec.webhooks(*_place(context)).table_valued(*names)
    events = func.array_to_string(found.c.events, " ")
    columns = [events if name == "events" else found.c[name] for name in WEBHOOKS]
    with sign_in_transaction() as db:
        return read_frame(db, select(*columns).order_by(found.c.created_at), WEBHOOKS)


def delete_webhook(context: TenantContext, webhook_id: UUID) -> None:
    """Tell the address nothing any more, nor what is still on its way.

    Raises:
        PermissionDenied: the member may not change the settings.
        NotFound: the member has no such webhook here.
    """
    context.require(Permission.CHANGE_SETTINGS)
    with sign_in_transaction() as db:
        db.execute(select(func.sec.remove_webhook(*_place(context), cast(webhook_id, Uuid()))))


def deliveries(context: TenantContext, webhook_id: UUID) -> pd.DataFrame:
    """Return the newest 200 events of an own webhook and what became of them: `DELIVERIES`.

    Raises:
        PermissionDenied: the member may not change the settings.
        NotFound: the member has no such webhook here.
    """
    if str(webhook_id) not in set(webhooks(context)["id"]):
        raise NotFound(NO_WEBHOOK)
    asked = func.sec.deliveries(*_place(context), cast(webhook_id, Uuid()))
    found = asked.table_valued(*DELIVERIES)
    with sign_in_transaction() as db:
        return read_frame(db, select(*(found.c[name] for name in DELIVERIES)), DELIVERIES)


def take_deliveries(most: int) -> Sequence[Delivery]:
    """Return what is due, for this process alone to send within a minute, few of each tenant."""
    names = ("id", "user_id", "sealed_secret", *TOLD)
    due = func.sec.take_deliveries(most, OF_ONE_TENANT).table_valued(*names)
    with sign_in_transaction() as db:
        rows = db.execute(select(due)).mappings().all()
    return [each for each in map(_opened, rows) if each is not None]


def note_delivery(delivery_id: UUID, *, is_delivered: bool, answer: str) -> None:
    """Remember what the address answered; what failed is tried again, later each time."""
    with sign_in_transaction() as db:
        db.execute(select(func.sec.note_delivery(delivery_id, is_delivered, answer)))


def _opened(row: RowMapping) -> Delivery | None:
    """Return the delivery with its secret; one whose secret cannot be read has failed."""
    try:
        secret = unsealed(Kind.WEBHOOK, row["sealed_secret"], row["user_id"]).decode()
    except Unavailable as error:
        note_delivery(row["id"], is_delivered=False, answer=str(error))
        return None
    return Delivery(id=row["id"], secret=secret, **{name: row[name] for name in TOLD})


def _place(context: TenantContext) -> tuple[bytes, UUID]:
    return context.session.handle, context.tenant_id


def _checked(url: str) -> str:
    kept = required(url, "address", LONGEST_URL)
    try:
        parts = urlsplit(kept)
        is_usable = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise InvalidInput(NO_URL) from error
    is_written = kept.isascii() and kept.isprintable() and " " not in kept
    if not is_usable or parts.username is not None or not is_written:
        raise InvalidInput(NO_URL)
    return kept
