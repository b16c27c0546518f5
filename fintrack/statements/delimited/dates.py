"""Dates of a whole column: which order of day, month and year it is written in."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations

from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.words import MONTHS
from fintrack.statements.mapping import DateOrder
from fintrack.statements.text import common_year

_NUMERIC = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
    r"(\d{1,4})\s?([-./\s年])\s?(\d{1,4})\s?[-./\s月]\s?(\d{1,4})[日.]?(?:(?:T|,?\s)\s*\d[^;|\t]*)?",
)
_DAY_NAMED = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s\-./]*(?:de\s+)?"
    r"([^\W\d_]{3,14})\.?(?:[\s\-./,']+(?:de\s+)?|(?=\d))(\d{4}|\d{2})(?:(?:T|,?\s)\s*\d[^;|\t]*)?",
)
_MONTH_FIRST = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?([^\W\d_]{3,14})\.?[\s\-./]*(\d{1,2})(?:st|nd|rd|th)?,?[\s\-./]+"
    r"(\d{4})(?:(?:T|,?\s)\s*\d[^;|\t]*)?",
)
_YEAR_NAMED = re.compile(
    r"(\d{4})[\s\-./]([^\W\d_]{3,14})\.?[\s\-./](\d{1,2})(?:(?:T|,?\s)\s*\d[^;|\t]*)?"
)
# Years of the Republic of China count from 1911, those of Japan from each emperor's first one.
_MINGUO = re.compile(r"(1\d\d)([/.])(\d{1,2})\2(\d{1,2})")
_MINGUO_ZERO = 1911
_ERA = re.compile(
    r"(令和|平成|昭和|[RHS])\s?\.?(\d{1,2}|元)\s?[年./]\s?(\d{1,2})\s?[月./]\s?(\d{1,2})日?"
)
_ERA_ZEROS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_CLOCK_FIRST = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?,?\s+(?=\d)")
_COMPACT = re.compile(r"(\d{8})(?:[T\s]?\d{2}:?\d{2}.*|\d{6})?")
_LONGEST = 48
_NEAR, _FAR = 2 * 366, 4 * 365
_AHEAD = timedelta(days=366)
_PIVOT = 70
_LAST_TWO_DIGIT = 99
_FIRST_COMPACT_YEAR, _LAST_COMPACT_YEAR = 1950, 2099
_FIRST_YEAR, _LAST_YEAR = 1000, 2999

ORDER_WORDS = {
    DateOrder.DMY: "day, month, year",
    DateOrder.MDY: "month, day, year",
    DateOrder.YMD: "year, month, day",
    DateOrder.YDM: "year, day, month",
    DateOrder.MYD: "month, year, day",
    DateOrder.DYM: "day, year, month",
}

_SPELLED = {
    "dd mm yy": DateOrder.DMY,
    "tt mm jj": DateOrder.DMY,
    "jj mm aa": DateOrder.DMY,
    "dd mm aa": DateOrder.DMY,
    "gg mm aa": DateOrder.DMY,
    "mm dd yy": DateOrder.MDY,
    "yy mm dd": DateOrder.YMD,
}

Readings = Mapping[DateOrder, date]


def possible_orders(texts: Collection[str]) -> list[DateOrder]:
    """Return the orders that fit the column, likeliest first; more than one means: ask.

    An empty list means that no order reads any value. Orders under which every value is the
    same day count as one.
    """
    readings = [found for text in texts if (found := date_readings(text))]
    fitting = Counter(order for found in readings for order in found)
    if not fitting:
        return []
    most = max(fitting.values())
    orders = [order for order in DateOrder if fitting[order] == most]
    if DateOrder.DMY in orders and all("." in text for text in texts if date_readings(text)):
        orders = [order for order in orders if order is not DateOrder.MDY]
    orders = _customary(orders, readings)
    return _different(orders, readings)


def order_named(name: str) -> DateOrder | None:
    """Return the order that a column's name spells out, as in `Date (DD/MM/YYYY)`."""
    spelled = normalised(name)
    return next((order for words, order in _SPELLED.items() if words in spelled), None)


def parse_date(text: str, order: DateOrder | None) -> date | None:
    """Return the day, None when the text is no date in this order.

    A value whose four-digit year stands first is read as what it is, for nobody means else.
    """
    found = date_readings(text)
    if order is not None and order in found:
        return found[order]
    if order is None and len(set(found.values())) == 1:
        return next(iter(found.values()))
    return found[DateOrder.YMD] if DateOrder.YMD in found and _year_leads(text) else None


@lru_cache(maxsize=65_536)
def date_readings(text: str) -> Readings:
    """Return the day under every order that this one value allows."""
    bare = text.strip().strip("'\"\u200e\u200f").partition(" as of ")[0]
    bare = _CLOCK_FIRST.sub("", bare, count=1) if ":" in bare[:3] else bare
    if not bare or len(bare) > _LONGEST:
        return {}
    if match := _MINGUO.fullmatch(bare):
        year = int(match[1]) + _MINGUO_ZERO
        return _valid({DateOrder.YMD: {"y": year, "m": int(match[3]), "d": int(match[4])}})
    if match := _ERA.fullmatch(bare):
        year = _ERA_ZEROS[match[1]] + int(match[2].replace("元", "1"))
        return _valid({DateOrder.YMD: {"y": year, "m": int(match[3]), "d": int(match[4])}})
    if match := _NUMERIC.fullmatch(bare):
        return _numeric(match[1], match[2], match[3], match[4])
    if match := _COMPACT.fullmatch(bare):
        return _compact(match[1])
    return _named(bare)


def _numeric(first: str, mark: str, second: str, third: str) -> Readings:
    lengths = [len(each) for each in (first, second, third)]
    if sum(length > 2 for length in lengths) > 1 or 3 in lengths:  # noqa: PLR2004
        return {}
    values = {"first": int(first), "second": int(second), "third": int(third)}
    if lengths[0] == 4:  # noqa: PLR2004
        orders: tuple[DateOrder, ...] = (DateOrder.YMD, DateOrder.YDM)
    elif lengths[1] == 4:  # noqa: PLR2004
        orders = (DateOrder.DYM, DateOrder.MYD)
    elif lengths[2] == 4 or mark == ".":  # noqa: PLR2004
        orders = (DateOrder.DMY, DateOrder.MDY)
    else:
        orders = (DateOrder.DMY, DateOrder.MDY, DateOrder.YMD)
    return _valid({order: dict(zip(order, values.values(), strict=True)) for order in orders})


def _compact(digits: str) -> Readings:
    parts = {
        DateOrder.YMD: {"y": digits[:4], "m": digits[4:6], "d": digits[6:]},
        DateOrder.DMY: {"d": digits[:2], "m": digits[2:4], "y": digits[4:]},
        DateOrder.MDY: {"m": digits[:2], "d": digits[2:4], "y": digits[4:]},
    }
    return _valid(
        {
            order: {part: int(text) for part, text in each.items()}
            for order, each in parts.items()
            if _FIRST_COMPACT_YEAR <= int(each["y"]) <= _LAST_COMPACT_YEAR
        }
    )


def _named(text: str) -> Readings:
    if match := _DAY_NAMED.fullmatch(text):
        day, name, year = match[1], match[2], match[3]
    elif match := _MONTH_FIRST.fullmatch(text):
        name, day, year = match[1], match[2], match[3]
    elif match := _YEAR_NAMED.fullmatch(text):
        year, name, day = match[1], match[2], match[3]
    else:
        return {}
    month = month_number(name)
    if month is None:
        return {}
    parts = {"d": int(day), "m": month, "y": int(year)}
    return _valid(dict.fromkeys(DateOrder, parts))


@lru_cache(maxsize=1024)
def month_number(name: str) -> int | None:
    """Return 1 to 12 for a month's name or abbreviation in any of the known languages."""
    bare = normalised(name)
    exact = {number for number, names in enumerate(MONTHS, 1) if bare in names}
    starts = {
        number
        for number, names in enumerate(MONTHS, 1)
        if len(bare) >= len("jan") and any(each.startswith(bare) for each in names)
    }
    found = exact or starts
    return found.pop() if len(found) == 1 else None


def _valid(parts: Mapping[DateOrder, Mapping[str, int]]) -> Readings:
    found = {}
    for order, values in parts.items():
        year = values["y"]
        if year <= _LAST_TWO_DIGIT:
            year += 2000 if year < _PIVOT else 1900
        try:
            day = date(common_year(year), values["m"], values["d"])
        except ValueError:
            continue
        if _FIRST_YEAR <= day.year <= _LAST_YEAR:
            found[order] = day
    return found


def _year_leads(text: str) -> bool:
    return text.strip()[:4].isdecimal()


def _customary(orders: list[DateOrder], readings: list[Readings]) -> list[DateOrder]:
    """Drop the orders that nobody writes while another one reads as many values."""
    orders = _until_now(orders, readings)
    if DateOrder.YMD in orders and DateOrder.YDM in orders:
        return [DateOrder.YMD]
    if DateOrder.YMD in orders and len(orders) > 1:
        spans = {order: _span(order, readings) for order in orders}
        if spans[DateOrder.YMD] > _FAR and min(spans.values()) <= _NEAR:
            return [order for order in orders if order is not DateOrder.YMD]
        if (
            spans[DateOrder.YMD] <= _NEAR
            and min(span for order, span in spans.items() if order is not DateOrder.YMD) > _FAR
        ):
            return [DateOrder.YMD]
    return orders


def _until_now(orders: list[DateOrder], readings: list[Readings]) -> list[DateOrder]:
    """Statements tell what has happened: an order that leads years ahead is not theirs."""
    latest = date.today() + _AHEAD  # noqa: DTZ011 - a calendar day
    past = [
        order for order in orders if all(found.get(order, latest) <= latest for found in readings)
    ]
    return past or orders


def _span(order: DateOrder, readings: list[Readings]) -> int:
    days = [found[order] for found in readings if order in found]
    return (max(days) - min(days)).days


def _different(orders: list[DateOrder], readings: list[Readings]) -> list[DateOrder]:
    kept = list(orders)
    for one, other in combinations(orders, 2):
        same = all(found.get(one) == found.get(other) for found in readings)
        if same and other in kept:
            kept.remove(other)
    return kept
