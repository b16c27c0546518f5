"""The benchmark against other programs: what it needs, what it compares, what it says."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fintrack.__main__ import main
from fintrack.analytics.overview import overview
from fintrack.analytics.periods import months_before
from fintrack.commands.terminal import REFUSED
from fintrack.context import TenantContext
from fintrack.errors import Conflict
from fintrack.operations.bench_fleet import fill, signed_in
from fintrack.operations.bench_pairs import SPENT, Pair
from fintrack.operations.bench_peers import (
    PeersReport,
    _draw_home,
    _require_same_months,
    _write_book,
    as_markdown,
)
from fintrack.operations.bench_questions import TODAY
from fintrack.operations.installation import Installation
from fintrack.operations.passwords import SUPERUSER
from tests.databases import Database

FAVA = "Fava is missing: put `fava` on the path, as `pipx install fava` does, and ask again.\n"
ACTUAL = (
    "Actual is missing: install Node with npm, then its library with "
    "`npm install --global @actual-app/api`, and ask again.\n"
)


@pytest.fixture
def generated(installation: Installation, database: Database) -> TenantContext:
    """A tenant as the benchmark fills it, only smaller."""
    assert installation.server is not None
    fill(installation.server, database.name, tenants=1, rows=400)
    with installation.server.connect(SUPERUSER, database.name) as admin:
        owners = admin.execute("select id from sec.users").fetchall()
    return signed_in(owners[0][0])


def statement(kept: dict[str, float]) -> bytes:
    """Return an income statement as Fava writes it, where income is negative."""
    data = [{"date": month, "balance": {"EUR": -amount}} for month, amount in kept.items()]
    return json.dumps({"data": {"charts": [{"label": "Net Profit", "data": data}]}}).encode()


def kept_months(me: TenantContext) -> dict[str, float]:
    months = overview(me, TODAY).months
    kept = (months["inflow"] - months["outflow"]) / 100
    return dict(zip(months["month"].dt.strftime("%Y-%m-28"), kept, strict=True))


@pytest.mark.parametrize(
    ("installed", "said"),
    [
        ((), FAVA),
        (("fava",), ACTUAL),
        (("fava", "node"), ACTUAL),
        (("fava", "node", "npm"), ACTUAL),
    ],
)
def test_a_peer_that_is_missing_is_named_before_anything_is_measured(
    installed: Sequence[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in installed:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {tmp_path}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["bench", "peers"]) == REFUSED

    assert capsys.readouterr().err == said


@pytest.mark.one_server
def test_the_generated_book_is_accepted_by_beancount_and_drawn_here(
    generated: TenantContext, tmp_path: Path
) -> None:
    book = tmp_path / "book.beancount"
    _write_book(generated, book)
    command = [sys.executable, "-m", "beancount.scripts.check", str(book)]
    found = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (found.returncode, found.stdout + found.stderr) == (0, "")
    assert book.read_text().count("\n  id: ") == 400
    net_worth, spending = map(json.loads, _draw_home(generated))
    assert len(net_worth["data"][0]["x"]) == 12
    assert spending["data"]


@pytest.mark.one_server
def test_books_that_differ_by_a_cent_are_not_compared(generated: TenantContext) -> None:
    kept = kept_months(generated)
    _require_same_months(generated, statement(kept))
    month = months_before(TODAY.replace(day=1), 1)
    kept[f"{month:%Y-%m}-28"] += 0.01
    with pytest.raises(Conflict, match=f"kept in {month:%B %Y}, and FinTrack"):
        _require_same_months(generated, statement(kept))


def test_a_ratio_without_a_bound_says_neither_yes_nor_no() -> None:
    pairs = [
        Pair("overview", "Fava", 20.0, 300.0, least=20, measured=SPENT),
        Pair("overview", "Fava's start", 20.0, 9000.0),
    ]
    written = as_markdown(PeersReport(("Fava 1", "Actual 2"), 2, (0.5, 1.0), pairs))

    assert "Fava 1; Actual 2; 2 cores, load average 0.5 before, 1.0 after." in written
    fava = "| overview | Fava | all CPU | 20.00 | 300.00 | 1 : 15.0 | at least 1 : 20 | NO |"
    assert fava in written
    assert "| overview | Fava's start | waited | 20.00 | 9000.00 | 1 : 450.0 |  |  |" in written
