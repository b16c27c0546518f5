"""Invitations: an offer of membership, for one address or for whoever has the link."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access import throttle
from fintrack.access.acceptance import token_hash
from fintrack.access.memberships import members, require_flags
from fintrack.access.sharing import NOT_YOURS, ShareLevel
from fintrack.access.users import checked_email
from fintrack.config import settings
from fintrack.context import USUAL_FLAGS, Flag, Permission, Role, TenantContext
from fintrack.db import hold_books, rows_changed, tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.frames import Shape, read_frame
from fintrack.schema import Account, Invitation, InvitationShare, new_id

INVITATIONS: Shape = {
    "id": "str",
    "email": "str",
    "mail_domain": "str",
    "role": "str",
    "flags": "str",
    "message": "str",
    "uses": "int64",
    "most_uses": "int64",
    "created_by": "str",
    "created_at": "datetime64[us, UTC]",
    "expires_at": "datetime64[us, UTC]",
    "is_expired": "bool",
    "is_void": "bool",
}
USUAL_DAYS, MOST_DAYS = 7, 30
MOST_USES = 100
LONGEST_MESSAGE = 500
DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
NOT_PENDING = "There is no such pending invitation."
NO_MAIL = (
    "This FinTrack sends no mail, so nobody could prove an address of a mail domain. "
    "Invite by address, or leave the domain out."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invitation offers beside the role; `flags` of None are those usual for it.

    `shares` names own private accounts. Uses above one and a mail domain are for links.
    """

    flags: frozenset[Flag] | None = None
    message: str = ""
    days: int = USUAL_DAYS
    shares: Mapping[UUID, ShareLevel] = field(default_factory=dict)
    most_uses: int = 1
    mail_domain: str | None = None


USUAL = Terms()


def invite_member(
    context: TenantContext, email: str | None, role: Role, terms: Terms = USUAL
) -> str:
    """Invite `email`, or whoever has the link, and return the token, which is kept nowhere.

    Raises:
        PermissionDenied: the member may not invite, or not to this role.
        InvalidInput: the role is owner, or a term cannot be offered.
        NotFound: an account to share is not the member's own.
        Conflict: this address is invited already, or a member's.
        TooManyAttempts: with the time to wait.
    """
    _require_invitable(context, role)
    values = _checked(context, email, role, terms)
    throttle.count_request("invitation", context.user_id)
    token, invitation_id = secrets.token_urlsafe(32), new_id()
    values |= {"id": invitation_id, "token_hash": token_hash(token)}
    with tenant_transaction(context) as db:
        hold_books(db)
        _add(db, values)
        _share(db, context, invitation_id, terms.shares)
        audit.record(db, "member.invited", subject_id=invitation_id, after=_told(values))
    return token


def invitations(context: TenantContext) -> pd.DataFrame:
    """Return the pending invitations, expired ones too, the latest first: `INVITATIONS`.

    An admin sees everybody's, a member his own. Flags are words with a blank between them. Void is
    what somebody sent who may not invite so any more; sent again by another, it holds.

    Raises:
        PermissionDenied: the member may not invite people.
    """
    context.require(Permission.INVITE)
    statement = (
        select(
            Invitation.id, Invitation.email, Invitation.mail_domain, Invitation.role,
            func.array_to_string(Invitation.flags, " "), Invitation.message, Invitation.uses,
            Invitation.most_uses, Invitation.created_by, Invitation.created_at,
            Invitation.expires_at, Invitation.expires_at <= func.now(),
            Invitation.id == func.any(func.sec.unbacked_invitations()),
        )
        .where(_is_pending())
        .order_by(Invitation.created_at.desc())
    )  # fmt: skip
    with tenant_transaction(context) as db:
        return read_frame(db, statement, INVITATIONS)


def resend_invitation(
    context: TenantContext, invitation_id: UUID, *, days: int = USUAL_DAYS
) -> str:
    """Return a new token, with a new date; the old one is worthless, and the member invites now.

    Raises:
        PermissionDenied: the member may not invite people.
        InvalidInput: the days are not 1 to 30.
        NotFound: no such invitation is pending.
        TooManyAttempts: with the time to wait.
    """
    context.require(Permission.INVITE)
    token, expires_at = secrets.token_urlsafe(32), _end(days)
    throttle.count_request("invitation", context.user_id)
    values = {"token_hash": token_hash(token), "expires_at": expires_at}
    with tenant_transaction(context) as db:
        _change(db, invitation_id, "invitation.resent", values)
    return token


def revoke_invitation(context: TenantContext, invitation_id: UUID) -> None:
    """Make the invitation's token worthless.

    Raises:
        PermissionDenied: the member may not invite people.
        NotFound: no such invitation is pending.
    """
    context.require(Permission.INVITE)
    with tenant_transaction(context) as db:
        _change(db, invitation_id, "invitation.revoked", {"revoked_at": func.now()})


def _require_invitable(context: TenantContext, role: Role) -> None:
    context.require(Permission.INVITE)
    if role is Role.OWNER:
        raise InvalidInput("Ownership is transferred, not given by invitation.")
    if role.rank >= context.role.rank:
        raise PermissionDenied(
            f"In {context.name} you are {context.role}, who may not invite {role}."
        )


def _checked(context: TenantContext, email: str | None, role: Role, terms: Terms) -> dict[str, Any]:
    """Return the invitation's columns, or refuse what cannot be offered."""
    message = terms.message.strip()
    if len(message) > LONGEST_MESSAGE:
        raise InvalidInput(f"Write a message of at most {LONGEST_MESSAGE} characters.")
    if not 1 <= terms.most_uses <= (MOST_USES if email is None else 1):
        raise InvalidInput(f"A link may be used 1 to {MOST_USES} times, an invitation once.")
    return {
        "email": None if email is None else _new_address(context, email),
        "mail_domain": _checked_domain(terms.mail_domain, email),
        "role": role.value,
        "flags": _offered_flags(context, role, terms.flags),
        "message": message,
        "most_uses": terms.most_uses,
        "expires_at": _end(terms.days),
    }


def _new_address(context: TenantContext, email: str) -> str:
    address = checked_email(email)
    if address in set(members(context)["email"]):
        raise Conflict(f"{address} is a member already.")
    return address


def _checked_domain(domain: str | None, email: str | None) -> str | None:
    if not domain:
        return None
    plain = domain.strip().lower().removeprefix("@")
    if email is not None or not DOMAIN.fullmatch(plain):
        raise InvalidInput("Type the mail domain of a link such as example.org.")
    if settings().mail is None:
        raise InvalidInput(NO_MAIL)
    return plain


def _offered_flags(context: TenantContext, role: Role, flags: frozenset[Flag] | None) -> list[str]:
    # Unless asked for more, who lacks a flag offers what is usual without it.
    offered = USUAL_FLAGS[role] & context.flags if flags is None else flags
    require_flags(role, offered)
    if excess := sorted(offered - context.flags):
        raise PermissionDenied(
            f"In {context.name} you are {context.role} without {' and '.join(excess)}, "
            "and nobody gives what he lacks."
        )
    return sorted(offered)


def _end(days: int) -> datetime:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"An invitation is valid for 1 to {MOST_DAYS} days.")
    return datetime.now(UTC) + timedelta(days=days)


def _add(db: Session, values: dict[str, Any]) -> None:
    """Insert the invitation; one of the same address that has expired makes room for it."""
    expired = update(Invitation).where(
        Invitation.email == values["email"], Invitation.expires_at <= func.now(), _is_pending()
    )
    db.execute(expired.values(revoked_at=func.now()))
    try:
        db.execute(insert(Invitation).values(values))
    except IntegrityError as error:
        raise Conflict(
            f"{values['email']} is already invited. Send that invitation again, or revoke it first."
        ) from error


def _share(
    db: Session, context: TenantContext, invitation_id: UUID, shares: Mapping[UUID, ShareLevel]
) -> None:
    own = select(Account.id).where(Account.owner_id == context.user_id, Account.id.in_(shares))
    if set(db.scalars(own)) != shares.keys():
        raise NotFound(NOT_YOURS)
    rows = [
        {"invitation_id": invitation_id, "account_id": account_id, "level": level.value}
        for account_id, level in shares.items()
    ]
    if rows:
        db.execute(insert(InvitationShare), rows)


def _change(db: Session, invitation_id: UUID, action: str, values: dict[str, Any]) -> None:
    hold_books(db)
    before = _state_of(db, invitation_id)
    statement = update(Invitation).where(Invitation.id == invitation_id, _is_pending())
    if rows_changed(db, statement.values(values)) != 1:
        raise NotFound(NOT_PENDING)
    after = _state_of(db, invitation_id)
    audit.record(db, action, subject_id=invitation_id, before=before, after=after)


def _state_of(db: Session, invitation_id: UUID) -> dict[str, Any] | None:
    is_revoked = Invitation.revoked_at.is_not(None).label("revoked")
    statement = select(Invitation.expires_at, is_revoked).where(Invitation.id == invitation_id)
    row = db.execute(statement).one_or_none()
    return row and {"expires_at": row.expires_at.isoformat(), "revoked": row.revoked}


def _is_pending() -> ColumnElement[bool]:
    return and_(
        Invitation.uses < Invitation.most_uses,
        Invitation.declined_at.is_(None),
        Invitation.revoked_at.is_(None),
    )


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the activity says of an invitation: no token, no message and no address.

    The activity cannot forget, and whoever is erased must be forgotten.
    """
    names = ("mail_domain", "role", "flags", "most_uses")
    return {name: values[name] for name in names} | {"expires_at": str(values["expires_at"])}
