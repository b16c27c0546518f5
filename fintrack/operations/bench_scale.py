"""What a large fleet weighs, how long it takes to vacuum and dump, and whether its plans hold."""

import os
import subprocess
from dataclasses import dataclass
from time import perf_counter

from fintrack.context import TenantContext
from fintrack.operations.bench_fleet import Fleet, arrive
from fintrack.operations.bench_plans import plans_of
from fintrack.operations.bench_questions import QUESTIONS
from fintrack.operations.embedded import Server
from fintrack.operations.passwords import SUPERUSER

BLOCK = 2**20
TABLES = """
    select n.nspname || '.' || c.relname, c.reltuples::bigint, pg_table_size(c.oid),
           pg_indexes_size(c.oid), coalesce(array_to_string(c.reloptions, ', '), '')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in ('app', 'sec') and c.reltuples > 0
    order by pg_total_relation_size(c.oid) desc limit 10
"""


@dataclass(frozen=True, slots=True)
class TableSize:
    """One table: its rows, the bytes of its heap and of its indexes, and what it is set to."""

    table: str
    rows: int
    heap: int
    indexes: int
    settings: str


@dataclass(frozen=True, slots=True)
class Dump:
    """A `pg_dump` of the whole database: its exit code, its bytes and its seconds."""

    exit_code: int
    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Flip:
    """A question whose rows are found otherwise in the giant than in a small tenant, and when."""

    question: str
    moment: str
    small: str
    giant: str


def table_sizes(server: Server, fleet: Fleet) -> list[TableSize]:
    """Return the largest tables, largest first."""
    with server.connect(SUPERUSER, fleet.database) as admin:
        return [TableSize(*row) for row in admin.execute(TABLES)]


def vacuum_seconds(server: Server, fleet: Fleet) -> float:
    """Vacuum and analyze the whole database, and return how long that took."""
    with server.connect(SUPERUSER, fleet.database) as admin:
        started = perf_counter()
        admin.execute("vacuum analyze")
        return perf_counter() - started


def dump(server: Server, fleet: Fleet) -> Dump:
    """Dump the whole database with stock settings, and throw the dump away."""
    cluster = server.cluster
    command = [str(cluster.binaries / "pg_dump"), "--host", str(cluster.sockets)]
    command += ["--port", "5432", "--username", SUPERUSER, fleet.database]
    environment = os.environ | {"PGPASSWORD": cluster.passwords.of(SUPERUSER)}
    started = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        size = 0
        while block := child.stdout.read(BLOCK):
            size += len(block)
    return Dump(child.returncode, size, perf_counter() - started)


def flipped_plans(server: Server, fleet: Fleet, rows: int) -> list[Flip]:
    """Let one tenant grow by `rows`; return which rows are found otherwise there than beside it.

    Asked twice: while the statistics still know no giant, and right after ANALYZE.
    """
    giant, small = fleet.contexts[0], fleet.contexts[1]
    with server.connect(SUPERUSER, fleet.database) as admin:
        arrive(admin, rows, giant.slug)
        found = _flips(fleet, small, giant, "before ANALYZE")
        admin.execute("analyze")
        return [*found, *_flips(fleet, small, giant, "after ANALYZE")]


def _flips(fleet: Fleet, small: TenantContext, giant: TenantContext, moment: str) -> list[Flip]:
    flips = []
    for question in QUESTIONS:
        plans = plans_of(fleet.logins, (small, giant), question.ask)
        paths = [each.paths for each in plans]
        pairs = zip(*paths, strict=False)
        flips += [Flip(question.name, moment, *pair) for pair in pairs if len(set(pair)) > 1]
    return flips
