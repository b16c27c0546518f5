"""A receipt is dropped on a transaction, fetched, removed and taken back."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import registered
from tests.browser.test_screens import PHONE, opened, settled, tick
from tests.web.serving import Served

pytestmark = pytest.mark.browser

CONTENT = b"%PDF-1.7 receipt"
DESK: ViewportSize = {"width": 1440, "height": 900}


def open_first(page: Page) -> None:
    tick(page, 0)
    page.locator(".st-key-open-one button").click()


def test_a_receipt_is_attached_fetched_removed_and_taken_back(
    open_server: Served, browser: Browser, tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(CONTENT)
    page = registered(browser, open_server, "Ana", viewport=DESK)
    page.get_by_role("button", name="Look around in a sample").click()
    expect(page.get_by_role("button", name="Remove the sample")).to_be_visible()
    opened(page, f"{open_server.url}/transactions?q=kiosk")
    open_first(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("No receipt or invoice yet.")).to_be_visible()
    dialog.locator("input[type=file]").set_input_files(receipt)
    fetch = dialog.locator("[class*=st-key-fetch] button")
    expect(fetch).to_be_visible()

    page.set_viewport_size(PHONE)
    page.reload()
    with page.expect_download() as download:
        fetch.click()
    assert download.value.suggested_filename == "receipt.pdf"
    assert download.value.path().read_bytes() == CONTENT
    assert dialog.evaluate("e => e.scrollWidth <= e.clientWidth")

    page.set_viewport_size(DESK)
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Removed receipt.pdf.")).to_be_visible()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    settled(page)
    open_first(page)
    expect(fetch).to_be_visible()
