"""Field :61:, one movement, and the balances of fields :60: and :62:."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fintrack.statements.text import clean

_LINE = re.compile(
    r"""
    (?P<valued>\d{6}) (?P<entered>\d{4})? \s*
    (?P<mark>E?[DC]|R[DC]) (?P<funds>[A-Z])? \s*
    (?P<amount>[\d.,']+)
    (?P<kind>[NFS][A-Z0-9 ]{3})?
    (?P<rest>.*)
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_BALANCE = re.compile(r"([DC])(\d{6})([A-Z]{3})?([\d.,']+)\s*", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,20})(?:,(\d{0,6}))?", re.ASCII)
_GROUPED = re.compile(r"(\d{1,3}(?:([.,'])\d{3})(?:\2\d{3}){0,5})[.,](\d{1,6})", re.ASCII)
_POINT = re.compile(r"(\d{1,20})\.(\d{1,2})", re.ASCII)
_NO_REFERENCE = frozenset({"", "NONREF", "NOREF", "NOTPROVIDED"})
_OWNER_LENGTH = 16
_BANKERS_DAYS = frozenset({(2, 29), (2, 30)})
_CENTURY = 80


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement; a reversed credit is money out, a reversed debit money in.

    `name` is what some banks write behind the owner's reference: the other side.
    """

    valued_on: date
    amount: Decimal
    is_expected: bool
    reference: str | None
    name: str
    more: str


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance of the account, negative when it is overdrawn."""

    day: date | None
    currency: str | None
    amount: Decimal


def statement_line(lines: list[str]) -> StatementLine | str:
    """Return the movement, or the sentence that says why it is none.

    Source: SWIFT User Handbook, category 9, MT940, field 61.
    """
    first, more = lines[0], lines[1:]
    match = _LINE.fullmatch(first) or _LINE.fullmatch("".join(lines))
    if match is None:
        return f"{clean(first)[:40]!r} is not a movement with date, sign and amount."
    valued_on, amount = swift_date(match["valued"]), swift_amount(match["amount"])
    if valued_on is None:
        return f"{match['valued']!r} is not a date."
    if amount is None:
        return f"{match['amount'][:40]!r} is not an amount."
    owner, _, bank = match["rest"].partition("//")
    return StatementLine(
        valued_on=valued_on,
        amount=-amount if match["mark"] in {"D", "ED", "RC"} else amount,
        is_expected=match["mark"].startswith("E"),
        reference=_reference(bank),
        name=clean(owner[_OWNER_LENGTH:]) if owner[_OWNER_LENGTH - 1 :].startswith(" ") else "",
        more=_without_codes(" ".join(more)) or _reference(owner[:_OWNER_LENGTH]) or "",
    )


def balance(text: str) -> Balance | None:
    """Return the balance, None when it is not one; some banks leave out the currency."""
    match = _BALANCE.fullmatch(text.strip())
    amount = swift_amount(match[4]) if match else None
    if match is None or amount is None:
        return None
    return Balance(swift_date(match[2]), match[3], -amount if match[1] == "D" else amount)


def swift_date(text: str) -> date | None:
    """Return the day that YYMMDD names; to bankers every February may have 30 days."""
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    year += 1900 if year >= _CENTURY else 2000
    if (month, day) in _BANKERS_DAYS:
        day = monthrange(year, month)[1]
    try:
        return date(year, month, day)
    except ValueError:
        return None


def swift_amount(text: str) -> Decimal | None:
    """A comma before the decimals, always; what banks write instead must not be ambiguous."""
    if match := _AMOUNT.fullmatch(text):
        return Decimal(f"{match[1]}.{match[2]}" if match[2] else match[1])
    match = _GROUPED.fullmatch(text)
    if match and text[match.start(3) - 1] != match[2]:
        return Decimal(f"{match[1].replace(match[2], '')}.{match[3]}")
    match = _POINT.fullmatch(text)
    return Decimal(f"{match[1]}.{match[2]}") if match else None


def _without_codes(more: str) -> str:
    return "" if more.startswith("/") else clean(more)


def _reference(text: str) -> str | None:
    found = clean(text)
    return None if found.upper() in _NO_REFERENCE else found
