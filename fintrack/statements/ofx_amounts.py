"""Amounts of OFX: a comma or a point before the decimals, and what banks make of thousands.

Source: OFX 1.0.2 to 2.3, section 3.2.9.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from fintrack.money import CURRENCIES

_WRITTEN = re.compile(r"(?:TRNAMT|BALAMT)>\s*([^<\s]+)", re.IGNORECASE)
_AMOUNT = re.compile(r"([+-]?)(\d{0,20})(?:([.,])(\d{0,10}))?", re.ASCII)
_GROUPED = re.compile(
    r"([+-]?)(\d{1,3}(?:([.,' ])\d{3})(?:\3\d{3}){0,4})(?:([.,])(\d{1,10}))?", re.ASCII
)
_DOUBTFUL = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d\d(\d)", re.ASCII)
_USUAL_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks that amounts of one file prove to stand before decimals, and between thousands."""

    decimal: frozenset[str]
    thousands: frozenset[str]

    def doubt(self, written: str, currency: str | None) -> str | None:
        """Return why three digits behind a single mark are neither thousands nor decimals."""
        match = _DOUBTFUL.fullmatch(written.strip())
        if match is None:
            return None
        is_fine = CURRENCIES.get(currency or "", _USUAL_DECIMALS) > _USUAL_DECIMALS
        if self.are_thousands(match[1]):
            is_clear = match[1] not in self.decimal
        else:
            is_clear = is_fine or (match[1] in self.decimal and match[2] == "0")
        if is_clear:
            return None
        return f"{written.strip()!r} can mean thousands or decimals; enter this row yourself."

    def are_thousands(self, mark: str) -> bool:
        """Say whether the mark stands between thousands, by itself or beside the decimals'."""
        return mark in self.thousands or bool(self.decimal - {mark})


def marks_of(text: str) -> Marks:
    """Return what all amounts of the file tell, but those that can be read in two ways."""
    decimal, thousands = set(), set()
    for written in set(_WRITTEN.findall(text)):
        if _DOUBTFUL.fullmatch(written):
            continue
        if match := _AMOUNT.fullmatch(written):
            decimal.add(match[3])
        elif match := _GROUPED.fullmatch(written):
            thousands.add(match[3])
            decimal.add(match[4])
    return Marks(frozenset(decimal - {None}), frozenset(thousands))


def amount_of(text: str, marks: Marks) -> Decimal | None:
    """Return the amount: point or comma before the decimals, thousands where the file has them."""
    bare = text.strip()
    if (doubtful := _DOUBTFUL.fullmatch(bare)) and marks.are_thousands(doubtful[1]):
        return Decimal(bare.replace(doubtful[1], ""))
    if match := _AMOUNT.fullmatch(bare):
        if not (match[2] or match[4]):
            return None
        return Decimal(f"{match[1]}{match[2] or '0'}.{match[4] or '0'}")
    match = _GROUPED.fullmatch(bare)
    if match is None or match[4] == match[3]:
        return None
    whole = match[2].replace(match[3], "")
    return Decimal(f"{match[1]}{whole}.{match[5]}") if match[5] else Decimal(match[1] + whole)
