"""CODA, the coded statement of Belgian banks in its versions 1 and 2, to statements.

Source: Febelfin, CODA, coded statement of account. Columns are counted from zero.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from fintrack.statements.coda.movement import MOST_PARTS, Movement, coda_amount, coda_day, movement
from fintrack.statements.merging import finished
from fintrack.statements.statement import (
    RAW_LENGTH,
    Entry,
    Rejected,
    Statement,
    StatementError,
    StatementFile,
)
from fintrack.statements.text import clean, head, numbered_lines, western_encoding

_WIDTH = 128
_FIRST = re.compile(rb"\s*0{5}\d{6}[\d ]{3}05[D ][^\r\n]{100,200}[\r\n]")
_CURRENCY = re.compile("[A-Z]{3}")
_WHOLE, _BELGIAN_NUMBER = "0000", "0"
_LEFT_ALONE = frozenset("4")
_NOTHING = "This CODA file holds no account statement; download the transactions again."
_TRUNCATED = "The file ends in the middle; download it from your bank again."
_UNKNOWN_VERSION = "This CODA file is of an unknown version; ask your bank for version 2."


def is_coda(content: bytes) -> bool:
    """Say whether the first line is the header record of a CODA file."""
    return _FIRST.match(head(content)) is not None


def read_coda(content: bytes) -> StatementFile:
    """Return one statement per account and currency; what is globalised is not added again.

    Raises:
        StatementError: it holds no statement, its end is missing, or its version is unknown.
    """
    statements: list[Statement] = []
    draft: _Draft | None = None
    version = ""
    for number, line in numbered_lines(content, western_encoding(content)):
        record = line.rstrip(" \x1a").ljust(_WIDTH)
        if record.startswith("0"):
            version = _version(record, is_between=draft is None)
            draft = _Draft(version)
        elif draft is not None and record.startswith("9"):
            statements += draft.statements(record)
            draft = None
        elif draft is not None and record.strip():
            draft.take(number, record)
    if draft is not None:
        raise StatementError(_TRUNCATED)
    return StatementFile("coda", finished(statements, _NOTHING))


@dataclass(slots=True)
class _Draft:
    """The statement between a header and its trailer, as far as it was read."""

    version: str
    opening: str = ""
    closing: str = ""
    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    whole: Movement | None = None
    current: Movement | None = None

    def take(self, number: int, record: str) -> None:
        kind = record[0]
        if kind == "1":
            self.opening = record
        elif kind == "8":
            self.closing = record
        elif record.startswith("21"):
            self.take_movement(movement(number, record))
        elif kind in {"2", "3"}:
            self.continue_movement(number, record)
        elif kind not in _LEFT_ALONE:
            self.reject(number, record, f"A record of the kind {kind!r} is unknown.")

    def take_movement(self, found: Movement) -> None:
        self.current = found
        if found.record[6:10] == _WHOLE:
            self.close_movement()
            self.whole = found
        elif self.whole is not None and self.whole.record[2:6] == found.record[2:6]:
            # One more than can be lines says that there are too many.
            if len(self.whole.parts) <= MOST_PARTS:
                self.whole.parts.append(found)
        else:
            self.reject(found.line, found.record, "The movement that this is a part of is missing.")

    def continue_movement(self, number: int, record: str) -> None:
        if self.current is not None and self.current.is_continued_by(record):
            self.current.take(record, self.version)
        else:
            self.reject(number, record, "The movement that this continues is missing.")

    def close_movement(self) -> None:
        if self.whole is None:
            return
        found = self.whole.entry()
        self.whole = None
        if isinstance(found, Rejected):
            self.rejected.append(found)
        else:
            self.entries.append(found)

    def reject(self, number: int, record: str, reason: str) -> None:
        self.rejected.append(Rejected(number, record.rstrip()[:RAW_LENGTH], reason))

    def statements(self, trailer: str) -> list[Statement]:
        self.close_movement()
        if not (self.opening or self.entries or self.rejected):
            return []
        account, currency = _account(self.opening, self.version)
        return [
            Statement(
                account,
                currency,
                tuple(self.entries),
                tuple(self.rejected),
                coda_amount(self.opening[42:58]),
                coda_amount(self.closing[41:57]),
                coda_day(self.closing[57:63]),
                self.notes(trailer),
            )
        ]

    def notes(self, trailer: str) -> tuple[str, ...]:
        """Compare the sums of the movements with those of the trailer."""
        out, into = coda_amount(f"0{trailer[22:37]}"), coda_amount(f"0{trailer[37:52]}")
        if out is None or into is None:
            raise StatementError(_TRUNCATED)
        amounts = [each.amount for each in self.entries]
        spent = -sum((each for each in amounts if each < 0), Decimal(0))
        received = sum((each for each in amounts if each > 0), Decimal(0))
        if (spent, received) == (out, into):
            return ()
        counted = f"The bank adds up {out:f} of debits and {into:f} of credits"
        return (f"{counted}; {spent:f} and {received:f} were read.",)


def _version(header: str, *, is_between: bool) -> str:
    if not is_between:
        raise StatementError(_TRUNCATED)
    version = header[127]
    if version not in {"1", "2"}:
        raise StatementError(_UNKNOWN_VERSION)
    return version


def _account(opening: str, version: str) -> tuple[str | None, str | None]:
    """The number, Belgian or foreign, with or without IBAN, and the currency that follows it."""
    is_belgian = version == "1" or opening[1:2] == _BELGIAN_NUMBER
    number, code = (
        (opening[5:17], opening[18:21]) if is_belgian else (opening[5:39], opening[39:42])
    )
    return clean(number) or None, code if _CURRENCY.fullmatch(code) else None
