"""Fava, serving a book of beancount, asked over HTTP for what its first page shows."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil

from fintrack.errors import SetupError
from fintrack.operations.bench_server import free_port, wait_for

PATIENCE = 3600
TOTALS = "Net Profit"


@dataclass(frozen=True, slots=True)
class Fava:
    """A Fava that has read its book; `seconds` is how long it took until its first answer."""

    process: psutil.Process
    port: int
    book: str
    seconds: float


def fava_program() -> str:
    """Return the path of the program.

    Raises:
        SetupError: it is not installed.
    """
    program = shutil.which("fava")
    if program is None:
        raise SetupError(
            "Fava is missing: put `fava` on the path, as `pipx install fava` does, and ask again."
        )
    return program


def fava_version() -> str:
    """Return what the program calls itself, such as "fava, version 1.30"."""
    return subprocess.check_output([fava_program(), "--version"], text=True).strip()


@contextmanager
def fava_serving(book: Path) -> Iterator[Fava]:
    """Start Fava with the book, and yield it when it has given its first whole answer.

    Raises:
        Unavailable: it does not answer.
    """
    port = free_port()
    started = perf_counter()
    with subprocess.Popen(
        [fava_program(), str(book), f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            wait_for(server, port, "/", PATIENCE)
            name = _name_of_book(port)
            _statement(port, name)
            yield Fava(psutil.Process(server.pid), port, name, perf_counter() - started)
        finally:
            server.terminate()


def income_statement(fava: Fava) -> bytes:
    """Return the data of the page that Fava opens with: each month, and the tree of accounts."""
    return _statement(fava.port, fava.book)


def kept_by_month(statement: bytes, currency: str) -> dict[date, Decimal]:
    """Return income less expenses by the first day of each month, from `income_statement`."""
    charts = json.loads(statement, parse_float=Decimal)["data"]["charts"]
    totals = next(each["data"] for each in charts if each["label"] == TOTALS)
    return {
        date.fromisoformat(each["date"]).replace(day=1): -Decimal(each["balance"][currency])
        for each in totals
        if currency in each["balance"]
    }


def _statement(port: int, book: str) -> bytes:
    address = f"http://127.0.0.1:{port}/{book}/api/income_statement?interval=month"
    with urlopen(address) as answer:
        content: bytes = answer.read()
    return content


def _name_of_book(port: int) -> str:
    """Return the part of the path where Fava keeps the book; its root leads there."""
    with urlopen(f"http://127.0.0.1:{port}/") as answer:
        address: str = answer.url
    return urlsplit(address).path.split("/")[1]
