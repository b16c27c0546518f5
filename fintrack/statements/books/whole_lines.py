"""The lines of a beancount file, where a text in quotes may go on in the next ones."""

import re
from collections.abc import Iterator, Sequence

from fintrack.statements.statement import StatementError

STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_HEADINGS = frozenset("*#:!&?%")
_MOST_LINES = 100


def whole_lines(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield lines between the numbers that they span.

    Raises:
        StatementError: a text in quotes has no end.
    """
    begun, first = "", 0
    for line, written in enumerate(lines, start=1):
        whole = f"{begun} {written.strip()}" if begun else written.rstrip()
        first = first if begun else line
        begun = whole if '"' in whole and _is_open(whole) else ""
        if not begun:
            yield first, line, whole
        elif line - first >= _MOST_LINES:
            break
    if begun:
        said = f"Line {first}: a text has no end."
        raise StatementError(f"{said} Close its quotes, and bring the file again.")


def _is_open(line: str) -> bool:
    """Say whether a text in quotes, which is no heading's or comment's, goes on below."""
    return line[0] not in _HEADINGS and '"' in STRING.sub("", line).partition(";")[0]
