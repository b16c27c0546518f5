"""`python -m fintrack bench api`: a tenant's storm beside another tenant, and a large export.

A server of its own is asked over HTTP, by tokens of two owners.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from statistics import median
from uuid import UUID

import psutil

from fintrack import db
from fintrack.access.sessions import handle_of, open_api_session, session_of_handle
from fintrack.access.tenants import my_tenants
from fintrack.access.tokens import access_token
from fintrack.errors import NotSignedIn, Unavailable
from fintrack.operations.bench import throw_away_installation
from fintrack.operations.bench_fleet import TEMPLATE, fill
from fintrack.operations.bench_server import serving
from fintrack.operations.embedded import Server
from fintrack.operations.installation import Installation
from fintrack.operations.passwords import SUPERUSER

ROWS = 1_000_000
HAMMERS, TURNS, ROUNDS = 10, 100, 3
STORM_LIMIT, GROWTH_LIMIT = 1.5, 8.0
LIST, EXPORT = "/api/v1/transactions?limit=50", "/api/v1/exports/transactions.csv"
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ApiFigures:
    """Medians of one tenant's request in ms, in quiet and in another's storm; and one export."""

    quiet: float
    loud: float
    storm_per_second: float
    exported_rows: int
    export_seconds: float
    export_growth_mb: float

    @property
    def ratio(self) -> float:
        """Return how many times as long a request takes beside the storm."""
        return self.loud / self.quiet


def main(*, as_json: bool = False, rows: int = ROWS) -> None:
    """Measure on a throw-away server, with `rows` transactions in each of two tenants."""
    with throw_away_installation() as (installation, server):
        sys.stderr.write(f"writing two tenants with {rows:,} transactions each\n")
        fill(server, TEMPLATE, tenants=2, rows=rows)
        figures = _measured(installation, server)
    text = json.dumps(asdict(figures), indent=2) + "\n" if as_json else as_markdown(figures)
    sys.stdout.write(text)


def as_markdown(figures: ApiFigures) -> str:
    """Return the table of docs/benchmarks.md."""
    storm = (
        f"| a list of 50 while {HAMMERS} programs of another tenant ask without a pause "
        f"({figures.storm_per_second:.0f} a second), against quiet | {figures.loud:.1f} ms "
        f"| {figures.quiet:.1f} ms | {figures.ratio:.2f} | at most {STORM_LIMIT} "
        f"| {_yes(is_so=figures.ratio <= STORM_LIMIT)} |"
    )
    export = (
        f"| memory of the server while {figures.exported_rows:,} rows leave as CSV "
        f"| {figures.export_growth_mb:.1f} MB | {figures.export_seconds:.0f} s | "
        f"| at most {GROWTH_LIMIT:g} MB | {_yes(is_so=figures.export_growth_mb <= GROWTH_LIMIT)} |"
    )
    head = "| measured over HTTP | | | ratio | limit | held |\n|---|---:|---:|---:|---|---|"
    return f"{head}\n{storm}\n{export}\n"


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "NO"


def _measured(installation: Installation, server: Server) -> ApiFigures:
    logins = (installation.app_url, installation.sign_in_url, installation.maintenance_url)
    db.connect(db.Logins(*logins))
    with server.connect(SUPERUSER, TEMPLATE) as admin:
        owners = [row[0] for row in admin.execute("select id from sec.users order by email")]
    calm, stormy = (owner_token(owner) for owner in owners)
    with serving(installation.home, FINTRACK_API_PER_MINUTE="100000000") as (process, port):
        quiet, loud, per_second = _storm(port, calm, stormy)
        rows, seconds, growth = export(process, port, calm)
    return ApiFigures(quiet, loud, per_second, rows, seconds, growth)


def owner_token(owner: UUID) -> str:
    """Return a token of the API for the owner's tenant."""
    secret = open_api_session(owner, agent="bench", address="127.0.0.1")
    session = session_of_handle(handle_of(secret), kind="API")
    if session is None:
        raise NotSignedIn("A session of the benchmark could not be opened.")
    return access_token(session, my_tenants(session)[0])


def _storm(port: int, calm: str, stormy: str) -> tuple[float, float, float]:
    """Return the calm tenant's medians in ms, quiet and loud, and the storm's requests a second."""
    quiet: list[float] = []
    loud: list[float] = []
    asked, seconds = 0, 0.0
    for number in range(ROUNDS):
        sys.stderr.write(f"storm, round {number + 1} of {ROUNDS}\n")
        quiet += _timed(port, calm)
        with _hammering(port, stormy) as counted:
            before, started = sum(counted), time.perf_counter()
            loud += _timed(port, calm)
            seconds += time.perf_counter() - started
            asked += sum(counted) - before
    return median(quiet) * 1000, median(loud) * 1000, asked / seconds


@contextmanager
def _hammering(port: int, token: str) -> Iterator[list[int]]:
    """Ask without a pause from many connections, and yield what each has asked so far."""
    over, counted = threading.Event(), [0] * HAMMERS

    def hammer(number: int) -> None:
        with connected(port) as connection:
            while not over.is_set():
                _ask(connection, token, LIST)
                counted[number] += 1

    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(HAMMERS)]
    for thread in threads:
        thread.start()
    try:
        yield counted
    finally:
        over.set()
        for thread in threads:
            thread.join()


def export(process: psutil.Process, port: int, token: str) -> tuple[int, float, float]:
    """Return rows, seconds, and by how many MB the server's memory grew meanwhile at most."""
    sys.stderr.write("exporting\n")
    before = peak = process.memory_info().rss
    started, rows = time.perf_counter(), -1
    with connected(port) as connection:
        connection.request("GET", EXPORT, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        while block := answer.read(MB):
            rows += block.count(b"\n")
            peak = max(peak, process.memory_info().rss)
    return rows, time.perf_counter() - started, (peak - before) / MB


def _timed(port: int, token: str) -> list[float]:
    times = []
    with connected(port) as connection:
        for _ in range(TURNS):
            started = time.perf_counter()
            _ask(connection, token, LIST)
            times.append(time.perf_counter() - started)
    return times


def connected(port: int) -> AbstractContextManager[HTTPConnection]:
    """Return a connection to the server at this port."""
    return closing(HTTPConnection("127.0.0.1", port))


def _ask(connection: HTTPConnection, token: str, path: str) -> None:
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:  # noqa: PLR2004 - OK
        raise Unavailable(f"The server of the benchmark answers {answer.status}.")
