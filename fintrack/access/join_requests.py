"""Requests to join: who knows a tenant's address may ask, and an admin decides."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access import throttle
from fintrack.access.invitations import LONGEST_MESSAGE
from fintrack.access.memberships import require_below, require_flags
from fintrack.context import USUAL_FLAGS, Flag, Permission, Role, TenantContext, UserSession
from fintrack.db import hold_books, rows_changed, sign_in_transaction, tenant_transaction
from fintrack.errors import InvalidInput, NotFound
from fintrack.frames import Shape, read_frame
from fintrack.schema import JoinRequest

JOIN_REQUESTS: Shape = {
    "user_id": "str",
    "name": "str",
    "email": "str",
    "message": "str",
    "created_at": "datetime64[us, UTC]",
}
ASKED = "If there is such a tenant, its owners and admins see your request and decide."
NOT_ASKED = "This person does not ask to join any more."


def ask_to_join(session: UserSession, slug: str, message: str = "") -> str:
    """Ask the tenant of this slug to be let in; return the answer, the same if there is none.

    Raises:
        InvalidInput: the message is too long.
        TooManyAttempts: with the time to wait.
    """
    words = message.strip()
    if len(words) > LONGEST_MESSAGE:
        raise InvalidInput(f"Write a message of at most {LONGEST_MESSAGE} characters.")
    throttle.count_request("join request", session.user_id)
    with sign_in_transaction() as db:
        db.execute(select(func.sec.ask_to_join(session.handle, slug, words)))
    return ASKED


def join_requests(context: TenantContext) -> pd.DataFrame:
    """Return who waits for an answer, the longest first: `JOIN_REQUESTS`.

    Raises:
        PermissionDenied: the member may not manage members.
    """
    context.require(Permission.MANAGE_MEMBERS)
    askers = func.sec.askers().table_valued(*JOIN_REQUESTS)
    statement = select(askers).order_by(askers.c.created_at, askers.c.user_id)
    with tenant_transaction(context) as db:
        return read_frame(db, statement, JOIN_REQUESTS)


def admit(
    context: TenantContext, user_id: UUID, role: Role, flags: Collection[Flag] | None = None
) -> None:
    """Let somebody in who asks, to a role below one's own, with the usual flags or `flags`.

    Raises:
        PermissionDenied: the member may not manage members, or not give this role.
        InvalidInput: the role does not allow one of the flags.
        NotFound: the person does not ask any more.
        Conflict: the tenant is full.
    """
    context.require(Permission.MANAGE_MEMBERS)
    require_below(context, role)
    wanted = USUAL_FLAGS[role] if flags is None else flags
    require_flags(role, wanted)
    values = {"role": role.value, "flags": sorted(set(wanted))}
    with tenant_transaction(context) as db:
        hold_books(db)
        _decide(db, context, user_id, "member.admitted", values | {"is_accepted": True})


def turn_down(context: TenantContext, user_id: UUID) -> None:
    """Refuse somebody who asks; for a week asking again changes nothing.

    Raises:
        PermissionDenied: the member may not manage members.
        NotFound: the person does not ask any more.
    """
    context.require(Permission.MANAGE_MEMBERS)
    with tenant_transaction(context) as db:
        hold_books(db)
        _decide(db, context, user_id, "invitation.refused", {"is_accepted": False})


def _decide(
    db: Session, context: TenantContext, user_id: UUID, action: str, values: dict[str, Any]
) -> None:
    statement = (
        update(JoinRequest)
        .where(JoinRequest.user_id == user_id, JoinRequest.decided_at.is_(None))
        .values(**values, decided_at=func.now(), decided_by=context.user_id)
    )
    if rows_changed(db, statement) != 1:
        raise NotFound(NOT_ASKED)
    undecided = {"is_accepted": None}
    audit.record(db, action, subject_id=user_id, before=undecided, after=values)
