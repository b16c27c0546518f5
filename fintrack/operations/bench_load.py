"""Many sessions in many tenants at once: how much they get done, and whether anything leaks."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from datetime import timedelta
from itertools import count, repeat
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
from fintrack.operations.bench_fleet import Fleet, signed_in
from fintrack.operations.bench_questions import TODAY

SESSIONS = 20
READS_PER_WRITE = 4


@dataclass(frozen=True, slots=True)
class Load:
    """What `sessions` did in `seconds`, each in a tenant of its own.

    Operations a second: of all of them, of as many in one tenant alone, and of one session alone.
    """

    sessions: int
    seconds: float
    reads: int
    writes: int
    foreign_rows: int
    missing_rows: int
    errors: int
    per_second: float
    one_tenant_per_second: float
    one_session_per_second: float

    def as_text(self) -> str:
        """Return the figures as one paragraph."""
        ratio = self.per_second / self.one_tenant_per_second
        return (
            f"{self.sessions} sessions in {self.sessions} tenants for {self.seconds:.0f} s: "
            f"{self.reads:,} reads, {self.writes:,} writes, {self.foreign_rows} foreign rows, "
            f"{self.missing_rows} missing rows, {self.errors} errors; {self.per_second:.0f} "
            f"operations a second, {self.one_tenant_per_second:.0f} of as many sessions in one "
            f"tenant alone (ratio {ratio:.2f}), {self.one_session_per_second:.0f} of one session."
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """What sessions did and saw."""

    reads: int
    writes: int
    foreign_rows: int
    missing_rows: int
    errors: int


def measure_load(fleet: Fleet, seconds: float) -> Load:
    """Return what the sessions did; every row a session writes carries its tenant's name."""
    db.connect(fleet.logins)
    contexts = fleet.contexts[:SESSIONS]
    short = seconds / 6
    one_session = _together(contexts[:1], short, "one session")
    same = [signed_in(contexts[0].user_id) for _ in contexts]
    one_tenant = _together(same, short, "one tenant")
    all_of_them = _together(contexts, seconds, "many tenants")
    seen = (one_session, one_tenant, all_of_them)
    return Load(
        sessions=len(contexts),
        seconds=seconds,
        reads=all_of_them.reads,
        writes=all_of_them.writes,
        foreign_rows=sum(each.foreign_rows for each in seen),
        missing_rows=sum(each.missing_rows for each in seen),
        errors=sum(each.errors for each in seen),
        per_second=(all_of_them.reads + all_of_them.writes) / seconds,
        one_tenant_per_second=(one_tenant.reads + one_tenant.writes) / short,
        one_session_per_second=(one_session.reads + one_session.writes) / short,
    )


def _together(contexts: Sequence[TenantContext], seconds: float, mark: str) -> Tally:
    """Return the sum of what the sessions did at the same time."""
    marks = [f"{mark} {number}" for number in range(len(contexts))]
    with ThreadPoolExecutor(len(contexts)) as pool:
        found = list(pool.map(_session, contexts, repeat(seconds), marks))
    return Tally(*(sum(column) for column in zip(*map(astuple, found), strict=True)))


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
    """Read a screen and return how many of its rows are another tenant's."""
    if step % 2:
        return _foreign(overview(context, TODAY).recent, context)
    return _foreign(transactions(context, TransactionFilter(), limit=25).frame, context)


def _written(context: TenantContext, mark: str) -> tuple[int, int]:
    """Return how many rows this session wrote, and how many beside them are another tenant's."""
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
    return int((~seen["payee"].str.endswith(f" {context.slug}")).sum())
