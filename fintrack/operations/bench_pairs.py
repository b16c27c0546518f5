"""Pairs: ours beside a baseline in the same run, and the bound that they keep or not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import psutil
from sqlalchemy import text
from sqlalchemy.orm import Session

Side = Callable[[], object]
WAITED = "waited"
COMPUTED = "backend CPU"
SPENT = "all CPU"


@dataclass(frozen=True, slots=True)
class Pair:
    """Medians in milliseconds of what was measured, and a bound.

    `most` bounds ours as a multiple of the baseline, `least` says how many times less it needs,
    `above` how many milliseconds it may need more.
    """

    what: str
    baseline: str
    ours: float
    theirs: float
    most: float | None = None
    least: float | None = None
    above: float | None = None
    measured: str = WAITED

    @property
    def is_kept(self) -> bool:
        """Return whether the bound is kept."""
        if self.least is not None:
            return self.theirs / self.ours >= self.least
        if self.above is not None:
            return self.ours - self.theirs <= self.above
        return self.most is None or self.ours / self.theirs <= self.most

    def as_line(self) -> str:
        """Return the pair as a line of a table."""
        ratio, bound = self._ratio_and_bound()
        times = f"{self.ours:.2f} | {self.theirs:.2f}"
        kept = ("yes" if self.is_kept else "NO") if bound else ""
        return (
            f"| {self.what} | {self.baseline} | {self.measured} | {times} | {ratio} | {bound} "
            f"| {kept} |"
        )

    def _ratio_and_bound(self) -> tuple[str, str]:
        if self.least is not None:
            return f"1 : {self.theirs / self.ours:.1f}", f"at least 1 : {self.least:g}"
        if self.above is not None:
            return f"{self.ours - self.theirs:+.2f}", f"at most +{self.above:g}"
        if self.most is not None:
            return f"{self.ours / self.theirs:.2f}", f"at most {self.most:g}"
        return f"1 : {self.theirs / self.ours:.1f}", ""


def pair_table(pairs: Sequence[Pair], where: str = "") -> list[str]:
    """Return the pairs as a table, headed by `where` they were measured."""
    return [
        f"| {where or 'what'} | against | measured | ms | ms | ratio | bound | kept |",
        "|---|---|---|---:|---:|---:|---|---|",
        *(pair.as_line() for pair in pairs),
    ]


def waited(ours: Side, theirs: Side, turns: int) -> tuple[float, float]:
    """Return what a caller waits, the medians of both in milliseconds; they take turns."""
    return _medians(
        lambda: perf_counter() * 1000, ours, lambda: perf_counter() * 1000, theirs, turns
    )


def computed(
    ours: Side, our_backend: int, theirs: Side, their_backend: int, turns: int
) -> tuple[float, float]:
    """Return the CPU milliseconds of the backends that answer, as medians; they take turns."""
    return _medians(
        lambda: backend_cpu(our_backend), ours, lambda: backend_cpu(their_backend), theirs, turns
    )


def spent(ours: Side, theirs: Side, backend: int, turns: int) -> tuple[float, float]:
    """Return the CPU milliseconds of this process and of the backend that works for it."""
    clock = _clock_beside(backend)
    return _medians(clock, ours, clock, theirs, turns)


def spent_apart(
    ours: Side, backend: int, theirs: Side, program: psutil.Process, turns: int
) -> tuple[float, float]:
    """Return the CPU milliseconds of this process and its backend, and those of another program."""

    def their_clock() -> float:
        times = program.cpu_times()
        return float(times.user + times.system) * 1000

    return _medians(_clock_beside(backend), ours, their_clock, theirs, turns)


def answering(inside: Session) -> int:
    """Return the process that answers: while one asks at a time, it is always the same."""
    process: int = inside.execute(text("select pg_backend_pid()")).scalar_one()
    return process


def backend_cpu(process: int) -> float:
    """Return the CPU milliseconds of a process so far; exact on Linux, in steps of 10 elsewhere."""
    schedule = Path(f"/proc/{process}/schedstat")
    if schedule.exists():
        return int(schedule.read_text().split()[0]) / 1e6
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system) * 1000


def _clock_beside(backend: int) -> Callable[[], float]:
    return lambda: process_time() * 1000 + backend_cpu(backend)


def _medians(
    our_clock: Callable[[], float],
    ours: Side,
    their_clock: Callable[[], float],
    theirs: Side,
    turns: int,
) -> tuple[float, float]:
    sides = ((our_clock, ours), (their_clock, theirs))
    kept: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns + 1):
        for (clock, side), times in zip(sides, kept, strict=True):
            started = clock()
            side()
            if turn > 0:
                times.append(clock() - started)
    return median(kept[0]), median(kept[1])
