"""`python -m fintrack bench`: how fast, as ratios against a named baseline in the same run.

Machines are noisy, so the two sides of a ratio take turns, and the median of many turns counts.
Everything measured runs as a member under row policies, with neighbours present.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from fintrack import db
from fintrack.config import read_settings
from fintrack.operations.bench_fleet import Fleet, build_fleet
from fintrack.operations.bench_load import Load, measure_load
from fintrack.operations.bench_measures import MEASURES, Measure, administrator
from fintrack.operations.bench_questions import QUESTIONS, Question
from fintrack.operations.embedded import Server, stop
from fintrack.operations.installation import Installation, open_installation

SIZES = (10, 100, 1000)
ROWS = 1000
ROUNDS = 10
FOUNDING_LIMIT, GROWTH_LIMIT = 100, 1.15


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question over fleets of growing size: p50 of each in milliseconds, p95 of the last.

    `ratio` is the last median as a multiple of the first.
    """

    question: str
    medians: tuple[float, ...]
    p95: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """One side against its baseline, medians in milliseconds."""

    what: str
    baseline: str
    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """Return ours as a multiple of the baseline."""
        return self.ours / self.theirs


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run measured."""

    questions: list[QuestionFigures]
    ratios: list[Ratio]
    load: Load


def main(
    more: Sequence[Measure] = (),
    *,
    as_json: bool = False,
    seconds: float = 60,
    sizes: Sequence[int] = SIZES,
) -> None:
    """Measure on a throw-away embedded server and print the report.

    `more` are measures of floors above this one; `seconds` is how long the load lasts.
    """
    with throw_away_installation() as (installation, server):
        fleets = [_fleet(installation, server, size) for size in sizes]
        report = Report(
            _questions(fleets, QUESTIONS),
            _ratios(fleets[-1], [*MEASURES, *more]),
            measure_load(fleets[-1], seconds),
        )
    if as_json:
        sys.stdout.write(json.dumps(asdict(report), default=float, indent=2) + "\n")
    else:
        sys.stdout.write(as_markdown(report, sizes))


@contextmanager
def throw_away_installation() -> Iterator[tuple[Installation, Server]]:
    """Open an installation in a temporary folder, and leave nothing behind."""
    home = Path(tempfile.mkdtemp(prefix="fintrack-bench-"))
    home.chmod(0o755)
    installation = open_installation(read_settings({"FINTRACK_HOME": str(home / "data")}))
    assert installation.server is not None  # noqa: S101 - an empty environment means embedded
    try:
        yield installation, installation.server
    finally:
        db.disconnect()
        stop(installation.server)
        shutil.rmtree(home, ignore_errors=True)


def as_markdown(report: Report, sizes: Sequence[int]) -> str:
    """Return the report as the tables of docs/benchmarks.md."""
    columns = " | ".join(f"p50, {size:,} tenants" for size in sizes)
    largest = f"{sizes[-1]:,}"
    limits = f"under {FOUNDING_LIMIT} ms | {largest} : {sizes[0]:,} | at most {GROWTH_LIMIT}"
    lines = [
        f"Each tenant holds {ROWS:,} transactions; times in ms of {ROUNDS} rounds.",
        "",
        f"| question | {columns} | p95, {largest} tenants | {limits} |",
        f"|---|{'---:|' * (len(sizes) + 1)}---|---:|---|",
    ]
    lines += [
        f"| {q.question} | {' | '.join(f'{m:.2f}' for m in q.medians)} | {q.p95:.2f} "
        f"| {_yes(is_so=q.p95 < FOUNDING_LIMIT)} "
        f"| {q.ratio:.2f} | {_yes(is_so=q.ratio <= GROWTH_LIMIT)} |"
        for q in report.questions
    ]
    lines += ["", "| measured | against | ms | ms | ratio |", "|---|---|---:|---:|---:|"]
    lines += [
        f"| {r.what} | {r.baseline} | {r.ours:.2f} | {r.theirs:.2f} | {r.ratio:.2f} |"
        for r in report.ratios
    ]
    return "\n".join([*lines, "", report.load.as_text(), ""])


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "NO"


def take_turns(*sides: Callable[[], object], turns: int) -> list[list[float]]:
    """Return the times in milliseconds of each side, measured A B C A B C after two warm-ups."""
    times: list[list[float]] = [[] for _ in sides]
    for turn in range(turns + 2):
        for side, kept in zip(sides, times, strict=True):
            started = perf_counter()
            side()
            if turn > 1:
                kept.append((perf_counter() - started) * 1000)
    return times


def _fleet(installation: Installation, server: Server, size: int) -> Fleet:
    sys.stderr.write(f"building {size:,} tenants with {ROWS:,} transactions each\n")
    return build_fleet(installation, server, tenants=size, rows=ROWS)


def _questions(fleets: list[Fleet], questions: Sequence[Question]) -> list[QuestionFigures]:
    times: dict[tuple[int, str], list[float]] = {}
    for round_number in range(ROUNDS):
        sys.stderr.write(f"asking, round {round_number + 1} of {ROUNDS}\n")
        for fleet in fleets:
            db.connect(fleet.logins)
            for question in questions:
                kept = times.setdefault((fleet.tenants, question.name), [])
                kept += _asked(fleet, question)
    return [_figures(question.name, fleets, times) for question in questions]


def _asked(fleet: Fleet, question: Question) -> list[float]:
    """Ask every signed-in owner of the fleet once, after two warm-ups."""
    for context in fleet.contexts[:2]:
        question.ask(context)
    kept = []
    for context in fleet.contexts:
        started = perf_counter()
        question.ask(context)
        kept.append((perf_counter() - started) * 1000)
    return kept


def _figures(
    name: str, fleets: list[Fleet], times: dict[tuple[int, str], list[float]]
) -> QuestionFigures:
    medians = tuple(median(times[fleet.tenants, name]) for fleet in fleets)
    p95 = quantiles(times[fleets[-1].tenants, name], n=20)[-1]
    return QuestionFigures(name, medians, p95, medians[-1] / medians[0])


def _ratios(fleet: Fleet, measures: Sequence[Measure]) -> list[Ratio]:
    db.connect(fleet.logins)
    ratios = []
    with administrator(fleet) as admin:
        for measure in measures:
            sys.stderr.write(f"measuring: {measure.what}\n")
            ours, theirs = take_turns(*measure.sides(fleet, admin), turns=measure.turns)
            ratios.append(Ratio(measure.what, measure.baseline, median(ours), median(theirs)))
    return ratios
