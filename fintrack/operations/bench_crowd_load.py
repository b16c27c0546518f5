"""What a crowd takes from one tenant: its dashboards, its founding, and peace from a neighbour."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from statistics import median
from time import monotonic, perf_counter
from uuid import UUID

from fintrack import db
from fintrack.access.tenants import NewTenant, create_tenant
from fintrack.analytics.overview import overview
from fintrack.context import TenantContext, TenantType
from fintrack.ledger.accounts import accounts
from fintrack.operations.bench_fleet import Fleet
from fintrack.operations.bench_measures import bank_file
from fintrack.operations.bench_pairs import Pair
from fintrack.operations.bench_questions import TODAY
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import preview_import

CLIENTS, TURNS = 4, 3
SECONDS = 10.0
FOUNDINGS = 20
PATIENCE = 60


def dashboards(few: Fleet, many: Fleet) -> Pair:
    """Return the milliseconds from one dashboard of four clients to the next.

    Each client looks at tenants of its own. A ninth more time is nine tenths of the dashboards.
    """
    ours, theirs = _in_turn(few, many, _between_dashboards)
    what = f"from one dashboard of {CLIENTS} clients to the next, {many.tenants:,} tenants"
    return Pair(what, f"{few.tenants:,} tenants", ours, theirs, most=1.11)


def foundings(few: Fleet, many: Fleet) -> Pair:
    """Return the milliseconds that making one more tenant takes."""
    ours, theirs = _in_turn(few, many, _founding)
    what = f"making tenant {many.tenants + 1:,}"
    return Pair(what, f"tenant {few.tenants + 1:,}", ours, theirs, most=1.2)


def neighbour(fleet: Fleet) -> Pair:
    """Return the milliseconds of a dashboard while another tenant imports, against quiet."""
    db.connect(fleet.logins)
    context, other = fleet.contexts[:2]
    quiet, loud = [], []
    for _ in range(TURNS):
        quiet += _waits(context)
        with _importing(fleet, other):
            loud += _waits(context)
    what = "a dashboard while a process beside imports"
    return Pair(what, "quiet", median(loud), median(quiet), most=1.2)


def _in_turn(few: Fleet, many: Fleet, measure: Callable[[Fleet], float]) -> tuple[float, float]:
    """Return the medians of the large and the small fleet, measured A B A B."""
    kept: dict[int, list[float]] = {few.tenants: [], many.tenants: []}
    for _ in range(TURNS):
        for fleet in (few, many):
            db.connect(fleet.logins)
            kept[fleet.tenants].append(measure(fleet))
    return median(kept[many.tenants]), median(kept[few.tenants])


def _between_dashboards(fleet: Fleet) -> float:
    until, tenants = monotonic() + SECONDS, fleet.contexts

    def look(client: int) -> int:
        done = 0
        while monotonic() < until:
            overview(tenants[(client + done * CLIENTS) % len(tenants)], TODAY)
            done += 1
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        return SECONDS * 1000 / sum(pool.map(look, range(CLIENTS)))


def _founding(fleet: Fleet) -> float:
    tenant = NewTenant("One more", TenantType.FAMILY, "EUR", "ES")
    times = []
    for turn in range(FOUNDINGS):
        # Each by another owner, since what one owns is listed afterwards.
        session = fleet.contexts[turn % len(fleet.contexts)].session
        started = perf_counter()
        create_tenant(session, tenant)
        times.append((perf_counter() - started) * 1000)
    return median(times[2:])


def _waits(context: TenantContext) -> list[float]:
    until, times = monotonic() + SECONDS, []
    while monotonic() < until:
        started = perf_counter()
        overview(context, TODAY)
        times.append((perf_counter() - started) * 1000)
    return times


@contextmanager
def _importing(fleet: Fleet, context: TenantContext) -> Iterator[None]:
    """Let another process import one file after the other, from its first one on."""
    processes = get_context("spawn")
    begun, over = processes.Event(), processes.Event()
    account_id = UUID(str(accounts(context)["id"].iloc[0]))
    words = (fleet.logins, context, account_id, begun, over)
    child = processes.Process(target=_import, args=words, daemon=True)
    child.start()
    begun.wait(PATIENCE)
    try:
        yield
    finally:
        over.set()
        child.join(PATIENCE)


def _import(
    logins: db.Logins, context: TenantContext, account_id: UUID, begun: Event, over: Event
) -> None:
    db.connect(logins)
    for turn in count():
        if over.is_set():
            return
        content = bank_file(turn, context.slug)
        preview = preview_import(context, content, "bench.csv", account_id=account_id)
        commit_import(context, preview)
        begun.set()
