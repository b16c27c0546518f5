"""Three people, three browsers: an owner invites, a member joins by phone, a viewer is refused."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import complaints, registered
from tests.web.serving import Served
from tests.web.visiting import PASSWORD

pytestmark = pytest.mark.browser
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


@pytest.fixture(scope="module")
def ana(open_server: Served, browser: Browser) -> Page:
    """Ana's browser."""
    return registered(browser, open_server, "Ana")


def invited(page: Page, url: str, email: str, role: str) -> str:
    """Invite somebody on the page and return the link that it shows."""
    page.goto(f"{url}/members?section=Invitations")
    page.get_by_role("button", name="Invite people").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_text(role, exact=True).click()
    dialog.get_by_role("button", name="Invite", exact=True).click()
    expect(dialog.get_by_role("img", name="The link as a code")).to_be_visible()
    link = dialog.get_by_test_id("stCode").inner_text().replace("\n", "")
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_text("invited by Ana").first).to_be_visible()
    return link


def joined(browser: Browser, link: str, name: str, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own
    """Open the link in a browser of one's own, register, and join."""
    page = browser.new_context(locale="en-IE", **options).new_page()
    page.set_default_timeout(30_000)
    page.goto(link)
    expect(page.get_by_text("Ana invites you")).to_be_visible()
    page.get_by_label("Your name").fill(name)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account and join").click()
    expect(page.get_by_role("button", name="Ana’s books")).to_be_visible()
    return page


def test_an_owner_invites_and_a_member_joins_on_a_phone(
    open_server: Served, browser: Browser, ana: Page
) -> None:
    found = complaints(ana)
    link = invited(ana, open_server.url, "eli@example.org", "Member")
    phone = joined(browser, link, "Eli", **PHONE)
    phone.goto(f"{open_server.url}/members?{phone.url.partition('?')[2]}")
    expect(phone.get_by_text("2 people")).to_be_visible()
    expect(phone.get_by_text("Invitations")).to_have_count(0)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    ana.goto(f"{open_server.url}/members")
    expect(ana.get_by_text("2 people")).to_be_visible()
    assert found == []


def test_a_viewer_is_shown_nothing_to_change_and_is_refused(
    open_server: Served, browser: Browser, ana: Page
) -> None:
    viewer = joined(browser, invited(ana, open_server.url, "ben@example.org", "Viewer"), "Ben")
    tenant = viewer.url.partition("?")[2]
    viewer.goto(f"{open_server.url}/members?section=Invitations&{tenant}")
    expect(viewer.get_by_text("3 people")).to_be_visible()
    expect(viewer.get_by_role("button", name="Invite people")).to_have_count(0)
    viewer.goto(f"{open_server.url}/import?{tenant}")
    expect(viewer.get_by_text("You may not import here.")).to_be_visible()


def test_a_used_link_lets_nobody_else_in(open_server: Served, browser: Browser, ana: Page) -> None:
    link = invited(ana, open_server.url, "zoe@example.org", "Viewer")
    joined(browser, link, "Zoe")
    stranger = registered(browser, open_server, "Cleo")
    stranger.goto(link)
    expect(stranger.get_by_text("no longer valid")).to_be_visible()
