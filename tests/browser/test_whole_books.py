"""Ana takes her books along as one file, and brings the file in as a tenant of its own."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fintrack.operations.archive.verify import verify_book
from tests.browser.conftest import complaints, registered
from tests.browser.test_screens import opened, settled
from tests.web.serving import Served
from tests.web.visiting import PASSWORD

pytestmark = pytest.mark.browser


def test_a_book_leaves_and_comes_back(
    open_server: Served, browser: Browser, tmp_path: Path
) -> None:
    page = registered(browser, open_server, "Ana", viewport={"width": 1280, "height": 1000})
    heard = complaints(page)
    page.get_by_role("button", name="Look around in a sample").click()
    expect(page.get_by_role("button", name="Remove the sample")).to_be_visible()
    book = tmp_path / "book.zip"
    _take_along(opened(page, f"{open_server.url}/settings"), book)
    with book.open("rb") as file:
        assert verify_book(file).problems == ()

    _bring(opened(page, f"{open_server.url}/import"), book)
    expect(page.get_by_text("each as it was")).to_be_visible()
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_text("Sample household").first).to_be_visible()
    expect(page.get_by_role("button", name="Remove the sample")).to_have_count(0)
    assert heard == []


def _take_along(page: Page, to: Path) -> None:
    page.get_by_role("button", name="For other programs").click()
    expect(page.get_by_role("button", name="hledger")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download", exact=True).click()
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_download() as download:
        page.get_by_role("button", name="Confirm").click()
    download.value.save_as(to)


def _bring(page: Page, book: Path) -> None:
    page.get_by_text("Bring a whole book").last.click()
    expect(page.get_by_text("One file or zip with everything in it")).to_be_visible()
    page.locator("input[type=file]").last.set_input_files(book)
    settled(page)
    page.get_by_role("button", name="Bring it in").click()
