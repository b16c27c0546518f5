"""What the values of OFX mean: days, texts and currencies.

Source: OFX 1.0.2 to 2.3, section 3.2.
"""

import html
import re
from datetime import date

from fintrack.statements.text import clean, common_year

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:\D.*|\d{2,6}.*)?", re.ASCII | re.DOTALL)


def day_of(text: str) -> date | None:
    """Return the day as the bank wrote it, in its own time zone; Thai ones count Buddhist years."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(common_year(int(match[1])), int(match[2]), int(match[3]))
    except ValueError:
        return None


def text_of(value: str) -> str:
    """Return the text on one line; some banks escape twice, so entities are resolved twice."""
    if "&" not in value:
        return clean(value)
    return clean(html.unescape(html.unescape(value)))


def currency_of(value: str | None) -> str | None:
    """Return the code of three letters, whether or not it is a currency."""
    code = (value or "").strip().upper()
    return code if re.fullmatch("[A-Z]{3}", code) else None
