"""The founding migration's marks: which user of the older FinTrack has which tenant by now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from fintrack.access.tenants import (
    LONGEST_NAME,
    NewTenant,
    abandon_tenant,
    add_tenant,
    enter_tenant,
    my_tenants,
)
from fintrack.access.users import checked_email
from fintrack.context import TenantContext, UserSession
from fintrack.db import sign_in_transaction
from fintrack.schema import new_id
from fintrack.security_schema import Founding, User
from fintrack.texts import neutral, required

# A password can only be set anew: nothing hashes to this.
UNSET = "!"
ARGON2 = "$argon2id$"


@dataclass(frozen=True, slots=True)
class FoundingMark:
    """How far the migration is with one user; `checksum` is of what his tenant was made from."""

    checksum: str
    finished_at: datetime | None


def founding_mark(email: str) -> FoundingMark | None:
    """Return how far the migration is with the user of this address, if it ever began."""
    statement = (
        select(Founding.checksum, Founding.finished_at)
        .join(User, User.id == Founding.user_id)
        .where(User.email == checked_email(email))
    )
    with sign_in_transaction() as db:
        row = db.execute(statement).one_or_none()
    return FoundingMark(*row) if row else None


def registered_at(email: str) -> datetime | None:
    """Return when somebody made himself a user of this address, None where nobody has."""
    made = select(Founding.user_id).where(Founding.user_id == User.id, Founding.is_made)
    own = select(User.created_at).where(User.email == checked_email(email), ~made.exists())
    with sign_in_transaction() as db:
        return db.scalars(own).one_or_none()


def settle_user(name: str, email: str, password_hash: str) -> bool:
    """Make the user unless there is one of this address; return whether there was none.

    An argon2id hash goes on being his password. Any other is worth nothing here, and he sets a new
    one by a link.

    Raises:
        InvalidInput: it is no address, or the name cannot be kept.
    """
    address = checked_email(email)
    row = {
        "id": new_id(),
        "email": address,
        "name": required(neutral(name) or address.partition("@")[0], "name", LONGEST_NAME),
        "password_hash": password_hash if password_hash.startswith(ARGON2) else UNSET,
    }
    known = select(User.id).where(User.email == address)
    with sign_in_transaction() as db:
        if db.scalars(known).one_or_none() is not None:
            return False
        db.execute(insert(User).values(row))
        db.execute(insert(Founding).values(user_id=row["id"], is_made=True))
    return True


def begun_tenant(session: UserSession) -> TenantContext | None:
    """Return the tenant that an earlier run filled without marking it; one it left empty goes."""
    begun = select(Founding.tenant_id).where(Founding.user_id == session.user_id)
    with sign_in_transaction() as db:
        tenant_id = db.scalars(begun).one_or_none()
    for context in my_tenants(session):
        if context.tenant_id == tenant_id:
            abandon_tenant(session, context.slug)
    left = (each for each in my_tenants(session) if each.tenant_id == tenant_id)
    return next(left, None)


def found_tenant(session: UserSession, tenant: NewTenant, checksum: str) -> TenantContext:
    """Make the user's default tenant without categories, marked as begun.

    Raises:
        InvalidInput: the tenant cannot be used.
    """
    with sign_in_transaction() as db:
        slug = add_tenant(db, session.user_id, tenant, categories=(), by=session)
        tenant_id = db.scalars(select(func.sec.tenant_id_of(slug))).one()
        began = {"tenant_id": tenant_id, "checksum": checksum, "finished_at": None}
        mark = insert(Founding).values(user_id=session.user_id, is_made=False, **began)
        db.execute(mark.on_conflict_do_update(index_elements=[Founding.user_id], set_=began))
    return enter_tenant(session, slug)


def finish_founding(session: UserSession) -> None:
    """Mark the user's default tenant as complete."""
    finished = update(Founding).where(Founding.user_id == session.user_id)
    with sign_in_transaction() as db:
        db.execute(finished.values(finished_at=func.now()))
