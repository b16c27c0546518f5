"""The fields of SWIFT messages, out of whatever a bank wraps around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fintrack.statements.statement import StatementError
from fintrack.statements.text import detected_encoding, head, numbered_lines

_START = re.compile(rb"(?:^|[\r\n}\x01])[ \t]*:20:")
_NEXT = re.compile(rb"[\r\n][ \t]*:(?:25P?|28C?|60[FM]|61|34F|NS):")
# Only these begin a field: a time such as 16:26:37 may be broken before its first colon.
_TAG = re.compile(r"\s*:(20|21|25P?|28C?|60[FM]|61|62[FM]|64|65|86|13D?|34F|90[CD]|NS|94[02]):")
_MESSAGE_END = re.compile(r"-(?:\}.*|X{3})?")
_MOST_LINES = 100
_BLOCK = "{4:"
TRUNCATED = "The file ends in the middle; download it from your bank again."


@dataclass(slots=True)
class Field:
    """One field: its tag without colons, and its lines without the tag."""

    line: int
    tag: str
    lines: list[str] = field(default_factory=list)


def is_mt940(content: bytes) -> bool:
    """Say whether the first bytes hold the beginning of a statement message."""
    begin = head(content)
    start = _START.search(begin)
    return start is not None and _NEXT.search(begin, start.end()) is not None


def fields(content: bytes) -> Iterator[Field]:
    """Yield the fields of all messages in the file's order.

    Raises:
        StatementError: it is not text, or a block that was opened does not end.
    """
    current: Field | None = None
    is_open = False
    for number, line in numbered_lines(content, detected_encoding(content)):
        text, is_open = _unwrapped(line, is_open=is_open)
        tag = _TAG.match(text)
        if tag:
            if current:
                yield current
            current = Field(number, tag[1], [text[tag.end() :]])
        elif current and text and len(current.lines) < _MOST_LINES:
            current.lines.append(text)
    if is_open:
        raise StatementError(TRUNCATED)
    if current:
        yield current


def _unwrapped(line: str, *, is_open: bool) -> tuple[str, bool]:
    """Return the line without the blocks around a message, and whether its block is open."""
    if _MESSAGE_END.fullmatch(line.rstrip()):
        _, begins, line = line.partition(_BLOCK)
        return line, bool(begins)
    if _BLOCK in line:
        return line.partition(_BLOCK)[2], True
    if is_open and line.endswith("-}"):
        return line.removesuffix("-}"), False
    return line, is_open
