"""Files within files: zips, gzip and SQLite, opened within bounds and trusted in nothing."""

import gzip
import io
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fintrack.statements.statement import RAW_LENGTH, StatementError

DAMAGED = "The file is damaged or cut off. Export it from your program again."
TOO_LARGE = "The file is too large once unpacked. Export fewer years at a time."
# What a damaged zip comes to: an offset below zero is a ValueError, a huge one an OverflowError, a
# locked member a RuntimeError.
ZIP_DAMAGE = (
    BadZipFile, zlib.error, struct.error, EOFError, OSError, OverflowError, RuntimeError, ValueError
)  # fmt: skip
MOST_BYTES = 256 * 1024 * 1024
MOST_MEMBERS = 2_000
MOST_ROWS = 2_000_000
# Of other ways of packing, zipfile cannot read a part: a kilobyte would come out as gigabytes.
USUAL_PACKING = frozenset({ZIP_STORED, ZIP_DEFLATED})
LONGEST_CELL = 1024 * 1024
# Of SQLite's virtual machine; a book of a million rows takes a tenth of it.
MOST_STEPS = 2_000
STEP = 1_000_000
SQLITE = b"SQLite format 3\x00"
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})


def member_names(content: bytes) -> list[str]:
    """Return the names of the files in a zip.

    Raises:
        StatementError: it is damaged.
    """
    with _damage(), ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    if len(names) > MOST_MEMBERS:
        raise StatementError(TOO_LARGE)
    return names


def members(content: bytes, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the files of a zip whose names are wanted.

    Raises:
        StatementError: it is damaged, or larger than it may be once unpacked.
    """
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    with _damage(), ZipFile(io.BytesIO(content)) as archive:
        for each in archive.infolist():
            if wanted(each.filename):
                require_usual_packing(each)
                with archive.open(each) as member:
                    found[each.filename] = _read(member, left)
                left -= len(found[each.filename])
    return found


def require_usual_packing(member: ZipInfo) -> None:
    """Refuse what cannot be unpacked bit by bit.

    Raises:
        StatementError: it is packed in another way than programs pack.
    """
    if member.compress_type not in USUAL_PACKING:
        raise StatementError(DAMAGED)


def gunzipped(content: bytes) -> bytes:
    """Return the bytes that were packed.

    Raises:
        StatementError: they are damaged, or more than they may be.
    """
    with _damage(), gzip.open(io.BytesIO(content)) as packed:
        return _read(packed, MOST_BYTES)


@contextmanager
def database(content: bytes) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file in memory, for reading alone; rows come by the names of their columns.

    Raises:
        StatementError: it is damaged, or reading it takes without end.
    """
    left = iter(range(MOST_STEPS))
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(content)
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
            connection.row_factory = sqlite3.Row
            connection.execute("pragma trusted_schema = off")
            connection.set_authorizer(
                lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
            )
            connection.set_progress_handler(lambda: next(left, None) is None, STEP)
            yield connection
        # A missing column is an IndexError, the name of one that is no text a UnicodeDecodeError.
        except (sqlite3.Error, IndexError, UnicodeDecodeError) as error:
            raise StatementError(DAMAGED) from error


def rows_in(connection: sqlite3.Connection, statement: str) -> Iterator[sqlite3.Row]:
    """Yield the rows of a table, which may compute what it never stored, within bounds.

    Raises:
        StatementError: they are more, or larger, than they may be.
    """
    left = MOST_BYTES
    for number, row in enumerate(connection.execute(statement)):
        left -= sum(len(cell) for cell in row if isinstance(cell, str | bytes))
        if left < 0 or number >= MOST_ROWS:
            raise StatementError(TOO_LARGE)
        yield row


def record_text(row: sqlite3.Row) -> str:
    """Return the columns of a row that hold something, as `name=value name=value`."""
    cells = zip(row.keys(), row, strict=True)
    said = " ".join(f"{name}={cell}" for name, cell in cells if cell not in {None, ""})
    return said[:RAW_LENGTH]


def table_names(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the names of the real tables: what a view computes is not read."""
    rows = connection.execute("select name from sqlite_master where type = 'table'")
    return frozenset(str(name) for (name,) in rows)


def _read(file: IO[bytes] | gzip.GzipFile, most: int) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise StatementError(TOO_LARGE)
    return content


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except ZIP_DAMAGE as error:
        raise StatementError(DAMAGED) from error
