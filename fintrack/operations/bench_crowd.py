"""`python -m fintrack bench fleet`: ten thousand tenants against ten, in one run.

Pages touched are exact and come first, backend CPU second, wall time third.
"""

import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from time import perf_counter

from psycopg import sql

from fintrack.errors import SetupError
from fintrack.operations.bench import throw_away_installation
from fintrack.operations.bench_costs import growths
from fintrack.operations.bench_crowd_load import dashboards, foundings, neighbour
from fintrack.operations.bench_crowd_report import CrowdReport, as_markdown
from fintrack.operations.bench_fleet import Fleet, arrive, build_fleet
from fintrack.operations.bench_scale import (
    dump,
    flipped_plans,
    table_sizes,
    vacuum_seconds,
)
from fintrack.operations.embedded import Server
from fintrack.operations.passwords import SUPERUSER

FEW, MANY, ROWS = 10, 10_000, 1000
GIANT = 1000  # times the rows of its neighbours
FRESH = 0.01
BYTES_A_ROW = 3500
# What is written here need not outlive a crash, and nothing is vacuumed behind the measurer's back.
SETTINGS = {"full_page_writes": "off", "max_wal_size": "1GB", "autovacuum": "off"}


def main(*, as_json: bool = False, few: int = FEW, tenants: int = MANY, rows: int = ROWS) -> None:
    """Measure on a throw-away server, and print the report.

    Raises:
        SetupError: the disk has no room for the fleet.
    """
    _require_room((tenants + GIANT) * rows * BYTES_A_ROW)
    with throw_away_installation() as (installation, server):
        _adjust(server)
        small = build_fleet(installation, server, tenants=few, rows=rows)
        _say(f"writing {tenants:,} tenants with {rows:,} transactions each")
        started = perf_counter()
        large = build_fleet(installation, server, tenants=tenants, rows=rows)
        report = _measured(server, small, large, rows, perf_counter() - started)
    words = json.dumps(asdict(report), indent=2) + "\n" if as_json else as_markdown(report)
    sys.stdout.write(words)


def _measured(server: Server, small: Fleet, large: Fleet, rows: int, filled: float) -> CrowdReport:
    settled, sizes = growths(small, large), table_sizes(server, large)
    _say("dumping all")
    dumped = dump(server, large)
    _say(f"writing {FRESH:.0%} fresh rows")
    for fleet in (small, large):
        with server.connect(SUPERUSER, fleet.database) as admin:
            arrive(admin, rows, fresh=max(1, int(rows * FRESH)))
    fresh = growths(small, large)
    vacuumed = vacuum_seconds(server, large)
    _say("asking for dashboards, founding tenants, importing beside a neighbour")
    pairs = [dashboards(small, large), foundings(small, large), neighbour(large)]
    _say(f"writing a giant of {rows * GIANT:,} transactions")
    flips = flipped_plans(server, large, rows * GIANT)
    return CrowdReport(
        large.tenants, rows, filled, settled, fresh, pairs, dumped, sizes, vacuumed,
        rows * GIANT, flips,
    )  # fmt: skip


def _require_room(needed: int) -> None:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < needed:
        message = (
            f"This takes {needed // 10**9:,} GB of disk and {free // 10**9:,} GB are free. "
            "Make room, or ask for fewer --tenants or --rows."
        )
        raise SetupError(message)


def _adjust(server: Server) -> None:
    with server.connect(SUPERUSER, "postgres") as admin:
        for name, value in SETTINGS.items():
            command = sql.SQL("alter system set {} = {}")
            admin.execute(command.format(sql.Identifier(name), sql.Literal(value)))
        admin.execute("select pg_reload_conf()")


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
