"""Sessions: a browser holds an opaque token, the database a hash of its hash."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from fintrack.access import throttle
from fintrack.access.codes import WRONG_CODE, use_code
from fintrack.access.passwords import is_password
from fintrack.context import UserSession
from fintrack.db import sign_in_transaction
from fintrack.errors import CodeNeeded, ConfirmationNeeded, InvalidInput, NotFound, NotSignedIn
from fintrack.schema import new_id
from fintrack.security_schema import Factor, SessionRow, Ticket, User
from fintrack.texts import plain

ABSOLUTE, IDLE = timedelta(hours=12), timedelta(minutes=30)
REMEMBERED = timedelta(days=30)
TOUCH_AFTER = timedelta(minutes=1)
CONFIRMED_FOR = timedelta(minutes=10)
WRONG = "The e-mail address or the password is wrong."
CODE_WANTED = "Type the code that your authenticator app shows, or a recovery code."


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as its user sees it in the list of sessions."""

    id: UUID
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    is_current: bool


def check_credentials(email: str, password: str, address: str, code: str = "") -> UUID:
    """Return the user's id; unknown addresses cost the same statements and the same hash.

    Of a second factor nothing is told, or looked at, before the password is right.

    Raises:
        NotSignedIn: address, password or code is wrong.
        CodeNeeded: the password is right, and the user's second factor wants a code beside it.
        TooManyAttempts: with the time to wait.
    """
    account = email.strip().lower()
    throttle.count_attempt(account, address)
    statement = _secrets_where(User.email == account, User.disabled_at.is_(None))
    with sign_in_transaction() as db:
        found = db.execute(statement).one_or_none()
    user_id, stored, has_factor = found or (None, None, False)
    if not is_password(stored, password) or user_id is None:
        raise NotSignedIn(WRONG)
    if has_factor and not code.strip():
        # The failures of this address stay: codes must not be guessed for free in between.
        throttle.take_back(account, address)
        raise CodeNeeded(CODE_WANTED)
    if has_factor and not use_code(user_id, code):
        raise NotSignedIn(WRONG_CODE)
    throttle.forgive(account, address)
    return user_id


def open_session(user_id: UUID, *, remember: bool, agent: str, address: str) -> str:
    """Open a browser session and return its token, which is kept nowhere."""
    row = {"kind": "BROWSER", "user_id": user_id, "agent": agent, "address": address}
    if remember:
        return _opened(row, REMEMBERED, REMEMBERED)
    return _opened(row, ABSOLUTE, IDLE)


def open_api_session(user_id: UUID, *, agent: str, address: str) -> str:
    """Open the session of a program whose user showed a moment ago that it is he.

    Returns its token, which is kept nowhere.
    """
    row = {"kind": "API", "user_id": user_id, "agent": agent, "address": address}
    return _opened({**row, "confirmed_at": func.now()}, ABSOLUTE, IDLE)


def handle_of(token: str) -> bytes:
    """Return what the application passes on instead of the browser's token."""
    return sha256(token.encode()).digest()


def stored_handle(handle: bytes) -> bytes:
    """Return what the database keeps of a handle."""
    return sha256(handle).digest()


def session_of(token: str) -> UserSession | None:
    """Return the live session of a browser's token, if there is one."""
    return session_of_handle(handle_of(token), kind="BROWSER")


def session_of_handle(handle: bytes, *, kind: str | None = None) -> UserSession | None:
    """Return the live session of a handle, of this kind, and note once a minute that it was seen.

    A browser's cookie opens nothing as a program's token, nor the other way round.
    """
    with sign_in_transaction() as db:
        return live_session(db, handle, kind=kind)


def live_session(db: Session, handle: bytes, *, kind: str | None = None) -> UserSession | None:
    """Return what `session_of_handle` does, in the caller's transaction."""
    statement = (
        select(
            SessionRow.id,
            SessionRow.user_id,
            User.name,
            User.email,
            SessionRow.tenant_id,
            SessionRow.seen_at,
        )
        .join(User, User.id == SessionRow.user_id)
        .where(
            SessionRow.handle_hash == stored_handle(handle), is_live(), User.disabled_at.is_(None)
        )
    )
    if kind is not None:
        statement = statement.where(SessionRow.kind == kind)
    found = db.execute(statement).one_or_none()
    if found is None:
        return None
    if datetime.now(UTC) - found.seen_at > TOUCH_AFTER:
        db.execute(update(SessionRow).where(SessionRow.id == found.id).values(seen_at=func.now()))
    return UserSession(
        handle, found.id, found.user_id, found.name, found.email, bound_to=found.tenant_id
    )


def confirm_session(session: UserSession, password: str, code: str = "") -> None:
    """Show again that it is the user: for ten minutes he may do what cannot be taken back.

    Raises:
        InvalidInput: the password is wrong, or the code where a second factor wants one.
        TooManyAttempts: with the time to wait.
    """
    attempt = (session.email, f"confirmation by {session.user_id}")
    throttle.count_attempt(*attempt)
    with sign_in_transaction() as db:
        _, stored, has_factor = db.execute(_secrets_where(User.id == session.user_id)).one()
    if not is_password(stored, password):
        raise InvalidInput("The password is wrong. Type it again.")
    if has_factor and not use_code(session.user_id, code):
        raise InvalidInput(WRONG_CODE)
    throttle.forgive(*attempt)
    confirmed = update(SessionRow).where(SessionRow.id == session.id)
    with sign_in_transaction() as db:
        db.execute(confirmed.values(confirmed_at=func.now()))


def require_confirmation(session: UserSession, why: str) -> None:
    """Refuse, with the sentence `why`, whoever did not show a moment ago that it is he.

    Raises:
        ConfirmationNeeded: `confirm_session` comes first.
    """
    fresh = exists().where(
        SessionRow.id == session.id, SessionRow.confirmed_at > func.now() - CONFIRMED_FOR
    )
    with sign_in_transaction() as db:
        if not db.scalar(select(fresh)):
            raise ConfirmationNeeded(why)


def sessions(session: UserSession) -> tuple[SessionRecord, ...]:
    """Return the user's live sessions, the latest seen first."""
    statement = (
        select(
            SessionRow.id,
            SessionRow.agent,
            SessionRow.address,
            SessionRow.created_at,
            SessionRow.seen_at,
            SessionRow.expires_at,
        )
        .where(SessionRow.user_id == session.user_id, _is_signed_in(), is_live())
        .order_by(SessionRow.seen_at.desc())
    )
    with sign_in_transaction() as db:
        rows = db.execute(statement).all()
    return tuple(SessionRecord(*row, is_current=row.id == session.id) for row in rows)


def end_session(session: UserSession, session_id: UUID) -> None:
    """End one of the user's own sessions; it is out at its next transaction.

    Raises:
        NotFound: the user has no such session.
    """
    if not _end(session, SessionRow.id == session_id):
        raise NotFound("You have no such session. It may have ended already.")


def end_all_sessions(session: UserSession) -> None:
    """End every session of the user, this one too."""
    _end(session, SessionRow.id.is_not(None))


def end_other_sessions(session: UserSession) -> None:
    """End every session of the user but this one."""
    _end(session, SessionRow.id != session.id)


def shut_out(db: Session, user_id: UUID, *, but: UUID | None = None) -> None:
    """End every session and ticket of the user in the caller's transaction, all `but` one."""
    ended = update(SessionRow).where(
        SessionRow.user_id == user_id,
        SessionRow.revoked_at.is_(None),
        SessionRow.id.is_distinct_from(but),
    )
    db.execute(ended.values(revoked_at=func.now()))
    db.execute(delete(Ticket).where(Ticket.user_id == user_id))


def ended_sessions(session_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of `session_ids` that are no longer live."""
    statement = select(SessionRow.id).where(SessionRow.id.in_(session_ids), is_live())
    with sign_in_transaction() as db:
        return frozenset(session_ids) - frozenset(db.scalars(statement))


def is_live() -> ColumnElement[bool]:
    """Return the condition of a session that is neither revoked, nor expired, nor idle too long."""
    return and_(
        SessionRow.revoked_at.is_(None),
        SessionRow.expires_at > func.now(),
        SessionRow.seen_at + SessionRow.idle_for > func.now(),
    )


def _opened(row: dict[str, Any], lifetime: timedelta, idle: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    known = {
        "id": new_id(),
        "handle_hash": stored_handle(handle_of(token)),
        "agent": plain(row["agent"])[:200],
        "address": row["address"][:64],
        "idle_for": idle,
        "expires_at": datetime.now(UTC) + lifetime,
    }
    with sign_in_transaction() as db:
        db.execute(insert(SessionRow).values(row | known))
    return token


def _is_signed_in() -> ColumnElement[bool]:
    """Return the condition of a session that a password opened: no token, job or operator."""
    program = and_(SessionRow.kind == "API", SessionRow.tenant_id.is_(None))
    return or_(SessionRow.kind == "BROWSER", program)


def _secrets_where(*who: ColumnElement[bool]) -> Select[UUID, str, bool]:
    """Ask for a user's id and password hash, and whether there is a second factor."""
    has_factor = Factor.user_id.is_not(None)
    factor = Factor.user_id == User.id
    return select(User.id, User.password_hash, has_factor).outerjoin(Factor, factor).where(*who)


def _end(session: UserSession, which: ColumnElement[bool]) -> int:
    statement = (
        update(SessionRow)
        .where(SessionRow.user_id == session.user_id, SessionRow.revoked_at.is_(None), which)
        .values(revoked_at=func.now())
    )
    with sign_in_transaction() as db:
        return db.connection().execute(statement).rowcount
