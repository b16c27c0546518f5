"""The theme: every file and colour it names is there."""

import re
import tomllib
from itertools import combinations
from math import dist
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from fintrack.access.starting_categories import starting_categories
from fintrack.context import TenantType

ROOT = Path(__file__).parents[2]
OPTIONS = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
WHOLE = {"server.trustedUserHeaders"}


def names(options: dict[str, object], above: str = "") -> set[str]:
    """Return the dotted names of all options."""
    found: set[str] = set()
    for word, value in options.items():
        name = f"{above}{word}"
        nested = isinstance(value, dict) and name not in WHOLE
        found |= names(value, f"{name}.") if nested and isinstance(value, dict) else {name}
    return found


def channels(colour: str) -> list[int]:
    """Return red, green and blue, each up to 255."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [part / 255 for part in channels(colour)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def draw_palette() -> None:
    """Write the palette, as a page would read it."""
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function as a script of its own

    from fintrack.ui.theme import palette  # noqa: PLC0415 - as above

    shown = palette()
    st.text(f"{shown.surface} {shown.text} {shown.muted} {shown.inflow} {shown.outflow}")


def test_streamlit_knows_every_option() -> None:
    config.get_config_options()
    assert {name for name in names(OPTIONS) if name not in config._config_options_template} == set()


def test_every_font_is_shipped_with_its_licence() -> None:
    static = ROOT / "fintrack/ui/static"
    urls = [face["url"] for face in OPTIONS["theme"]["fontFaces"]]
    assert all((static / url.removeprefix("app/static/")).is_file() for url in urls)
    assert "Open Font License" in (static / "fonts/OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read_on_its_background(mode: str) -> None:
    theme = OPTIONS["theme"][mode]
    for colour in ("textColor", "greenColor", "redColor", "blueColor", "grayTextColor"):
        assert contrast(theme[colour], theme["backgroundColor"]) >= 4.5
    assert contrast(theme["grayTextColor"], theme["grayBackgroundColor"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_white_can_be_read_on_a_button(mode: str) -> None:
    assert contrast("#FFFFFF", OPTIONS["theme"][mode]["primaryColor"]) >= 4.5


def test_a_page_draws_with_the_colours_of_the_configuration() -> None:
    shown = AppTest.from_function(draw_palette).run().text[0].value
    light = OPTIONS["theme"]["light"]
    colours = light["chartCategoricalColors"]
    assert shown.split()[0] == light["backgroundColor"]
    assert shown.split()[3:] == [colours[1], colours[2]]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_category_can_be_seen_and_is_neither_income_nor_expense(mode: str) -> None:
    theme = OPTIONS["theme"][mode]
    colours = theme["chartCategoricalColors"]
    apart = [dist(channels(one), channels(other)) for one, other in combinations(colours, 2)]
    assert min(apart) >= 20
    assert min(contrast(each, theme["backgroundColor"]) for each in colours[3:]) >= 3


def test_the_categories_that_a_tenant_begins_with_have_a_colour_each() -> None:
    most = max(
        sum(row["parent_id"] is None for row in starting_categories(each)) for each in TenantType
    )
    for mode in ("light", "dark"):
        assert len(OPTIONS["theme"][mode]["chartCategoricalColors"][3:]) >= max(most, 36)


@pytest.mark.parametrize("name", ["logo.svg", "icon.svg"])
def test_a_mark_asks_for_nothing_from_elsewhere(name: str) -> None:
    text = (ROOT / "fintrack/ui/static" / name).read_text(encoding="utf-8")
    assert re.findall(r"href|<script|<text|url\(", text) == []
