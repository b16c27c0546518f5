"""A bank file of any supported format to statements."""

from dataclasses import replace
from itertools import chain

from fintrack.statements.camt.nodes import is_camt
from fintrack.statements.camt.read import read_camt
from fintrack.statements.coda.read import is_coda, read_coda
from fintrack.statements.collecting import without_collection
from fintrack.statements.delimited.read import read_delimited
from fintrack.statements.mapping import Mapping
from fintrack.statements.mt940.fields import is_mt940
from fintrack.statements.mt940.read import read_mt940
from fintrack.statements.norma43.read import is_norma43, read_norma43
from fintrack.statements.ofx import is_ofx, read_ofx
from fintrack.statements.qif.read import read_qif
from fintrack.statements.qif.records import is_qif
from fintrack.statements.statement import Statement, StatementError, StatementFile
from fintrack.statements.text import UNREAD
from fintrack.statements.workbook.book import is_workbook
from fintrack.statements.workbook.read import read_workbook
from fintrack.texts import counted

FORMATS = "CSV, XLSX, OFX, QFX, QBO, QIF, CAMT, MT940, MT942, CODA or Norma 43"
_CHOOSE = f"choose a {FORMATS} file from your bank"
_KNOWN_BINARIES = (
    (
        b"PK\x03\x04",
        (
            "an archive, or a spreadsheet that is no XLSX; unpack it and drop its files together, "
            "or save the sheet as CSV"
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "an Excel workbook of the old kind or with a password; save it as plain XLSX or CSV",
    ),
    (b"\x1f\x8b", "an archive; unpack it and drop its files together"),
    (b"%PDF", f"a PDF; {_CHOOSE}"),
    (b"\x89PNG", f"a picture; {_CHOOSE}"),
    (b"\xff\xd8\xff", f"a picture; {_CHOOSE}"),
)
_RECOGNISED = (
    (is_ofx, read_ofx),
    (is_camt, read_camt),
    (is_mt940, read_mt940),
    (is_coda, read_coda),
    (is_norma43, read_norma43),
)
_HEAD = 4_096
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"{", b"[{")


@without_collection()
def read_statements(
    content: bytes, *, mapping: Mapping | None = None, currency: str | None = None
) -> StatementFile:
    """Return what the file says: one statement per account and currency.

    Amounts are exact decimals with inflow positive. `currency` is the target account's; it only
    helps to tell decimals from thousands. What cannot be decided comes back as questions, and
    the file is read again with `answered(result.mapping, …)`.

    Raises:
        StatementError: the file is empty, cut off, or no statement at all.
    """
    if not content or content.isspace():
        raise StatementError("The file is empty; download it from your bank again.")
    found = _read(content, mapping, currency)
    return replace(found, statements=tuple(map(_with_unread, found.statements)))


def _read(content: bytes, mapping: Mapping | None, currency: str | None) -> StatementFile:
    if is_workbook(content):
        return read_workbook(content, mapping, currency)
    for start, kind in _KNOWN_BINARIES:
        if content.startswith(start):
            raise StatementError(f"This file is {kind}.")
    for recognised, read in _RECOGNISED:
        if recognised(content):
            return read(content)
    if is_qif(content):
        return read_qif(content, mapping, currency)
    if content[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise StatementError(f"This file is no table; {_CHOOSE}.")
    return read_delimited(content, mapping, currency)


def _with_unread(statement: Statement) -> Statement:
    """Tell the characters that no encoding explains: they are in the text of their rows."""
    raws = chain((e.raw for e in statement.entries), (r.raw for r in statement.rejected))
    if not (count := sum(raw.count(UNREAD) for raw in raws)):
        return statement
    said = counted(count, "character", "characters")
    what = "stands" if count == 1 else "stand"
    advice = "save the file as UTF-8, or download it again"
    note = f"{said} could not be read and {what} as {UNREAD}: {advice}."
    return replace(statement, notes=(*statement.notes, note))
