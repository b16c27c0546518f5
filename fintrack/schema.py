"""The tables as typed columns; keys, policies and functions stand in `migrations/`.

Everything of a tenant is a `TenantRow`: the door adds its tenant predicate, PostgreSQL fills
`tenant_id`. Money is a count of minor units; inflow is positive.
"""

import secrets
import time
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Interval, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Left to PostgreSQL: the application has no right to write these columns.
FILLED = FetchedValue()


def new_id() -> UUID:
    """Return a UUIDv7: 48 bits of milliseconds, then chance.

    Source: RFC 9562, section 5.7.
    """
    bits = time.time_ns() // 1_000_000 << 80 | int.from_bytes(secrets.token_bytes(10))
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return UUID(int=bits & ~(0x3 << 62) | 0x2 << 62)


class Row(DeclarativeBase):
    """A table of FinTrack."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy declares it for instances
        str: Text(),
        int: BigInteger(),
        bytes: LargeBinary(),
        timedelta: Interval(),
        dict[str, Any]: JSONB(none_as_null=True),
        list[str]: ARRAY(Text()),
        list[bytes]: ARRAY(LargeBinary()),
    }


class TenantRow(Row):
    """A row that belongs to exactly one tenant."""

    __abstract__ = True
    __table_args__ = ({"schema": "app", "implicit_returning": False},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FILLED)


class Tenant(TenantRow):
    """A book that is kept apart: its name, kind and habits."""

    __tablename__ = "tenant"

    slug: Mapped[str]
    name: Mapped[str]
    type: Mapped[str]
    status: Mapped[str]
    currency: Mapped[str]
    country: Mapped[str]
    locale: Mapped[str]
    time_zone: Mapped[str]
    fiscal_year_start: Mapped[int]
    is_sample: Mapped[bool]
    colour: Mapped[str]
    closes_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)


class Membership(TenantRow):
    """One user's role in one tenant."""

    __tablename__ = "membership"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]
    status: Mapped[str]
    flags: Mapped[list[str]]
    joined_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    seen_at: Mapped[datetime | None]


class Invitation(TenantRow):
    """An offer of membership, bound to an address or a link; only the token's hash is kept."""

    __tablename__ = "invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    mail_domain: Mapped[str | None]
    role: Mapped[str]
    flags: Mapped[list[str]]
    message: Mapped[str]
    token_hash: Mapped[bytes]
    uses: Mapped[int] = mapped_column(server_default=FILLED)
    most_uses: Mapped[int]
    created_by: Mapped[UUID] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class InvitationShare(TenantRow):
    """An account of the inviter that whoever accepts will see."""

    __tablename__ = "invitation_share"

    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    level: Mapped[str]


class JoinRequest(TenantRow):
    """Somebody asks to be let in, and what an admin decided."""

    __tablename__ = "join_request"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    message: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    is_accepted: Mapped[bool | None]
    role: Mapped[str]
    flags: Mapped[list[str]]


class OwnershipOffer(TenantRow):
    """Ownership on its way to another member, who has to accept it."""

    __tablename__ = "ownership_offer"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    created_by: Mapped[UUID] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    is_shared: Mapped[bool]


class TenantLimit(TenantRow):
    """What the operator allows this tenant instead of the installation's limit."""

    __tablename__ = "tenant_limit"

    name: Mapped[str] = mapped_column(primary_key=True)
    most: Mapped[int]


class Account(TenantRow):
    """A ledger account in one currency; its owner decides who sees it."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(server_default=FILLED)
    name: Mapped[str]
    kind: Mapped[str]
    side: Mapped[str]
    currency: Mapped[str]
    number: Mapped[str]
    opening_balance: Mapped[int]
    opened_on: Mapped[date]
    visibility: Mapped[str]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)


class AccountShare(TenantRow):
    """What one member may see of another member's private account."""

    __tablename__ = "account_share"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    level: Mapped[str]
    created_by: Mapped[UUID] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)


class Category(TenantRow):
    """A node of the tree of income or of expenses."""

    __tablename__ = "category"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None]
    kind: Mapped[str]
    name: Mapped[str]
    archived_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class Payee(TenantRow):
    """A payee the members named, with the category its transactions usually get."""

    __tablename__ = "payee"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    category_id: Mapped[UUID | None]


class Tag(TenantRow):
    """A word to find transactions by, across categories."""

    __tablename__ = "tag"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


class Transaction(TenantRow):
    """One movement on one account."""

    __tablename__ = "transaction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    currency: Mapped[str]
    booked_on: Mapped[date]
    valued_on: Mapped[date | None]
    amount: Mapped[int]
    payee: Mapped[str]
    description: Mapped[str]
    note: Mapped[str]
    status: Mapped[str]
    category_id: Mapped[UUID | None]
    is_split: Mapped[bool]
    transfer_id: Mapped[UUID | None]
    batch_id: Mapped[UUID | None]
    import_key: Mapped[str | None]
    words: Mapped[list[str]]
    version: Mapped[int] = mapped_column(server_default=FILLED)
    created_by: Mapped[UUID] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    updated_at: Mapped[datetime] = mapped_column(server_default=FILLED)


class Posting(TenantRow):
    """One line of a split transaction."""

    __tablename__ = "posting"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    transaction_id: Mapped[UUID]
    account_id: Mapped[UUID]
    booked_on: Mapped[date]
    line: Mapped[int]
    category_id: Mapped[UUID | None]
    amount: Mapped[int]
    payee: Mapped[str] = mapped_column(server_default=FILLED)
    memo: Mapped[str]


class TransactionTag(TenantRow):
    """A tag on a transaction."""

    __tablename__ = "transaction_tag"

    transaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    booked_on: Mapped[date]


class ChangeSet(TenantRow):
    """Changes that were made, and can be undone, together."""

    __tablename__ = "change_set"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[str]
    created_by: Mapped[UUID] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)


class AuditEvent(TenantRow):
    """Who changed what, as what role, and how it was before; nobody can change it."""

    __tablename__ = "audit_event"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=FILLED)
    actor_id: Mapped[UUID] = mapped_column(server_default=FILLED)
    actor_rank: Mapped[int] = mapped_column(server_default=FILLED)
    source: Mapped[str] = mapped_column(server_default=FILLED)
    action: Mapped[str]
    subject_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    change_set_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    number: Mapped[int] = mapped_column(server_default=FILLED, deferred=True)
    hash: Mapped[bytes] = mapped_column(server_default=FILLED, deferred=True)
