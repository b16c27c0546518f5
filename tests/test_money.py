"""Money: exact, and written one way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.money import (
    CURRENCIES,
    LARGEST,
    decimal_amount,
    decimal_text,
    exponent,
    format_money,
    minor_units,
    parse_amount,
    rounded_minor_units,
    short_money,
)

LOCALES = ("en", "en_US", "en_IN", "de_DE", "de_CH", "fr_FR", "es-ES", "pl_PL", "sv_SE", "ja_JP")
amounts = st.integers(-LARGEST, LARGEST)
currencies = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("IQD", 3), ("CLF", 4), ("BTC", 8), ("ISK", 0)],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, digits: int) -> None:
    assert exponent(currency) == digits


@pytest.mark.parametrize("currency", ["", "eur", "XXX", "EURO"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(InvalidInput, match="not a currency"):
        exponent(currency)


@given(amounts, currencies)
def test_minor_units_survive_the_way_through_decimals(minor: int, currency: str) -> None:
    assert minor_units(decimal_amount(minor, currency), currency) == minor


@given(amounts, currencies)
def test_decimal_text_reads_back_as_the_same_amount(minor: int, currency: str) -> None:
    assert minor_units(Decimal(decimal_text(minor, currency)), currency) == minor


@given(amounts, currencies, st.sampled_from(LOCALES), st.booleans())
def test_what_a_screen_shows_can_be_typed_again(
    minor: int, currency: str, locale: str, sign: bool
) -> None:
    shown = format_money(minor, currency, locale, sign=sign).removeprefix("+")
    assert parse_amount(shown, currency, locale) == minor


@given(st.decimals(), currencies)
def test_any_decimal_becomes_exactly_itself_or_is_refused(amount: Decimal, currency: str) -> None:
    try:
        minor = minor_units(amount, currency)
    except InvalidInput:
        return
    assert decimal_amount(minor, currency) == amount


@given(st.text(), currencies, st.sampled_from(LOCALES))
def test_any_text_is_an_amount_or_refused(text: str, currency: str, locale: str) -> None:
    try:
        minor = parse_amount(text, currency, locale)
    except InvalidInput:
        return
    assert abs(minor) <= LARGEST


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity", "0.001", "1E+9999999"])
def test_what_is_no_amount_of_the_currency_is_refused(amount: str) -> None:
    with pytest.raises(InvalidInput):
        minor_units(Decimal(amount), "EUR")


def test_an_amount_beyond_the_database_is_refused() -> None:
    with pytest.raises(InvalidInput, match="too large"):
        minor_units(Decimal(LARGEST + 1).scaleb(-2), "EUR")


@pytest.mark.parametrize(("amount", "minor"), [("0.125", 12), ("0.135", 14), ("-0.125", -12)])
def test_a_tie_rounds_to_the_even_neighbour(amount: str, minor: int) -> None:
    assert rounded_minor_units(Decimal(amount), "EUR") == minor


@pytest.mark.parametrize(
    ("text", "locale", "minor"),
    [
        ("1,234.56", "en", 123456),
        ("1.234,56", "en", 123456),
        ("1,234.56", "de_DE", 123456),
        ("1.234", "de_DE", 123400),
        ("1,234", "en", 123400),
        ("12.5", "de_DE", 1250),
        ("0,5", "en", 50),
        ("-42", "en", -4200),
        ("42-", "de_DE", -4200),
        ("−42.10", "en", -4210),
        ("(300.00)", "en", -30000),
        ("€ 12", "en", 1200),
        ("12 eur", "de_DE", 1200),
        ("-€1,000", "en", -100000),
        ("1 234 567,80", "fr_FR", 123456780),
        ("1’234.50", "de_CH", 123450),
        ("1,23,456.78", "en_IN", 12345678),
        (".5", "en", 50),
    ],
)
def test_a_person_may_type_an_amount_as_at_home(text: str, locale: str, minor: int) -> None:
    assert parse_amount(text, "EUR", locale) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "twelve",
        "1.2.3",
        "1,234,56.7.8",
        "--5",
        "(-5)",
        "1 2",
        "$5",
        "12.345",
        "1,23,4",
        "5%",
    ],
)
def test_what_is_not_one_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_amount(text, "EUR", "en")


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "shown"),
    [
        (123456, "EUR", "en", "€1,234.56"),
        (-123456, "EUR", "en", "−€1,234.56"),
        (-123456, "EUR", "de_DE", "−1.234,56\xa0€"),
        (1234, "JPY", "en", "¥1,234"),
        (1234567, "KWD", "en", "KWD\xa01,234.567"),
        (100000000, "BTC", "en", "BTC\xa01.00000000"),
    ],
)
def test_figures_are_written_one_way(minor: int, currency: str, locale: str, shown: str) -> None:
    assert format_money(minor, currency, locale) == shown


def test_an_inflow_can_carry_a_plus_sign() -> None:
    assert format_money(4200, "EUR", "en", sign=True) == "+€42.00"


def test_nothing_carries_no_sign() -> None:
    assert format_money(0, "EUR", "en", sign=True) == "€0.00"


@pytest.mark.parametrize(
    ("minor", "locale", "shown"),
    [
        (6_000_000, "en", "€60K"),
        (-150_000, "en", "−€1.5K"),
        (50_000, "en", "€500"),
        (-20, "en", "−€0.20"),
        (0, "en", "€0"),
        (6_000_000, "de", "60.000\xa0€"),
        (120_000_000, "de", "1,2\xa0Mio.\xa0€"),
    ],
)
def test_an_axis_shows_short_figures(minor: int, locale: str, shown: str) -> None:
    assert short_money(minor, "EUR", locale) == shown


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(InvalidInput, match="language"):
        format_money(1, "EUR", "xx_YY")
