"""Tickets: 256 bits that do one thing once and soon, kept as hashes."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, delete, insert

from fintrack.context import UserSession
from fintrack.db import sign_in_transaction
from fintrack.errors import NotFound
from fintrack.security_schema import Ticket

SIGN_IN_FOR = timedelta(seconds=30)
DOWNLOAD_FOR = timedelta(seconds=60)
ADDRESS_FOR = timedelta(days=1)
GONE = "This link was used already or is too old. Go back and ask for it again."


@dataclass(frozen=True, slots=True)
class SignIn:
    """A checked password on its way to becoming a cookie."""

    user_id: UUID
    remember: bool


def issue_sign_in_ticket(user_id: UUID, browser: str, *, remember: bool) -> str:
    """Return a ticket that the browser of this nonce may turn into a session."""
    values = {
        "purpose": "SIGN_IN",
        "user_id": user_id,
        "browser_hash": ticket_hash(browser),
        "payload": {"remember": remember},
    }
    return _issue(SIGN_IN_FOR, values)


def redeem_sign_in_ticket(ticket: str, browser: str) -> SignIn:
    """Use the ticket up and return whom it signs in.

    Raises:
        NotFound: it was used, is too old, or belongs to another browser.
    """
    statement = delete(Ticket).where(
        Ticket.hash == ticket_hash(ticket),
        Ticket.purpose == "SIGN_IN",
        Ticket.browser_hash == ticket_hash(browser),
    )
    user_id, payload = _redeem(statement)
    return SignIn(user_id, bool(payload["remember"]))


def issue_download_ticket(session: UserSession, payload: Mapping[str, Any]) -> str:
    """Return a ticket with which this session, and no other, may fetch one file."""
    values = {
        "purpose": "DOWNLOAD",
        "user_id": session.user_id,
        "session_id": session.id,
        "payload": dict(payload),
    }
    return _issue(DOWNLOAD_FOR, values)


def redeem_download_ticket(session: UserSession, ticket: str) -> dict[str, Any]:
    """Use the ticket up and return what it is for.

    Raises:
        NotFound: it was used, is too old, or belongs to another session.
    """
    statement = delete(Ticket).where(
        Ticket.hash == ticket_hash(ticket),
        Ticket.purpose == "DOWNLOAD",
        Ticket.session_id == session.id,
    )
    return _redeem(statement)[1]


def issue_address_ticket(user_id: UUID) -> str:
    """Return the token of a mail that proves the user's address."""
    return _issue(ADDRESS_FOR, {"purpose": "ADDRESS", "user_id": user_id, "payload": {}})


def redeem_address_ticket(user_id: UUID, ticket: str) -> None:
    """Use the ticket up.

    Raises:
        NotFound: it was used, is too old, or is another user's.
    """
    _redeem(
        delete(Ticket).where(
            Ticket.hash == ticket_hash(ticket),
            Ticket.purpose == "ADDRESS",
            Ticket.user_id == user_id,
        )
    )


def ticket_hash(secret: str) -> bytes:
    """Return what is kept of a ticket, or of the nonce of a browser."""
    return sha256(secret.encode()).digest()


def _issue(lifetime: timedelta, values: dict[str, Any]) -> str:
    ticket, now = secrets.token_urlsafe(32), datetime.now(UTC)
    row = {"hash": ticket_hash(ticket), "expires_at": now + lifetime, **values}
    with sign_in_transaction() as db:
        db.execute(delete(Ticket).where(Ticket.expires_at < now))
        db.execute(insert(Ticket).values(row))
    return ticket


def _redeem(statement: Delete) -> tuple[UUID, dict[str, Any]]:
    used = statement.where(Ticket.expires_at > datetime.now(UTC))
    with sign_in_transaction() as db:
        row = db.execute(used.returning(Ticket.user_id, Ticket.payload)).one_or_none()
    if row is None:
        raise NotFound(GONE)
    return row.user_id, row.payload
