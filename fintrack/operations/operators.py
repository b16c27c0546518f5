"""Operators: whoever runs the machine may act for a named user, briefly and on record."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, insert, select, update

from fintrack.access.sessions import handle_of, session_of_handle
from fintrack.context import UserSession
from fintrack.db import maintenance_transaction
from fintrack.errors import NotFound, NotSignedIn
from fintrack.schema import new_id
from fintrack.security_schema import SessionRow, User

LIFETIME = timedelta(minutes=10)
AGENT = "command line"


@contextmanager
def acting_for(email: str, reason: str) -> Iterator[UserSession]:
    """Open a session of the user that ends with the block, after ten minutes at the latest.

    The reason and the address stay in the maintenance record.

    Raises:
        NotFound: nobody has this address.
    """
    address = email.strip().lower()
    handle = handle_of(secrets.token_urlsafe(32))
    session_id = new_id()
    wanted = select(User.id).where(User.email == address, User.disabled_at.is_(None))
    with maintenance_transaction(f"{reason} for {address}") as db:
        user_id = db.scalars(wanted).one_or_none()
        if user_id is None:
            raise NotFound(f"Nobody here has the address {address}.")
        row = {
            "id": session_id,
            "handle_hash": sha256(handle).digest(),
            "user_id": user_id,
            "kind": "OPERATOR",
            "agent": AGENT,
            "idle_for": LIFETIME,
            "expires_at": datetime.now(UTC) + LIFETIME,
        }
        db.execute(insert(SessionRow).values(row))
    session = session_of_handle(handle)
    if session is None:
        raise NotSignedIn("The session could not be opened; try again.")
    try:
        yield session
    finally:
        ended = update(SessionRow).where(SessionRow.id == session_id)
        with maintenance_transaction(f"end of: {reason} for {address}") as db:
            db.execute(ended.values(revoked_at=func.now()))
