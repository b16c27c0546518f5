"""What is fuzzed: the readers of bank files and of whole books, by the name of their format."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fintrack.statements.books.book import Hints
from fintrack.statements.books.read import read_book
from fintrack.statements.read import read_statements
from fintrack.statements.statement import StatementError

FOUND = Path(__file__).parent / "found"
# Longer ones teach a fuzzer nothing more, and slow it down.
LONGEST = 4096
Read = Callable[[bytes], object]


def _book(content: bytes) -> object:
    return read_book(content, "book", Hints("EUR"))


# Each format by the folder of samples that it starts from.
FORMATS: Mapping[str, tuple[Read, tuple[str, ...]]] = {
    "csv": (read_statements, ("csv",)),
    "xlsx": (read_statements, ("xlsx",)),
    "ofx": (read_statements, ("ofx", "qfx", "qbo")),
    "qif": (read_statements, ("qif",)),
    "camt": (read_statements, ("camt.052", "camt.053", "camt.054")),
    "mt940": (read_statements, ("mt940", "mt942")),
    "coda": (read_statements, ("coda",)),
    "norma43": (read_statements, ("norma43",)),
    "books": (_book, ("books", "actual-zip", "gnucash-sqlite", "gnucash-xml", "firefly-csv")),
}


def is_read_or_refused(name: str, content: bytes) -> None:
    """Read the bytes as this format; only the reader's own refusal is no failure."""
    read, _ = FORMATS[name]
    try:
        read(content)
    except StatementError:
        return


def seeds(name: str) -> Iterator[bytes]:
    """Yield what the fuzzer starts from: what was found before, and short samples."""
    for path in sorted(FOUND.glob(f"{name}-*")):
        yield path.read_bytes()
    samples = Path(os.environ.get("FINTRACK_SAMPLES", ""))
    for folder in FORMATS[name][1]:
        for path in sorted((samples / folder).rglob("*")):
            if path.is_file() and path.stat().st_size <= LONGEST:
                yield path.read_bytes()
