"""What a cell shows: stored numbers to days, and figures that no reader mistakes.

Source: ECMA-376, Office Open XML, part 1, sections 18.3.1.4 (cells), 18.8.30 (number formats) and
18.17.4 (dates as serial numbers).
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

_FIRST_DAY, _FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - no zone
LONGEST_TEXT = 32_767
_LAST_SERIAL = 2_958_466
_BUILT_IN_DATES = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')
_THIRDS = 3
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def is_date_format(number: int, code: str | None) -> bool:
    """Say whether a number format, by its number or its own code, shows a day."""
    if code is None:
        return number in _BUILT_IN_DATES
    bare = _NOT_FORMAT.sub("", code.partition(";")[0]).lower()
    return "d" in bare or "y" in bare


def day_shown(stored: str, *, since_1904: bool) -> str:
    """Return a serial number as a day, with its time if it has one; else the text as stored."""
    try:
        serial = float(stored)
    except ValueError:
        return stored
    if not 1 <= serial < _LAST_SERIAL:
        return stored
    first = _FIRST_DAY_1904 if since_1904 else _FIRST_DAY
    moment = first + timedelta(seconds=round(serial * 86_400))
    is_day = moment == datetime.combine(moment.date(), datetime.min.time())
    return moment.date().isoformat() if is_day else moment.isoformat(" ")


def figure_shown(stored: str) -> str:
    """Return a stored number as people write it; what is no number stays as it is.

    Fifteen digits, as spreadsheets show them; never exactly three decimals behind a point, since
    those could be taken for thousands.
    """
    try:
        value = Decimal(f"{float(stored):.15g}")
    except (ValueError, InvalidOperation):
        return stored
    if not value.is_finite() or abs(value.adjusted()) > 20:  # noqa: PLR2004 - beyond any money
        return stored
    shown = f"{value.normalize():f}"
    return f"{shown}0" if len(shown.partition(".")[2]) == _THIRDS else shown


def unescaped(text: str) -> str:
    """Return the text with the letters that XML cannot hold, but NUL, which no text has."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text).replace("\x00", "")
