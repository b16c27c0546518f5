"""From one tenant to another in one tab of a real browser, and in two."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import complaints, registered
from tests.web.serving import Served

pytestmark = pytest.mark.browser
OWN, SAMPLE = "Ana’s books", "Sample household"


@pytest.fixture(scope="module")
def ana(browser: Browser, open_server: Served) -> Page:
    """Ana's tab, in a sample of hers, beside which she has books of her own."""
    page = registered(browser, open_server, "Ana", viewport={"width": 1440, "height": 900})
    page.get_by_test_id("stPopover").first.click()
    page.get_by_role("button", name="Look around in a sample").first.click()
    expect(page.get_by_role("button", name=SAMPLE)).to_be_visible()
    return page


@pytest.fixture
def page(ana: Page) -> Page:
    """Ana's tab, in the list of the sample's transactions."""
    if OWN in ana.get_by_test_id("stPopover").first.inner_text():
        switch(ana, SAMPLE)
    ana.get_by_role("link", name="Transactions", exact=True).click()
    expect(ana.get_by_placeholder("Search payee, text or amount")).to_be_visible()
    return ana


def switch(page: Page, name: str) -> None:
    page.get_by_test_id("stPopover").first.click()
    page.get_by_role("button", name=name).last.click()
    expect(page.get_by_test_id("stPopover").first).to_contain_text(name)


def test_a_switch_keeps_the_page_and_the_browser_forgets_what_was_typed(page: Page) -> None:
    found = complaints(page)
    search = page.get_by_placeholder("Search payee, text or amount")
    search.fill("nothing like this")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    entries = page.evaluate("history.length")
    switch(page, OWN)
    expect(page.get_by_text("No account yet")).to_be_visible()
    assert page.evaluate("history.length") == entries + 1
    assert "/transactions?tenant=ana" in page.url
    assert "q=" not in page.url
    switch(page, SAMPLE)
    expect(search).to_have_value("")
    expect(page.get_by_text("Nothing found")).to_be_hidden()
    assert found == []


def test_back_and_forward_lead_through_the_tenants(page: Page) -> None:
    sample = page.url
    switch(page, OWN)
    page.go_back()
    expect(page.get_by_test_id("stPopover").first).to_contain_text(SAMPLE)
    assert page.url == sample
    page.go_forward()
    expect(page.get_by_test_id("stPopover").first).to_contain_text(OWN)
    expect(page.get_by_text("No account yet")).to_be_visible()


def test_a_link_into_another_tenant_opens_in_a_tab_of_its_own(page: Page) -> None:
    sample = page.url
    switch(page, OWN)
    other = page.context.new_page()
    other.goto(sample)
    expect(other.get_by_test_id("stPopover").first).to_contain_text(SAMPLE)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(OWN)
    other.reload()
    expect(other.get_by_test_id("stPopover").first).to_contain_text(SAMPLE)
