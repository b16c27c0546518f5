"""The screens at work in the sample household: search, edit, undo, drill down, on a phone too."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.conftest import complaints, registered
from tests.web.serving import Served

pytestmark = pytest.mark.browser

PATHS = (
    "", "accounts", "transactions", "import", "analytics", "members", "settings", "account",
)  # fmt: skip
PHONE: ViewportSize = {"width": 390, "height": 844}
ROW, SPLIT_ROW, TICK = 36, 33, 16  # in pixels: rows of the two tables, and where a box is


@pytest.fixture(scope="module")
def sample(open_server: Served, browser: Browser) -> Page:
    """Ana, looking around in her sample household."""
    page = registered(browser, open_server, "Ana", viewport={"width": 1440, "height": 1000})
    page.get_by_role("button", name="Look around in a sample").click()
    expect(page.get_by_role("button", name="Remove the sample")).to_be_visible()
    return page


@pytest.fixture
def listed(sample: Page, open_server: Served) -> Page:
    """Ana, before what she bought at the kiosk."""
    return opened(sample, f"{open_server.url}/transactions?q=kiosk")


@pytest.fixture(scope="module")
def phone(sample: Page, browser: Browser) -> Iterator[Page]:
    """Ana on her phone, signed in and in the same household."""
    state = sample.context.storage_state()
    context = browser.new_context(
        storage_state=state, viewport=PHONE, has_touch=True, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def opened(page: Page, address: str) -> Page:
    """Open the address in the same tenant and return the page when its script has run."""
    page.goto(with_tenant(page, address))
    settled(page)
    return page


def with_tenant(page: Page, address: str) -> str:
    found = re.search(r"tenant=[^&]+", page.url)
    assert found is not None
    return f"{address}{'&' if '?' in address else '?'}{found[0]}"


def settled(page: Page) -> None:
    """Wait until the script has run and nothing is a placeholder any more."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-test-script-state=running]")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.wait_for_timeout(500)


def tick(place: Page | Locator, *rows: int) -> None:
    """Tick rows of a list; they are drawn on a canvas, so that only the place names them."""
    for row in rows:
        canvas = place.get_by_test_id("stDataFrame").locator("canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        canvas.page.mouse.click(box["x"] + TICK, box["y"] + ROW * (row + 1.5))
        settled(canvas.page)


def texts(page: Page, column: str) -> list[str]:
    """Return a column of the table that the list draws for screen readers."""
    grid = page.locator("[role=grid]").first
    grid.locator("th").first.wait_for(state="attached")
    heads = grid.locator("th").all_text_contents()
    return grid.locator(f"td[aria-colindex='{heads.index(column) + 1}']").all_text_contents()


def write_into(place: Page | Locator, x: int, y: float, text: str) -> None:
    """Double-click a table's cell, again while the canvas is not ready, and write over it."""
    canvas = place.get_by_test_id("stDataFrame").locator("canvas").first
    page = canvas.page
    cell = page.locator("textarea.gdg-input")
    for _ in range(20):
        box = canvas.bounding_box()
        assert box is not None
        page.mouse.dblclick(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(500)
        if cell.count():
            break
    cell.fill(text)
    cell.press("Enter")
    expect(cell).to_have_count(0)
    # A table tells the server a little later, so that quick typing is one message.
    page.wait_for_timeout(1000)


def bar(page: Page, chart: str, number: int = 0) -> Locator:
    """Return a bar of the last series of the chart that shows this word."""
    figure = page.locator(".js-plotly-plot").filter(has_text=chart).first
    figure.scroll_into_view_if_needed()
    return figure.locator(".trace.bars").last.locator(".point path").nth(number)


def fetched(page: Page, button: Locator, folder: Path) -> list[dict[str, str]]:
    """Press the button and return the rows of the file that comes."""
    with page.expect_download() as download:
        button.click()
    target = folder / "file.csv"
    download.value.save_as(target)
    return list(csv.DictReader(target.read_text("utf-8-sig").splitlines()))


def test_every_page_of_a_filled_tenant_is_drawn_without_a_complaint(
    sample: Page, open_server: Served
) -> None:
    tab = sample.context.new_page()
    found = complaints(tab)
    for path in PATHS:
        tab.goto(with_tenant(sample, f"{open_server.url}/{path}"))
        settled(tab)
        expect(tab.get_by_text("Family · Owner")).to_be_visible()
        expect(tab.get_by_test_id("stAlert")).to_have_count(0)
    tab.close()
    assert found == []


def test_analytics_prints_on_as_many_sheets_as_it_needs(sample: Page, open_server: Served) -> None:
    tab = sample.context.new_page()
    tab.goto(with_tenant(sample, f"{open_server.url}/analytics"))
    settled(tab)
    tab.emulate_media(media="print")
    expect(tab.get_by_test_id("stSidebar")).to_be_hidden()
    expect(tab.get_by_role("button", name="Sample household")).to_be_visible()
    chart = tab.get_by_test_id("stPlotlyChart").first
    # No script runs between screen and sheet: a chart stays as wide as it was drawn.
    shown = "svg => (svg.setAttribute('width', 2000), svg.clientWidth)"
    assert chart.locator(".main-svg").first.evaluate(shown) == 2000
    sheets = tab.pdf(format="A4", print_background=True).count(b"/Type /Page\n")
    opened(tab, open_server.url)
    expect(tab.get_by_role("button", name="Savings", exact=True)).to_be_visible()
    expect(tab.get_by_role("button", name="CSV").first).to_be_hidden()
    tab.close()
    assert sheets > 1


def test_no_page_scrolls_sideways_on_a_phone(
    sample: Page, phone: Page, open_server: Served
) -> None:
    for path in PATHS:
        phone.goto(with_tenant(sample, f"{open_server.url}/{path}"))
        settled(phone)
        widths = phone.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert widths == [PHONE["width"], PHONE["width"]], path
        for button in phone.get_by_test_id("stMain").get_by_role("button").all():
            box = button.bounding_box()
            assert box is None or box["x"] + box["width"] <= PHONE["width"], path
        for choice in phone.get_by_test_id("stMain").get_by_role("radio").all():
            box = choice.bounding_box()
            assert box is None or 0 <= box["x"] <= PHONE["width"] - box["width"], path


def test_no_headline_is_cut_on_a_phone(sample: Page, phone: Page, open_server: Served) -> None:
    phone.goto(with_tenant(sample, open_server.url))
    settled(phone)
    for figure in phone.get_by_test_id("stMetricValue").locator("p, div").all():
        assert figure.evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_typing_searches_and_the_address_remembers(sample: Page, open_server: Served) -> None:
    page = opened(sample, f"{open_server.url}/transactions")
    page.get_by_placeholder("Search payee, text or amount").press_sequentially("kio", delay=50)
    page.wait_for_url(re.compile("q=kio"))
    settled(page)
    assert set(texts(page, "Payee")) == {"Kiosk"}
    page.reload()
    settled(page)
    assert set(texts(page, "Payee")) == {"Kiosk"}


def test_what_is_exported_is_what_is_shown(listed: Page, tmp_path: Path) -> None:
    listed.get_by_role("button", name="Export").click()
    rows = fetched(listed, listed.get_by_role("button", name="As shown"), tmp_path)
    assert {row["payee"] for row in rows} == {"Kiosk"}


def test_many_are_categorised_at_once_and_back(listed: Page) -> None:
    before = texts(listed, "Category")[:3]
    tick(listed, 0, 1)
    expect(listed.get_by_role("button", name="Categorise")).to_be_disabled()
    listed.get_by_label("Category", exact=True).last.click()
    listed.keyboard.type("Groceries")
    listed.keyboard.press("Enter")
    listed.get_by_role("button", name="Categorise").click()
    expect(listed.get_by_text("2 transactions categorised.")).to_be_visible()
    settled(listed)
    assert texts(listed, "Category")[:3] == ["Food › Groceries"] * 2 + before[2:]  # noqa: RUF001
    listed.get_by_role("button", name="Undo").click()
    expect(listed.get_by_text("Undone.")).to_be_visible()
    settled(listed)
    assert texts(listed, "Category")[:3] == before


def test_many_are_deleted_at_once_and_back(listed: Page) -> None:
    before = texts(listed, "Amount")
    tick(listed, 0, 2)
    listed.get_by_role("button", name="Delete").click()
    expect(listed.get_by_text("2 transactions deleted.")).to_be_visible()
    settled(listed)
    assert texts(listed, "Amount")[:2] == [before[1], before[3]]
    listed.get_by_role("button", name="Undo").click()
    expect(listed.get_by_text("Undone.")).to_be_visible()
    settled(listed)
    assert texts(listed, "Amount") == before


def test_a_cell_is_edited_in_place(listed: Page) -> None:
    listed.get_by_text("Edit in place").click()
    settled(listed)
    write_into(listed, 120, ROW * 1.5, "Kiosk at the corner")
    expect(listed.get_by_text("Saved.")).to_be_visible()
    settled(listed)
    assert texts(listed, "Payee")[0] == "Kiosk at the corner"
    listed.get_by_role("button", name="Undo").click()
    expect(listed.get_by_text("Undone.")).to_be_visible()
    listed.get_by_text("Edit in place").click()


def test_a_transaction_is_split_only_into_what_it_amounts_to(listed: Page) -> None:
    tick(listed, 0)
    listed.locator(".st-key-open-one button").click()
    dialog = listed.get_by_role("dialog")
    dialog.get_by_role("tab", name="Split").click()
    write_into(dialog, 600, SPLIT_ROW * 1.5, "-2.00")
    write_into(dialog, 600, SPLIT_ROW * 2.5, "-0.80")
    dialog.get_by_role("button", name="Save the split").click()
    refusal = "The lines add up to -2.80 EUR, but the transaction is -2.85 EUR."
    expect(dialog.get_by_text(refusal)).to_be_visible()
    write_into(dialog, 600, SPLIT_ROW * 2.5, "-0.85")
    dialog.get_by_role("button", name="Save the split").click()
    expect(dialog).to_have_count(0)
    settled(listed)
    assert texts(listed, "Category")[0] == "Split"
    listed.get_by_role("button", name="Undo").click()
    expect(listed.get_by_text("Undone.")).to_be_visible()


def test_an_open_transaction_is_in_the_address_and_escape_closes_it(listed: Page) -> None:
    tick(listed, 0)
    listed.locator(".st-key-open-one button").click()
    expect(listed.get_by_role("dialog")).to_be_visible()
    assert "transaction=" in listed.url
    listed.reload()
    expect(listed.get_by_role("dialog")).to_be_visible()
    listed.keyboard.press("Escape")
    expect(listed.get_by_role("dialog")).to_have_count(0)
    listed.wait_for_url(re.compile(r"^((?!transaction=).)*$"))


def test_home_leads_to_the_account_that_was_pressed(sample: Page, open_server: Served) -> None:
    page = opened(sample, open_server.url)
    page.get_by_role("button", name="Everyday account", exact=True).click()
    expect(page.get_by_role("heading", name="Everyday account")).to_be_visible()
    assert "account=" in page.url


def test_a_bar_leads_down_the_tree_to_the_transactions(sample: Page, open_server: Served) -> None:
    page = opened(sample, f"{open_server.url}/analytics")
    bar(page, "Housing").click(force=True)
    page.wait_for_url(re.compile("branch="))
    settled(page)
    bar(page, "Rent and mortgage").click(force=True)
    page.wait_for_url(re.compile(r"/transactions\?.*category="))
    settled(page)
    assert set(texts(page, "Category")) == {"Housing › Rent and mortgage"}  # noqa: RUF001
    page.go_back()
    page.wait_for_url(re.compile(r"/analytics\?.*branch="))


def test_a_point_of_net_worth_leads_to_what_moved_until_then(
    sample: Page, open_server: Served
) -> None:
    page = opened(sample, open_server.url)
    area = page.locator(".js-plotly-plot").first.locator(".nsewdrag").first
    box = area.bounding_box()
    assert box is not None
    area.click(position={"x": 1, "y": box["height"] / 2})
    page.wait_for_url(re.compile(r"/transactions\?.*since=\d{4}-\d\d-01&until="))


def test_the_data_of_each_chart_is_a_file(
    sample: Page, open_server: Served, tmp_path: Path
) -> None:
    page = opened(sample, f"{open_server.url}/analytics")
    files = {
        name: fetched(page, page.locator(f".st-key-csv-{name} button"), tmp_path)
        for name in ("net-worth", "cash-flow", "spending", "income", "payees")
    }
    figures = page.get_by_test_id("stMetricValue").all_inner_texts()
    worth, came, went = (Decimal(figure.strip("€").replace(",", "")) for figure in figures[:3])
    assert Decimal(files["net-worth"][-1]["net"]) == worth
    assert sum(Decimal(row["inflow"]) for row in files["cash-flow"]) == came
    assert sum(Decimal(row["amount"]) for row in files["income"]) == came
    assert sum(Decimal(row["amount"]) for row in files["spending"]) == went
    assert sum(Decimal(row["amount"]) for row in files["payees"]) == went


def test_a_pivot_is_saved_and_chosen_again(sample: Page, open_server: Served) -> None:
    asked = "rows=Payee&columns=Account&figures=How+many"
    page = opened(sample, f"{open_server.url}/analytics?view=Pivot&{asked}")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Name").fill("Shops")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved Shops, for you alone.")).to_be_visible()
    page = opened(sample, f"{open_server.url}/analytics?view=Pivot")
    page.get_by_role("combobox", name="Saved pivots").click()
    page.get_by_role("option", name="Shops").click()
    expect(page.get_by_role("heading", name="How many by payee and account")).to_be_visible()
    page.wait_for_url(re.compile("rows=Payee.*columns=Account"))
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Removed Shops.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Saved pivots")).to_be_visible()


def test_a_cell_of_a_pivot_leads_to_its_transactions(sample: Page, open_server: Served) -> None:
    page = opened(sample, f"{open_server.url}/analytics?view=Pivot&period=Last+month")
    box = page.get_by_test_id("stDataFrame").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 300, box["y"] + ROW + ROW / 2)
    page.wait_for_url(re.compile(r"/transactions\?.*since=.*category="))


def test_the_sample_goes_with_one_click(sample: Page, open_server: Served) -> None:
    page = opened(sample, f"{open_server.url}/settings")
    page.get_by_role("button", name="Remove the sample").click()
    expect(page.get_by_text("Personal · Owner")).to_be_visible()
    expect(page.get_by_text("Family · Owner")).to_have_count(0)
