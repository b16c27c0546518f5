"""The zip around the tables: every byte of it that is no table is known before it is read.

Source: APPNOTE.TXT of PKWARE, sections 4.3 and 4.5.3, as Python's zipfile writes it.
"""

import struct
import zipfile
import zlib
from collections.abc import Sequence
from os import SEEK_CUR
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from fintrack.operations.archive.manifest import ATTACHMENTS

BLOCK = 4 * 1024
HEADER, SIZES = struct.Struct("<4s2B4H3L2H"), struct.Struct("<2H2Q")
DIRECTORY_ENTRY = struct.Struct("<4s4B4H3L5H2L")
LARGE_END, LARGE_END_PLACE = struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
END = struct.Struct("<4s4H2LH")
LARGE, LARGE_VERSION, USUAL_VERSION = 0xFFFFFFFF, 45, 20
SYSTEMS = frozenset({0, 3})
FIRST_DAY, READABLE = 1 << 5 | 1, 0o600 << 16


def packing_of(name: str) -> int:
    """Return how a member is packed: what is attached is as small as it gets already."""
    return ZIP_STORED if name.startswith(f"{ATTACHMENTS}/") else ZIP_DEFLATED


def is_as_written(file: IO[bytes], archive: ZipFile) -> bool:
    """Say whether the zip holds its members as `export_book` packs them, and nothing beside."""
    members = archive.infolist()
    # Python before 3.11.4 asked for the larger version only where a size needs it.
    return any(_is_framed(file, members, each) for each in (LARGE_VERSION, USUAL_VERSION))


def _is_framed(file: IO[bytes], members: Sequence[ZipInfo], usual: int) -> bool:
    file.seek(0)
    directory = b""
    for each in members:
        start = file.tell()
        is_large = max(each.file_size, each.compress_size) > zipfile.ZIP64_LIMIT
        version = LARGE_VERSION if is_large else usual
        header = _header(each, version)
        if file.read(len(header)) != header or not _is_whole(file, each):
            return False
        directory += _directory_entry(each, start, version)
    rest = directory + _end(len(members), len(directory), file.tell())
    return file.read(len(rest) + 1) == rest


def _header(member: ZipInfo, version: int) -> bytes:
    name, sizes = member.filename.encode(), (member.compress_size, member.file_size)
    shown = (LARGE, LARGE) if version == LARGE_VERSION else sizes
    start = HEADER.pack(
        b"PK\x03\x04", version, 0, 0, packing_of(member.filename), 0, FIRST_DAY, member.CRC,
        *shown, len(name), SIZES.size,
    )  # fmt: skip
    return start + name + SIZES.pack(1, SIZES.size - 4, member.file_size, member.compress_size)


def _is_whole(file: IO[bytes], member: ZipInfo) -> bool:
    """Say whether the packed bytes end where their content does."""
    if packing_of(member.filename) == ZIP_STORED:
        file.seek(member.compress_size, SEEK_CUR)
        return member.compress_size == member.file_size
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    packed, size = member.compress_size, 0
    try:
        while size <= member.file_size and (block := file.read(min(packed, BLOCK))):
            packed -= len(block)
            size += len(unpacker.decompress(block))
    except zlib.error:
        return False
    is_used_up = unpacker.eof and not packed and not unpacker.unused_data
    return is_used_up and size == member.file_size


def _directory_entry(member: ZipInfo, start: int, version: int) -> bytes:
    sizes, large = [member.compress_size, member.file_size], b""
    if max(sizes) > zipfile.ZIP64_LIMIT:
        large += struct.pack("<2Q", member.file_size, member.compress_size)
        sizes = [LARGE, LARGE]
    if start > zipfile.ZIP64_LIMIT:
        large += struct.pack("<Q", start)
        start = LARGE
    extra = struct.pack("<2H", 1, len(large)) + large if large else b""
    version = LARGE_VERSION if large else version
    name = member.filename.encode()
    system = member.create_system if member.create_system in SYSTEMS else min(SYSTEMS)
    return (
        DIRECTORY_ENTRY.pack(
            b"PK\x01\x02", version, system, version, 0, 0, packing_of(member.filename), 0,
            FIRST_DAY, member.CRC, *sizes, len(name), len(extra), 0, 0, 0, READABLE, start,
        )
        + name
        + extra
    )  # fmt: skip


def _end(count: int, size: int, start: int) -> bytes:
    large = b""
    if start > zipfile.ZIP64_LIMIT:
        versions = LARGE_VERSION, LARGE_VERSION
        large = LARGE_END.pack(
            b"PK\x06\x06", LARGE_END.size - 12, *versions, 0, 0, count, count, size, start
        ) + LARGE_END_PLACE.pack(b"PK\x06\x07", 0, start + size, 1)
    return large + END.pack(b"PK\x05\x06", 0, 0, count, count, size, min(start, LARGE), 0)
