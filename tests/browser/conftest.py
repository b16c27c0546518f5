"""A real Chromium before a real server."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.serving import Served, served, throw_away_home
from tests.web.visiting import PASSWORD

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --process-per-site"
).split()
PATIENCE = 45_000
# Streamlit asks below the page's own path first, and Chromium reports each answer of 404.
EXPECTED = "status of 404"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the system's Chromium; without one the tests are skipped, in CI they fail."""
    if not Path(CHROMIUM).exists():
        reason = "There is no Chromium here."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return {"executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    """Let a busy machine take its time, wherever a test waits for what it expects."""
    expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module", autouse=True)
def _closed(browser: Browser) -> Iterator[None]:
    """Close what a file of tests leaves open: each tab asks its server again and again."""
    yield
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """Let every browser be somewhere in Madrid, and draw no movement sixty times a second."""
    return {
        "reduced_motion": "reduce",
        "locale": "es-ES",
        "timezone_id": "Europe/Madrid",
        "viewport": {"width": 1440, "height": 900},
    }


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server with an installation of its own; nobody has an account at first."""
    with throw_away_home() as home, served(home) as running:
        yield running


@pytest.fixture(scope="session")
def _open_server() -> Iterator[Served]:
    with throw_away_home() as home, served(home, FINTRACK_REGISTRATION="open") as running:
        yield running


@pytest.fixture(scope="module")
def open_server(_open_server: Served, request: pytest.FixtureRequest) -> Served:
    """A server where anybody may register; each file of tests has people of its own."""
    return replace(_open_server, domain=f"{request.path.stem.replace('_', '-')}.example.org")


def registered(browser: Browser, server: Served, name: str, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own
    """Register somebody with a tenant in euro, in a browser of their own."""
    page = browser.new_context(locale="en-IE", reduced_motion="reduce", **options).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{server.url}/?register=1")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(f"{name.lower()}@{server.domain}")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_label("Tenant name").fill(f"{name}’s books")
    page.get_by_role("button", name="Create account").click()
    wait_signed_in(page)
    return page


def register(page: Page, url: str, tenant: str = "Rivera family") -> None:
    """Make the first account of an empty installation, as a person would."""
    page.goto(url)
    page.get_by_label("Your name").fill("Ana Rivera")
    page.get_by_label("E-mail").fill("ana@example.org")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_label("Tenant name").fill(tenant)
    page.get_by_role("button", name="Create account").click()
    wait_signed_in(page)


def sign_in(page: Page, url: str, path: str = "/") -> None:
    """Sign Ana in at the page she asked for."""
    page.goto(url + path)
    page.get_by_label("E-mail").fill("ana@example.org")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    wait_signed_in(page)


def wait_signed_in(page: Page) -> None:
    """Wait for the head of a member's page."""
    page.get_by_text("· Owner").first.wait_for(timeout=30_000)


def complaints(page: Page) -> list[str]:
    """Return a list that fills with what the page's console, policy and scripts complain of."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda message: (
            found.append(message.text)
            if message.type == "error" and EXPECTED not in message.text
            else None
        ),
    )
    return found
