"""Packed files made of fuzzed parts: bytes changed at random would never get past the packing.

An input says what is packed. Its first byte chooses how, `PART` stands between the parts.
"""

import gzip
import io
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from xml.sax.saxutils import escape
from zipfile import ZipFile

from tests.statements.books.reading import sqlite_file
from tests.statements.books.test_databases import ACTUAL, GNUCASH
from tests.statements.workbooks import STYLES, relations_xml, workbook_xml

PART = b"\x1d"
IN_ZIP, ACTUAL_ROWS, GNUCASH_ROWS, ACTUAL_DAMAGE, GNUCASH_DAMAGE, IN_GZIP = (
    bytes([number]) for number in range(1, 7)
)
_SCHEMAS = {
    ACTUAL_ROWS: ACTUAL,
    GNUCASH_ROWS: GNUCASH,
    ACTUAL_DAMAGE: ACTUAL,
    GNUCASH_DAMAGE: GNUCASH,
}
_CELL_KINDS = (b"n", b"str", b"s", b"b", b"e", b"inlineStr")
_MOST_CELLS, _MOST_LINES = 4, 4
_WORKBOOK = {
    "xl/workbook.xml": workbook_xml(["One"]).encode(),
    "xl/_rels/workbook.xml.rels": relations_xml(1).encode(),
    "xl/styles.xml": STYLES.encode(),
}
_SHEET_PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet2.xml",
)


def workbook(said: bytes) -> bytes:
    """Return a workbook of these parts, sheet first; what begins as a zip stays as it is."""
    if said.startswith(b"PK"):
        return said
    parts = dict(zip(_SHEET_PARTS, map(_sheet, said.split(PART)), strict=False))
    return _zipped(_WORKBOOK | {name: part for name, part in parts.items() if part})


def _sheet(said: bytes) -> bytes:
    """Return XML as it is, and lines of cells parted by tabs as the XML of a sheet.

    The first byte of a cell chooses what it is, and the second its style.
    """
    if not said or said.startswith(b"<"):
        return said
    rows = (
        map(_cell_xml, line.split(b"\t", _MOST_CELLS)) for line in said.split(b"\n", _MOST_LINES)
    )
    return b"<w>" + b"".join(b"<row>" + b"".join(row) + b"</row>" for row in rows) + b"</w>"


def _cell_xml(said: bytes) -> bytes:
    kind = _CELL_KINDS[said[0] % len(_CELL_KINDS)] if said else b"n"
    style = said[1] % 4 if len(said) > 1 else 0
    return b'<c t="%b" s="%d"><v>%b</v></c>' % (
        kind,
        style,
        escape(said[2:].decode(errors="replace")).encode(),
    )


def book(said: bytes) -> bytes:
    """Return a whole book: packed as the first byte says, else the bytes as they are."""
    kind, parts = said[:1], said[1:].split(PART)
    if kind == IN_ZIP:
        names = (_member_name(part) for part in parts[::2])
        return _zipped(dict(zip(names, parts[1::2], strict=False)))
    if kind == IN_GZIP:
        return gzip.compress(said[1:], 1, mtime=0)
    if kind in {ACTUAL_ROWS, GNUCASH_ROWS}:
        return _with_rows(_SCHEMAS[kind], parts)
    if kind in {ACTUAL_DAMAGE, GNUCASH_DAMAGE}:
        return damaged(_empty(_SCHEMAS[kind]), said[1:])
    return said


def damaged(content: bytes, changes: bytes) -> bytes:
    """Return the content with a byte changed for every three: where, in two, and into what."""
    damaged = bytearray(content)
    for at in range(0, len(changes) - 2, 3):
        damaged[int.from_bytes(changes[at : at + 2]) % len(damaged)] = changes[at + 2]
    return bytes(damaged)


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def _member_name(said: bytes) -> str:
    return said.decode(errors="replace").partition("\0")[0] or "unnamed"


@cache
def _empty(schema: str) -> bytes:
    return sqlite_file(f"pragma page_size = 512; {schema}", {})


@cache
def _connection(_schema: str) -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def _with_rows(schema: str, rows: Iterable[bytes]) -> bytes:
    """Return the database with these rows: a table's number, then cells parted by tabs."""
    connection = _connection(schema)
    connection.deserialize(_empty(schema))
    tables = _tables(schema)
    for row in rows:
        number, *written = row.split(b"\t")
        table, width = tables[number[0] % len(tables) if number else 0]
        cells = [_cell(each) for each in written[:width]]
        cells += [None] * (width - len(cells))
        connection.execute(f"insert into {table} values ({','.join('?' * width)})", cells)
    return connection.serialize()


@cache
def _tables(schema: str) -> Sequence[tuple[str, int]]:
    """Return each table's name and how many columns it has, in the order of the schema."""
    statements = (each.split("(", 1) for each in schema.split(";") if "(" in each)
    return [(head.split()[-1], columns.count(",") + 1) for head, columns in statements]


def _cell(written: bytes) -> object:
    """A number or nothing where it can be one, a blob where it is no text."""
    if not written:
        return None
    try:
        text = written.decode()
    except UnicodeDecodeError:
        return written
    is_whole = text.isascii() and text.removeprefix("-").isdecimal() and len(text) < len("9" * 19)
    return int(text) if is_whole else text
