"""A bank file from its question to its undo, by the keyboard alone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import registered
from tests.browser.test_screens import settled
from tests.web.serving import Served
from tests.web.visiting import PASSWORD

pytestmark = pytest.mark.browser

BY_HAND = {"booked_on": "2026-04-03", "amount": "-12.00", "payee": "Baker"}
# The fifth of April, or the fourth of May: nothing in the file tells.
MARCH = "Date,Payee,Amount\n05/04/2026,BAKER MUELLER GMBH,-12.00\n06/04/2026,Kiosk,-3.00\n"
MOST_TABS = 60
HAS_FOCUS = "each => each.contains(document.activeElement)"
FOCUSED = "document.activeElement.outerHTML.slice(0, 120)"


def ask(page: Page, path: str, given: dict[str, Any] | None = None, token: str = "") -> Any:  # noqa: ANN401 - any JSON
    """Ask the API, which has no page in the way of what stands before the file."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    method = "POST" if given is not None else "GET"
    answer = page.request.fetch(path, method=method, headers=headers, data=given)
    assert answer.ok, answer.text()
    return answer.json()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until what is wanted, or something in it, has the focus."""
    expect(wanted).to_be_visible()
    settled(page)
    passed = []
    for _ in range(MOST_TABS):
        if wanted.evaluate(HAS_FOCUS):
            return
        passed.append(page.evaluate(FOCUSED))
        page.keyboard.press("Tab")
    pytest.fail("Tab does not reach it, but " + "\n".join(passed))


def test_a_file_is_asked_about_decided_imported_and_undone_by_keyboard(
    open_server: Served, browser: Browser, tmp_path: Path
) -> None:
    page, api = registered(browser, open_server, "Ana"), f"{open_server.url}/api/v1"
    credentials = {"email": f"ana@{open_server.domain}", "password": PASSWORD}
    token = ask(page, f"{api}/token", credentials)["access_token"]
    giro = {"name": "Giro", "kind": "CHECKING", "opened_on": "2026-01-01"}
    account = ask(page, f"{api}/accounts", giro, token)["id"]
    ask(page, f"{api}/transactions", {**BY_HAND, "account": account}, token)
    file = tmp_path / "april.csv"
    file.write_text(MARCH)
    page.goto(f"{open_server.url}/import")
    page.locator("input[type=file]").wait_for(state="attached")
    tab_to(page, page.get_by_test_id("stFileUploader").locator("button"))
    page.locator("input[type=file]").set_input_files(file)

    tab_to(page, page.get_by_role("radiogroup"))
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Day, month, year")).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Continue"))
    page.keyboard.press("Enter")

    tab_to(page, page.get_by_role("tablist"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Probably known (1)")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("tabpanel").get_by_test_id("stDataFrame").locator("canvas").first)
    for key in ("ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("stMetric").nth(0)).to_contain_text("2")
    expect(page.get_by_test_id("stMetric").nth(3)).to_contain_text("27.00")
    tab_to(page, page.get_by_role("button", name="Import 2 transactions"))
    page.keyboard.press("Enter")

    tab_to(page, page.get_by_role("button", name="Undo").last)
    found = ask(page, f"{api}/transactions", token=token)["items"]
    assert [each["booked_on"] for each in found] == ["2026-04-06", "2026-04-05", "2026-04-03"]
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone: 2 transactions removed.")).to_be_visible()
