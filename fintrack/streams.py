"""Rows leave as text, however many they are, without filling memory or holding a connection."""

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from psycopg import sql
from sqlalchemy import Select
from sqlalchemy.orm import Session

from fintrack.db import driver_of, query_text

CHUNK = 64 * 1024


def copy_out(db: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[bytes]:
    """Return `statement`'s rows as CSV with a header, in chunks, with flat memory.

    The rows are spooled to an unnamed temporary file, so that the transaction can end before the
    first chunk is sent and a slow reader holds no connection.
    """
    return blocks_of(_spooled(db, statement))


def rows_out(db: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[list[str]]:
    """Return `statement`'s rows as text cells below their names, one at a time, with flat memory.

    As with `copy_out` the transaction can end first. Nothing and an empty text look the same.
    """
    return _cells_of(_spooled(db, statement))


def _cells_of(spool: IO[bytes]) -> Iterator[list[str]]:
    with io.TextIOWrapper(spool, encoding="utf-8", newline="") as lines:
        yield from csv.reader(lines)


def _spooled(db: Session, statement: Select[*tuple[Any, ...]]) -> IO[bytes]:
    query = sql.SQL(query_text(db, statement))
    command = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(query)
    # One row comes at a time; without room for many, each few would be a write of their own.
    spool = tempfile.TemporaryFile(buffering=4 * CHUNK)  # noqa: SIM115 - its reader closes it
    with driver_of(db.connection()).cursor() as cursor, cursor.copy(command) as copy:
        spool.writelines(copy)
    spool.seek(0)
    return spool


def blocks_of(spool: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from where it stands, in blocks, and close it at the end."""
    with spool:
        while block := spool.read(CHUNK):
            yield block
