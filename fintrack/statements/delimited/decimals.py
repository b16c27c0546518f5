"""Amounts whose decimal commas part them, because commas part the cells and nothing is quoted."""

import re
from collections.abc import Iterable, Iterator, Sequence

from fintrack.statements.delimited.header import header_position, role_scores
from fintrack.statements.delimited.packed import PackedRows, packed
from fintrack.statements.delimited.profile import MONEY

_WHOLE = re.compile(r"[+-]?\d{1,3}(?:[ .']?\d{3}){0,4}", re.ASCII)
_DECIMALS = re.compile(r"\d{2}", re.ASCII)


def with_whole_amounts(rows: PackedRows) -> PackedRows:
    """Return the rows with such amounts put together.

    Each row has one cell more than the header for each of them, and two digits there. One of them
    is an amount by its name.
    """
    at = header_position(rows)
    if at is None:
        return rows
    names = rows[at].cells
    width = len(names)
    joints = _joints((row.cells for row in rows.since(at + 1)), width)
    columns = (names[joint - 1 - before] for before, joint in enumerate(joints))
    if not any(role in MONEY for name in columns for role in role_scores(name)):
        return rows
    return packed(
        row._replace(cells=tuple(_joined(row.cells, joints))) if len(row.cells) > width else row
        for row in rows
    )


def _joints(rows: Iterable[Sequence[str]], width: int) -> list[int]:
    """Return where the decimals stand in each row that is too wide, if that explains its width."""
    found: list[int] | None = None
    size = 0
    for cells in rows:
        if len(cells) <= width:
            continue
        if found is None:
            size, found = len(cells), list(range(1, len(cells)))
        found = [at for at in found if len(cells) == size and _are_parts(*cells[at - 1 : at + 1])]
        if size - len(found) > width:
            return []
    apart: list[int] = []
    for at in found or ():
        if not apart or at > apart[-1] + 1:
            apart.append(at)
    return apart if size - len(apart) == width else []


def _are_parts(whole: str, decimals: str) -> bool:
    if not whole and not decimals:
        return True
    return bool(_WHOLE.fullmatch(whole) and _DECIMALS.fullmatch(decimals))


def _joined(cells: Sequence[str], joints: Sequence[int]) -> Iterator[str]:
    for at, cell in enumerate(cells):
        if at not in joints:
            yield f"{cell},{cells[at + 1]}" if at + 1 in joints and cell else cell
