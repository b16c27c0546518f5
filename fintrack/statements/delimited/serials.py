"""Days that a spreadsheet counted and nobody formatted, such as 46095."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from fintrack.statements.delimited.header import header_position, role_scores
from fintrack.statements.delimited.packed import PackedRows, packed
from fintrack.statements.mapping import Role

# From 1995 to 2091; the fraction is the time of day.
_SERIAL = re.compile(r"([3-6]\d{4})(?:[.,]\d+)?", re.ASCII)
_EARLIEST = 34_700
_ZERO = date(1899, 12, 30)
_DAYS = frozenset({Role.DATE, Role.VALUE_DATE})


def with_days(rows: PackedRows) -> PackedRows:
    """Return the rows with days in the columns that are named after days and count them."""
    at = header_position(rows)
    if at is None:
        return rows
    data = rows.since(at + 1)
    counted = [
        column
        for column, name in enumerate(rows[at].cells)
        if _is_named_after_days(name) and _counts_days(data.column(column))
    ]
    if not counted:
        return rows
    return packed(row._replace(cells=tuple(_dated(row.cells, counted))) for row in rows)


def _is_named_after_days(name: str) -> bool:
    scores = role_scores(name)
    return bool(scores) and max(scores, key=lambda role: scores[role]) in _DAYS


def _counts_days(cells: Sequence[str]) -> bool:
    return bool(_day(next(iter(cells), ""))) and all(_day(cell) for cell in cells if cell)


def _dated(cells: Sequence[str], counted: Sequence[int]) -> Iterator[str]:
    for at, cell in enumerate(cells):
        day = _day(cell) if at in counted else None
        yield day.isoformat() if day else cell


def _day(cell: str) -> date | None:
    match = _SERIAL.fullmatch(cell)
    if match is None or int(match[1]) < _EARLIEST:
        return None
    return _ZERO + timedelta(days=int(match[1]))
