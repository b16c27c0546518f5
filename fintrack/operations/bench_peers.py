"""`python -m fintrack bench peers`: the same book in Fava, the same rows into Actual.

Both run as whoever measures has installed them, in processes of their own. Fava reads the book that
FinTrack exports; Actual takes the rows of the bank file that FinTrack imports.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from fintrack import db
from fintrack.analytics.charts.drawing import Palette, Style
from fintrack.analytics.charts.overview import net_worth_chart, spending_chart
from fintrack.analytics.headlines import home_headlines
from fintrack.analytics.overview import overview
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict
from fintrack.ledger.journals.export import JournalFormat, export_journal
from fintrack.money import decimal_amount
from fintrack.operations.bench import throw_away_installation
from fintrack.operations.bench_fleet import TEMPLATE, Shape, arrive, fill, signed_in
from fintrack.operations.bench_pairs import (
    SPENT,
    Pair,
    answering,
    pair_table,
    spent_apart,
    waited,
)
from fintrack.operations.bench_peers_imports import imports_beside_actual
from fintrack.operations.bench_questions import TODAY
from fintrack.operations.embedded import Server
from fintrack.operations.installation import Installation
from fintrack.operations.passwords import SUPERUSER
from fintrack.operations.peers.actual import actual_version
from fintrack.operations.peers.fava import (
    Fava,
    fava_serving,
    fava_version,
    income_statement,
    kept_by_month,
)

# Transactions of a book, and how many times less its overview is to take than Fava's.
BOOKS = {100_000: 20, 1_000_000: 150}
# A household of ten years.
HOUSEHOLD = Shape(accounts=8, categories=36, payees=600, days=3650)
TURNS = 7
INK, PAPER = "#111111", "#FFFFFF"
COLOURS = Palette(INK, INK, INK, PAPER, INK, INK, INK, (INK,))


@dataclass(frozen=True, slots=True)
class PeersReport:
    """Who was compared on how many cores, the load average before and after, and the pairs."""

    versions: tuple[str, str]
    cores: int | None
    load: tuple[float, float]
    pairs: list[Pair]


def main(*, as_json: bool = False) -> None:
    """Measure on a throw-away server, and print the report.

    Raises:
        SetupError: a peer is not installed.
    """
    versions, before = (fava_version(), actual_version()), psutil.getloadavg()[0]
    with (
        throw_away_installation() as (installation, server),
        tempfile.TemporaryDirectory(prefix="fintrack-peers-") as name,
    ):
        folder, contexts = Path(name), _tenants(installation, server)
        pairs = []
        for pair in _pairs(contexts, folder):
            _say(pair.as_line())
            pairs.append(pair)
    load = (before, psutil.getloadavg()[0])
    report = PeersReport(versions, psutil.cpu_count(), load, pairs)
    words = json.dumps(asdict(report), indent=2) + "\n" if as_json else as_markdown(report)
    sys.stdout.write(words)


def as_markdown(report: PeersReport) -> str:
    """Return the report as the table of docs/benchmarks.md."""
    before, after = report.load
    load = f"load average {before:.1f} before, {after:.1f} after"
    lines = [
        f"{'; '.join(report.versions)}; {report.cores} cores, {load}.",
        "",
        *pair_table(report.pairs, "FinTrack"),
    ]
    return "\n".join([*lines, ""])


def _write_book(context: TenantContext, book: Path) -> None:
    """Write the tenant as beancount reads it."""
    with book.open("wb") as file:
        file.writelines(export_journal(context, JournalFormat.BEANCOUNT))


def _draw_home(context: TenantContext) -> list[str]:
    """Ask anew for what Home shows, and return its figures as a browser gets them."""
    home = overview(context, TODAY)
    home_headlines(home, context.currency)
    style = Style(context.currency, context.locale, COLOURS, home.places)
    figures = net_worth_chart(home.net_worth, style), spending_chart(home.spending, style)
    return [figure.to_json(validate=False) for figure in figures]


def _require_same_months(context: TenantContext, statement: bytes) -> None:
    """Compare what was kept in each month that is over with what Fava states.

    Raises:
        Conflict: it is not the same book.
    """
    theirs = kept_by_month(statement, context.currency)
    months = overview(context, TODAY).months
    for month, kept in zip(months["month"], months["inflow"] - months["outflow"], strict=True):
        day, ours = month.date(), decimal_amount(int(kept), context.currency)
        if day < TODAY.replace(day=1) and theirs.get(day) != ours:
            raise Conflict(
                f"Fava says {theirs.get(day)} was kept in {day:%B %Y}, and FinTrack {ours}; "
                "nothing can be compared before both say the same."
            )


def _tenants(installation: Installation, server: Server) -> dict[int, TenantContext]:
    """Fill a tenant for each book; return them by their number of transactions."""
    _say(f"writing {', '.join(f'{rows:,}' for rows in BOOKS)} transactions")
    logins = (installation.app_url, installation.sign_in_url, installation.maintenance_url)
    db.connect(db.Logins(*logins))
    fewest = min(BOOKS)
    fill(server, TEMPLATE, tenants=len(BOOKS), rows=fewest, shape=HOUSEHOLD)
    with server.connect(SUPERUSER, TEMPLATE) as admin:
        for number, rows in enumerate(BOOKS, 1):
            if rows > fewest:
                arrive(admin, rows - fewest, f"tenant-{number}", shape=HOUSEHOLD)
        admin.execute("vacuum analyze")
        owners = admin.execute("select id from sec.users order by email").fetchall()
    return {rows: signed_in(owner) for rows, (owner,) in zip(BOOKS, owners, strict=True)}


def _pairs(contexts: dict[int, TenantContext], folder: Path) -> Iterator[Pair]:
    for rows, context in contexts.items():
        yield from _overviews(context, rows, folder)
    yield from imports_beside_actual(contexts, folder)


def _overviews(context: TenantContext, rows: int, folder: Path) -> Iterator[Pair]:
    book = folder / f"{rows}.beancount"
    _say(f"exporting {rows:,} transactions")
    _write_book(context, book)
    _say("starting Fava with them")
    with fava_serving(book) as fava:
        _require_same_months(context, income_statement(fava))
        yield from _against_fava(context, rows, fava)


def _against_fava(context: TenantContext, rows: int, fava: Fava) -> Iterator[Pair]:
    def ours() -> object:
        return _draw_home(context)

    def theirs() -> object:
        return income_statement(fava)

    with tenant_transaction(context) as inside:
        backend = answering(inside)
    what, page, least = f"overview of {rows:,}", "Fava's income statement", BOOKS[rows]
    times = waited(ours, theirs, TURNS)
    yield Pair(what, page, *times, least=least)
    spent = spent_apart(ours, backend, theirs, fava.process, TURNS)
    yield Pair(what, page, *spent, least=least, measured=SPENT)
    yield Pair(what, "Fava's start until the same", times[0], fava.seconds * 1000)


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
