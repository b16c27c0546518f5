"""An archive opened: its members read in blocks, never more of them than the manifest promises."""

import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from zipfile import ZipFile

from fintrack.errors import InvalidInput
from fintrack.ledger.attachments import LARGEST_MEGABYTES
from fintrack.limits import MEGABYTE
from fintrack.operations.archive.manifest import (
    MANIFEST,
    NO_BOOK,
    SEAL,
    Manifest,
    attachment_file,
    read,
    sealer,
    table_file,
)
from fintrack.operations.archive.tables import TABLES, ArchiveTable
from fintrack.statements.books.packages import ZIP_DAMAGE, require_usual_packing

BLOCK = 64 * 1024
LARGEST_MANIFEST = 16 * 1024 * 1024
LARGEST_FILE = LARGEST_MEGABYTES * MEGABYTE
# A book's tables shrink to a tenth; what shrinks to less than this part was made to burst.
MOST_TIMES = 200


@dataclass(frozen=True, slots=True)
class Pack:
    """An open archive whose seal is whole."""

    archive: ZipFile
    manifest: Manifest
    signer: str


def is_archive(file: IO[bytes]) -> bool:
    """Say whether the file is FinTrack's own, by the names in it; leaves it at its start."""
    try:
        with ZipFile(file) as archive:
            return {MANIFEST, SEAL} <= set(archive.namelist())
    except ZIP_DAMAGE:
        return False
    finally:
        file.seek(0)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Pack]:
    """Open an archive and look at its manifest and seal; the tables are still to be read.

    Raises:
        InvalidInput: it is no archive, damaged, or its seal is broken.
    """
    with _zip(file) as archive:
        for each in archive.infolist():
            require_usual_packing(each)
        content = _member(archive, MANIFEST, LARGEST_MANIFEST)
        signer = sealer(content, _member(archive, SEAL, BLOCK))
        manifest = read(content)
        _require_names(archive, _names(manifest))
        packed = sum(each.compress_size for each in archive.infolist())
        sizes = [each.bytes for each in manifest.attachments.values()]
        promised = sum(each.bytes for each in manifest.tables.values()) + sum(sizes)
        if promised > packed * MOST_TIMES or max(sizes, default=0) > LARGEST_FILE:
            raise InvalidInput(NO_BOOK)
        yield Pack(archive, manifest, signer)


def tables(pack: Pack) -> list[ArchiveTable]:
    """Return the tables that the archive has, in their order."""
    return [each for each in TABLES if each.name in pack.manifest.tables]


def is_whole(pack: Pack, name: str, size: int, sha256: str) -> bool:
    """Say whether a member can be read and has this size and hash."""
    digest, left = hashlib.sha256(), size
    try:
        for block in _blocks(pack, name, size):
            digest.update(block)
            left -= len(block)
    except InvalidInput:
        return False
    return (left, digest.hexdigest()) == (0, sha256)


def whole(pack: Pack, name: str, size: int) -> bytes:
    """Return the content of a member that is known to have this size."""
    return b"".join(_blocks(pack, name, size))


def rows(pack: Pack, each: ArchiveTable) -> Iterator[dict[str, str]]:
    """Yield the rows of one table's file, cells by column.

    Raises:
        InvalidInput: it is no table with these columns.
    """
    with _opened(pack.archive, table_file(each.name)) as member:
        table = csv.reader(io.TextIOWrapper(member, encoding="utf-8", newline=""), strict=True)
        if tuple(next(table, ())) != each.columns:
            raise InvalidInput(f"{each.name}.csv has other columns than FinTrack writes.")
        for row in table:
            if len(row) != len(each.columns):
                raise InvalidInput(f"Line {table.line_num} of {each.name}.csv is damaged.")
            yield dict(zip(each.columns, row, strict=True))


def _zip(file: IO[bytes]) -> ZipFile:
    with _damage():
        return ZipFile(file)


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except (*ZIP_DAMAGE, csv.Error) as error:
        raise InvalidInput(NO_BOOK) from error


def _require_names(archive: ZipFile, wanted: list[str]) -> None:
    _require_parts(archive, wanted)
    if sorted(archive.namelist()) != sorted(wanted):
        raise InvalidInput("The file holds other files than its manifest names.")


def _require_parts(archive: ZipFile, wanted: list[str]) -> None:
    there = set(archive.namelist())
    missing = [name for name in wanted if name not in there]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise InvalidInput(f"{', '.join(missing)} {verb} missing from the book. Export it again.")


def _member(archive: ZipFile, name: str, largest: int) -> bytes:
    if not {table_file(each.name) for each in TABLES} & set(archive.namelist()):
        raise InvalidInput(NO_BOOK)
    _require_parts(archive, [name])
    with _opened(archive, name) as member:
        content = member.read(largest + 1)
    if len(content) > largest:
        raise InvalidInput(NO_BOOK)
    return content


@contextmanager
def _opened(archive: ZipFile, name: str) -> Iterator[IO[bytes]]:
    """Open a member; whatever its reading comes to is damage, what others do meanwhile is not."""
    with _damage(), archive.open(name) as member:
        yield member


def _blocks(pack: Pack, name: str, size: int) -> Iterator[bytes]:
    """Yield the content of a member; of one that is longer than `size`, no more than shows it."""
    with _opened(pack.archive, name) as member:
        while size >= 0 and (block := member.read(BLOCK)):
            size -= len(block)
            yield block


def _names(manifest: Manifest) -> list[str]:
    known = [each.name for each in TABLES]
    if list(manifest.tables) not in (known, known[:-1]):
        raise InvalidInput(NO_BOOK)
    files = map(attachment_file, manifest.attachments)
    return [MANIFEST, SEAL, *map(table_file, manifest.tables), *files]
