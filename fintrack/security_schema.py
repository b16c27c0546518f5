"""The tables of the sign-in door as typed columns: users, sessions and what guards them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fintrack.schema import FILLED, Row


class SecurityRow(Row):
    """A row that the sign-in door alone may touch."""

    __abstract__ = True
    __table_args__ = ({"schema": "sec", "implicit_returning": False},)


class User(SecurityRow):
    """Somebody who signs in."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    disabled_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]


class Registration(SecurityRow):
    """Somebody whom a mailed link will make a user."""

    __tablename__ = "registration"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    tenant: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]


class SessionRow(SecurityRow):
    """A live sign-in; the token's hash of a hash is all that is kept of it."""

    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    handle_hash: Mapped[bytes]
    user_id: Mapped[UUID]
    kind: Mapped[str]
    tenant_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(server_default=FILLED)
    scopes: Mapped[list[str] | None]
    agent: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    seen_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    idle_for: Mapped[timedelta]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]


class Factor(SecurityRow):
    """A user's second factor, and the recovery codes that are left."""

    __tablename__ = "factor"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed_seed: Mapped[bytes]
    last_step: Mapped[int]
    recovery_hashes: Mapped[list[bytes]]
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)


class Ticket(SecurityRow):
    """Something that may be done once and soon: become a cookie, fetch a file, reset a password."""

    __tablename__ = "ticket"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    user_id: Mapped[UUID]
    session_id: Mapped[UUID | None]
    browser_hash: Mapped[bytes | None]
    payload: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]


class KeptAnswer(SecurityRow):
    """What a program was answered, for when it asks the same again."""

    __tablename__ = "kept_answer"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    user_id: Mapped[UUID]
    tenant_id: Mapped[UUID | None]
    sealed_answer: Mapped[bytes | None]
    expires_at: Mapped[datetime]


class Throttle(SecurityRow):
    """Failures under one key, and until when it has to wait."""

    __tablename__ = "throttle"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    blocked_until: Mapped[datetime]
    failed_at: Mapped[datetime] = mapped_column(server_default=FILLED)


class SetupToken(SecurityRow):
    """A one-time link with which the first account may be made from elsewhere."""

    __tablename__ = "setup_token"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)


class Founding(SecurityRow):
    """Which tenant the founding migration made for a user, and from what."""

    __tablename__ = "founding"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID | None]
    checksum: Mapped[str] = mapped_column(server_default=FILLED)
    is_made: Mapped[bool]
    founded_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    finished_at: Mapped[datetime | None]


class MaintenanceEvent(SecurityRow):
    """Why the maintenance door was opened."""

    __tablename__ = "maintenance_event"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=FILLED)
    reason: Mapped[str]
