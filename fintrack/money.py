"""Money: whole minor units of a currency, and the ways people and machines write them."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.numbers import (
    NumberPattern,
    format_compact_currency,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
    parse_pattern,
)

from fintrack.errors import InvalidInput

# CLDR's digits are those of everyday cash (0 for IQD); a ledger needs the ones of ISO 4217.
_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
        CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
        GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK
        LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
        NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
        SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST
        XAD XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
    8: "BTC ETH",
}
# Old statements are still imported after their currency has gone.
_WITHDRAWN = {
    0: "BEF ESP GRD ITL LUF PTE",
    2: "ANG ATS BGN CUC CYP DEM EEK FIM FRF HRK IEP LTL LVL MTL NLG SIT SKK SLL ZWL",
}

CURRENCIES: Mapping[str, int] = MappingProxyType(
    {
        code: digits
        for table in (_EXPONENTS, _WITHDRAWN)
        for digits, codes in table.items()
        for code in codes.split()
    },
)

LARGEST = 2**63 - 1
MINUS = "\N{MINUS SIGN}"

# Babel leaves out the space that CLDR puts between a currency's letters and its figures.
_LETTER_MEETS_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_]{3})")
_INVISIBLE = re.compile("[\u200e\u200f\u061c]")
_GROUP_SPACE = re.compile(r"(?<=\d)[\s'’](?=\d)")
_SIGNED = re.compile(r"(?P<minus>-?)(?P<figures>\d[\d.,_]*|[.,]\d+)(?P<trailing>-?)")


def exponent(currency: str) -> int:
    """Return how many decimals the currency has: 2 for EUR, 0 for JPY.

    Raises:
        InvalidInput: the code is not a currency.

    Source: ISO 4217, list one; coins by their customary eight decimals.
    """
    try:
        return CURRENCIES[currency]
    except KeyError as error:
        message = f"{currency!r} is not a currency code; use one such as EUR or USD."
        raise InvalidInput(message) from error


def decimal_amount(minor: int, currency: str) -> Decimal:
    """Return the amount in major units with exactly the currency's decimals.

    Raises:
        InvalidInput: the code is not a currency.
    """
    return Decimal(minor).scaleb(-exponent(currency))


def minor_units(amount: Decimal, currency: str) -> int:
    """Return the amount as whole minor units, exactly.

    Raises:
        InvalidInput: the amount is not finite, has more decimals than the currency or is too
            large to be stored.
    """
    minor = rounded_minor_units(amount, currency)
    if decimal_amount(minor, currency) != amount:
        message = f"{currency} has {exponent(currency)} decimals; the amount has more."
        raise InvalidInput(message)
    return minor


def rounded_minor_units(amount: Decimal, currency: str) -> int:
    """Return the nearest whole minor units; a tie goes to the even neighbour.

    Raises:
        InvalidInput: the amount is not finite or too large to be stored.
    """
    digits = exponent(currency)
    if not amount.is_finite():
        raise InvalidInput("The amount is not a number.")
    # copy_abs, because abs() rounds to the context and overflows on huge exponents.
    if amount.copy_abs() > LARGEST:
        raise InvalidInput("The amount is too large.")
    rounded = amount.quantize(Decimal((0, (1,), -digits)), rounding=ROUND_HALF_EVEN)
    minor = int(rounded.scaleb(digits))
    if abs(minor) > LARGEST:
        raise InvalidInput("The amount is too large.")
    return minor


def decimal_text(minor: int, currency: str) -> str:
    """Return the amount as machines read it in the API and in CSV: `-42.00`.

    Raises:
        InvalidInput: the code is not a currency.
    """
    return f"{decimal_amount(minor, currency):f}"


def parse_amount(text: str, currency: str, locale: str) -> int:
    """Return the minor units of an amount that a person typed: `1,234.56`, `(300.00)`, `€ 12`.

    The locale decides only what the figures leave open, as in `1.234`.

    Raises:
        InvalidInput: it is not one amount of this currency.
    """
    bare = _without_symbols(text, currency, locale)
    negative = bare.startswith("(") and bare.endswith(")")
    match = _SIGNED.fullmatch(bare[1:-1] if negative else bare)
    if match is None or (negative + len(match["minus"]) + len(match["trailing"])) > 1:
        raise _not_an_amount(text, currency)
    number = _plain_number(match["figures"], locale)
    if number is None:
        raise _not_an_amount(text, currency)
    minor = minor_units(Decimal(number), currency)
    return -minor if negative or match["minus"] or match["trailing"] else minor


@lru_cache(maxsize=4096)
def format_money(minor: int, currency: str, locale: str, *, sign: bool = False) -> str:
    """Return the amount as every screen shows it: `−€1,234.50`; `sign` marks inflows with +.

    Raises:
        InvalidInput: the code is not a currency, or the locale is unknown.
    """
    text = _written(decimal_amount(minor, currency), currency, locale, exponent(currency))
    return f"+{text}" if sign and minor > 0 else text


def short_money(minor: int, currency: str, locale: str) -> str:
    """Return the amount as the axis of a chart shows it: `€60K`, `€500`, `−€0.20`.

    Raises:
        InvalidInput: the code is not a currency, or the locale is unknown.
    """
    amount = decimal_amount(minor, currency)
    if amount % 1:
        return format_money(minor, currency, locale)
    if abs(amount) < 1000:  # noqa: PLR2004 - the first figure that has a short form
        return _written(amount, currency, locale, 0)
    spoken = spoken_locale(locale)
    short = format_compact_currency(amount, currency, locale=spoken, fraction_digits=1)
    has_short_form = re.search(r"\d{4}", short) is None
    return _typeset(short) if has_short_form else _written(amount, currency, locale, 0)


@lru_cache(maxsize=256)
def spoken_locale(locale: str) -> Locale:
    """Return the locale that `en_GB` or `en-GB` names, for dates and figures.

    Raises:
        InvalidInput: no such locale is known.
    """
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise InvalidInput(f"{locale!r} is not a known language and region.") from error


def _written(amount: Decimal, currency: str, locale: str, digits: int) -> str:
    pattern, spoken = _pattern(locale, digits), spoken_locale(locale)
    return _typeset(pattern.apply(amount, spoken, currency=currency, currency_digits=False))


def _typeset(written: str) -> str:
    return _LETTER_MEETS_DIGIT.sub("\N{NO-BREAK SPACE}", written.replace("-", MINUS))


def _without_symbols(text: str, currency: str, locale: str) -> str:
    bare = _INVISIBLE.sub("", text).upper().replace(MINUS, "-")
    spoken = ("en", spoken_locale(locale))
    symbols = {currency, *(get_currency_symbol(currency, each) for each in spoken)}
    for symbol in sorted(symbols, key=len, reverse=True):
        bare = bare.replace(symbol.upper(), " ", 1)
    return re.sub(r"\s", "", _GROUP_SPACE.sub("_", bare.strip()))


def _plain_number(figures: str, locale: str) -> str | None:
    """Return the figures with a point and no grouping, None when they contradict themselves."""
    mark = _decimal_mark(figures, locale)
    whole, _, fraction = figures.rpartition(mark) if mark else (figures, "", "")
    groups = re.split(r"[._,]", whole)
    kinds = set(re.findall(r"[._,]", whole))
    if len(kinds) > 1 or (fraction and not fraction.isdecimal()):
        return None
    if kinds and not _is_grouped(groups):
        return None
    return f"{''.join(groups) or '0'}.{fraction or '0'}"


def _is_grouped(groups: list[str]) -> bool:
    # India groups by two above the thousands: 1,23,456.
    first, *between, last = groups
    sizes_between = {len(group) for group in between}
    return 1 <= len(first) <= len("123") and len(last) == len("123") and sizes_between <= {2, 3}


def _decimal_mark(figures: str, locale: str) -> str:
    marks = [mark for mark in figures if mark in ".,"]
    if not marks or (len(marks) > 1 and len(set(marks)) == 1):
        return ""
    last = marks[-1]
    if len(marks) > 1 or "_" in figures or last == get_decimal_symbol(spoken_locale(locale)):
        return last
    is_thousand = re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", figures) is not None
    return "" if is_thousand and last == get_group_symbol(spoken_locale(locale)) else last


def _not_an_amount(text: str, currency: str) -> InvalidInput:
    if not text.strip():
        example = format(decimal_amount(1250, currency), "f")
        return InvalidInput(f"Type an amount in {currency}, such as {example}.")
    return InvalidInput(f"{text.strip()[:40]!r} is not an amount in {currency}.")


@lru_cache(maxsize=256)
def _pattern(locale: str, digits: int) -> NumberPattern:
    pattern = parse_pattern(spoken_locale(locale).currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern
