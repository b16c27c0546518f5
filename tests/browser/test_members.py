"""Three people, three browsers: an owner invites, a member joins by phone, a viewer is refused."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import complaints, registered
from tests.browser.test_screens import settled
from tests.web.serving import Served
from tests.web.visiting import PASSWORD

pytestmark = pytest.mark.browser
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


# What a viewer is refused, by the address he may type, and what he is never shown.
REFUSED = {
    "import?": "import statements",
    "members?section=Invitations": "invite people",
    "members?section=Activity": "read the activity",
}
CHANGES = ("Invite people", "Upload", "Undo")


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
    page = browser.new_context(locale="en-IE", reduced_motion="reduce", **options).new_page()
    page.set_default_timeout(30_000)
    page.goto(link)
    expect(page.get_by_text("Ana invites you")).to_be_visible()
    page.get_by_label("Your name").fill(name)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account and join").click()
    expect(page.get_by_role("button", name="Ana’s books")).to_be_visible()
    return page


def removed(page: Page, url: str, name: str) -> None:
    """Remove the newest member, who is called so, on the page."""
    page.goto(f"{url}/members")
    settled(page)  # Before that, the newest of those that are drawn is somebody else.
    page.locator("[class*=st-key-about]").last.get_by_role("button").click()
    page.get_by_text("Remove", exact=True).click()
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_text(f"Removed {name}.")).to_be_visible()


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
    for address, right in REFUSED.items():
        viewer.goto(f"{open_server.url}/{address}&{tenant}")
        refusal = f"In Ana’s books you are VIEWER, who may not {right}."
        expect(viewer.get_by_text(refusal)).to_be_visible()
        for label in CHANGES:
            expect(viewer.get_by_role("button", name=label)).to_have_count(0)
    viewer.goto(f"{open_server.url}/members?{tenant}")
    expect(viewer.get_by_text(re.compile(r"^\d+ people$"))).to_be_visible()
    for label in ("Invitations", "Activity", *CHANGES):
        expect(viewer.get_by_text(label, exact=True)).to_have_count(0)


def test_a_used_link_lets_nobody_in_and_a_removed_member_sees_nothing_any_more(
    open_server: Served, browser: Browser, ana: Page
) -> None:
    link = invited(ana, open_server.url, "zoe@example.org", "Member")
    zoe = joined(browser, link, "Zoe")
    zoe.goto(f"{open_server.url}/accounts?{zoe.url.partition('?')[2]}")
    zoe.get_by_role("button", name="Add account").first.click()
    zoe.get_by_role("dialog").get_by_label("Name").fill("Piggy bank")
    zoe.get_by_role("button", name="Add the account").click()
    expect(zoe.get_by_role("button", name="Piggy bank")).to_be_visible()
    removed(ana, open_server.url, "Zoe")
    expect(zoe.get_by_text("You are no longer a member of Ana’s books")).to_be_visible()
    expect(zoe.get_by_text("Piggy bank")).to_have_count(0)
    zoe.goto(link)
    expect(zoe.get_by_text("no longer valid")).to_be_visible()
    ana.goto(f"{open_server.url}/accounts")
    expect(ana.get_by_role("button", name="Piggy bank")).to_be_visible()
