"""What is fuzzed: the readers of bank files and of whole books, by the name of their format."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fintrack.errors import InvalidInput
from fintrack.statements.books.book import Hints
from fintrack.statements.books.read import read_book
from fintrack.statements.camt.read import read_camt
from fintrack.statements.coda.read import read_coda
from fintrack.statements.delimited.read import read_delimited
from fintrack.statements.mapping import Mapping as ColumnMapping
from fintrack.statements.mapping import answered
from fintrack.statements.mt940.read import read_mt940
from fintrack.statements.norma43.read import read_norma43
from fintrack.statements.ofx import read_ofx
from fintrack.statements.qif.read import read_qif
from fintrack.statements.read import read_statements
from fintrack.statements.statement import StatementError, StatementFile
from fintrack.statements.workbook.read import read_workbook
from tests.fuzzing import archives, packing
from tests.fuzzing.seeds import SEEDS

FOUND = Path(__file__).parent / "found"
WHOLE_BOOKS = frozenset({"books", "archive"})
_MOST_ANSWERS = 4
Read = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Format:
    """A reader, how long its inputs get, and the folders of samples whose beginnings are seeds.

    `packed` makes the file that is read of the input, where bytes alone would be hopeless;
    `refusal` is how the reader says no.
    """

    read: Read
    longest: int
    folders: Sequence[str] = ()
    packed: Callable[[bytes], bytes] = bytes
    refusal: type[InvalidInput] = StatementError


def _asking(
    read: Callable[[bytes, ColumnMapping | None, str | None], StatementFile],
) -> Read:
    """Read a file again with the first answer to each of its questions, as a member does."""

    def read_through(content: bytes) -> None:
        found = read(content, None, None)
        for _ in range(_MOST_ANSWERS):
            if not found.questions or found.mapping is None:
                return
            mapping = found.mapping
            for question in found.questions:
                if question.choices:
                    mapping = answered(mapping, question.field, question.choices[0].value)
            found = read(content, mapping, None)

    return read_through


def _read_book(content: bytes) -> None:
    read_book(content, "book", Hints("EUR"))


FORMATS: Mapping[str, Format] = {
    "csv": Format(_asking(read_delimited), 192, ("csv",)),
    "xlsx": Format(_asking(read_workbook), 384, packed=packing.workbook),
    "ofx": Format(read_ofx, 768, ("ofx",)),
    "qif": Format(_asking(read_qif), 384, ("qif",)),
    "camt": Format(read_camt, 1024, ("camt.052", "camt.053", "camt.054")),
    "mt940": Format(read_mt940, 512, ("mt940", "mt942")),
    "coda": Format(read_coda, 1024, ("coda",)),
    "norma43": Format(read_norma43, 640, ("n43",)),
    "books": Format(_read_book, 1024, packed=packing.book),
    "archive": Format(archives.read_archive, 1536, packed=archives.archive, refusal=InvalidInput),
}


def is_read_or_refused(name: str, content: bytes, *, recognised: bool = False) -> None:
    """Read the file as this format; only the reader's own refusal is no failure.

    `recognised` lets the program find out which format it is, as it does for members.
    """
    kind = FORMATS[name]
    read = read_statements if recognised and name not in WHOLE_BOOKS else kind.read
    try:
        read(content)
    except kind.refusal:
        return


def kept_if_it_fails(name: str, content: bytes, folder: Path, *, recognised: bool) -> None:
    """Read the file as `is_read_or_refused` does, and leave one that fails in the folder.

    The fuzzer keeps what is too slow or too large by itself, but not what raises in a fork.
    """
    try:
        is_read_or_refused(name, content, recognised=recognised)
    except Exception:
        (folder / f"{name}-{sha256(content).hexdigest()[:12]}").write_bytes(content)
        raise


def seeds(name: str) -> Iterator[bytes]:
    """Yield what the fuzzer starts from: what is written by hand, and the samples' beginnings."""
    yield from SEEDS[name]
    samples = Path(os.environ.get("FINTRACK_SAMPLES", ""))
    longest = FORMATS[name].longest
    for folder in FORMATS[name].folders:
        for path in sorted((samples / folder).rglob("*")):
            if path.is_file():
                yield _beginning(path.read_bytes(), longest)


def _beginning(content: bytes, longest: int) -> bytes:
    """Return the lines that fit, the first of them cut if it alone is too long."""
    head = content[:longest]
    return head[: head.rfind(b"\n") + 1] or head


def found(name: str) -> list[Path]:
    """Return the files of this format that a reader once failed on."""
    return sorted(FOUND.glob(f"{name}-*"))
