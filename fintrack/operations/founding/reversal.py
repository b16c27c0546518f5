"""The way back: what the founding migration made, and taking back what was not used since."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select, true

from fintrack.access.users import checked_email
from fintrack.db import maintenance_transaction
from fintrack.errors import Conflict
from fintrack.operations.founding.old_books import OldBook
from fintrack.security_schema import Founding, User

OTHER = (
    "Other books were brought for {}, so they stay. Name the source and the currency as they were "
    "then, or reverse everything without a source."
)


@dataclass(frozen=True, slots=True)
class Founded:
    """What the migration made for one user; `refusal` says why it stays, where it has to.

    `checksum` is of the old books, empty where a run was cut off before it made a tenant.
    """

    user_id: UUID
    email: str
    checksum: str
    takes_user: bool
    accounts: int
    transactions: int
    refusal: str


def founded() -> list[Founded]:
    """Return everything that the migration made, by address; nothing is changed."""
    columns = ("takes_user", "accounts", "transactions", "refusal")
    goes = func.sec.reversal(Founding.user_id).table_valued(*columns).lateral("goes")
    statement = (
        select(Founding.user_id, User.email, Founding.checksum, *goes.c)
        .join(User, User.id == Founding.user_id)
        .join(goes, true())
        .order_by(User.email)
    )
    with maintenance_transaction("list what was founded") as db:
        return [Founded(*row) for row in db.execute(statement)]


def founded_from(old: Sequence[OldBook]) -> list[Founded]:
    """Return what the migration made for the users of `old`; what came from other books stays."""
    brought = {checked_email(each.email): each.checksum for each in old}
    theirs = (each for each in founded() if each.email in brought)
    return [
        each
        if each.checksum in {"", brought[each.email]}
        else replace(each, refusal=OTHER.format(each.email))
        for each in theirs
    ]


def reverse(chosen: Iterable[Founded]) -> Iterator[tuple[str, str]]:
    """Take back every tenant of these that was not used since; yield address and outcome each.

    Users that the migration made go with theirs. The old books were never changed.
    """
    for each in chosen:
        yield each.email, each.refusal or _outcome(each)


def _outcome(founding: Founded) -> str:
    try:
        with maintenance_transaction(f"reverse the founding for {founding.email}") as db:
            db.execute(select(func.sec.reverse_founding(founding.user_id)))
    except Conflict as refusal:
        return str(refusal)
    return "reversed"
