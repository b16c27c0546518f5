"""Record 21 of CODA, one movement, and the records that continue it.

Source: Febelfin, CODA, coded statement of account. Columns are counted from zero.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fintrack.statements.statement import RAW_LENGTH, Entry, Rejected, SplitLine
from fintrack.statements.text import clean

_AMOUNT = re.compile(r"[01]\d{15}", re.ASCII)
_DAY = re.compile(r"\d{6}", re.ASCII)
_CENTURY = 80
_TRANSFER, _DIRECT_DEBIT, _COUNTERPARTY = frozenset({"101", "102"}), "127", "001"
MOST_PARTS = 1_000
_LONGEST = 20 * RAW_LENGTH


@dataclass(slots=True)
class Movement:
    """One movement; `parts` are the movements that it globalises, which count only together."""

    line: int
    record: str
    raw: str
    message: str
    name: str = ""
    reference: str = ""
    information: str = ""
    is_informing: bool = False
    parts: list["Movement"] = field(default_factory=list)

    def is_continued_by(self, record: str) -> bool:
        """Say whether a record 22, 23, 31, 32 or 33 belongs to the movement."""
        same = slice(2, 10) if record.startswith("2") else slice(2, 6)
        return self.record[same] == record[same]

    def take(self, record: str, version: str) -> None:
        """Continue with such a record; older versions write the name where now is the message."""
        if len(self.raw) > _LONGEST:
            return
        self.raw += f"\n{record.rstrip()}"
        kind = record[:2]
        if kind == "22":
            self.message += record[10:63]
            self.reference = record[63:98]
        elif kind == "23":
            self.name = record[47:73] if version == "1" else record[47:82]
            self.message += "" if version == "1" else record[82:125]
        else:
            self.inform(kind, record)

    def inform(self, kind: str, record: str) -> None:
        """Keep free information; of the structured kinds, only who the other side is."""
        if kind == "31":
            self.is_informing = record[39] == "0"
            if not self.is_informing and record[40:43] == _COUNTERPARTY:
                self.name = self.name if self.name.strip() else record[43:113]
        columns = {"31": slice(40, 113), "32": slice(10, 115)}.get(kind, slice(10, 100))
        if self.is_informing:
            self.information += record[columns]

    def text(self) -> str:
        """Return the message and free information, else the customer's reference."""
        is_structured = self.record[61] == "1"
        message = _structured(self.message) if is_structured else clean(self.message)
        return clean(f"{message} {self.information}") or clean(self.reference)

    def entry(self) -> Entry | Rejected:
        """Return the movement, split by its parts where these add up to it."""
        booked_on, valued_on = coda_day(self.record[115:121]), coda_day(self.record[47:53])
        day, amount = booked_on or valued_on, coda_amount(self.record[31:47])
        raw = self.raw[:RAW_LENGTH]
        if day is None:
            return Rejected(self.line, raw, f"{self.record[115:121]!r} is not a date.")
        if amount is None:
            return Rejected(self.line, raw, f"{self.record[31:47]!r} is not an amount.")
        reference = clean(self.record[10:31])
        return Entry(
            line=self.line,
            booked_on=day,
            valued_on=valued_on,
            amount=amount,
            payee=clean(self.name),
            text=self.text(),
            reference=reference if reference.strip("0") else None,
            raw=raw,
            lines=self.lines(amount),
        )

    def lines(self, amount: Decimal) -> tuple[SplitLine, ...]:
        """Return a line for every part, none where they do not add up."""
        found = [(coda_amount(part.record[31:47]), part) for part in self.parts]
        known = [(each, part) for each, part in found if each is not None]
        if not 1 < len(known) <= MOST_PARTS or sum(each for each, _ in known) != amount:
            return ()
        return tuple(
            SplitLine(None, each, " · ".join(filter(None, (clean(part.name), part.text()))))
            for each, part in known
        )


def movement(line: int, record: str) -> Movement:
    """Return the movement that a record 21 begins."""
    return Movement(line, record, record.rstrip(), record[62:115])


def coda_amount(text: str) -> Decimal | None:
    """Return the amount of a sign (1 is money out) and 15 digits, three of them decimals."""
    if not _AMOUNT.fullmatch(text):
        return None
    amount = Decimal(int(text[1:])).scaleb(-3)
    return -amount if text[0] == "1" else amount


def coda_day(text: str) -> date | None:
    """Return the day that DDMMYY names."""
    if not _DAY.fullmatch(text):
        return None
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:])
    try:
        return date(year + (1900 if year >= _CENTURY else 2000), month, day)
    except ValueError:
        return None


def _structured(message: str) -> str:
    """The payment reference as Belgians write it, or the message within a direct debit."""
    kind, rest = message[:3], message[3:]
    if kind in _TRANSFER and rest[:12].strip():
        return clean(f"+++{rest[:3]}/{rest[3:7]}/{rest[7:12]}+++ {rest[12:]}")
    if kind == _DIRECT_DEBIT:
        mandate, said = rest[44:79], rest[79:141]
        return clean(said) or clean(mandate)
    return clean(rest)
