"""How a file was read, on the Import page: shown with its certainty, and corrected."""

from datetime import date

from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from tests.pages.test_imports import AMBIGUOUS, commit, dropped, words
from tests.statements.importing import csv_file, held, imported, preview
from tests.statements.workbooks import Cell, workbook

FRANCS = b"Account: 12345678\n\nDate,Text,Amount\n2026-03-01,Grocer,42.00\n"


def press(page: AppTest, label: str) -> AppTest:
    next(each for each in page.button if each.label == label).click()
    return page.run()


def field(page: AppTest, start: str) -> str:
    """Return the full label of the input that begins so."""
    inputs = [*page.text_input, *page.number_input, *page.selectbox, *page.checkbox]
    return next(str(each.label) for each in inputs if each.label.startswith(start))


def test_the_guess_is_shown_with_its_certainty(ana: TenantContext) -> None:
    sure, unsure = dropped(ana, csv_file()), dropped(ana, FRANCS)

    assert sure.expander[0].label == "How the file was read: 100 % sure"
    assert unsure.expander[0].label == "How the file was read: 70 % sure"
    assert field(unsure, "Dates are") == "Dates are (100 % sure)"


def test_what_was_read_wrongly_is_corrected(ana: TenantContext) -> None:
    page = dropped(ana, FRANCS)
    next(each for each in page.checkbox if each.label.startswith("Purchases")).check()
    next(each for each in page.text_input if each.label.startswith("Currency")).set_value("chf")
    next(each for each in page.text_input if each.label.startswith("Account")).set_value("Card")

    page = press(page, "Read again")

    assert [each.value for each in page.metric][2:] == ["CHF\xa00.00", "−CHF\xa042.00"]
    assert "Card" in next(each.label for each in page.selectbox if "goes into" in each.label)


def test_a_header_that_is_none_is_read_as_a_row(ana: TenantContext) -> None:
    page = dropped(ana, b"2026-03-01,Grocer,-1.00\n2026-03-02,Baker,-2.00\n")
    next(each for each in page.number_input if each.label.startswith("Line of")).set_value(1)
    page = press(page, "Read again")
    assert page.metric[0].value == "1"

    next(each for each in page.number_input if each.label.startswith("Line of")).set_value(0)
    page = press(page, "Read again")

    assert page.metric[0].value == "2"


def test_a_workbook_with_several_tables_asks_for_the_sheet(ana: TenantContext) -> None:
    sheets: dict[str, list[list[Cell]]] = {
        f"Year [{year}]": [["Date", "Text", "Amount"], [date(year, 3, 1), "Grocer", -1.0]]
        for year in (2025, 2026)
    }
    content = workbook(sheets)
    page = dropped(ana, content, "books.xlsx")
    assert [option.startswith("Year") for option in page.radio[0].options] == [True, True]

    page.radio[0].set_value(page.radio[0].options[0])
    page = commit(press(page, "Continue"))

    assert [day for day, _, _ in held(ana)] == ["2025-03-01"]


def test_a_register_is_read_and_its_dates_are_asked_for(ana: TenantContext) -> None:
    page = dropped(ana, b"!Type:Bank\nD1/2/2026\nT-1.00\nPGrocer\n^\n", "march.qif")
    assert not page.number_input

    page.radio[0].set_value("Month, day, year")
    page = commit(press(page, "Continue"))

    assert [day for day, _, _ in held(ana)] == ["2026-01-02"]


def test_what_was_confirmed_before_is_said_to_be_so(ana: TenantContext) -> None:
    asked = preview(ana, AMBIGUOUS)
    assert asked.mapping is not None
    page = dropped(ana, AMBIGUOUS)
    page.radio[0].set_value("Day, month, year")
    commit(press(page, "Continue"))

    page = dropped(ana, AMBIGUOUS)

    assert "Read as files with these columns were confirmed before." in words(page)


def test_a_file_is_what_it_holds_whatever_it_is_called(ana: TenantContext) -> None:
    page = commit(dropped(ana, csv_file(), "march.pdf"))

    assert len(held(ana)) == 2
    assert imported(ana, csv_file()).new == 0
    assert not page.error


def test_what_is_remembered_needs_no_second_look(ana: TenantContext) -> None:
    page = commit(dropped(ana, FRANCS))

    page = dropped(ana, FRANCS)

    panel = page.expander[0]
    assert panel.label == "How the file was read: as confirmed before"
    assert not panel.proto.expanded
