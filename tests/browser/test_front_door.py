"""In and out of FinTrack with a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import complaints, register, sign_in, wait_signed_in
from tests.web.serving import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ana(
    server: Served, browser: Browser, browser_context_args: dict[str, object]
) -> BrowserContext:
    """Ana's browser, in which she made the first account."""
    context = browser.new_context(**browser_context_args)  # type: ignore[arg-type]
    register(context.new_page(), server.url)
    return context


@pytest.fixture(scope="module")
def other_tab(browser: Browser, browser_context_args: dict[str, Any]) -> Page:
    """Another browser's tab; only for the first test its cache is empty."""
    return browser.new_context(**browser_context_args).new_page()


@pytest.fixture
def page(other_tab: Page) -> Page:
    """Another browser's tab, in which nobody is signed in."""
    other_tab.context.clear_cookies()
    return other_tab


def test_the_first_visit_leads_from_welcome_to_a_members_page(
    server: Served, page: Page, request: pytest.FixtureRequest
) -> None:
    found = complaints(page)
    page.goto(server.url)
    expect(page.get_by_text("Welcome. Let’s set up your books")).to_be_visible(timeout=30_000)
    ana = request.getfixturevalue("ana")
    expect(ana.pages[0].get_by_role("button", name="Rivera family")).to_be_visible()
    assert "tenant=rivera-family-" in ana.pages[0].url
    assert found == []


def test_a_member_stays_signed_in_after_a_reload(ana: BrowserContext) -> None:
    ana.pages[0].reload()
    wait_signed_in(ana.pages[0])


def test_a_second_tab_is_signed_in_too(server: Served, ana: BrowserContext) -> None:
    tab = ana.new_page()
    tab.goto(server.url)
    wait_signed_in(tab)
    tab.close()


def test_a_member_stays_signed_in_when_the_server_restarts(
    server: Served, ana: BrowserContext
) -> None:
    server.restart()
    ana.pages[0].reload()
    wait_signed_in(ana.pages[0])


def test_no_script_can_read_the_cookie(ana: BrowserContext) -> None:
    assert "fintrack" not in ana.pages[0].evaluate("document.cookie")


def test_a_deep_link_survives_the_sign_in(server: Served, ana: BrowserContext, page: Page) -> None:
    sign_in(page, server.url, "/settings?a=b")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible(timeout=30_000)
    assert "/settings?" in page.url
    assert "a=b" in page.url


def test_nothing_on_the_way_breaks_the_security_policy(server: Served, ana: BrowserContext) -> None:
    tab = ana.new_page()
    found = complaints(tab)
    for path in ("/", "/accounts", "/transactions", "/analytics", "/settings", "/account"):
        tab.goto(server.url + path)
        wait_signed_in(tab)
        tab.wait_for_timeout(500)
    tab.close()
    assert found == []


def test_two_tabs_show_two_tenants(server: Served, ana: BrowserContext) -> None:
    one, two = ana.new_page(), ana.new_page()
    for tab in (one, two):
        tab.goto(server.url + "/settings")
        wait_signed_in(tab)
    two.get_by_role("button", name="Rivera family").click()
    two.get_by_role("button", name="New tenant").click()
    two.get_by_label("Tenant name").fill("Rivera Ltd")
    two.get_by_role("button", name="Create", exact=True).click()
    expect(two.get_by_role("button", name="Rivera Ltd")).to_be_visible(timeout=30_000)
    for tab in (one, two):
        tab.reload()
    expect(two.get_by_role("button", name="Rivera Ltd")).to_be_visible(timeout=30_000)
    expect(one.get_by_role("button", name="Rivera family")).to_be_visible(timeout=30_000)
    one.get_by_role("button", name="Rivera family").click()
    one.get_by_role("button", name="Rivera Ltd").click()
    expect(one.get_by_label("Name", exact=True)).to_have_value("Rivera Ltd", timeout=30_000)
    assert "/settings" in one.url
    one.close()
    two.close()


def test_a_stranger_sees_only_the_sign_in(server: Served, ana: BrowserContext, page: Page) -> None:
    page.goto(server.url + "/settings")
    expect(page.get_by_text("Stay signed in for 30 days")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Rivera")).to_have_count(0)


def test_ending_one_session_closes_that_browser(
    server: Served, ana: BrowserContext, page: Page
) -> None:
    sign_in(page, server.url, "/settings")
    own = ana.pages[0]
    own.goto(f"{server.url}/account")
    expect(own.get_by_text("Where you are signed in")).to_be_visible()
    # The newest stands first, but this one is the reader's own and has no button.
    own.get_by_role("button", name="End", exact=True).first.click()
    expect(page.get_by_text("Stay signed in for 30 days")).to_be_visible(timeout=15_000)
    expect(own.get_by_text("This one")).to_be_visible()


def test_signing_out_everywhere_closes_the_other_browser(
    server: Served, ana: BrowserContext, page: Page
) -> None:
    sign_in(page, server.url)
    other = ana.pages[0]
    other.bring_to_front()
    _open_user_menu(other)
    other.get_by_role("button", name="Sign out everywhere").click()
    for left in (other, page):
        expect(left.get_by_text("Stay signed in for 30 days")).to_be_visible(timeout=15_000)


def test_signing_out_leads_to_the_sign_in(server: Served, ana: BrowserContext, page: Page) -> None:
    sign_in(page, server.url)
    _open_user_menu(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("Stay signed in for 30 days")).to_be_visible(timeout=15_000)
    assert not [one for one in page.context.cookies() if one["name"] == "fintrack"]


def _open_user_menu(page: Page) -> None:
    page.get_by_test_id("stPopover").last.get_by_role("button").click()
