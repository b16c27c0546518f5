"""`python -m fintrack bench giant`: a tenant of a million transactions beside a small one.

The baselines are what one would write without kept totals, tokens of words and cursors: the direct
query over the rows themselves, under the same policies in the same tenant.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import pandas as pd
import psycopg
from sqlalchemy import Select, select, text

from fintrack import db
from fintrack.analytics.overview import overview
from fintrack.context import TenantContext
from fintrack.db import query_text, tenant_transaction
from fintrack.frames import Shape, read_large_frame
from fintrack.ledger.exports import export_transactions, transactions_statement
from fintrack.ledger.filters import EVERYTHING
from fintrack.ledger.transactions import transactions
from fintrack.operations.bench import throw_away_installation
from fintrack.operations.bench_fleet import TEMPLATE, arrive, fill, signed_in
from fintrack.operations.bench_giant_questions import (
    DIRECT,
    INDEX_OF_WORDS,
    LISTS,
    NAIVE_SEARCH,
    PAGE,
    QUESTIONS,
    SINCE,
    SMALLEST,
    Question,
)
from fintrack.operations.bench_pairs import (
    COMPUTED,
    SPENT,
    Pair,
    Side,
    answering,
    backend_cpu,
    computed,
    pair_table,
    spent,
    waited,
)
from fintrack.operations.bench_questions import TODAY, UNTIL
from fintrack.operations.bench_writes import (
    Place,
    committing,
    copying,
    importing,
    nothing_derived,
    write_at_random,
)
from fintrack.operations.embedded import Server
from fintrack.operations.passwords import SUPERUSER
from fintrack.schema import Transaction
from fintrack.streams import CHUNK

ROWS, SMALL, FRAME_ROWS = 1_000_000, 10_000, 100_000
IMPORTED, UPKEPT, WRITES = 100_000, 20_000, 10_000
TURNS, FEW_TURNS, CPU_ROUNDS = 15, 5, 50
DEEP_PAGE = 10_000
CPU_LIMIT = 5.0
FRAME: Shape = {
    "id": "str", "account_id": "str", "booked_on": "datetime64[s]", "amount": "int64",
    "currency": "str", "payee": "str", "description": "str",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GiantReport:
    """The pairs, the milliseconds of backend CPU that each question costs, and what came of writes.

    `wrong` names the tenants whose totals are not exact after `writes` random writes.
    """

    rows: int
    pairs: list[Pair]
    cpu: dict[str, float]
    writes: int
    wrong: list[str]


def main(*, as_json: bool = False, rows: int = ROWS) -> None:
    """Measure on a throw-away server, and print the report."""
    with throw_away_installation() as (installation, server):
        sys.stderr.write(f"writing a tenant of {rows:,} transactions and one of {SMALL:,}\n")
        logins = (installation.app_url, installation.sign_in_url, installation.maintenance_url)
        db.connect(db.Logins(*logins))
        with server.connect(SUPERUSER, TEMPLATE) as admin:
            giant, small = _tenants(server, admin, rows)
            report = _measured(Place(rows, giant, small, server, admin))
    words = json.dumps(asdict(report), indent=2) + "\n" if as_json else as_markdown(report)
    sys.stdout.write(words)


def as_markdown(report: GiantReport) -> str:
    """Return the report as the tables of docs/benchmarks.md."""
    lines = [
        *pair_table(report.pairs, f"in a tenant of {report.rows:,}"),
        "",
        f"| question in a tenant of {report.rows:,} | backend CPU, ms | at most {CPU_LIMIT:g} |",
        "|---|---:|---|",
        *(
            f"| {name} | {ms:.2f} | {_yes(is_so=ms <= CPU_LIMIT)} |"
            for name, ms in report.cpu.items()
        ),
        "",
        f"After {report.writes:,} random writes of four sessions at once every total is exact:",
        f"{_yes(is_so=not report.wrong)}.",
    ]
    return "\n".join([*lines, ""])


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "NO"


def _tenants(
    server: Server, admin: psycopg.Connection, rows: int
) -> tuple[TenantContext, TenantContext]:
    """Make both, with their rows interleaved where both have some; sign their owners in."""
    small = min(SMALL, rows)
    fill(server, TEMPLATE, tenants=2, rows=small)
    if rows > small:
        arrive(admin, rows - small, "tenant-1")
        admin.execute("vacuum analyze")
    owners = admin.execute("select id from sec.users order by email").fetchall()
    giant, little = (signed_in(row[0]) for row in owners)
    return giant, little


def _measured(place: Place) -> GiantReport:
    cpu = {name: _cpu_of(place.giant, ask) for name, ask in (QUESTIONS | LISTS).items()}
    read = [
        pair for each in (_questions, _lists, _isolation, _frames, _exports) for pair in each(place)
    ]
    sys.stderr.write(f"writing {WRITES:,} times at random\n")
    write_at_random(place, WRITES)
    wrong = [row[0] for row in place.admin.execute("select sec.wrong_totals()")]
    # Last, since what is written beside the totals makes them wrong.
    written = [pair for each in (_upkeep, _imports) for pair in each(place)]
    return GiantReport(place.rows, read + written, cpu, WRITES, wrong)


def _questions(place: Place) -> Iterator[Pair]:
    giant, small = place.giant, place.small
    times = waited(lambda: overview(giant, TODAY), lambda: overview(small, TODAY), TURNS)
    yield Pair(f"overview of Home, {place.rows:,}", f"{SMALL:,}", *times, most=1.3)
    backend = _backend(giant)
    for name, ask in QUESTIONS.items():
        ours, theirs = _asking(giant, ask), _direct(giant, DIRECT[name])
        times = computed(ours, backend, theirs, backend, FEW_TURNS)
        yield Pair(name, "the direct query", *times, least=60, measured=COMPUTED)


def _lists(place: Place) -> Iterator[Pair]:
    giant = place.giant
    backend = _backend(giant)
    with _index_of_words(place.admin):
        ours, theirs = _asking(giant, LISTS["search"]), _direct(giant, NAIVE_SEARCH)
        times = computed(ours, backend, theirs, backend, FEW_TURNS)
        yield Pair("search", "PostgreSQL's index of words, same policies", *times, least=500,
                   measured=COMPUTED)  # fmt: skip
    times = waited(_page(giant, DEEP_PAGE), _page(giant, 1), TURNS)
    yield Pair(f"page {DEEP_PAGE:,} of the list", "page 1", *times, most=1.2)


def _isolation(place: Place) -> Iterator[Pair]:
    """What it costs to enter and to keep apart, beside an owner whom no policy touches."""
    ours, theirs = _backend(place.giant), place.admin.info.backend_pid
    for name, statement in DIRECT.items():
        sides = _direct(place.giant, statement), _unprotected(place, statement)
        times = computed(sides[0], ours, sides[1], theirs, FEW_TURNS)
        yield Pair(f"{name}, asked of the rows as a member", "as an owner without policies", *times,
                   most=1.1, measured=COMPUTED)  # fmt: skip
    sides = _direct(place.giant, SMALLEST), _unprotected(place, SMALLEST)
    times = computed(sides[0], ours, sides[1], theirs, 10 * TURNS)
    yield Pair("the smallest transaction as a member", "as an owner without policies", *times,
               above=0.3, measured=COMPUTED)  # fmt: skip


def _frames(place: Place) -> Iterator[Pair]:
    own = Transaction.tenant_id == place.giant.tenant_id
    columns = [getattr(Transaction, name) for name in FRAME]
    statement: Select[*tuple[Any, ...]] = select(*columns).where(own).limit(FRAME_ROWS)

    def ours() -> object:
        with tenant_transaction(place.giant) as inside:
            return read_large_frame(inside, statement, FRAME)

    def theirs() -> object:
        with tenant_transaction(place.giant) as inside:
            return pd.read_sql(statement, inside.connection())

    times = waited(ours, theirs, FEW_TURNS)
    yield Pair(f"frame of {FRAME_ROWS:,} rows", "`pandas.read_sql`", *times, least=3.5)


def _exports(place: Place) -> Iterator[Pair]:
    what, context = f"CSV export of {place.rows:,} rows", place.giant
    session, tenant = context.session.handle.hex(), context.tenant_id
    entered = (
        "begin",
        f"select set_config('role', sec.enter('\\x{session}', '{tenant}'), true)",
    )

    def ours() -> object:
        return sum(len(block) for block in export_transactions(context))

    times = waited(ours, _copied_by_psql(place, *entered), FEW_TURNS)
    yield Pair(what, "`psql \\copy` of the same query by the same member", *times, most=1.0)
    times = waited(ours, _copied_by_psql(place), FEW_TURNS)
    yield Pair(what, "`psql \\copy` of the same query, no policies", *times)


def _copied_by_psql(place: Place, *before: str) -> Side:
    """Return what reads the query of an export from psql, which runs `before` first."""
    with tenant_transaction(place.giant) as inside:
        query = query_text(inside, transactions_statement(inside))
    copied = f"\\copy ({' '.join(query.split())}) to pstdout (format csv, header)"
    address = place.server.url(SUPERUSER, TEMPLATE).set(drivername="postgresql")
    psql = [
        str(place.server.cluster.binaries / "psql"), "--quiet", "--output=/dev/null",
        address.render_as_string(hide_password=False),
        *(f"--command={command}" for command in (*before, copied)),
    ]  # fmt: skip

    def copy() -> object:
        with subprocess.Popen(psql, stdout=subprocess.PIPE) as program:
            assert program.stdout is not None  # noqa: S101 - it is a pipe
            blocks = iter(partial(program.stdout.read, CHUNK), b"")
            return sum(len(block) for block in blocks)

    return copy


def _upkeep(place: Place) -> Iterator[Pair]:
    rows = min(UPKEPT, place.rows)
    ours = importing(place, rows)

    def theirs() -> None:
        with nothing_derived(place.admin):
            ours()

    times = spent(ours, theirs, _backend(place.giant), FEW_TURNS)
    yield Pair(f"import of {rows:,} rows with totals and words", "without them", *times, most=2,
               measured=SPENT)  # fmt: skip


def _imports(place: Place) -> Iterator[Pair]:
    rows, turns = min(IMPORTED, place.rows), 1
    copy, baseline = copying(place, rows), "`COPY` and insert of the same rows, no policies"
    times = waited(importing(place, rows), copy, turns)
    yield Pair(f"import of {rows:,} rows, read, shown, matched and written", baseline, *times,
               most=2)  # fmt: skip
    # Reading has a bound of its own, in `bench readers`: it depends on the format alone.
    what = f"import of {rows:,} rows that were read and shown, matched and written"
    ours = committing(place, rows, 2 * (turns + 1))
    times = waited(ours, copy, turns)
    yield Pair(what, baseline, *times, most=2)
    backends = _backend(place.giant), place.admin.info.backend_pid
    times = computed(ours, backends[0], copy, backends[1], turns)
    yield Pair(what, baseline, *times, measured=COMPUTED)


@contextmanager
def _index_of_words(admin: psycopg.Connection) -> Iterator[None]:
    admin.execute(INDEX_OF_WORDS)
    try:
        yield
    finally:
        admin.execute("drop index app.bench_words")


def _asking(context: TenantContext, ask: Question) -> Side:
    return lambda: ask(context)


def _direct(context: TenantContext, statement: str) -> Side:
    def ask() -> object:
        with tenant_transaction(context) as inside:
            return inside.execute(text(statement), _said(context)).all()

    return ask


def _said(context: TenantContext) -> dict[str, object]:
    return {"tenant": context.tenant_id, "since": SINCE, "until": UNTIL}


def _page(context: TenantContext, number: int) -> Side:
    """Return what asks for a page, after it was found by turning pages."""
    cursor, rows = None, (number - 1) * PAGE
    while rows > 0:
        found = transactions(context, EVERYTHING, cursor, min(rows, 200))
        cursor, rows = found.next, rows - len(found.frame)
        if cursor is None:
            break
    return lambda: transactions(context, EVERYTHING, cursor, PAGE)


def _unprotected(place: Place, statement: str) -> Side:
    """Ask as the owner of the tables, whom no policy touches."""
    query = re.sub(r":(\w+)", r"%(\1)s", statement)

    def ask() -> object:
        with place.admin.transaction():
            found = place.admin.execute(query, _said(place.giant), prepare=False, binary=True)
            return found.fetchall()

    return ask


def _cpu_of(context: TenantContext, ask: Question) -> float:
    """Return the milliseconds that the question costs the backend that answers it."""
    backend = _backend(context)
    ask(context)
    before = backend_cpu(backend)
    for _ in range(CPU_ROUNDS):
        ask(context)
    return (backend_cpu(backend) - before) / CPU_ROUNDS


def _backend(context: TenantContext) -> int:
    with tenant_transaction(context) as inside:
        return answering(inside)
