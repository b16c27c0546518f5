"""How long Chromium takes until something, the first figure and the first chart of Home are seen.

Playwright is among the packages for development; without it or a Chromium nothing is measured.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from importlib.util import find_spec
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fintrack.ui.bench_tabs import COOKIE, Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROUNDS = 7
PATIENCE = 60_000
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
SIGHTS = {"figure": "[data-testid=stMetricValue]", "chart": ".js-plotly-plot .main-svg"}
# Notes when each of them is first in the page, in ms since the address was asked for.
WATCH = f"""
    window.seen = {{}};
    const sights = {json.dumps(SIGHTS)};
    const look = () => {{
        for (const [name, where] of Object.entries(sights))
            if (!(name in seen) && document.querySelector(where)) seen[name] = performance.now();
    }};
    new MutationObserver(look).observe(document, {{childList: true, subtree: true}});
"""
READ = """() => ({
    ...window.seen, paint: performance.getEntriesByName("first-contentful-paint")[0].startTime
})"""


@dataclass(frozen=True, slots=True)
class Sight:
    """Medians in ms since the address was asked for: something, the first figure, and chart."""

    paint: float
    figure: float
    chart: float


@dataclass(frozen=True, slots=True)
class Paint:
    """Home in a browser that was never here, and again in one that was."""

    fresh: Sight
    again: Sight


def first_paint(port: int, person: Person) -> Paint | None:
    """Return what a person's browser shows when; None, and a word on it, where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or find_spec("playwright") is None:
        sys.stderr.write("no Chromium, or no Playwright: first paint is not measured\n")
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is installed

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        turns = [_opened(browser, port, person) for _ in range(ROUNDS)]
    fresh, again = zip(*turns, strict=True)
    return Paint(_medians(fresh), _medians(again))


def _opened(browser: "Browser", port: int, person: Person) -> tuple[Sight, Sight]:
    """Open Home twice in a browser that knows nothing but who is signed in."""
    address = f"http://localhost:{port}/"
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": person.token, "url": address}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(WATCH)
    sights = []
    for _ in range(2):
        page.goto(f"{address}?{urlencode({'tenant': person.slug})}")
        for where in SIGHTS.values():
            page.locator(where).first.wait_for()
        sights.append(Sight(**page.evaluate(READ)))
    context.close()
    return sights[0], sights[1]


def _medians(sights: Sequence[Sight]) -> Sight:
    return Sight(*map(median, zip(*map(astuple, sights), strict=True)))
