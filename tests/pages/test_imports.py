"""The Import page: what a file would do, what it did, and its way back."""

from datetime import date
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, accounts, create_account
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.statements.history import imports
from fintrack.statements.undoing import undo_import
from tests.pages.opening import open_page
from tests.statements.camt_files import IN, balance, document
from tests.statements.coda_files import file as coda_file
from tests.statements.coda_files import movement as coda_movement
from tests.statements.importing import MARCH, csv_file, held, imported, ofx_file
from tests.statements.norma43_files import file as norma43_file
from tests.statements.norma43_files import movement as norma43_movement

STATEMENTS = {
    "camt.053": document(
        balance("OPBD", "10") + balance("CLBD", "15") + f"<Ntry>{IN}</Ntry>"
    ).encode(),
    "mt940": (
        b":20:A\n:25:77\n:28C:1/1\n:60F:C260301EUR10,\n:61:2603140314C5,NTRFNONREF\n"
        b":86:Ana\n:62F:C260331EUR15,\n"
    ),
    "coda": coda_file(coda_movement()).encode(),
    "norma43": norma43_file(norma43_movement()).encode(),
}
AMBIGUOUS = csv_file([("01/02/2026", "-3.00", "Shop"), ("03/04/2026", "5.00", "Other")])


def dropped(context: TenantContext, content: bytes, name: str = "march.csv") -> AppTest:
    """Return the page after a file was dropped on it."""
    page = open_page(context, "import")
    page.file_uploader[0].set_value((name, content, "text/csv"))
    return page.run()


def commit(page: AppTest) -> AppTest:
    """Press the button that takes the file in."""
    next(each for each in page.button if each.label.startswith("Import ")).click()
    return page.run()


def labels(page: AppTest) -> list[str]:
    return [each.label for each in page.button]


def words(page: AppTest) -> str:
    return "\n".join(each.value for each in [*page.markdown, *page.caption, *page.success])


def test_a_file_is_shown_before_anything_is_written(ana: TenantContext) -> None:
    page = dropped(ana, csv_file())
    assert [each.value for each in page.metric] == ["2", "0", "€0.00", "€1,458.00"]
    assert "Import 2 transactions" in labels(page)
    assert accounts(ana).empty


@pytest.mark.parametrize("content", STATEMENTS.values(), ids=STATEMENTS)
def test_a_file_of_any_format_comes_in_whatever_its_name(
    ana: TenantContext, content: bytes
) -> None:
    page = dropped(ana, content, "download.bin")
    assert [each.value for each in page.metric] == ["1", "0", "€10.00", "€15.00"]
    assert "closing balance agrees" in words(page)

    commit(page)
    assert [(day, amount) for day, amount, _ in held(ana)] == [("2026-03-14", 500)]


def test_a_file_is_taken_in_with_one_click(ana: TenantContext) -> None:
    page = commit(dropped(ana, csv_file()))
    assert [payee for _, _, payee in held(ana)] == ["Employer", "Grocer"]
    assert r"Imported march\.csv: 2 new" in words(page)


def test_of_several_files_the_others_stay_when_one_is_taken_in(ana: TenantContext) -> None:
    page = open_page(ana, "import")
    files = [("march.csv", csv_file()), ("april.csv", csv_file([("2026-04-01", "-3.00", "Shop")]))]
    page.file_uploader[0].set_value([(name, each, "text/csv") for name, each in files])
    page.run()

    commit(page)
    assert [each.label for each in page.button if "mport 1" in each.label] == [
        "Import 1 transaction"
    ]

    commit(page)
    assert [payee for _, _, payee in held(ana)] == ["Shop", "Employer", "Grocer"]
    assert not any(each.label.startswith("Import ") for each in page.button)


def drop_all(context: TenantContext, *contents: bytes) -> AppTest:
    page = open_page(context, "import")
    files = [(f"file {number}.csv", each, "text/csv") for number, each in enumerate(contents, 1)]
    page.file_uploader[0].set_value(files)
    return page.run()


def press(page: AppTest, label: str) -> AppTest:
    next(each for each in page.button if each.label == label).click()
    return page.run()


def test_files_of_one_account_are_one_card_and_come_in_once(ana: TenantContext) -> None:
    late, early = csv_file([*MARCH[1:], ("2026-04-01", "-3.00", "Shop")]), csv_file(MARCH)
    page = drop_all(ana, late, early)
    assert [each.value for each in page.metric] == ["3", "0", "€0.00", "€1,455.00"]
    assert remarks(page) == ["Also in file 2.csv."]

    page = press(page, "Import all 3 transactions")

    assert len(held(ana)) == 3
    assert accounts(ana)["name"].tolist() == ["Checking account"]
    assert not any(each.label.startswith("Import ") for each in page.button)


@pytest.mark.parametrize("first", [0, 1])
def test_whichever_of_two_files_is_taken_in_first_the_other_knows(
    ana: TenantContext, first: int
) -> None:
    page = drop_all(ana, csv_file(), csv_file([MARCH[1]]))
    buttons = [each for each in page.button if each.label.startswith("Import ")]
    buttons[first].click()
    page = page.run()
    assert [each.value for each in page.metric][:2] == [["0", "1"], ["1", "1"]][first]


def test_a_transfer_that_only_two_files_show_waits_for_the_member(ana: TenantContext) -> None:
    entered(ana, "Giro", 1, -100, "Grocer")
    sides = [
        ofx_file([(day, amount, "A", words)], account=number)
        for day, amount, words, number in [
            ("20260310", "-75.00", "Out", "11111111"),
            ("20260312", "75.00", "In", "22222222"),
        ]
    ]
    page = press(drop_all(ana, *sides), "Import all 2 transactions")
    assert "may be transfers" in words(page)
    assert len(held(ana)) == 2
    assert "Transfers (1)" in tabs(page)


def test_a_new_account_is_corrected_before_it_is_made(ana: TenantContext) -> None:
    page = dropped(ana, csv_file())
    next(each for each in page.text_input if each.label == "Name").set_value("Holiday")
    next(each for each in page.selectbox if each.label == "Kind").set_value(AccountKind.CASH)
    next(each for each in page.selectbox if each.label == "Currency").set_value("CHF")
    opening = next(each for each in page.text_input if each.label.startswith("Opening"))
    opening.set_value("10.50")
    page = press(page, "Use these values")
    assert page.metric[3].value == "CHF\xa01,468.50"

    commit(page)

    (made,) = accounts(ana).to_dict("records")
    assert (made["name"], made["kind"], made["currency"]) == ("Holiday", "CASH", "CHF")
    assert made["balance"] == 146850


def test_a_file_may_go_into_a_new_account_although_one_is_known(ana: TenantContext) -> None:
    imported(ana, csv_file())
    page = dropped(ana, csv_file([("2026-04-01", "-3.00", "Shop")]))
    box = next(each for each in page.selectbox if each.label.endswith("goes into"))
    box.set_value("new")
    commit(page.run())
    assert sorted(accounts(ana)["name"]) == ["Checking account", "Checking account 2"]


def test_a_file_that_is_in_the_books_already_cannot_be_taken_in_again(ana: TenantContext) -> None:
    imported(ana, csv_file())
    page = dropped(ana, csv_file())
    assert [each.value for each in page.metric][:2] == ["0", "2"]
    button = next(each for each in page.button if each.label == "Nothing to import")
    assert button.disabled


def test_the_balance_of_a_file_that_brings_nothing_is_kept_once(ana: TenantContext) -> None:
    row = ("20260301", "-42.00", "A1", "Grocer")
    imported(ana, ofx_file([row]))
    file = ofx_file([row], balance="158.00")
    page = dropped(ana, file)

    next(each for each in page.button if each.label == "Keep the balance").click()
    page.run()

    assert imports(ana)["file_balance"].dropna().tolist() == [15800]
    assert "Nothing to import" in labels(dropped(ana, file))


def test_a_file_of_balances_alone_opens_its_accounts(ana: TenantContext) -> None:
    page = dropped(ana, ofx_file([], balance="158.00"))

    next(each for each in page.button if each.label == "Open 1 account").click()
    page.run()

    assert accounts(ana)["balance"].tolist() == [15800]
    assert imports(ana)["file_balance"].tolist() == [15800]


def test_what_a_file_leaves_open_is_asked(ana: TenantContext) -> None:
    page = dropped(ana, AMBIGUOUS)
    assert not page.metric
    page.radio[0].set_value("Month, day, year")
    next(each for each in page.button if each.label == "Continue").click()
    page = commit(page.run())
    assert [day for day, _, _ in held(ana)] == ["2026-03-04", "2026-01-02"]


def test_a_rejected_row_is_shown_with_its_line_and_reason(ana: TenantContext) -> None:
    page = dropped(ana, csv_file([("2026-03-01", "-42.00", "Grocer"), ("2026-03-02", "1..2", "X")]))
    rejected = next(each.value for each in page.dataframe if "line" in each.value)
    assert rejected["line"].tolist() == [3]
    assert "1..2" in rejected["reason"].iloc[0]
    assert rejected["text"].tolist() == ["2026-03-02,1..2,X"]


def test_the_files_own_balance_is_compared(ana: TenantContext) -> None:
    rows = [("20260302", "150.00", "a", "Employer")]
    agreed = dropped(ana, ofx_file(rows, balance="150.00"), "march.ofx")
    assert "closing balance agrees" in words(agreed)
    imported(ana, ofx_file(rows, balance="150.00"))
    later = [("20260303", "-20.00", "b", "Grocer")]
    page = dropped(ana, ofx_file(later, balance="180.00"), "april.ofx")
    assert r"€50\.00" in page.warning[0].value


def entered(context: TenantContext, name: str, day: int, amount: int, payee: str) -> UUID:
    """Return an account that holds what somebody entered by hand."""
    account_id = create_account(
        context, NewAccount(name, AccountKind.CHECKING, "EUR", date(2026, 1, 1))
    )
    record_transaction(context, NewTransaction(account_id, date(2026, 3, day), amount, payee))
    return account_id


def tabs(page: AppTest) -> list[str]:
    return [each.label for each in page.tabs]


def remarks(page: AppTest) -> list[str]:
    tables = [each.value for each in page.dataframe if "reason" in each.value]
    return [reason for each in tables for reason in each["reason"] if reason]


def into(page: AppTest, account_id: UUID) -> AppTest:
    box = next(each for each in page.selectbox if each.label.endswith("goes into"))
    box.set_value(str(account_id))
    return page.run()


def test_a_row_that_is_probably_known_is_matched_with_one_click(ana: TenantContext) -> None:
    giro = entered(ana, "Giro", 9, -1200, "Baker")
    bakery = csv_file([("2026-03-11", "-12.00", "BAKER MUELLER GMBH")])
    page = into(dropped(ana, bakery), giro)
    assert tabs(page) == ["Probably known (1)"]
    assert remarks(page) == ["Like 9 Mar 2026 Baker \N{MINUS SIGN}12.00, 2 days apart."]
    next(each for each in page.button if each.label == "Match 1 transaction").click()
    assert "0 new, 1 already there" in words(page.run())
    assert held(ana) == [("2026-03-09", -1200, "Baker")]


def test_a_transfer_between_own_accounts_is_told_and_linked(ana: TenantContext) -> None:
    entered(ana, "Savings", 9, 50000, "Ana")
    giro = entered(ana, "Giro", 1, -100, "Grocer")
    content = csv_file([("2026-03-09", "-500.00", "Savings")])
    page = into(dropped(ana, content), giro)
    assert tabs(page) == ["New (1)", "Transfers (1)"]
    assert remarks(page) == ["To Savings on 9 Mar 2026."]
    assert "1 linked as a transfer" in words(commit(page))


def test_the_history_says_whether_the_files_balance_still_holds(ana: TenantContext) -> None:
    rows = [("20260302", "150.00", "a", "Employer")]
    report = imported(ana, ofx_file(rows, balance="150.00"))
    imported(ana, csv_file(), account_id=report.batches[0].account_id)
    page = open_page(ana, "import")
    assert words(page).count("over the bank’s balance of 31 Mar 2026") == 1
    undo_import(ana, UUID(str(imports(ana)["import_id"].iloc[0])))
    assert "Balance of 31 Mar 2026 agrees" in words(open_page(ana, "import"))
    late = NewTransaction(report.batches[0].account_id, date(2026, 3, 31), -100)
    record_transaction(ana, late)
    assert "€1\\.00 under the bank’s balance of 31 Mar 2026" in words(open_page(ana, "import"))


def test_what_a_file_calls_its_account_is_never_markup(ana: TenantContext) -> None:
    page = dropped(ana, ofx_file([("20260302", "1.00", "a", "X")], account="**A**"), "a.ofx")
    assert any(each.label == "A goes into" for each in page.selectbox)


def test_what_is_no_statement_is_refused_in_one_sentence(ana: TenantContext) -> None:
    page = dropped(ana, b"<html><body>nope</body></html>")
    (refusal,) = page.error
    assert refusal.value.startswith("This file is no table; choose a CSV, ")


def test_an_import_goes_with_one_click(ana: TenantContext) -> None:
    page = commit(dropped(ana, csv_file()))
    next(each for each in page.button if each.label == "Undo").click()
    assert "Undone: 2 transactions removed." in words(page.run())
    assert held(ana) == []


def test_the_rejected_rows_of_an_import_go_with_the_account_that_it_made(
    ana: TenantContext,
) -> None:
    rows = [("2026-03-01", "-42.00", "Grocer"), ("2026-03-02", "nothing", "Baker")]
    made = imported(ana, csv_file(rows)).import_id
    assert "Rejected rows" in [each.label for each in open_page(ana, "import").expander]
    undo_import(ana, made)
    page = open_page(ana, "import")
    assert "1 rejected" in words(page)
    assert "Rejected rows" not in [each.label for each in page.expander]


def test_what_was_edited_since_is_shown_before_it_goes(ana: TenantContext) -> None:
    page = commit(dropped(ana, csv_file()))
    row = transactions(ana).frame.set_index("payee").loc["Grocer"]
    change_transaction(ana, UUID(str(row["id"])), TransactionChange(note="mine"), 1)
    page = press(page, "Undo")
    assert "One of its rows was changed since" in words(page)
    assert "Receipts and other files of these rows go for good." in words(page)
    (told,) = [each.value for each in page.dataframe if "change" in each.value]
    assert told[["payee", "change"]].to_numpy().tolist() == [["Grocer", "edited"]]
    assert "Undone: 2 transactions removed." in words(press(page, "Remove it as well"))


def test_a_viewer_sees_what_was_imported_and_no_way_to_import(
    ana: TenantContext, ben: TenantContext
) -> None:
    imported(ana, csv_file())
    page = open_page(ben, "import")
    assert not page.file_uploader
    assert r"march\.csv" in words(page)
    assert "Undo" not in labels(page)
