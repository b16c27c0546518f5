"""The pace of programs: so many requests a minute, and no tenant's storm before another's turn.

Counted in each process for itself, in memory: nothing here costs a statement.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from fintrack.config import settings
from fintrack.errors import TooManyAttempts

MINUTE = 60
# What all tokens of a tenant may together, in tokens; and how many of its requests wait at most.
TOKENS_OF_A_TENANT, MOST_WAITING = 2, 200
MOST_KNOWN = 10_000
MOST_ARRIVING = 4
MOMENT = 1.0
WAIT = "Too many requests. Try again in {} seconds, and ask for less at a time."


class TooFast(TooManyAttempts):
    """A program asks faster than it may; `seconds` later it may ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(WAIT.format(seconds))
        self.seconds = seconds


@dataclass(slots=True)
class _Turns:
    """The turn of one tenant in this process, and how many wait for it or have it."""

    taken: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: int = 0


# When what was asked so far will have been paid for, at so many a minute.
_paid: dict[Hashable, float] = {}
_turns: dict[Hashable, _Turns] = {}
_seen: dict[Hashable, float] = {}
_arriving: Counter[Hashable] = Counter()


def count_request(token: Hashable) -> None:
    """Count a request of one token, or of one address without a token.

    Raises:
        TooFast: it asked too often within the last minute.
    """
    _count(token, settings().api_per_minute)


def is_known(asker: Hashable) -> bool:
    """Return whether it asked lately, and was counted."""
    return asker in _paid


def require_pace(asker: Hashable) -> None:
    """Refuse whoever has asked too often, without counting it.

    Raises:
        TooFast: it asked too often within the last minute.
    """
    _require(_paid_until(asker), settings().api_per_minute)


@contextmanager
def arriving(asker: Hashable) -> Iterator[None]:
    """Count a large body on its way.

    Raises:
        TooFast: as many as may arrive at once are on their way already.
    """
    if _arriving[asker] >= MOST_ARRIVING:
        raise TooFast(1)
    _arriving[asker] += 1
    try:
        yield
    finally:
        _arriving[asker] -= 1
        if not _arriving[asker]:
            del _arriving[asker]


@asynccontextmanager
async def turn_of(tenant: Hashable, *, is_long: bool = False) -> AsyncIterator[None]:
    """Count a request of the tenant and wait until it may run: one at a time, and one long one.

    Where more of them wait and another tenant is here, each leaves a pause as long as it took.

    Raises:
        TooFast: its programs asked too often, or too many of them wait.
    """
    _count(tenant, settings().api_per_minute * TOKENS_OF_A_TENANT)
    line = (tenant, is_long)
    turns = _turns.setdefault(line, _Turns())
    if turns.asked >= MOST_WAITING:
        raise TooFast(1)
    turns.asked += 1
    try:
        await turns.taken.acquire()
        started = _seen[tenant] = time.monotonic()
        try:
            yield
        finally:
            pause = _pause(tenant, turns.asked, took=time.monotonic() - started)
            asyncio.get_running_loop().call_later(pause, turns.taken.release)
    finally:
        turns.asked -= 1
        if not turns.asked:
            del _turns[line]


def _pause(tenant: Hashable, waiting: int, *, took: float) -> float:
    return took if waiting > 1 and _has_company(tenant) else 0.0


def _has_company(tenant: Hashable) -> bool:
    """Return whether another tenant has asked a moment ago."""
    now = time.monotonic()
    for other, at in list(_seen.items()):
        if now - at > MOMENT:
            del _seen[other]
        elif other != tenant:
            return True
    return False


def _count(key: Hashable, per_minute: int) -> None:
    """Let a minute's requests come at once, then one after the other.

    Source: the generic cell rate algorithm, ITU-T I.371.
    """
    paid = _paid_until(key)
    _require(paid, per_minute)
    if len(_paid) >= MOST_KNOWN:
        _forget(time.monotonic())
    _paid[key] = paid + MINUTE / per_minute


def _paid_until(key: Hashable) -> float:
    now = time.monotonic()
    return max(_paid.get(key, now), now)


def _require(paid: float, per_minute: int) -> None:
    wait = paid - time.monotonic() - MINUTE * (per_minute - 1) / per_minute
    if wait > 0:
        raise TooFast(math.ceil(wait))


def _forget(now: float) -> None:
    for key in [key for key, paid in _paid.items() if paid <= now]:
        del _paid[key]
