"""Rows of a file that are probably known, decided by the box before each."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import registered
from tests.browser.test_main_job import drop_file
from tests.browser.test_screens import tick
from tests.statements.importing import csv_file
from tests.web.serving import Served
from tests.web.visiting import PASSWORD

pytestmark = pytest.mark.browser

BY_HAND = {"booked_on": "2026-03-09", "amount": "-12.00", "payee": "Baker"}


def ask(page: Page, path: str, given: dict[str, Any] | None = None, token: str = "") -> Any:  # noqa: ANN401 - any JSON
    """Ask the API, which has no page in the way of what stands before the file."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    method = "POST" if given is not None else "GET"
    answer = page.request.fetch(path, method=method, headers=headers, data=given)
    assert answer.ok, answer.text()
    return answer.json()


def test_a_row_that_is_probably_known_comes_in_where_its_box_is_ticked(
    open_server: Served, browser: Browser, tmp_path: Path
) -> None:
    page, api = registered(browser, open_server, "Ana"), f"{open_server.url}/api/v1"
    credentials = {"email": f"ana@{open_server.domain}", "password": PASSWORD}
    token = ask(page, f"{api}/token", credentials)["access_token"]
    giro = {"name": "Giro", "kind": "CHECKING", "opened_on": "2026-01-01"}
    account = ask(page, f"{api}/accounts", giro, token)["id"]
    ask(page, f"{api}/transactions", {**BY_HAND, "account": account}, token)
    file = tmp_path / "march.csv"
    file.write_bytes(csv_file([("2026-03-11", "-12.00", "BAKER MUELLER GMBH")]))
    drop_file(page, open_server, file)
    expect(page.get_by_role("combobox", name="goes into")).to_have_value("Giro (EUR)")
    expect(page.get_by_role("tab", name="Probably known (1)")).to_be_visible()
    expect(page.get_by_role("button", name="Match 1 transaction")).to_be_visible()
    tick(page.get_by_role("tabpanel"), 0)  # Which chooses the cell, whose box stands in its middle.
    page.keyboard.press("Space")
    expect(page.get_by_test_id("stMetric").nth(0)).to_contain_text("1")
    expect(page.get_by_test_id("stMetric").nth(3)).to_contain_text("24.00")
    page.get_by_role("button", name="Import 1 transaction").click()
    expect(page.get_by_text(re.compile("Imported .*: 1 new"))).to_be_visible()
    found = ask(page, f"{api}/transactions", token=token)["items"]
    assert [(each["booked_on"], each["amount"]) for each in found] == [
        ("2026-03-11", "-12.00"), ("2026-03-09", "-12.00"),
    ]  # fmt: skip
