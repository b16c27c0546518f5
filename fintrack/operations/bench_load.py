"""Many sessions in many tenants at once: how much they get done, and whether anything leaks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from time import monotonic
from uuid import UUID

import pandas as pd

from fintrack import db
from fintrack.analytics.overview import overview
from fintrack.context import TenantContext
from fintrack.errors import FinTrackError
from fintrack.ledger.accounts import accounts
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.operations.bench_fleet import Fleet
from fintrack.operations.bench_questions import TODAY

SESSIONS = 20
READS_PER_WRITE = 4


@dataclass(frozen=True, slots=True)
class Load:
    """What `sessions` did in `seconds`, each in its own tenant, beside one session alone."""

    sessions: int
    seconds: float
    reads: int
    writes: int
    foreign_rows: int
    missing_rows: int
    errors: int
    per_second: float
    alone_per_second: float

    def as_text(self) -> str:
        """Return the figures as one paragraph."""
        return (
            f"{self.sessions} sessions in {self.sessions} tenants for {self.seconds:.0f} s: "
            f"{self.reads:,} reads, {self.writes:,} writes, {self.foreign_rows} foreign rows, "
            f"{self.missing_rows} missing rows, {self.errors} errors; {self.per_second:.0f} "
            f"operations a second together, {self.alone_per_second:.0f} of one session alone "
            f"({self.per_second / self.alone_per_second:.2f})."
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """What one session did and saw."""

    reads: int
    writes: int
    foreign_rows: int
    missing_rows: int
    errors: int


def measure_load(fleet: Fleet, seconds: float) -> Load:
    """Return what the sessions did; every row a session writes carries its tenant's name."""
    db.connect(fleet.logins)
    contexts = fleet.contexts[:SESSIONS]
    alone = _session(contexts[0], seconds / 6, "alone")
    with ThreadPoolExecutor(len(contexts)) as pool:
        tallies = list(pool.map(lambda context: _session(context, seconds, "together"), contexts))
    reads, writes = sum(t.reads for t in tallies), sum(t.writes for t in tallies)
    return Load(
        sessions=len(contexts),
        seconds=seconds,
        reads=reads,
        writes=writes,
        foreign_rows=sum(t.foreign_rows for t in tallies),
        missing_rows=sum(t.missing_rows for t in tallies),
        errors=sum(t.errors for t in tallies),
        per_second=(reads + writes) / seconds,
        alone_per_second=(alone.reads + alone.writes) / (seconds / 6),
    )


def _session(context: TenantContext, seconds: float, mark: str) -> Tally:
    account_id = UUID(str(accounts(context)["id"].iloc[0]))
    until = monotonic() + seconds
    reads = writes = foreign = missing = errors = 0
    for step in _steps(until):
        try:
            if step % (READS_PER_WRITE + 1):
                foreign += _read(context, step)
                reads += 1
            else:
                payee, day = f"{mark} {context.slug}", TODAY + timedelta(days=1)
                record_transaction(context, NewTransaction(account_id, day, -step - 1, payee))
                writes += 1
        except FinTrackError:
            errors += 1
    found, strange = _written(context, mark)
    return Tally(reads, writes, foreign + strange, missing + abs(writes - found), errors)


def _steps(until: float) -> Iterator[int]:
    for step in count():
        if monotonic() >= until:
            return
        yield step


def _read(context: TenantContext, step: int) -> int:
    """Read a screen and return how many of its rows another tenant's session wrote."""
    if step % 2:
        seen = overview(context, TODAY).recent
    else:
        seen = transactions(context, TransactionFilter(), limit=25).frame
    return _foreign(seen, context)


def _written(context: TenantContext, mark: str) -> tuple[int, int]:
    """Return how many rows this session wrote, and how many another tenant's did here."""
    found = foreign = 0
    cursor = None
    own = f"{mark} {context.slug}"
    while True:
        since = TODAY + timedelta(days=1)
        page = transactions(context, TransactionFilter(since=since), cursor=cursor, limit=200)
        found += int((page.frame["payee"] == own).sum())
        foreign += _foreign(page.frame, context)
        cursor = page.next
        if cursor is None:
            return found, foreign


def _foreign(seen: pd.DataFrame, context: TenantContext) -> int:
    written = seen[seen["payee"].str.contains("tenant-")]
    return int((~written["payee"].str.endswith(f" {context.slug}")).sum())
