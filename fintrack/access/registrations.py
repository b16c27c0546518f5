"""Registrations that a mailed link finishes, and addresses that one proves."""

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, exists, func, insert, select, update

from fintrack.access import throttle
from fintrack.access.acceptance import preview_invitation
from fintrack.access.passwords import hash_password, is_password
from fintrack.access.tenants import NewTenant, checked_tenant
from fintrack.access.tickets import issue_address_ticket, redeem_address_ticket
from fintrack.access.users import NewUser, add_user, checked_user, own_tenant, require_offer
from fintrack.context import TenantType, UserSession
from fintrack.db import sign_in_transaction
from fintrack.errors import InvalidInput, NotFound
from fintrack.security_schema import Registration, User

VALID_FOR = timedelta(days=1)
GONE = "This link was used already or is too old. Register again."
WRONG = "This is not the password you chose when you registered. Type that one."


@dataclass(frozen=True, slots=True)
class PendingRegistration:
    """What the mail to the address says: the link's token, or that there is an account already."""

    email: str
    token: str
    is_known: bool


def begin_registration(
    user: NewUser,
    tenant: NewTenant | None = None,
    *,
    token: str | None = None,
    same_machine: bool = False,
    address: str = "",
) -> PendingRegistration:
    """Keep what somebody registers with for a day; known and new addresses cost the same.

    Nobody but the owner of the address may learn what is returned.

    Raises:
        InvalidInput: name, address, password or tenant cannot be used.
        PermissionDenied: this visitor may not register here.
        TooManyAttempts: with the time to wait.
    """
    checked = checked_user(user)
    invitation = preview_invitation(token) if token else None
    throttle.count_attempt(f"registration {checked.email}", address)
    secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
    row = {
        "hash": _hash(secret),
        "email": checked.email,
        "name": checked.name,
        "password_hash": hash_password(user.password),
        "tenant": asdict(checked_tenant(tenant or own_tenant(checked.name))),
        "expires_at": now + VALID_FOR,
    }
    with sign_in_transaction() as db:
        require_offer(db, checked.email, token, invitation, same_machine=same_machine)
        db.execute(delete(Registration).where(Registration.expires_at < now))
        db.execute(insert(Registration).values(row))
        is_known = db.execute(select(exists().where(User.email == checked.email))).scalar_one()
    return PendingRegistration(checked.email, secret, is_known)


def finish_registration(secret: str, password: str, address: str = "") -> UUID:
    """Make the account of a mailed link with its tenant, and return the user's id.

    The password is asked for again: whoever registered somebody else's address must not get an
    account that its owner finishes.

    Raises:
        NotFound: the link was used or is too old.
        InvalidInput: it is another password.
        Conflict: the address has an account by now.
        TooManyAttempts: with the time to wait.
    """
    wanted = (Registration.hash == _hash(secret)) & (Registration.expires_at > func.now())
    with sign_in_transaction() as db:
        row = db.execute(select(*Registration.__table__.columns).where(wanted)).one_or_none()
    if row is None:
        raise NotFound(GONE)
    throttle.count_attempt(f"registration {row.email}", address)
    if not is_password(row.password_hash, password):
        raise InvalidInput(WRONG)
    tenant = NewTenant(**row.tenant | {"type": TenantType(row.tenant["type"])})
    user = NewUser(row.email, row.name, password)
    with sign_in_transaction() as db:
        used = delete(Registration).where(wanted).returning(Registration.hash)
        if db.execute(used).one_or_none() is None:
            raise NotFound(GONE)
        return add_user(db, user, row.password_hash, tenant, datetime.now(UTC))


def ask_to_prove_address(session: UserSession) -> str:
    """Return the token of the mail that proves the user's address within a day.

    Raises:
        TooManyAttempts: with the time to wait.
    """
    throttle.count_request("proof", session.user_id)
    return issue_address_ticket(session.user_id)


def prove_address(session: UserSession, token: str) -> None:
    """Remember that the user got the mail.

    Raises:
        NotFound: the link was used, is too old, or is another user's.
    """
    redeem_address_ticket(session.user_id, token)
    proved = update(User).where(User.id == session.user_id).values(verified_at=func.now())
    with sign_in_transaction() as db:
        db.execute(proved)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
