"""The command line with bank files: what was imported, taken back, and stands behind a row."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from fintrack.__main__ import main
from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from tests.statements.camt_files import IN, balance, document
from tests.statements.importing import csv_file as march
from tests.statements.importing import imported
from tests.test_main import reachable  # noqa: F401 - opens the test's own database

Says = Callable[..., str]


@pytest.fixture
def says(ana: TenantContext, reachable: None, capsys: pytest.CaptureFixture[str]) -> Says:  # noqa: F811 - the fixture
    """Give a command for Ana in her books, and return what it prints if it ends with the code."""

    def said(*words: str, code: int = 0) -> str:
        assert main([*words, "--as", "ana@example.org", "--tenant", ana.slug]) == code
        return capsys.readouterr().out

    return said


def test_an_import_is_listed_shown_and_taken_back(ana: TenantContext, says: Says) -> None:
    made = str(imported(ana, march()).import_id)
    (listed,) = json.loads(says("imports", "--json"))
    assert (listed["id"], listed["new"]) == (made, 2)
    line = says("imports").removesuffix("\n")
    assert line.startswith(f"{made}  20")
    assert says("imports", made).splitlines()[1:] == [
        "  from 2026-03-01 to 2026-03-02",
        "  Checking account: 2 new, 0 known, 0 refused; 0.00 → 1458.00 EUR",
    ]
    assert says("undo-import", made) == "2 transactions removed.\n"
    # Its account, which nothing else has used, goes with it; what it was stays in the list.
    assert says("imports") == f"{line}, undone\n"


def test_a_transfer_is_told_in_one_sentence(ana: TenantContext, says: Says, tmp_path: Path) -> None:
    for name, kind in (("Giro", AccountKind.CHECKING), ("Savings", AccountKind.SAVINGS)):
        account_id = create_account(ana, NewAccount(name, kind, "EUR", date(2026, 1, 1)))
    record_transaction(ana, NewTransaction(account_id, date(2026, 3, 1), 4_200, "Me"))
    file = tmp_path / "march.csv"
    for payee, words in (("Savings", "Transfer to Savings on"), ("Me", "Perhaps a transfer to")):
        file.write_bytes(march([("2026-03-01", "-42.00", payee)]))
        assert words in says("import", str(file), "--account", "Giro", "--dry-run")


def test_what_was_edited_since_is_listed_and_goes_only_when_it_is_said(
    ana: TenantContext, says: Says
) -> None:
    made = str(imported(ana, march()).import_id)
    grocer = UUID(transactions(ana).frame["id"].iloc[-1])
    change_transaction(ana, grocer, TransactionChange(note="mine"))
    assert says("undo-import", made, code=1) == "  2026-03-01 Grocer: -42.00 EUR, edited\n"
    undone = json.loads(says("undo-import", made, "--also-edited", "--json"))
    assert undone == {"removed": 2, "touched": []}


def test_the_file_row_behind_a_transaction_is_printed(ana: TenantContext, says: Says) -> None:
    imported(ana, march())
    grocer = transactions(ana).frame["id"].iloc[-1]
    said = says("transaction", grocer).splitlines()
    assert said[0] == "2026-03-01 Grocer: -42.00 EUR, Checking account"
    assert said[1].startswith("march.csv, line 2, imported 20")
    assert said[2:] == ["2026-03-01,-42.00,Grocer"]


def test_what_a_dry_run_prints_is_decided_otherwise(
    ana: TenantContext, says: Says, tmp_path: Path
) -> None:
    file, decisions = tmp_path / "march.csv", tmp_path / "decisions.json"
    file.write_bytes(march())
    told = json.loads(says("import", str(file), "--dry-run", "--json"))
    assert [each["row"] for each in told["rows"]] == [1, 2]
    said = {"accounts": {told["accounts"][0]["key"]: {"name": "Giro"}}, "rows": {"2": "SKIP"}}
    decisions.write_text(json.dumps(said))
    assert says("import", str(file), "--decisions", str(decisions)) == (
        "1 new, 0 known, 0 refused, 1 left out\nNew account Giro (EUR) for the file\n"
    )


def test_a_dry_run_numbers_the_rows_and_says_how_sure_the_columns_are(
    ana: TenantContext, says: Says, tmp_path: Path
) -> None:
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1)))
    record_transaction(ana, NewTransaction(giro, date(2026, 2, 27), -4200, "grocer"))
    file = tmp_path / "march.csv"
    file.write_bytes(march())
    lines = says("import", str(file), "--dry-run", "--account", "Giro").splitlines()
    assert lines[1].startswith("  line 2, row 1: Like 27 Feb 2026 grocer ")
    assert lines[2:4] == [
        "Giro (EUR) takes the file",
        "Date is date (100 % sure), Amount is amount (100 % sure), Payee is payee (100 % sure).",
    ]


def test_a_machine_is_asked_in_json(ana: TenantContext, says: Says, tmp_path: Path) -> None:
    file, decisions = tmp_path / "march.csv", tmp_path / "decisions.json"
    file.write_text("Date,Payee,Amount\n03/04/2026,Grocer,-1.00\n")
    asked = json.loads(says("import", str(file), "--json", code=1))
    assert [each["field"] for each in asked["questions"]] == ["date_order"]
    assert asked["reading"]["roles"] == ["date", "payee", "amount"]
    decisions.write_text('{"answers": {"date_order": "dmy"}}')
    told = json.loads(says("import", str(file), "--decisions", str(decisions), "--json"))
    assert (told["new"], told["rows"]) == (1, None)


def test_an_import_says_what_it_left_out_and_by_how_much_balances_are_off(
    ana: TenantContext, says: Says, tmp_path: Path
) -> None:
    file = tmp_path / "march.xml"
    booked, pending = (f"<Ntry>{IN}<Sts>{status}</Sts></Ntry>" for status in ("BOOK", "PDNG"))
    balances = balance("OPBD", "100.00", day="2026-03-01") + balance("CLBD", "103.00")
    file.write_text(document(booked + pending + balances))
    notes = [
        "1 entry is not booked yet and left out.",
        "The rows add up to 5, but the balances in the file differ by 3.00.",
    ]
    assert says("import", str(file)).splitlines() == [
        "1 new, 0 known, 0 refused",
        "New account Checking account ··3000 (EUR) for DE89370400440532013000",
        *(f"  {note}" for note in notes),
        "  The file’s opening balance is 100.00 EUR; the books agree.",
        "  The file’s closing balance is 103.00 EUR; the books are off by 2.00.",
    ]
    (told,) = json.loads(says("import", str(file), "--dry-run", "--json"))["accounts"]
    assert (told["difference"], told["opened"], told["notes"]) == ("2.00", None, notes)
