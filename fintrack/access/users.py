"""Users: the first account, registration, and the change of a password."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from babel.numbers import get_territory_currencies
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fintrack.access import throttle
from fintrack.access.acceptance import InvitationPreview, preview_invitation
from fintrack.access.passwords import check_new_password, hash_password, is_password
from fintrack.access.sessions import shut_out
from fintrack.access.tenants import LONGEST_NAME, NewTenant, add_tenant
from fintrack.config import Registration, settings
from fintrack.context import TenantType, UserSession
from fintrack.db import sign_in_transaction
from fintrack.errors import Conflict, InvalidInput, PermissionDenied
from fintrack.schema import new_id
from fintrack.security_schema import SetupToken, User
from fintrack.texts import neutral, required

# One lock for the first account of an installation: of two at once, one wins.
FIRST_ACCOUNT = 4_670_001
SETUP_NEEDED = (
    "The first account is made with the one-time link that FinTrack printed in its terminal."
)
INVITATION_NEEDED = "New accounts are by invitation here. Ask a member to invite this address."
MAIL_NEEDED = "Here a mailed link finishes the registration. Ask for it first."
KNOWN = "There is an account with this address already. Sign in instead."


@dataclass(frozen=True, slots=True)
class NewUser:
    """Who registers."""

    email: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether this visitor may register, and why."""

    allowed: bool
    is_first: bool
    invitation: InvitationPreview | None


def is_empty_installation() -> bool:
    """Return whether nobody has an account, or nobody any more."""
    with sign_in_transaction() as db:
        return _is_empty(db)


def new_setup_token() -> str:
    """Return the secret of a one-time link with which the first account can be made."""
    token = secrets.token_urlsafe(32)
    with sign_in_transaction() as db:
        db.execute(insert(SetupToken).values(hash=_hash(token)))
    return token


def registration_offer(token: str | None, *, same_machine: bool) -> Offer:
    """Return whether a visitor with this token, or at this machine, may register."""
    invitation = preview_invitation(token) if token else None
    with sign_in_transaction() as db:
        is_first = _is_empty(db)
        allowed = _may_register(db, token, invitation, is_first=is_first, same_machine=same_machine)
    return Offer(allowed, is_first, invitation)


def register(
    user: NewUser,
    tenant: NewTenant | None = None,
    *,
    token: str | None = None,
    same_machine: bool = False,
    address: str = "",
) -> UUID:
    """Make the user, a tenant and its OWNER membership in one transaction; return the user's id.

    Raises:
        InvalidInput: name, address, password or tenant cannot be used.
        PermissionDenied: this visitor may not register here.
        Conflict: the address has an account.
        TooManyAttempts: with the time to wait.
    """
    checked = checked_user(user)
    invitation = preview_invitation(token) if token else None
    if is_finished_by_mail(invitation):
        raise PermissionDenied(MAIL_NEEDED)
    throttle.count_attempt(f"registration {checked.email}", address)
    password_hash = hash_password(user.password)
    with sign_in_transaction() as db:
        require_offer(db, checked.email, token, invitation, same_machine=same_machine)
        return add_user(db, checked, password_hash, tenant or own_tenant(checked.name))


def is_finished_by_mail(invitation: InvitationPreview | None) -> bool:
    """Return whether a mailed link has to prove the address before there is an account.

    Where anybody may type any address, open registration or a link for whoever has it, the mail
    also keeps him from learning which addresses have one already.
    """
    is_open = settings().registration is Registration.OPEN
    by_domain = invitation is not None and invitation.mail_domain is not None
    by_link = invitation is not None and invitation.email is None
    return by_domain or ((is_open or by_link) and settings().mail is not None)


def add_user(
    db: Session,
    user: NewUser,
    password_hash: str,
    tenant: NewTenant,
    verified_at: datetime | None = None,
) -> UUID:
    """Make a user, a tenant and its OWNER in the caller's sign-in transaction; return the id.

    Raises:
        InvalidInput: the tenant cannot be used.
        Conflict: the address has an account.
    """
    user_id = new_id()
    row = {
        "id": user_id,
        "email": user.email,
        "name": user.name,
        "password_hash": password_hash,
        "verified_at": verified_at,
    }
    try:
        db.execute(insert(User).values(row))
    except IntegrityError as error:
        raise Conflict(KNOWN) from error
    add_tenant(db, user_id, tenant)
    db.execute(delete(SetupToken))
    return user_id


def change_password(session: UserSession, current: str, new: str) -> None:
    """Replace the password and end every other session.

    Raises:
        InvalidInput: the current password is wrong, or the new one cannot be used.
        TooManyAttempts: with the time to wait.
    """
    check_new_password(new, session.email, session.name)
    attempt = (session.email, f"change of password by {session.user_id}")
    throttle.count_attempt(*attempt)
    with sign_in_transaction() as db:
        stored = db.execute(
            select(User.password_hash).where(User.id == session.user_id)
        ).scalar_one()
    if not is_password(stored, current):
        raise InvalidInput("The current password is wrong. Type it again.")
    values = {"password_hash": hash_password(new)}
    with sign_in_transaction() as db:
        db.execute(update(User).where(User.id == session.user_id).values(values))
        shut_out(db, session.user_id, but=session.id)
    throttle.forgive(*attempt)


def checked_email(email: str) -> str:
    """Return the address as it is kept: lower case, normalised.

    Raises:
        InvalidInput: it is not an e-mail address.
    """
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidInput("Type an e-mail address such as ana@example.org.") from error


def checked_user(user: NewUser) -> NewUser:
    """Return the user as they are kept, or refuse what cannot be used.

    Raises:
        InvalidInput: name, address or password cannot be used.
    """
    email, name = checked_email(user.email), required(neutral(user.name), "name", LONGEST_NAME)
    check_new_password(user.password, email, name)
    return NewUser(email, name, user.password)


def require_offer(
    db: Session,
    email: str,
    token: str | None,
    invitation: InvitationPreview | None,
    *,
    same_machine: bool,
) -> None:
    """Refuse a visitor who may not register here, or not with this address.

    Raises:
        PermissionDenied: with what is missing.
    """
    db.execute(select(func.pg_advisory_xact_lock(FIRST_ACCOUNT)))
    is_first = _is_empty(db)
    if not _may_register(db, token, invitation, is_first=is_first, same_machine=same_machine):
        raise PermissionDenied(SETUP_NEEDED if is_first else INVITATION_NEEDED)
    if invitation is None:
        return
    if invitation.email not in (None, email):
        raise PermissionDenied(
            f"This invitation is for {invitation.email}. Register with that address."
        )
    if invitation.mail_domain not in (None, email.rpartition("@")[2]):
        raise PermissionDenied(
            f"This invitation is for addresses of {invitation.mail_domain}. Register with one."
        )


def _may_register(
    db: Session,
    token: str | None,
    invitation: InvitationPreview | None,
    *,
    is_first: bool,
    same_machine: bool,
) -> bool:
    if settings().registration is Registration.OPEN:
        return True
    if not is_first:
        return invitation is not None
    known = token is not None and db.scalar(select(exists().where(SetupToken.hash == _hash(token))))
    return same_machine or bool(known)


def _is_empty(db: Session) -> bool:
    return not db.scalar(select(exists().where(User.disabled_at.is_(None))))


def own_tenant(name: str) -> NewTenant:
    """Return the tenant of somebody who named none: personal, in euros."""
    return NewTenant(name, TenantType.PERSONAL, "EUR", "DE")


def usual_country(currency: str) -> str:
    """Return the country that the currency's code begins with, DE for a currency of several."""
    country = currency[:2]
    return country if currency in get_territory_currencies(country) and country != "EU" else "DE"


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
