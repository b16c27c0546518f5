"""What each question costs a tenant of a small fleet, and one of a large fleet."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from fintrack import db
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.operations.bench_fleet import Fleet
from fintrack.operations.bench_pairs import answering, backend_cpu
from fintrack.operations.bench_plans import plans_of
from fintrack.operations.bench_questions import QUESTIONS, Question

ROUNDS = 10
MOST_TIME, MOST_PAGES = 1.10, 1.25


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over tenants and turns: pages touched, backend CPU and wall in milliseconds."""

    pages: float
    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Growth:
    """What a question costs in the small fleet and in the large one."""

    question: str
    few: Cost
    many: Cost

    @property
    def pages(self) -> float:
        """Return the pages of the large fleet as a multiple of the small one's."""
        return self.many.pages / self.few.pages

    @property
    def cpu(self) -> float:
        """Return the backend CPU of the large fleet as a multiple of the small one's."""
        return self.many.cpu / self.few.cpu

    @property
    def wall(self) -> float:
        """Return the wall time of the large fleet as a multiple of the small one's."""
        return self.many.wall / self.few.wall


def growths(few: Fleet, many: Fleet, questions: Sequence[Question] = QUESTIONS) -> list[Growth]:
    """Return what each question costs; the fleets take turns, and all is warm."""
    times: dict[tuple[int, str], list[tuple[float, float]]] = {}
    pages: dict[tuple[int, str], float] = {}
    for turn in range(ROUNDS):
        sys.stderr.write(f"asking, round {turn + 1} of {ROUNDS}\n")
        for fleet in (few, many):
            db.connect(fleet.logins)
            for question in questions:
                key = fleet.tenants, question.name
                if turn == 0:
                    pages[key] = median(_pages(fleet, question))
                times.setdefault(key, []).extend(_asked(fleet.contexts, question))
    return [
        Growth(each.name, *(_cost(pages[key], times[key]) for key in _keys(few, many, each)))
        for each in questions
    ]


def _keys(few: Fleet, many: Fleet, question: Question) -> tuple[tuple[int, str], ...]:
    return (few.tenants, question.name), (many.tenants, question.name)


def _pages(fleet: Fleet, question: Question) -> list[int]:
    return [each.pages for each in plans_of(fleet.logins, fleet.contexts, question.ask)]


def _cost(pages: float, times: list[tuple[float, float]]) -> Cost:
    cpu, wall = zip(*times, strict=True)
    return Cost(pages, median(cpu), median(wall))


def _asked(contexts: Sequence[TenantContext], question: Question) -> list[tuple[float, float]]:
    """Ask in every tenant after two warm-ups; return CPU and wall milliseconds of each."""
    for context in contexts[:2]:
        question.ask(context)
    with tenant_transaction(contexts[0]) as inside:
        backend = answering(inside)
    kept = []
    for context in contexts:
        used, started = backend_cpu(backend), perf_counter()
        question.ask(context)
        kept.append((backend_cpu(backend) - used, (perf_counter() - started) * 1000))
    return kept
