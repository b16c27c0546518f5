"""What the values of OFX mean: days, amounts, texts and currencies.

Source: OFX 1.0.2 to 2.3, section 3.2.
"""

import html
import re
from datetime import date
from decimal import Decimal

from fintrack.statements.text import clean

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:\D.*|\d{2,6}.*)?", re.ASCII | re.DOTALL)
_AMOUNT = re.compile(r"([+-]?)(\d{0,20})(?:[.,](\d{0,10}))?", re.ASCII)
_GROUPED = re.compile(
    r"([+-]?)(\d{1,3}(?:([.,' ])\d{3})(?:\3\d{3}){0,4})(?:[.,](\d{1,10}))?", re.ASCII
)


def day_of(text: str) -> date | None:
    """Return the day as the bank wrote it, in its own time zone."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def amount_of(text: str) -> Decimal | None:
    """Return the amount: point or comma before the decimals, thousands only when both appear."""
    bare = text.strip()
    if match := _AMOUNT.fullmatch(bare):
        if not (match[2] or match[3]):
            return None
        return Decimal(f"{match[1]}{match[2] or '0'}.{match[3] or '0'}")
    match = _GROUPED.fullmatch(bare)
    if match is None or (match[4] and bare[match.start(4) - 1] == match[3]):
        return None
    whole = match[2].replace(match[3], "")
    return Decimal(f"{match[1]}{whole}.{match[4]}") if match[4] else Decimal(match[1] + whole)


def text_of(value: str) -> str:
    """Return the text on one line; some banks escape twice, so entities are resolved twice."""
    if "&" not in value:
        return clean(value)
    return clean(html.unescape(html.unescape(value)))


def currency_of(value: str | None) -> str | None:
    """Return the code of three letters, whether or not it is a currency."""
    code = (value or "").strip().upper()
    return code if re.fullmatch("[A-Z]{3}", code) else None
