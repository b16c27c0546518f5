"""Amounts of whole columns: which mark stands before the decimals, and what a cell is worth."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from fintrack.money import CURRENCIES
from fintrack.statements.delimited.words import SYMBOLS
from fintrack.statements.mapping import DecimalMark

_PLAIN = {
    DecimalMark.POINT: re.compile(r"[+-]?\d{1,15}(?:\.\d{1,10})?", re.ASCII),
    DecimalMark.COMMA: re.compile(r"[+-]?\d{1,15}(?:,\d{1,10})?", re.ASCII),
}
_GROUPED = {
    DecimalMark.POINT: re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3}){1,4}(?:\.\d{1,10})?", re.ASCII),
    DecimalMark.COMMA: re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3}){1,4}(?:,\d{1,10})?", re.ASCII),
}
_PLAIN_LINES = {
    mark: re.compile(rf"(?:(?:{_PLAIN[mark].pattern}|{_GROUPED[mark].pattern})\n)*", re.ASCII)
    for mark in DecimalMark
}
_SHAPE = re.compile(
    r"(?P<open>\(?)(?P<before>(?:[^\d.,'()]|\.(?=[^\d]))*)"
    r"(?P<figures>[\d.,][\d.,' ]*)"
    r"(?P<after>(?:[^\d.,'()]|\.(?=\D|$))*)(?P<close>\)?)",
)
# "$(45.10)" is "($45.10)".
_OPENED_LATE = re.compile(r"([^\d.,()]+)\(([^()]*)\)")
_DIGIT = re.compile(r"\d")
_INVISIBLE = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
_MINUS = re.compile("[\u2212\u2010-\u2014\ufe63\uff0d]")
_MARKS = str.maketrans(
    {"’": "'", "ʼ": "'", "`": "'", "´": "'", "٫": ".", "٬": "'", "，": ",", "．": "."}
)
_MARKERS = {"CR": 1, "C": 1, "H": 1, "DR": -1, "DB": -1, "D": -1, "S": -1}
_LONGEST = 60
_DIGITS, _DECIMALS = 15, 10
_GROUPS = re.compile(r"[1-9]\d{0,2}(?P<mark>[., '])\d{3}(?:(?P=mark)\d{3})*", re.ASCII)
_INDIAN = re.compile(r"[1-9]\d?,(?:\d\d,)+\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell's worth: `marker` is +1 for CR, -1 for DR, else 0; `signed` if it had a sign."""

    value: Decimal
    currency: str | None = None
    marker: int = 0
    signed: bool = False

    @property
    def marked(self) -> Decimal:
        """The value under its own sign, else under that of its marker."""
        return self.value if self.signed or self.marker == 0 else self.value * self.marker


def possible_marks(texts: Collection[str]) -> list[DecimalMark]:
    """Return the decimal marks under which most cells are numbers; two mean: ask.

    An empty list means that no cell is a number.
    """
    if plain := _plain_mark(texts):
        return [plain]
    counts = {
        mark: sum(parse_figure(text, mark) is not None for text in texts) for mark in DecimalMark
    }
    most = max(counts.values(), default=0)
    if most == 0:
        return []
    marks = [mark for mark in DecimalMark if counts[mark] == most]
    return marks[:1] if len(marks) > 1 and all(map(_is_alike, texts)) else marks


def _is_alike(text: str) -> bool:
    return parse_figure(text, DecimalMark.POINT) == parse_figure(text, DecimalMark.COMMA)


def _plain_mark(texts: Collection[str]) -> DecimalMark | None:
    """Return the only mark of a column without decorations: the usual case, decided fast."""
    for mark, other in zip(DecimalMark, reversed(DecimalMark), strict=True):
        if all(map(_PLAIN_LINES[mark].fullmatch, _in_lines(texts))):
            is_only = any(parse_figure(text, other) is None for text in texts)
            return mark if is_only else None
    return None


def _in_lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts, one a line, a thousand at a time: an expression remembers each match."""
    left = iter(texts)
    while some := list(islice(left, 1_000)):
        yield "".join([f"{text}\n" for text in some])


@lru_cache(maxsize=16_384)
def is_number(text: str) -> bool:
    """Say whether the cell could be an amount under any mark; long bare ids are not."""
    bare = text.strip()
    if _DIGIT.search(bare) is None or (bare.isdecimal() and len(bare) > len("123456789")):
        return False
    return any(parse_figure(bare, mark) is not None for mark in DecimalMark)


@lru_cache(maxsize=16_384)
def parse_figure(text: str, mark: DecimalMark) -> Figure | None:
    """Return what the cell is worth, None when it is no number under this mark."""
    if _PLAIN[mark].fullmatch(text):
        return Figure(Decimal(text.replace(",", ".")), signed=text[0] in "+-")
    if _GROUPED[mark].fullmatch(text):
        whole, _, fraction = text.partition(mark)
        digits = whole.replace(",", "").replace(".", "")
        return Figure(Decimal(f"{digits}.{fraction}"), signed=text[0] in "+-")
    other = DecimalMark.COMMA if mark is DecimalMark.POINT else DecimalMark.POINT
    if _PLAIN[other].fullmatch(text) or _GROUPED[other].fullmatch(text):
        return None
    return _decorated(text, mark)


def _decorated(text: str, mark: DecimalMark) -> Figure | None:
    """Return the worth of figures with signs, currencies, markers or unusual digits."""
    if len(text) > _LONGEST or not any(letter.isdecimal() for letter in text):
        return None
    match = _SHAPE.fullmatch(_OPENED_LATE.sub(r"(\1\2)", _plain_letters(text)))
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    value = _decimal(match["figures"].strip(), mark)
    # In "12,-" the dash stands for the decimals.
    after = match["after"].removeprefix("-") if match["figures"][-1] in ".," else match["after"]
    around = _around(match["before"], after)
    if value is None or around is None:
        return None
    signs, marker, currency = around
    negative = signs == "-" or bool(match["open"])
    return Figure(-value if negative else value, currency, marker, bool(signs or match["open"]))


def _plain_letters(text: str) -> str:
    bare = _MINUS.sub("-", _INVISIBLE.sub("", text)).translate(_MARKS)
    if not bare.isascii():
        bare = "".join(
            str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in bare
        )
    return " ".join(bare.split())


def _decimal(figures: str, mark: DecimalMark) -> Decimal | None:
    whole, found, fraction = figures.partition(mark)
    is_fraction = fraction.isascii() and fraction.isdecimal() and len(fraction) <= _DECIMALS
    # "12." and "12,-" are whole amounts.
    if found and not is_fraction and (fraction or not whole):
        return None
    digits = whole if whole.isascii() and whole.isdecimal() else _ungrouped(whole)
    if digits is None or len(digits) > _DIGITS:
        return None
    return Decimal(f"{digits or '0'}.{fraction or '0'}") if fraction else Decimal(digits)


def _ungrouped(whole: str) -> str | None:
    if not whole:
        return ""
    if _GROUPS.fullmatch(whole) or _INDIAN.fullmatch(whole):
        return re.sub(r"\D", "", whole)
    return None


def _around(before: str, after: str) -> tuple[str, int, str | None] | None:
    """Return sign, marker and currency that stand beside the figures; None for other words."""
    beside = f"{before} {after}"
    signs = "".join(letter for letter in beside if letter in "+-")
    words = beside.replace("-", " ").replace("+", " ").upper().split()
    if len(signs) > 1 or len(words) > len(("CR", "EUR")):
        return None
    marker, currency = 0, None
    for word in words:
        if word in _MARKERS and marker == 0:
            marker = _MARKERS[word]
        elif currency is None and (found := currency_of(word)) is not None:
            currency = found
        else:
            return None
    return signs, marker, currency or None


def currency_of(sign: str) -> str | None:
    """Return the ISO code for a code or symbol; "" for a sign of several currencies; else None."""
    bare = sign.strip()
    if bare.upper() in CURRENCIES:
        return bare.upper()
    known = SYMBOLS.get(bare.casefold()) or SYMBOLS.get(bare.casefold().removesuffix("."))
    if known:
        return known
    shared = bare.casefold().rstrip(".") in {"$", "¥", "￥", "kr", "rs", "fr", "din", "l", "р"}
    return "" if shared or _is_symbol(bare) else None


def _is_symbol(text: str) -> bool:
    return bool(text) and all(unicodedata.category(letter) == "Sc" for letter in text)
