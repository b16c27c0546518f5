"""The text of a QIF file as records: lines of one letter each, up to a caret.

Source: Quicken Interchange Format (QIF) files, Intuit, 1997 and its later additions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fintrack.statements.statement import StatementError

_HEAD = 4_096
_LONGEST_LINE = 100_000
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADER = re.compile(rb"^[ \t]*!(?:type:|account\b|option:|clear:)", re.IGNORECASE | re.MULTILINE)
_BARE_DATE = re.compile(rb"^D *['\d]", re.MULTILINE)
_BARE_AMOUNT = re.compile(rb"^[TU] *[-+(\d.,]", re.MULTILINE)
_BARE_END = re.compile(rb"^\^+[ \t]*$", re.MULTILINE)
_CODES = frozenset(bytes([code]) for code in b"DTUPNMLC^")
_END_OF_DOS = "\x1a"
_MARKS = b"\xef\xbb\xbf\xff\xfe"


@dataclass(slots=True)
class Record:
    """One record: the header above it in lower case, and which of the headers that is.

    `is_ended` is false where the file forgot the caret.
    """

    section: str
    block: int
    line: int
    lines: list[str]
    is_ended: bool = False


def is_qif(content: bytes) -> bool:
    """Say whether the first lines are QIF: by a header or, without one, by the first records."""
    head = content[:_HEAD].replace(b"\x00", b"").lstrip(_MARKS)
    head = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip()
    if _HEADER.search(head):
        return True
    bare = (_BARE_DATE, _BARE_AMOUNT, _BARE_END)
    return head[:1] in _CODES and all(pattern.search(head) for pattern in bare)


def records(text: str) -> Iterator[Record]:
    """Yield the records that hold anything, each in its section; text has LF line ends.

    Raises:
        StatementError: a line is too long for a register, or the last one is cut off.
    """
    section, block = "", 0
    record = Record(section, block, 1, [])
    line = ""
    for number, found in enumerate(_LINE.finditer(text), start=1):
        line = found[0]
        if len(line) > _LONGEST_LINE:
            message = "A line of this file is too long for a register; export it as QIF again."
            raise StatementError(message)
        bare = line.strip().strip(_END_OF_DOS)
        if bare.startswith(("!", "^")):
            record.is_ended = bare.startswith("^")
            if record.lines:
                yield record
            if not record.is_ended:
                section, block = bare[1:].strip().lower(), block + 1
            record = Record(section, block, number + 1, [])
        elif bare:
            if not record.lines:
                record.line = number
            record.lines.append(bare)
    if record.lines:
        if not line.endswith("\n"):
            message = "The file ends in the middle; export it from your program again."
            raise StatementError(message)
        yield record
