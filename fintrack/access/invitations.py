"""Invitations: an offer of membership, bound to an address, accepted once by whom it is for."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pandas as pd
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from fintrack import audit
from fintrack.access.tenants import my_tenants
from fintrack.context import USUAL_FLAGS, Permission, Role, TenantContext, TenantType, UserSession
from fintrack.db import sign_in_transaction, tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.frames import Shape, read_frame
from fintrack.schema import Invitation, new_id

INVITATIONS: Shape = {
    "id": "str",
    "email": "str",
    "role": "str",
    "created_at": "datetime64[us, UTC]",
    "expires_at": "datetime64[us, UTC]",
}
LONGEST = 30
MOST_MEMBERS = 1000


@dataclass(frozen=True, slots=True)
class InvitationPreview:
    """What somebody sees before accepting: who invites, to what, as what."""

    tenant_name: str
    tenant_type: TenantType
    role: Role
    email: str
    inviter: str


def invite_member(context: TenantContext, email: str, role: Role, *, days: int = 7) -> str:
    """Invite `email` to the tenant and return the invitation's token, which is kept nowhere.

    Raises:
        PermissionDenied: the member may not invite, or not to this role.
        InvalidInput: the role is owner, or the days are not 1 to 30.
        Conflict: this address is already invited.
    """
    context.require(Permission.INVITE)
    if role is Role.OWNER:
        raise InvalidInput("Ownership is transferred, not given by invitation.")
    if role.rank >= context.role.rank:
        raise PermissionDenied(
            f"In {context.name} you are {context.role}, who may not invite {role}."
        )
    if not 1 <= days <= LONGEST:
        raise InvalidInput(f"An invitation is valid for 1 to {LONGEST} days.")
    token, invitation_id = secrets.token_urlsafe(32), new_id()
    values = {
        "id": invitation_id,
        "email": email.strip().lower(),
        "role": role.value,
        "flags": sorted(USUAL_FLAGS[role]),
        "token_hash": _hash(token),
        "expires_at": datetime.now(UTC) + timedelta(days=days),
    }
    try:
        with tenant_transaction(context) as db:
            db.execute(insert(Invitation).values(values))
            audit.record(db, "member.invited", subject_id=invitation_id)
    except IntegrityError as error:
        raise Conflict(f"{values['email']} is already invited.") from error
    return token


def invitations(context: TenantContext) -> pd.DataFrame:
    """Return the pending invitations, the latest first: `INVITATIONS`.

    Raises:
        PermissionDenied: the member may not invite people.
    """
    context.require(Permission.INVITE)
    statement = (
        select(
            Invitation.id,
            Invitation.email,
            Invitation.role,
            Invitation.created_at,
            Invitation.expires_at,
        )
        .where(
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > func.now(),
        )
        .order_by(Invitation.created_at.desc())
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, INVITATIONS)


def revoke_invitation(context: TenantContext, invitation_id: UUID) -> None:
    """Make the invitation's token worthless.

    Raises:
        PermissionDenied: the member may not invite people.
        NotFound: no such invitation is pending.
    """
    context.require(Permission.INVITE)
    statement = (
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=func.now())
        .execution_options(synchronize_session=False)
    )
    with tenant_transaction(context) as db:
        if db.execute(statement).rowcount != 1:  # type: ignore[attr-defined]  # a cursor result
            raise NotFound("There is no such pending invitation.")
        audit.record(db, "invitation.revoked", subject_id=invitation_id)


def preview_invitation(token: str) -> InvitationPreview | None:
    """Return what the token offers while it is valid, and nothing otherwise."""
    offered = func.sec.invitation(_hash(token)).table_valued(
        "tenant_name", "tenant_type", "role", "email", "inviter"
    )
    with sign_in_transaction() as db:
        row = db.execute(select(offered)).one_or_none()
    if row is None:
        return None
    return InvitationPreview(
        row.tenant_name, TenantType(row.tenant_type), Role(row.role), row.email, row.inviter
    )


def accept_invitation(session: UserSession, token: str) -> TenantContext:
    """Join the tenant that the token offers to this user, and return its context.

    Raises:
        NotFound: the token is not valid for this user, or no longer.
        Conflict: the user is a member already.
    """
    with sign_in_transaction() as db:
        tenant_id = db.scalar(
            select(func.sec.accept_invitation(session.user_id, _hash(token), MOST_MEMBERS))
        )
    return next(context for context in my_tenants(session) if context.tenant_id == tenant_id)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
