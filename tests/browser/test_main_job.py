"""The main job with a real browser: register, import a bank file, read the figures, export."""

import csv
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import wait_signed_in
from tests.web.serving import ROOT, Served, served, throw_away_home
from tests.web.visiting import PASSWORD

pytestmark = pytest.mark.browser

SAMPLES = Path(os.environ.get("FINTRACK_SAMPLES") or ROOT.parent / "shared" / "samples")
# Where `FINTRACK_SCREENSHOTS=docs/screenshots pytest tests/browser/test_main_job.py` puts them.
SCREENSHOTS = os.environ.get("FINTRACK_SCREENSHOTS")
FILES = {
    "csv/test_BOI_TransactionExport.csv": "−€419.61",
    "ofx/sample.ofx": "€1,170.25",
}
PATIENCE = 45_000


@pytest.fixture(scope="module")
def open_server() -> Iterator[Served]:
    """A server where anybody may register."""
    with throw_away_home() as home, served(home, FINTRACK_REGISTRATION="open") as running:
        yield running


def registered(browser: Browser, server: Served, name: str, **options: object) -> Page:
    """Register somebody with a tenant in euro, in a browser of their own."""
    context: BrowserContext = browser.new_context(locale="en-IE", **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server.url}/?register=1")
    page.get_by_label("Your name").fill(name, timeout=PATIENCE)
    page.get_by_label("E-mail").fill(f"{name.lower()}@example.org")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_label("Tenant name").fill(f"{name}’s books")
    page.get_by_role("button", name="Create account").click()
    wait_signed_in(page)
    return page


def sample(name: str) -> Path:
    """Return a sample file; without the samples the test is skipped, in CI it fails."""
    path = SAMPLES / name
    if not path.exists():
        reason = "The sample statements are not here."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def import_file(page: Page, server: Served, path: Path) -> None:
    """Drop a file, look at the preview, and take it in."""
    page.goto(f"{server.url}/import")
    page.locator("input[type=file]").wait_for(state="attached", timeout=PATIENCE)
    page.locator("input[type=file]").set_input_files(path)
    button = page.get_by_role("button", name="transactions").first
    button.wait_for(timeout=PATIENCE)
    button.click()
    page.get_by_text(f"Imported {path.name}").wait_for(timeout=PATIENCE)


def export(page: Page, server: Served, tmp_path: Path) -> list[dict[str, str]]:
    """Fetch the export of everything, which asks who it is, and return its rows."""
    page.goto(f"{server.url}/transactions")
    page.get_by_role("button", name="Export").click(timeout=PATIENCE)
    page.get_by_role("button", name="Everything").click(timeout=PATIENCE)
    page.get_by_role("textbox", name="Your password").fill(PASSWORD, timeout=PATIENCE)
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name="Confirm").click()
    target = tmp_path / "export.csv"
    download.value.save_as(target)
    return list(csv.DictReader(target.read_text("utf-8-sig").splitlines()))


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the page where README finds it, when somebody asked for pictures."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(2500)
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def test_a_bank_file_becomes_right_figures_and_the_same_export(
    open_server: Served, browser: Browser, tmp_path: Path
) -> None:
    page = registered(browser, open_server, "Ana", viewport={"width": 1440, "height": 1000})
    for name in FILES:
        import_file(page, open_server, sample(name))
    page.goto(f"{open_server.url}/accounts")
    for balance in FILES.values():
        expect(page.get_by_text(balance).first).to_be_visible(timeout=PATIENCE)
    screenshot(page, "accounts")
    page.goto(f"{open_server.url}/")
    expect(page.get_by_text("€750.64").first).to_be_visible(timeout=PATIENCE)
    screenshot(page, "home")
    rows = export(page, open_server, tmp_path)
    assert len(rows) == 27 + 2
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("750.64")


def test_two_users_in_two_tenants_at_once_see_their_own(
    open_server: Served, browser: Browser, tmp_path: Path
) -> None:
    ben, cleo = (registered(browser, open_server, name) for name in ("Ben", "Cleo"))
    import_file(ben, open_server, sample("csv/test_BOI_TransactionExport.csv"))
    import_file(cleo, open_server, sample("ofx/sample.ofx"))
    for page, own, foreign in ((ben, "−€419.61", "€1,170.25"), (cleo, "€1,170.25", "−€419.61")):
        page.goto(f"{open_server.url}/accounts")
        expect(page.get_by_text(own).first).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text(foreign)).to_have_count(0)
    assert {len(export(page, open_server, tmp_path)) for page in (ben, cleo)} == {27, 2}
    tenant = cleo.url.split("tenant=")[1].split("&")[0]
    ben.goto(f"{open_server.url}/accounts?tenant={tenant}")
    expect(ben.get_by_text("There is no such tenant among yours.")).to_be_visible(timeout=PATIENCE)
