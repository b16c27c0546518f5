"""Too many failures make the next attempt wait; nobody is locked out for good."""

from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, delete, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fintrack.db import sign_in_transaction
from fintrack.errors import TooManyAttempts
from fintrack.security_schema import SessionRow, Throttle, User

# How many failures are free: of one address at one account, at an account, of a network address;
# and how many invitations, requests to join and mails to prove the own address are, of one user.
FREE = {
    "pair": 5, "account": 30, "network": 60, "invitation": 100, "join request": 10, "proof": 5,
}  # fmt: skip
LONGEST_WAIT = 15 * 60
MINUTE = 60


def count_attempt(account: str, address: str) -> None:
    """Count an attempt before it is checked, so that attempts at the same moment all count.

    Strangers who try an account do not keep its user out: an address that signed in before is
    not held up by what others did.

    Raises:
        TooManyAttempts: with the time to wait; known and unknown accounts alike.
    """
    keys = _keys(account, address)
    with sign_in_transaction() as db:
        wait = _wait(db, keys, account, address)
        if wait <= timedelta():
            for kind, key in sorted(keys.items(), key=lambda item: item[1]):
                db.execute(_count(key, FREE[kind]))
            return
    raise TooManyAttempts(f"Too many attempts. Try again in {_words(wait)}.")


def count_request(kind: str, user_id: UUID) -> None:
    """Count something that one user may ask for only so often, whether or not it succeeds.

    Raises:
        TooManyAttempts: with the time to wait.
    """
    key = _key(kind, str(user_id))
    remaining: ColumnElement[Any] = Throttle.blocked_until - func.now()
    with sign_in_transaction() as db:
        wait = db.scalar(select(remaining).where(Throttle.key == key)) or timedelta()
        if wait <= timedelta():
            db.execute(_count(key, FREE[kind]))
            return
    raise TooManyAttempts(f"Too many attempts. Try again in {_words(wait)}.")


def forgive(account: str, address: str) -> None:
    """Take the attempt back after a success, and forget the earlier ones of this address here."""
    keys = _keys(account, address)
    with sign_in_transaction() as db:
        db.execute(delete(Throttle).where(Throttle.key == keys["pair"]))
        _take_back(db, [keys["account"], keys["network"]])
        db.execute(delete(Throttle).where(Throttle.failed_at < func.now() - timedelta(days=1)))


def take_back(account: str, address: str) -> None:
    """Take the attempt back and no other: it was neither a failure nor yet a success."""
    with sign_in_transaction() as db:
        _take_back(db, _keys(account, address).values())


def _take_back(db: Session, keys: Collection[bytes]) -> None:
    fewer = func.greatest(Throttle.failures - 1, 0)
    for key in sorted(keys):
        db.execute(update(Throttle).where(Throttle.key == key).values(failures=fewer))


def _wait(db: Session, keys: dict[str, bytes], account: str, address: str) -> timedelta:
    known = exists().where(
        SessionRow.user_id == User.id,
        User.email == account,
        SessionRow.address == address,
        SessionRow.created_at > func.now() - timedelta(days=90),
    )
    wait: ColumnElement[Any] = func.max(Throttle.blocked_until) - func.now()
    statement = select(func.coalesce(wait, literal(timedelta()))).where(
        Throttle.key.in_(keys.values()), ~((Throttle.key == keys["account"]) & known)
    )
    remaining: timedelta = db.execute(statement).scalar_one()
    return remaining


def _keys(account: str, address: str) -> dict[str, bytes]:
    words = {"pair": f"{account}\n{address}", "account": account, "network": address}
    return {kind: _key(kind, word) for kind, word in words.items()}


def _key(kind: str, word: str) -> bytes:
    return sha256(f"{kind}\n{word}".encode()).digest()


def _count(key: bytes, free: int) -> Insert:
    """Add a failure to a bucket that leaks one a minute; one above the free doubles the wait."""
    age: Any = func.extract("epoch", func.now() - Throttle.failed_at)
    failures = func.greatest(Throttle.failures - func.floor(age / MINUTE), 0) + 1
    seconds = func.least(LONGEST_WAIT, func.power(2, func.least(failures - free, 20)) - 1)
    wait = func.make_interval(0, 0, 0, 0, 0, 0, func.greatest(seconds, 0))
    fresh = insert(Throttle).values(
        key=key, failures=1, blocked_until=func.now(), failed_at=func.now()
    )
    changes = {"failures": failures, "failed_at": func.now(), "blocked_until": func.now() + wait}
    return fresh.on_conflict_do_update(index_elements=[Throttle.key], set_=changes)


def _words(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    return f"{seconds} seconds" if seconds <= MINUTE else f"{round(seconds / MINUTE)} minutes"
