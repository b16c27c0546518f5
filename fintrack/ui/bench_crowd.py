"""A crowd of people at their screens, and what they and the machine notice of it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import psutil
from websockets.exceptions import WebSocketException

from fintrack.ui.bench_tabs import Person, Run, visit

MB = 1024 * 1024
ARRIVING, CALM, BROKEN_OFF = "arriving", "nothing beside", "a visit that broke off"


@dataclass(frozen=True, slots=True)
class Meter:
    """What the server and its PostgreSQL have used until a moment: CPU seconds, and MB."""

    at: float
    server_cpu: float
    server_memory: float
    postgres_cpu: float
    postgres_memory: float


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the load: what was run in it, and the meter at its begin and its end."""

    runs: list[Run]
    began: Meter
    ended: Meter

    @property
    def seconds(self) -> float:
        """Return how long it lasted."""
        return self.ended.at - self.began.at


async def crowd(
    port: int,
    people: Sequence[Person],
    read: Callable[[], Meter],
    *,
    think: float,
    seconds: float,
    beside: Mapping[str, Callable[[], object]],
) -> dict[str, Phase]:
    """Let everybody arrive, look around in calm for `seconds`, then while each act is done."""
    runs: list[Run] = []
    visits = [
        asyncio.create_task(_visit(port, each, number, think, runs))
        for number, each in enumerate(people)
    ]
    meters = [read()]
    # Everybody is there, and has looked at something, before it counts.
    for pause in (4 * think, seconds):
        await asyncio.sleep(pause)
        meters.append(read())
    for act in beside.values():
        await asyncio.to_thread(act)
        meters.append(read())
    for each in visits:
        each.cancel()
    await asyncio.gather(*visits, return_exceptions=True)
    return {
        what: Phase([run for run in runs if began.at <= run.at < ended.at], began, ended)
        for what, began, ended in zip(
            (ARRIVING, CALM, *beside), meters[:-1], meters[1:], strict=True
        )
    }


def meter(server: psutil.Process, postmaster: psutil.Process) -> Meter:
    """Return what both have used until now; memory that processes share is counted once."""
    postgres = [postmaster, *postmaster.children()]
    return Meter(
        perf_counter(),
        _cpu(server),
        server.memory_info().rss / MB,
        sum(map(_cpu, postgres)),
        sum(each.memory_full_info().pss for each in postgres) / MB,
    )


async def _visit(port: int, person: Person, number: int, think: float, runs: list[Run]) -> None:
    try:
        await visit(port, person, number, think, runs)
    except (OSError, TimeoutError, WebSocketException):
        runs.append(Run(BROKEN_OFF, perf_counter(), 0, failed=True))


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)
