"""What the lines around a table say: whose account it is, and in which currency."""

import re
from collections.abc import Sequence
from itertools import islice

from fintrack.money import CURRENCIES
from fintrack.statements.delimited.dates import date_readings
from fintrack.statements.delimited.header_words import HEADERS, normalised
from fintrack.statements.delimited.table import Row
from fintrack.statements.mapping import Role

_ACCOUNT_ID = re.compile(
    r"(?<![\w])(?:[A-Z]{2}\d{2}[ A-Z0-9]{8,32}|[\dX*][\dX*\-./ ]{5,32}[\dX*])(?![\w])"
)
_ACCOUNT_NAME = re.compile(r"\baccount\s+([A-Z][\w-]{1,30})\b")
_KINDS = frozenset(
    "checking savings giro girokonto tagesgeld tagesgeldkonto sparkonto livret".split()
)
_ACCOUNT_WORDS = _KINDS | {
    word for word in HEADERS[Role.ACCOUNT] if " " not in word and word not in {"product", "produit"}
}
_DIGITS = 6
_SEARCHED = 40


def account_named(rows: Sequence[Row]) -> str | None:
    """Return the number or name in the first row that speaks of an account."""
    return next((name for row in islice(rows, _SEARCHED) if (name := _account(row))), None)


def currency_named(rows: Sequence[Row]) -> str | None:
    """Return the currency if exactly one stands in a cell of its own."""
    found = {cell for row in rows for cell in row.cells if cell in CURRENCIES}
    return found.pop() if len(found) == 1 else None


def _account(row: Row) -> str | None:
    line = " ".join(row.cells)
    if _ACCOUNT_WORDS.isdisjoint(normalised(line).split()):
        return None
    for match in _ACCOUNT_ID.finditer(line):
        number = match[0].strip()
        is_date = any(date_readings(part) for part in number.split())
        if sum(letter.isalnum() for letter in number) >= _DIGITS and not is_date:
            return number
    named = _ACCOUNT_NAME.search(line)
    return named[1] if named else None
