"""Acceptance: what an invitation offers, and how somebody joins by it or declines."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, column, func, select

from fintrack.access.tenants import my_tenants
from fintrack.context import Flag, Role, TenantContext, TenantType, UserSession
from fintrack.db import sign_in_transaction


@dataclass(frozen=True, slots=True)
class InvitationPreview:
    """What somebody sees before accepting: who invites, to what, as what, and until when.

    `email` of None is a link. `is_for_you` says whether the user who asks may accept, `accounts`
    what will be visible and how much of it, by name; the link of a mail domain tells the accounts
    only to users of that domain.
    """

    id: UUID
    tenant_name: str
    tenant_type: TenantType
    role: Role
    flags: frozenset[Flag]
    email: str | None
    mail_domain: str | None
    message: str
    inviter: str
    expires_at: datetime
    is_for_you: bool
    accounts: tuple[tuple[str, str], ...]


def preview_invitation(token: str, session: UserSession | None = None) -> InvitationPreview | None:
    """Return what the token offers this user while it is valid, and nothing otherwise."""
    offered = func.sec.invitation(token_hash(token), session and session.user_id).table_valued(
        "id", "tenant_name", "tenant_type", "role", column("flags", ARRAY(Text())), "email",
        "mail_domain", "message", "inviter", "expires_at", "is_for_you",
        column("accounts", ARRAY(Text())), column("levels", ARRAY(Text())),
    )  # fmt: skip
    with sign_in_transaction() as db:
        row = db.execute(select(offered)).mappings().one_or_none()
    return None if row is None else _preview(**row)


def accept_invitation(session: UserSession, token: str) -> TenantContext:
    """Join the tenant that the token offers to this user, and return its context.

    Raises:
        NotFound: the token is not valid for this user, or no longer.
        Conflict: the user is a member already, or the tenant is full.
    """
    with sign_in_transaction() as db:
        tenant_id = db.scalar(select(func.sec.accept_invitation(session.handle, token_hash(token))))
    return next(context for context in my_tenants(session) if context.tenant_id == tenant_id)


def decline_invitation(session: UserSession | None, token: str) -> None:
    """Refuse an invitation to one's address; it cannot be accepted any more.

    Whoever has no account, or is not signed in, got the token at that address.

    Raises:
        NotFound: the token is a link, or not valid for this user, or no longer.
    """
    with sign_in_transaction() as db:
        handle = session and session.handle
        db.execute(select(func.sec.decline_invitation(handle, token_hash(token))))


def token_hash(token: str) -> bytes:
    """Return what is kept of an invitation's token."""
    return sha256(token.encode()).digest()


def _preview(**row: Any) -> InvitationPreview:  # noqa: ANN401 - columns of sec.invitation
    accounts = tuple(zip(row.pop("accounts"), row.pop("levels"), strict=True))
    known = {
        "tenant_type": TenantType(row["tenant_type"]),
        "role": Role(row["role"]),
        "flags": frozenset(map(Flag, row["flags"])),
    }
    return InvitationPreview(accounts=accounts, **row | known)
