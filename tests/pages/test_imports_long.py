"""The Import page with more than it shows at once."""

from fintrack.context import TenantContext
from fintrack.ui.import_files import SHOWN_ROWS
from fintrack.ui.import_history import PAGE_SIZE
from tests.pages.opening import open_page
from tests.pages.test_imports import dropped, words
from tests.statements.importing import csv_file, imported


def test_imports_of_any_age_are_found_page_by_page(ana: TenantContext) -> None:
    for number in range(PAGE_SIZE + 1):
        imported(ana, csv_file([("2026-03-01", f"-{number + 1}.00", f"Shop {number}")]))
    page = open_page(ana, "import")
    assert [each.label for each in page.button].count("Undo") == PAGE_SIZE
    page.button(key="older imports").click().run()
    assert [each.label for each in page.button].count("Undo") == 1
    assert [each.label for each in page.button if each.label in {"Newer", "Older"}] == ["Newer"]
    page.button(key="newer imports").click().run()
    assert [each.label for each in page.button].count("Undo") == PAGE_SIZE


def test_rejected_rows_that_are_not_shown_are_counted(ana: TenantContext) -> None:
    good = [("2026-03-01", f"-{number + 1}.00", "Shop") for number in range(600)]
    bad = [("2026-03-01", "nothing", "Shop")] * (SHOWN_ROWS + 2)
    assert "And 2 more." in words(dropped(ana, csv_file([*good, *bad]))).split("\n")
