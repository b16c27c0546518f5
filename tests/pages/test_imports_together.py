"""Several files on the Import page: judged together, taken in together, and what stays."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, accounts, create_account
from fintrack.limits import Limit
from fintrack.operations.tenants import set_limit
from tests.pages.opening import open_page
from tests.pages.test_imports import AMBIGUOUS, drop_all, labels, press, remarks, words
from tests.statements.importing import csv_file, held, ofx_file
from tests.statements.test_imports_together import APRIL, MARCH, MAY

ORDERS = [(MARCH, APRIL, MAY), (MAY, APRIL, MARCH)]


def figures(page: AppTest) -> list[str]:
    return [each.value for each in page.metric]


@pytest.mark.parametrize("files", ORDERS)
def test_files_of_one_new_account_end_with_the_balance_that_one_states(
    ana: TenantContext, files: tuple[bytes, ...]
) -> None:
    page = drop_all(ana, *files)
    assert figures(page) == ["4", "0", "€0.00", "€1,460.50"]
    assert "closing balance agrees" in words(page)

    page = press(page, "Import all 4 transactions")

    assert accounts(ana)["balance"].tolist() == [146050]
    assert "Balance of 30 Apr 2026 agrees" in words(page)


@pytest.mark.parametrize("files", ORDERS)
def test_they_do_so_one_by_one(ana: TenantContext, files: tuple[bytes, ...]) -> None:
    page = drop_all(ana, *files)
    for _ in files:
        next(each for each in page.button if each.label.startswith("Import ")).click()
        page = page.run()
    assert accounts(ana)["balance"].tolist() == [146050]


@pytest.mark.parametrize("at", range(3))
def test_one_of_them_is_taken_back(ana: TenantContext, at: int) -> None:
    page = press(drop_all(ana, MARCH, APRIL, MAY), "Import all 4 transactions")

    [each for each in page.button if each.label == "Undo"][at].click()
    told = words(page.run())

    assert "Undone: " in told
    assert "is off by" not in told


def test_a_file_that_is_taken_back_waits_again_beside_the_others(ana: TenantContext) -> None:
    page = drop_all(ana, MARCH, b"%PDF-1.7")
    page = press(page, "Import 2 transactions")
    assert "Import 2 transactions" not in labels(page)

    page = press(press(page, "Undo"), "Import 2 transactions")

    assert len(held(ana)) == 2
    assert len(page.error) == 1


@pytest.mark.parametrize("files", ORDERS)
def test_another_name_changes_no_balance(ana: TenantContext, files: tuple[bytes, ...]) -> None:
    page = drop_all(ana, *files)
    next(each for each in page.text_input if each.label == "Name").set_value("Mine")
    page = press(page, "Use these values")
    assert figures(page) == ["4", "0", "€0.00", "€1,460.50"]
    into = [each for each in page.selectbox if each.label.endswith("goes into")]
    assert {tuple(each.options) for each in into} == {("New account: Mine",)}

    press(page, "Import all 4 transactions")

    (made,) = accounts(ana).to_dict("records")
    assert (made["name"], made["balance"]) == ("Mine", 146050)


def test_a_closing_balance_that_another_file_contradicts_is_told(ana: TenantContext) -> None:
    wrong = csv_file([("2026-04-20", "-3.00", "Stranger")])
    number = b"IBAN: DE89370400440532013000\n\n"
    page = drop_all(ana, APRIL, number + wrong)
    assert r"the books would be off by −€3\.00." in page.warning[0].value


def test_what_cannot_come_in_with_the_others_is_told_with_the_reason(ana: TenantContext) -> None:
    page = drop_all(
        ana, csv_file(), b"%PDF-1.7", AMBIGUOUS, ofx_file([("20260301", "-1.00", "a", "Z")])
    )
    assert "Import all 3 transactions of 2 files" in labels(page)
    told = words(page)
    assert r"file 2\.csv stays here: it cannot be read, as its card above says." in told
    assert r"file 3\.csv stays here: it waits for an answer, as its card above says." in told

    page = press(page, "Import all 3 transactions of 2 files")

    assert len(held(ana)) == 3
    assert page.radio


def test_the_rows_of_more_than_a_few_files_are_folded(ana: TenantContext) -> None:
    files = [csv_file([(f"2026-03-0{day}", "-1.00", "Kiosk")]) for day in range(1, 5)]

    few, many = drop_all(ana, *files[:3]), drop_all(ana, *files)

    folded = [each for each in many.expander if each.label == "Rows: 1 new"]
    assert [each.proto.expanded for each in folded] == [False] * 4
    assert not any(each.label.startswith("Rows") for each in few.expander)


def test_a_file_that_is_dropped_under_two_names_comes_in_once(ana: TenantContext) -> None:
    page = open_page(ana, "import")
    names = ["jan.csv", "jan (1).csv"]
    page.file_uploader[0].set_value([(name, csv_file(), "text/csv") for name in names])
    page = page.run()
    assert not page.exception
    assert remarks(page) == ["Also in jan.csv."] * 2

    page = press(page, "Import all 2 transactions")
    assert len(held(ana)) == 2

    for _ in names:
        page = press(page, "Undo")
    assert held(ana) == []


def use_new_account(page: AppTest, **values: str) -> AppTest:
    for label, value in values.items():
        next(each for each in page.text_input if each.label.startswith(label)).set_value(value)
    next(each for each in page.selectbox if each.label == "Kind").set_value(AccountKind.CREDIT_CARD)
    return press(page, "Use these values")


FILES = csv_file(), csv_file([("2026-04-01", "-3.00", "Shop")])


def test_what_was_said_of_a_new_account_stands_again_after_an_undo(ana: TenantContext) -> None:
    page = use_new_account(drop_all(ana, *FILES), Name=" Card X ", Opening="10.00")
    for label in ("Import 2 transactions", "Undo"):
        page = press(page, label)
    press(page, "Import all 3 transactions")

    (made,) = accounts(ana).to_dict("records")
    assert (made["name"], made["kind"]) == ("Card X", "CREDIT_CARD")
    assert made["balance"] == 146500


def test_what_was_said_of_an_account_that_stays_opens_no_other_one(ana: TenantContext) -> None:
    page = use_new_account(drop_all(ana, *FILES, b"%PDF-1.7"), Name="Card X")
    page = press(page, "Import all 3 transactions of 2 files")
    page = press(page, "Undo")

    page = next(each for each in page.button if each.label.startswith("Import ")).click().run()

    assert accounts(ana)["name"].tolist() == ["Card X"]
    assert len(held(ana)) == 3


def test_files_that_are_shown_in_the_only_account_all_go_there(ana: TenantContext) -> None:
    create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1)))
    one, other = FILES
    page = drop_all(ana, one, other.replace(b"Payee", b"Name of payee"))
    assert figures(page)[0] == "3"

    press(page, "Import all 3 transactions")

    assert accounts(ana)["name"].tolist() == ["Giro"]


def test_what_is_refused_half_way_says_what_came_in_and_what_did_not(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.TRANSACTIONS, 3)
    late = csv_file([("2026-05-01", "-1.00", "Kiosk"), ("2026-05-02", "-2.00", "Kiosk")])
    last = csv_file([("2026-06-01", "-4.00", "Kiosk")])
    page = use_new_account(drop_all(ana, *FILES, late, last), Name="Card X")

    page = press(page, "Import all 6 transactions")

    assert len(held(ana)) == 3
    told = words(page)
    assert r"Imported file 1\.csv: 2 new." in told
    assert r"Imported file 2\.csv: 1 new." in told
    assert r"file 3\.csv was not imported: Rivera family may keep 3 transactions" in told
    assert r"file 4\.csv was not imported either and waits." in told
    assert labels(page).count("Undo") == 2
    into = [each.value for each in page.selectbox if each.label.endswith("goes into")]
    assert into == accounts(ana)["id"].tolist() * 2
    set_limit(ana.slug, Limit.TRANSACTIONS, 6)
    press(page, "Import all 3 transactions")
    assert accounts(ana)["name"].tolist() == ["Card X"]
    assert len(held(ana)) == 6


def test_a_currency_that_another_file_contradicts_leaves_all_as_it_was(ana: TenantContext) -> None:
    page = drop_all(ana, MARCH, APRIL)
    next(each for each in page.text_input if each.label == "Name").set_value("Mine")
    next(each for each in page.selectbox if each.label == "Currency").set_value("USD")
    page = press(page, "Use these values")

    assert [each.value for each in page.error] == ["DE89370400440532013000 is in EUR, Mine in USD."]
    assert figures(page) == ["3", "0", "€0.00", "€1,467.50"]
    assert next(each.value for each in page.selectbox if each.label == "Currency") == "USD"
    next(each for each in page.selectbox if each.label == "Currency").set_value("EUR")
    press(press(page, "Use these values"), "Import all 3 transactions")
    assert accounts(ana)["name"].tolist() == ["Mine"]
