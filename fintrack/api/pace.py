"""The pace of programs: so many requests a minute, and no tenant's storm before another's turn.

Counted in each process for itself, in memory: nothing here costs a statement.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fintrack.config import settings
from fintrack.errors import TooManyAttempts

MINUTE = 60
# What all tokens of a tenant may together, in tokens; and how many of its requests run at once.
TOKENS_OF_A_TENANT, AT_ONCE, MOST_WAITING = 2, 2, 200
MOST_KNOWN = 10_000
WAIT = "Too many requests. Try again in {} seconds, and ask for less at a time."


class TooFast(TooManyAttempts):
    """A program asks faster than it may; `seconds` later it may ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(WAIT.format(seconds))
        self.seconds = seconds


@dataclass(slots=True)
class _Turns:
    """The turns of one tenant in this process, and how many wait for one or have it."""

    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    asked: int = 0


# When what was asked so far will have been paid for, at so many a minute.
_paid: dict[Hashable, float] = {}
_turns: dict[Hashable, _Turns] = {}


def count_request(token: Hashable) -> None:
    """Count a request of one token, or of one address without a token.

    Raises:
        TooFast: it asked too often within the last minute.
    """
    _count(token, settings().api_per_minute)


@asynccontextmanager
async def turn_of(tenant: Hashable) -> AsyncIterator[None]:
    """Count a request of the tenant and wait until it may run.

    Raises:
        TooFast: its programs asked too often, or too many of them wait.
    """
    _count(tenant, settings().api_per_minute * TOKENS_OF_A_TENANT)
    turns = _turns.setdefault(tenant, _Turns())
    if turns.asked >= MOST_WAITING:
        raise TooFast(1)
    turns.asked += 1
    try:
        async with turns.free:
            yield
    finally:
        turns.asked -= 1
        if not turns.asked:
            del _turns[tenant]


def _count(key: Hashable, per_minute: int) -> None:
    """Let a minute's requests come at once, then one after the other.

    Source: the generic cell rate algorithm, ITU-T I.371.
    """
    now = time.monotonic()
    paid = max(_paid.get(key, now), now)
    wait = paid - now - MINUTE * (per_minute - 1) / per_minute
    if wait > 0:
        raise TooFast(math.ceil(wait))
    if len(_paid) >= MOST_KNOWN:
        _forget(now)
    _paid[key] = paid + MINUTE / per_minute


def _forget(now: float) -> None:
    for key in [key for key, paid in _paid.items() if paid <= now]:
        del _paid[key]
