"""The main job with a real browser: register, import a bank file, read the figures, export.

`FINTRACK_SCREENSHOTS=docs/screenshots pytest tests/browser/test_main_job.py` makes the pictures of
README on the way.
"""

import csv
import os
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fintrack.money import format_money, minor_units
from tests.browser.conftest import registered
from tests.web.serving import ROOT, Served
from tests.web.visiting import PASSWORD

pytestmark = pytest.mark.browser

SAMPLES = Path(os.environ.get("FINTRACK_SAMPLES") or ROOT.parent / "shared" / "samples")
SCREENSHOTS = os.environ.get("FINTRACK_SCREENSHOTS")
BOI, OFX, GERMAN = (
    "csv/test_BOI_TransactionExport.csv", "ofx/sample.ofx", "csv/csv_european_decimals.csv",
)  # fmt: skip
Row = tuple[date, Decimal, str]


def sample(name: str) -> Path:
    """Return a sample file; without the samples the test is skipped, in CI it fails."""
    path = SAMPLES / name
    if not path.exists():
        reason = "The sample statements are not here."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def expected_sum(*names: str) -> Decimal:
    """Return what the manifest says the files add up to."""
    with sample("manifest.csv").open(encoding="utf-8", newline="") as file:
        sums = {row["file"]: row["sum"] for row in csv.DictReader(file)}
    return sum((Decimal(sums[name]) for name in names), Decimal())


def shown(amount: Decimal) -> str:
    """Return an amount in euro as the screens write it."""
    return format_money(minor_units(amount, "EUR"), "EUR", "en_IE")


def rows_of_boi(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (
                datetime.strptime(row["Date"], "%d/%m/%Y").date(),  # noqa: DTZ007 - a day
                Decimal(row["Credit"] or f"-{row['Debit']}"),
                " ".join(row["Details"].split()),
            )
            for row in csv.DictReader(file)
        ]


def rows_of_ofx(path: Path) -> list[Row]:
    found = re.findall(r"DTPOSTED>(\d{8}).*?TRNAMT>(\S+).*?NAME>(\w+)", path.read_text(), re.DOTALL)
    return [(date.fromisoformat(day), Decimal(amount), name) for day, amount, name in found]


def rows_of_german(path: Path) -> list[Row]:
    lines = [line.split(";") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [
        (date.fromisoformat(day), Decimal(amount.replace(".", "").replace(",", ".")), text)
        for day, text, amount, *_ in lines
    ]


FILES = {BOI: rows_of_boi, OFX: rows_of_ofx, GERMAN: rows_of_german}


def drop_file(page: Page, server: Served, path: Path) -> None:
    """Drop a file on the Import page and wait until it has been read."""
    page.goto(f"{server.url}/import")
    page.locator("input[type=file]").wait_for(state="attached")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("Balance after").first.wait_for()


def take_in(page: Page) -> None:
    """Take in the file whose preview is shown."""
    page.get_by_role("button", name=re.compile(r"Import \d+ transactions")).click()
    page.get_by_text(re.compile(r"Imported .* new")).wait_for()


def export(page: Page, server: Served, tmp_path: Path) -> Path:
    """Fetch the export of everything, which asks who it is."""
    page.goto(f"{server.url}/transactions")
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Everything").click()
    page.get_by_role("textbox", name="Your password").fill(PASSWORD)
    with page.expect_download() as download:
        page.get_by_role("button", name="Confirm").click()
    target = tmp_path / "export.csv"
    download.value.save_as(target)
    return target


def rows_of_export(path: Path) -> list[Row]:
    rows = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    return [
        (
            date.fromisoformat(row["date"]),
            Decimal(row["amount"]),
            row["payee"] or row["description"],
        )
        for row in rows
    ]


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the page where README finds it, when somebody asked for pictures."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(2500)
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def test_bank_files_become_right_figures_and_the_same_export(
    open_server: Served, browser: Browser, tmp_path: Path
) -> None:
    page = registered(browser, open_server, "Ana", viewport={"width": 1440, "height": 1100})
    for name in FILES:
        drop_file(page, open_server, sample(name))
        screenshot(page, "import")
        take_in(page)
    page.goto(f"{open_server.url}/accounts")
    for name in FILES:
        expect(page.get_by_text(shown(expected_sum(name))).first).to_be_visible()
    page.goto(f"{open_server.url}/")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(shown(expected_sum(*FILES)))
    expect(page.get_by_text("32 without a category")).to_be_visible()
    screenshot(page, "home")
    page.goto(f"{open_server.url}/analytics")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(shown(expected_sum(*FILES)))
    screenshot(page, "analytics")
    file = export(page, open_server, tmp_path)
    wanted = [row for name, rows_of in FILES.items() for row in rows_of(sample(name))]
    assert sorted(rows_of_export(file)) == sorted(wanted)
    drop_file(page, open_server, file)
    expect(page.get_by_role("button", name="Nothing to import")).to_be_disabled()


def test_i10_two_users_in_two_tenants_at_once_see_their_own(
    open_server: Served, browser: Browser, tmp_path: Path
) -> None:
    ben, cleo = (registered(browser, open_server, name) for name in ("Ben", "Cleo"))
    for page, name in ((ben, BOI), (cleo, OFX)):
        drop_file(page, open_server, sample(name))
    for page in (ben, cleo):
        take_in(page)
    for page, own, foreign in ((ben, BOI, OFX), (cleo, OFX, BOI)):
        page.goto(f"{open_server.url}/accounts")
        expect(page.get_by_text(shown(expected_sum(own))).first).to_be_visible()
        expect(page.get_by_text(shown(expected_sum(foreign)))).to_have_count(0)
        rows = rows_of_export(export(page, open_server, tmp_path))
        assert sorted(rows) == sorted(FILES[own](sample(own)))
    tenant = cleo.url.split("tenant=")[1].split("&")[0]
    ben.goto(f"{open_server.url}/accounts?tenant={tenant}")
    expect(ben.get_by_text("There is no such tenant among yours.")).to_be_visible()
