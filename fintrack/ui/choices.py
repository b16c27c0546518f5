"""What forms offer: countries, currencies, languages, with a first choice from the browser."""

from functools import cache

import streamlit as st
from babel import Locale
from babel.localedata import locale_identifiers
from babel.numbers import get_currency_name, get_territory_currencies

from fintrack.money import CURRENCIES
from fintrack.ui.text import COLOURS, Colour

COMMON = ("EUR", "USD", "GBP", "CHF", "JPY")


@cache
def countries() -> dict[str, str]:
    """Return the country names by their two letters, in the order of the names."""
    names = {
        code: str(name)
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ"}  # noqa: PLR2004 - ISO 3166
    }
    return dict(sorted(names.items(), key=lambda item: item[1]))


@cache
def currencies() -> dict[str, str]:
    """Return "EUR · Euro" by code, the most used ones first."""
    codes = [*COMMON, *sorted(set(CURRENCIES) - set(COMMON))]
    return {code: f"{code} · {get_currency_name(code, locale='en')}" for code in codes}


@cache
def locales() -> dict[str, str]:
    """Return the names of the languages and regions by locale, in the order of the names."""
    spoken = map(Locale.parse, locale_identifiers())
    names = {str(each): str(each.get_display_name("en")) for each in spoken if each.territory}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def browser_country() -> str:
    """Return the country of the browser's language, Germany if it names none."""
    parts = (st.context.locale or "").replace("_", "-").split("-")
    return parts[-1] if parts[-1] in countries() else "DE"


def browser_time_zone() -> str:
    """Return the browser's time zone, UTC if it names none."""
    return st.context.timezone or "UTC"


def currency_of(country: str) -> str:
    """Return the currency that is used in the country, the euro if we know none."""
    used = get_territory_currencies(country)
    return next((code for code in used if code in CURRENCIES), "EUR")


def country_input(chosen: str) -> str:
    """Draw the choice of a country and return its two letters."""
    options = list(countries())
    index = options.index(chosen) if chosen in options else 0
    return st.selectbox("Country", options, index, format_func=countries().__getitem__)


def locale_input(label: str, chosen: str) -> str:
    """Draw the choice of a language and region and return its locale."""
    names = {chosen: chosen} | locales()
    options = list(names)
    return st.selectbox(label, options, options.index(chosen), format_func=names.__getitem__)


def colour_input(label: str, chosen: Colour) -> Colour:
    """Draw the choice of a tenant's colour and return it."""
    return st.pills(
        label,
        COLOURS,
        default=chosen,
        required=True,
        format_func=lambda each: f":{each}[●] {each.capitalize()}",
    )


def currency_input(chosen: str) -> str:
    """Draw the choice of a currency and return its code."""
    options = list(currencies())
    index = options.index(chosen) if chosen in options else 0
    return st.selectbox("Currency", options, index, format_func=currencies().__getitem__)
