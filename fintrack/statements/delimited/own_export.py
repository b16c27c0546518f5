"""FinTrack's own export, read back without change."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice, zip_longest

from fintrack.ledger.exports import MEMO, description_and_memo, tag_names, unguarded
from fintrack.ledger.tags import LONGEST_NAME
from fintrack.money import CURRENCIES
from fintrack.statements.delimited.dates import parse_date
from fintrack.statements.delimited.table import Row
from fintrack.statements.mapping import DateOrder
from fintrack.statements.statement import (
    RAW_LENGTH,
    Entry,
    Rejected,
    SplitLine,
    Statement,
    StatementError,
    StatementFile,
)
from fintrack.texts import neutral

HEADER = (
    "id",
    "date",
    "account",
    "currency",
    "amount",
    "payee",
    "category",
    "description",
    "note",
    "status",
    "split",
    "transfer",
    "value_date",
    "kind",
    "tags",
)
_TEXTS = frozenset({"account", "payee", "category", "description", "note", "tags"})
_LONGEST_HEADER = 300
_AMOUNT = re.compile(r"-?\d{1,18}(?:\.\d{1,8})?", re.ASCII)
_Cells = dict[str, str]
_Groups = dict[tuple[str, str], tuple[list[Entry], list[Rejected]]]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    raw: str
    cells: _Cells


def is_own_export(text: str) -> bool:
    """Say whether the first line is the header that FinTrack writes."""
    first = text[:_LONGEST_HEADER].partition("\n")[0]
    return tuple(first.replace('"', "").strip().split(",")) == HEADER


def read_own_export(text: str) -> StatementFile:
    """Return one statement per account and currency; the rows of a split become one entry.

    Raises:
        StatementError: a quotation does not end.
    """
    return _file("csv", _rows(text))


def is_own_table(rows: Sequence[Row]) -> bool:
    """Say whether the first row of a sheet is the header that FinTrack writes."""
    return bool(rows) and rows[0].cells == HEADER


def read_own_table(rows: Iterable[Row]) -> StatementFile:
    """Return the same of a sheet, whose texts are as they are and whose last cells may lack."""
    return _file("xlsx", map(_sheet_row, islice(rows, 1, None)))


def _file(file_format: str, rows: Iterable[_Row]) -> StatementFile:
    splits: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        key = row.cells.get("id") or str(row.line)
        splits.setdefault((key, row.cells.get("account", "")), []).append(row)
    found: _Groups = {}
    for lines in splits.values():
        cells = lines[0].cells
        currency = cells.get("currency", "") if cells.get("currency") in CURRENCIES else ""
        entries, rejected = found.setdefault((cells.get("account", ""), currency), ([], []))
        entry = _entry(lines)
        if isinstance(entry, Rejected):
            rejected.append(entry)
        else:
            entries.append(entry)
    statements = tuple(
        Statement(account or None, currency or None, tuple(entries), tuple(rejected))
        for (account, currency), (entries, rejected) in found.items()
    )
    return StatementFile(file_format, statements or (Statement(None, None, ()),))


def _sheet_row(row: Row) -> _Row:
    """Give back what a sheet has lost: blank cells at the end, and the blank before a memo."""
    cells = dict(zip_longest(HEADER, row.cells[: len(HEADER)], fillvalue=""))
    if cells["split"] and cells["description"].startswith(MEMO.lstrip()):
        cells["description"] = f" {cells['description']}"
    return _Row(row.line, row.raw, cells)


def _rows(text: str) -> Iterator[_Row]:
    """Yield the rows below the header, with line ends inside cells as they were written."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for cells in reader:
            if before and cells:
                guarded = zip(HEADER, cells, strict=False)
                texts = {name: _without_guard(name, cell) for name, cell in guarded}
                yield _Row(before + 1, ",".join(cells)[:RAW_LENGTH], texts)
            before = reader.line_num
    except csv.Error as error:
        message = f"The file breaks off in line {before + 1}; export it again."
        raise StatementError(message) from error


def _without_guard(name: str, cell: str) -> str:
    return unguarded(cell) if name in _TEXTS else cell


def _entry(rows: Sequence[_Row]) -> Entry | Rejected:
    first = rows[0]
    cells = first.cells
    amounts = [_amount(row.cells.get("amount", "")) for row in rows]
    exact = [amount for amount in amounts if amount is not None]
    if len(exact) < len(rows) or len(cells) < len(HEADER):
        return Rejected(first.line, first.raw, "The row has no amount such as -42.00.")
    if cells["currency"] not in CURRENCIES:
        return Rejected(first.line, first.raw, f"{cells['currency'][:40]!r} is not a currency.")
    try:
        booked_on = date.fromisoformat(cells["date"])
    except ValueError:
        reason = f"{cells['date'][:40]!r} is not a date such as 2026-01-31."
        return Rejected(first.line, first.raw, reason)
    is_split = bool(cells["split"])
    text = cells["description"]
    return Entry(
        line=first.line,
        booked_on=booked_on,
        valued_on=parse_date(cells["value_date"], DateOrder.YMD),
        amount=sum(exact, Decimal(0)),
        payee=cells["payee"],
        text=description_and_memo(text)[0] if is_split else text,
        reference=cells["id"] or None,
        raw=first.raw,
        category=None if is_split else cells["category"] or None,
        kind=cells["kind"] or None,
        note=cells["note"],
        lines=_lines(rows, exact) if is_split else (),
        transfer=cells["transfer"] or None,
        status=cells["status"] or None,
        tags=_tags(cells["tags"]),
    )


def _lines(rows: Sequence[_Row], amounts: Sequence[Decimal]) -> tuple[SplitLine, ...]:
    return tuple(
        SplitLine(
            row.cells.get("category") or None,
            amount,
            description_and_memo(row.cells.get("description", ""))[1],
            row.cells.get("kind") or None,
        )
        for row, amount in zip(rows, amounts, strict=True)
    )


def _tags(cell: str) -> tuple[str, ...]:
    names = [neutral(name)[:LONGEST_NAME].strip() for name in tag_names(cell)]
    return tuple(dict.fromkeys(name for name in names if name))


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if _AMOUNT.fullmatch(text) else None
