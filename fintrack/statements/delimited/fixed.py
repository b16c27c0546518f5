"""Tables whose columns stand below each other, parted by nothing but blanks."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from fintrack.statements.delimited.header import role_scores
from fintrack.statements.delimited.table import Row, is_telling
from fintrack.statements.statement import RAW_LENGTH

BLANK = " "
_PARTS = re.compile(r"\S+(?: \S+)*")
_FEWEST_ROWS = 2
_SEARCHED, _SAMPLE = 5, 300
_LONGEST = 500


def are_fixed(lines: Sequence[str]) -> bool:
    """Say whether at least two lines have a date and an amount, with two blanks between them."""
    return sum(map(_tells, lines[:_SAMPLE])) >= _FEWEST_ROWS


def fixed_rows(lines: Sequence[str]) -> Iterator[Row]:
    """Yield the rows, cut where all lines with a date and an amount are blank."""
    starts = _starts(lines)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Row(number, tuple(_cells(line.expandtabs(), starts)), line[:RAW_LENGTH])


def _tells(line: str) -> bool:
    return len(line) <= _LONGEST and is_telling(_PARTS.findall(line.expandtabs()))


def _starts(lines: Sequence[str]) -> list[int]:
    """Return where the columns begin, those of the header as well."""
    written, first = 0, None
    for at, line in enumerate(lines):
        if _tells(line):
            written |= _letters(line)
            first = at if first is None else first
    above = lines[max(0, (first or 0) - _SEARCHED) : first]
    header = next((line for line in reversed(above) if _names_columns(line)), "")
    written |= _letters(header)
    places = f"{written:b}"[::-1].replace("0", " ")
    return [match.start() for match in _PARTS.finditer(places)]


def _letters(line: str) -> int:
    """Return the places of a line that are not blank, as bits."""
    places = 0
    for part in _PARTS.finditer(line.expandtabs()):
        places |= ((1 << len(part[0])) - 1) << part.start()
    return places


def _names_columns(line: str) -> bool:
    parts = _PARTS.findall(line.expandtabs()) if len(line) <= _LONGEST else ()
    return sum(bool(role_scores(part)) for part in parts) > 1


def _cells(line: str, starts: Sequence[int]) -> list[str]:
    """Return the cells; a line with words across a border is parted by its own blanks."""
    if any(0 < at < len(line) and BLANK not in line[at - 1 : at + 1] for at in starts):
        return _PARTS.findall(line)
    return [line[start:end].strip() for start, end in pairwise([*starts, len(line) + 1])]
