"""`python -m fintrack bench screens`: a hundred people look at Home and Analytics at once.

Each has a sample household and an open tab on one server, which runs beside its PostgreSQL and
beside the tabs. The load is run twice: with garbage collected after every run, as Streamlit does by
itself, and as FinTrack is delivered.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import quantiles
from uuid import UUID

from fintrack import db
from fintrack.access.sessions import open_session, session_of
from fintrack.errors import NotSignedIn, Unavailable
from fintrack.operations.bench import throw_away_installation
from fintrack.operations.bench_api import owner_token
from fintrack.operations.bench_fleet import TEMPLATE, arrive, fill
from fintrack.operations.bench_server import serving
from fintrack.operations.demo import create_sample
from fintrack.operations.embedded import Server
from fintrack.operations.passwords import SUPERUSER
from fintrack.operations.processes import postmaster
from fintrack.ui.bench_beside import export_rows, import_rows
from fintrack.ui.bench_crowd import ARRIVING, BROKEN_OFF, CALM, Phase, crowd, meter
from fintrack.ui.bench_paint import Paint, first_paint
from fintrack.ui.bench_tabs import OPENING, PAGES, PULSE, Person, look_once

SESSIONS, THINK = 100, 5.0
ROWS, GIANT_ROWS, IMPORTED = 1000, 300_000, 50_000
COLLECTING = {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "true"}
KINDS = (*PAGES.values(), OPENING, PULSE)


@dataclass(frozen=True, slots=True)
class Waits:
    """How many runs there were, how long they took in ms, and how many failed."""

    runs: int
    p50: float
    p90: float
    failed: int


@dataclass(frozen=True, slots=True)
class Load:
    """What tabs waited for each kind of run in calm, and for any page beside each act.

    `cpu` is in cores, `memory` in MB a tab and `postgres_memory` in MB; `acts` are in seconds.
    """

    waits: dict[str, Waits]
    server_cpu: float
    postgres_cpu: float
    memory: float
    postgres_memory: float
    beside: dict[str, Waits]
    acts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run measured."""

    sessions: int
    think: float
    seconds: float
    collected: Load
    delivered: Load
    paint: Paint | None


def main(*, as_json: bool = False, seconds: float = 60, sessions: int = SESSIONS) -> None:
    """Measure on a throw-away installation, and print the report."""
    with throw_away_installation() as (installation, server):
        logins = (installation.app_url, installation.sign_in_url, installation.maintenance_url)
        db.connect(db.Logins(*logins))
        sys.stderr.write(f"signing in {sessions} people with a sample household each\n")
        giant, people = _people(server, sessions)
        sys.stderr.write("with garbage collected after every run\n")
        collected, _ = _measured(server, installation.home, people, seconds, COLLECTING)
        sys.stderr.write("as delivered\n")
        delivered, paint = _measured(server, installation.home, people, seconds, {}, giant)
    report = Report(sessions, THINK, seconds, collected, delivered, paint)
    text = json.dumps(asdict(report), indent=2) + "\n" if as_json else as_markdown(report)
    sys.stdout.write(text)


def as_markdown(report: Report) -> str:
    """Return the report as the tables of docs/benchmarks.md."""
    sides = (("garbage collected", report.collected), ("as delivered", report.delivered))
    lines = [
        f"{report.sessions} sessions, {report.think:g} s of thought, {report.seconds:.0f} s.",
        "",
        "| run, to its last element | settings | runs | p50, ms | p90, ms | failed |",
        "|---|---|---:|---:|---:|---:|",
        *(_line(kind, side, load.waits[kind]) for kind in KINDS for side, load in sides),
        "",
        "| | CPU of the server, cores | of PostgreSQL | server, MB a session | PostgreSQL, MB |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {side} | {load.server_cpu:.2f} | {load.postgres_cpu:.2f} | {load.memory:.2f} "
            f"| {load.postgres_memory:.0f} |"
            for side, load in sides
        ),
        "",
        "| Home and Analytics beside | takes, s | runs | p50, ms | p90, ms | failed |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            _line(what, f"{report.delivered.acts[what]:.1f}", waits)
            for what, waits in report.delivered.beside.items()
        ),
    ]
    return "\n".join([*lines, *_painted(report.paint), ""])


def _line(what: str, which: str, waits: Waits) -> str:
    return (
        f"| {what} | {which} | {waits.runs:,} | {waits.p50:.0f} | {waits.p90:.0f} "
        f"| {waits.failed} |"
    )


def _painted(paint: Paint | None) -> list[str]:
    if paint is None:
        return []
    rows = (("never here before", paint.fresh), ("with the browser’s own cache", paint.again))
    return [
        "",
        "| Home in Chromium | first paint, ms | first figure, ms | first chart, ms |",
        "|---|---:|---:|---:|",
        *(f"| {name} | {at.paint:.0f} | {at.figure:.0f} | {at.chart:.0f} |" for name, at in rows),
    ]


def _people(server: Server, sessions: int) -> tuple[UUID, list[Person]]:
    """Return the owner of a large tenant, and people with a sample household beside their own."""
    fill(server, TEMPLATE, tenants=sessions + 1, rows=ROWS)
    with server.connect(SUPERUSER, TEMPLATE) as admin:
        arrive(admin, GIANT_ROWS - ROWS, "tenant-1")
        admin.execute("vacuum analyze")
        rows = admin.execute("select id from sec.users order by id").fetchall()
    giant, *others = (row[0] for row in rows)
    return giant, [_person(other) for other in others]


def _person(user_id: UUID) -> Person:
    token = open_session(user_id, remember=True, agent="bench", address="127.0.0.1")
    session = session_of(token)
    if session is None:
        raise NotSignedIn("A session of the benchmark could not be opened.")
    return Person(token, create_sample(session, datetime.now(UTC).date()).slug)


def _measured(
    server: Server,
    home: Path,
    people: list[Person],
    seconds: float,
    variables: Mapping[str, str],
    giant: UUID | None = None,
) -> tuple[Load, Paint | None]:
    """Return what a server with these variables does; with a giant, also beside its acts."""
    main_process = postmaster(server.cluster.data)
    if main_process is None:
        raise Unavailable("The database of the benchmark has ended.")
    with serving(home, **variables) as (process, port):
        paint = first_paint(port, people[0]) if giant else None
        asyncio.run(look_once(port, people[0]))
        read = partial(meter, process, main_process)
        acts = _acts(port, owner_token(giant)) if giant else {}
        phases = asyncio.run(crowd(port, people, read, think=THINK, seconds=seconds, beside=acts))
    return _load(phases, len(people)), paint


def _acts(port: int, token: str) -> dict[str, Callable[[], object]]:
    return {
        f"an import of {IMPORTED:,} rows": partial(import_rows, port, token, IMPORTED),
        f"an export of {GIANT_ROWS + IMPORTED:,} rows": partial(export_rows, port, token),
    }


def _load(phases: Mapping[str, Phase], sessions: int) -> Load:
    arriving, calm = phases[ARRIVING], phases[CALM]
    began, ended = calm.began, calm.ended
    others = {what: phase for what, phase in phases.items() if phase is not arriving}
    return Load(
        waits={kind: _waits(arriving if kind == OPENING else calm, kind) for kind in KINDS},
        server_cpu=(ended.server_cpu - began.server_cpu) / calm.seconds,
        postgres_cpu=(ended.postgres_cpu - began.postgres_cpu) / calm.seconds,
        memory=(ended.server_memory - arriving.began.server_memory) / sessions,
        postgres_memory=ended.postgres_memory,
        beside={what: _waits(phase, *PAGES.values()) for what, phase in others.items()},
        acts={what: phase.seconds for what, phase in others.items()},
    )


def _waits(phase: Phase, *kinds: str) -> Waits:
    runs = [run for run in phase.runs if run.what in kinds or run.what == BROKEN_OFF]
    times = [run.ms for run in runs if not run.failed]
    tenths = quantiles(times, n=10) if len(times) > 1 else [0.0] * 9
    return Waits(len(runs), tenths[4], tenths[8], sum(run.failed for run in runs))
