"""Too many failures make the next attempt wait; nobody is locked out for good."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import case, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from fintrack.db import sign_in_transaction
from fintrack.errors import TooManyAttempts
from fintrack.schema import Throttle

# How many failures are free: for one address at one account, for an account, for a network address.
FREE = {"pair": 5, "account": 30, "network": 60}
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)


def count_attempt(account: str, address: str) -> None:
    """Count an attempt before it is checked, so that attempts at the same moment all count.

    Raises:
        TooManyAttempts: with the time to wait; known and unknown accounts alike.
    """
    with sign_in_transaction() as db:
        now = db.execute(select(func.clock_timestamp())).scalar_one()
        until = db.execute(
            select(func.max(Throttle.blocked_until)).where(Throttle.key.in_(_keys(account, address).values()))
        ).scalar_one()
        if until is None or until <= now:
            for kind, key in sorted(_keys(account, address).items(), key=lambda item: item[1]):
                db.execute(_count(key, FREE[kind]))
            return
    raise TooManyAttempts(f"Too many attempts. Try again in {_words(until - now)}.")


def forgive(account: str, address: str) -> None:
    """Forget the failures of this address at this account after a success."""
    keys = _keys(account, address)
    with sign_in_transaction() as db:
        db.execute(delete(Throttle).where(Throttle.key == keys["pair"]))
        db.execute(delete(Throttle).where(Throttle.failed_at < datetime.now(UTC) - FORGOTTEN_AFTER))


def _keys(account: str, address: str) -> dict[str, bytes]:
    words = {"pair": f"{account}\n{address}", "account": account, "network": address}
    return {kind: sha256(f"{kind}\n{word}".encode()).digest() for kind, word in words.items()}


def _count(key: bytes, free: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a dialect's statement
    fresh = insert(Throttle).values(key=key, failures=1, blocked_until=func.now(), failed_at=func.now())
    failures = case((Throttle.failed_at < func.now() - FORGOTTEN_AFTER, 1), else_=Throttle.failures + 1)
    seconds = func.least(LONGEST_WAIT.total_seconds(), func.power(2, func.least(failures - free, 20)))
    wait = case((failures < free, timedelta()), else_=seconds * text("interval '1 second'"))
    changes = {"failures": failures, "failed_at": func.now(), "blocked_until": func.now() + wait}
    return fresh.on_conflict_do_update(index_elements=[Throttle.key], set_=changes)


def _words(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    return f"{seconds} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
