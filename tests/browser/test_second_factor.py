"""The second factor in a real browser: turned on at a desk, asked for on a phone."""

import time
from base64 import b32decode

import pytest
from playwright.sync_api import Browser, Page

from fintrack.access.totp import code_of, step_at
from tests.browser.conftest import complaints, registered, wait_signed_in
from tests.web.serving import Served
from tests.web.visiting import PASSWORD

pytestmark = pytest.mark.browser


def turned_on(page: Page, server: Served) -> tuple[bytes, int]:
    """Turn the second factor on and return what the app holds, and the half minute of its code."""
    page.goto(f"{server.url}/account")
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("textbox", name="Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("No camera?").click()
    seed = b32decode(page.locator("code").first.inner_text().replace(" ", ""))
    step = step_at(time.time())
    page.get_by_role("textbox", name="Code").fill(code_of(seed, step))
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("button", name="I wrote them down").click()
    page.get_by_text("Recovery codes left: 10.").wait_for()
    return seed, step


def test_a_phone_signs_in_with_the_code_of_the_app(open_server: Served, browser: Browser) -> None:
    desk = registered(browser, open_server, "Ana")
    seed, taken = turned_on(desk, open_server)
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    context.set_default_timeout(45_000)
    phone = context.new_page()
    found = complaints(phone)
    phone.goto(open_server.url)
    phone.get_by_label("E-mail").fill(f"ana@{open_server.domain}")
    phone.get_by_role("textbox", name="Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in").click()
    # A half minute's code is taken once; that of the next one is taken from a clock that is ahead.
    step = max(step_at(time.time()), taken + 1)
    phone.get_by_role("textbox", name="Code").fill(code_of(seed, step))
    phone.get_by_role("button", name="Sign in").click()
    wait_signed_in(phone)
    assert found == []
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_an_erased_account_leads_out_and_never_back(open_server: Served, browser: Browser) -> None:
    # Somebody stays: an empty installation would ask for its first account instead.
    registered(browser, open_server, "Cleo").context.close()
    page = registered(browser, open_server, "Eli")
    page.goto(f"{open_server.url}/account")
    page.get_by_text("Erase my account").click()
    page.get_by_role("textbox", name="Type your e-mail address").fill(f"eli@{open_server.domain}")
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_role("textbox", name="Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("Your account is erased.").wait_for()
    page.get_by_label("E-mail").fill(f"eli@{open_server.domain}")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("The e-mail address or the password is wrong.").wait_for()
