"""FinTrack's own export, read back without change."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from fintrack.statements.delimited.numbers import parse_figure
from fintrack.statements.delimited.table import Row, table_rows
from fintrack.statements.mapping import DecimalMark
from fintrack.statements.statement import (
    Entry,
    Rejected,
    SplitLine,
    Statement,
    StatementFile,
)

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
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_Cells = dict[str, str]


def is_own_export(lines: Sequence[str]) -> bool:
    """Say whether the first line is the header that FinTrack writes."""
    first = lines[0].replace('"', "").strip() if lines else ""
    return tuple(first.split(",")) == HEADER


def read_own_export(lines: list[str]) -> StatementFile:
    """Return one statement per account and currency; the rows of a split become one entry."""
    splits: dict[tuple[str, str], list[tuple[Row, _Cells]]] = {}
    for row in table_rows(lines, ",", strip=False)[1:]:
        cells = dict(zip(HEADER, map(_without_guard, row.cells), strict=False))
        key = cells.get("id") or str(row.line)
        splits.setdefault((key, cells.get("account", "")), []).append((row, cells))
    found: dict[tuple[str, str], tuple[list[Entry], list[Rejected]]] = {}
    for rows in splits.values():
        cells = rows[0][1]
        account = cells.get("account", ""), cells.get("currency", "")
        entries, rejected = found.setdefault(account, ([], []))
        entry = _entry(rows)
        if isinstance(entry, Rejected):
            rejected.append(entry)
        else:
            entries.append(entry)
    statements = tuple(
        Statement(account or None, currency or None, tuple(entries), tuple(rejected))
        for (account, currency), (entries, rejected) in found.items()
    )
    return StatementFile("csv", statements or (Statement(None, None, ()),))


def _without_guard(cell: str) -> str:
    """The export puts an apostrophe before cells that a spreadsheet would run."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS and cell[1:] else cell


def _entry(rows: Sequence[tuple[Row, _Cells]]) -> Entry | Rejected:
    row, cells = rows[0]
    raw = row.raw
    amounts = [_amount(each.get("amount", "")) for _, each in rows]
    if None in amounts or len(cells) < len(HEADER):
        return Rejected(row.line, raw, "The row has no amount such as -42.00.")
    try:
        booked_on = date.fromisoformat(cells["date"])
    except ValueError:
        return Rejected(row.line, raw, f"{cells['date'][:40]!r} is not a date such as 2026-01-31.")
    exact = [amount for amount in amounts if amount is not None]
    return Entry(
        line=row.line,
        booked_on=booked_on,
        valued_on=None,
        amount=sum(exact, Decimal(0)),
        payee=cells["payee"],
        text=cells["description"],
        reference=cells["id"] or None,
        raw=raw,
        category=None if cells["split"] else cells["category"] or None,
        note="" if cells["split"] else cells["note"],
        lines=_lines(rows, exact),
        transfer=cells["transfer"] or None,
        status=cells["status"] or None,
    )


def _lines(rows: Sequence[tuple[Row, _Cells]], amounts: Sequence[Decimal]) -> tuple[SplitLine, ...]:
    if not rows[0][1]["split"]:
        return ()
    return tuple(
        SplitLine(cells.get("category") or None, amount, cells.get("note", ""))
        for (_, cells), amount in zip(rows, amounts, strict=True)
    )


def _amount(text: str) -> Decimal | None:
    figure = parse_figure(text, DecimalMark.POINT)
    return figure.value if figure else None
