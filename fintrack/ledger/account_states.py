"""What the activity keeps of an account."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.errors import NotFound
from fintrack.ledger.recording import NO_ACCOUNT
from fintrack.ledger.rows import plain
from fintrack.schema import Account

KEPT = "name kind side currency number opening_balance opened_on visibility owner_id".split()
State = dict[str, Any]


def state_of(db: Session, account_id: UUID) -> State:
    """Return the account as JSON keeps it.

    Raises:
        NotFound: the member sees no such account.
    """
    columns = [getattr(Account, name) for name in KEPT]
    archived = Account.archived_at.is_not(None).label("archived")
    statement = select(*columns, archived).where(Account.id == account_id)
    row = db.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(NO_ACCOUNT)
    return plain(row)


def record_deletion(db: Session, account_id: UUID) -> None:
    """Record that the account is about to go, seen by those who see it."""
    state = state_of(db, account_id)
    sight = lasting_sight(account_id, state["visibility"])
    audit.record(db, "account.deleted", subject_id=account_id, account_id=sight, before=state)


def lasting_sight(account_id: UUID, visibility: str) -> UUID | None:
    """Return of which account an event is told whose account is about to go; None of one of all.

    Nobody sees a deleted account any more; who saw this one may know that it went.
    """
    return None if visibility == "EVERYONE" else account_id


def record_state(db: Session, action: str, account_id: UUID, before: State | None) -> None:
    """Record what became of the account, seen by those who see it."""
    audit.record(
        db,
        action,
        subject_id=account_id,
        account_id=account_id,
        before=before,
        after=state_of(db, account_id),
    )
