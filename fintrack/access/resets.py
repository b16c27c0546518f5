"""Resets: a forgotten password is replaced with a mailed link, which works once and for an hour.

Whoever asks learns nothing about whether the address has an account. A second factor stays on.
"""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, true, update
from sqlalchemy.dialects.postgresql import JSONB

from fintrack.access import throttle
from fintrack.access.passwords import check_new_password, hash_password
from fintrack.access.sessions import shut_out
from fintrack.access.tickets import GONE, ticket_hash
from fintrack.context import UserSession
from fintrack.db import sign_in_transaction
from fintrack.errors import NotFound
from fintrack.security_schema import Ticket, User

VALID_FOR = timedelta(hours=1)
# Waiting for the disk only where there is a row to write would tell who has an account.
DO_NOT_WAIT = select(func.set_config("synchronous_commit", "off", true()))


def new_reset_token(email: str, address: str) -> str | None:
    """Return a token to be mailed to `email`, or None if nobody has it, at the same cost.

    Raises:
        TooManyAttempts: with the time to wait; known and unknown addresses alike.
    """
    account = email.strip().lower()
    throttle.count_attempt(f"reset {account}", address)
    return _issue((User.email == account) & User.disabled_at.is_(None), is_mailed=True)


def operators_reset_token(session: UserSession) -> str:
    """Return a token that whoever runs the installation, acting for the user, hands over himself.

    Raises:
        NotFound: the user is gone.
    """
    token = _issue((User.id == session.user_id) & User.disabled_at.is_(None), is_mailed=False)
    if token is None:
        raise NotFound("There is no such account any more.")
    return token


def reset_email(token: str) -> str:
    """Return whose password the token replaces.

    Raises:
        NotFound: it was used or is too old.
    """
    return _owner(token)[0]


def reset_password(token: str, password: str) -> None:
    """Use the token up, replace the password, and end every session and ticket of the user.

    Whoever got the token by mail has proved the address, too.

    Raises:
        NotFound: the token was used or is too old.
        InvalidInput: the password cannot be used; the token still can.
    """
    check_new_password(password, *_owner(token))
    values = {"password_hash": hash_password(password)}
    used = delete(Ticket).where(_is_live(token)).returning(Ticket.user_id, Ticket.payload)
    with sign_in_transaction() as db:
        ticket = db.execute(used).one_or_none()
        if ticket is None:
            raise NotFound(GONE)
        proved = {"verified_at": func.now()} if ticket.payload["is_mailed"] else {}
        db.execute(update(User).where(User.id == ticket.user_id).values(values | proved))
        shut_out(db, ticket.user_id)


def _issue(whose: ColumnElement[bool], *, is_mailed: bool) -> str | None:
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    row = select(
        literal(ticket_hash(token)), literal("RESET"), User.id, literal(now + VALID_FOR),
        literal({"is_mailed": is_mailed}, JSONB),
    ).where(whose)  # fmt: skip
    columns = ["hash", "purpose", "user_id", "expires_at", "payload"]
    issued = insert(Ticket).from_select(columns, row)
    with sign_in_transaction() as db:
        db.execute(DO_NOT_WAIT)
        db.execute(delete(Ticket).where(Ticket.expires_at < now))
        return token if db.scalar(issued.returning(Ticket.user_id)) else None


def _owner(token: str) -> tuple[str, str]:
    statement = select(User.email, User.name).join(Ticket, Ticket.user_id == User.id)
    with sign_in_transaction() as db:
        row = db.execute(statement.where(_is_live(token))).one_or_none()
    if row is None:
        raise NotFound(GONE)
    return row.email, row.name


def _is_live(token: str) -> ColumnElement[bool]:
    return (
        (Ticket.hash == ticket_hash(token))
        & (Ticket.purpose == "RESET")
        & (Ticket.expires_at > datetime.now(UTC))
    )
