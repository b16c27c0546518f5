"""Journals that beancount and hledger accept, with the balances that FinTrack has."""

import csv
import io
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from fintrack.context import TenantContext
from fintrack.errors import PermissionDenied
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.categories import CategoryKind, create_category
from fintrack.ledger.journals.export import JournalFormat, export_journal
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from tests.operations.books import DAY, keep_book

BEANCOUNT, HLEDGER = JournalFormat
CHECK = {
    BEANCOUNT: [sys.executable, "-m", "beancount.scripts.check"],
    HLEDGER: ["hledger", "check", "--strict", "-f"],
}
each_form = pytest.mark.parametrize(
    "form",
    [
        BEANCOUNT,
        pytest.param(
            HLEDGER,
            marks=pytest.mark.skipif(not shutil.which("hledger"), reason="needs hledger"),
        ),
    ],
)


@pytest.fixture
def odd_names(ana: TenantContext) -> None:
    """Accounts and categories that plain text cannot call as they are called here."""
    for name in ("現金", "現 金", "giro = 1;  |(a)", "Über:Konto", "Giro", "Giro › Pot", "type:Z"):  # noqa: RUF001 - as on the screens
        new = NewAccount(name, AccountKind.CASH, "EUR", date(2026, 4, 1), 5)
        food = create_category(ana, name.replace("›", "-"), CategoryKind.EXPENSE)  # noqa: RUF001 - as on the screens
        text, account_id = '"; #x \\ | {a} é', create_account(ana, new)
        record_transaction(ana, NewTransaction(account_id, DAY, -1, text, text, category_id=food))
        lines = SplitLine(food, -1, "Date:soon"), SplitLine(None, -2, "[2026-13-45] type:X")
        record_transaction(ana, NewTransaction(account_id, DAY, -3, text, text, lines=lines))


def checked(
    form: JournalFormat, journal: bytes, folder: Path
) -> "subprocess.CompletedProcess[str]":
    path = folder / f"book.{form}"
    path.write_bytes(journal)
    return subprocess.run([*CHECK[form], str(path)], check=False, capture_output=True, text=True)


def journal_of(me: TenantContext, form: JournalFormat) -> bytes:
    return b"".join(export_journal(me, form))


@each_form
def test_the_other_program_accepts_the_book(
    ana: TenantContext, odd_names: None, form: JournalFormat, tmp_path: Path
) -> None:
    keep_book(ana)
    found = checked(form, journal_of(ana, form), tmp_path)
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


@each_form
def test_an_empty_book_is_accepted(ana: TenantContext, form: JournalFormat, tmp_path: Path) -> None:
    assert checked(form, journal_of(ana, form), tmp_path).returncode == 0


@each_form
def test_a_balance_that_is_off_by_a_cent_is_noticed_there(
    ana: TenantContext, form: JournalFormat, tmp_path: Path
) -> None:
    keep_book(ana)
    forged = journal_of(ana, form).replace(b"1460.79", b"1460.80")
    assert checked(form, forged, tmp_path).returncode == 1


@pytest.mark.skipif(not shutil.which("hledger"), reason="needs hledger")
def test_hledger_counts_the_same_balances(ana: TenantContext, tmp_path: Path) -> None:
    keep_book(ana)
    path = tmp_path / "book.journal"
    path.write_bytes(journal_of(ana, HLEDGER))
    words = ["hledger", "-f", str(path), "balance", "--flat", "-N", "-O", "csv", "Assets"]
    answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert dict(csv.reader(io.StringIO(answer))) == {
        "account": "balance",
        "Assets:Dinar": "0.332 KWD",
        "Assets:Giro-1-1": "1460.79 EUR",
        "Assets:Yen": "-500 JPY",
    }


@pytest.mark.skipif(not shutil.which("hledger"), reason="needs hledger")
def test_a_payee_in_parentheses_is_no_code_of_hledger(ana: TenantContext, tmp_path: Path) -> None:
    new = NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 4, 1))
    account_id = create_account(ana, new)
    for payee in ("(Baker", "(Baker) Mill"):
        record_transaction(ana, NewTransaction(account_id, DAY, -1, payee))
    path = tmp_path / "book.journal"
    path.write_bytes(journal_of(ana, HLEDGER))
    words = ["hledger", "-f", str(path), "payees"]
    answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert {"(Baker", "(Baker) Mill"} < set(answer.splitlines())


@each_form
def test_only_what_the_member_sees_is_written(
    ana: TenantContext, dora: TenantContext, form: JournalFormat, tmp_path: Path
) -> None:
    keep_book(ana)
    journal = journal_of(dora, form)
    assert b"Yen" not in journal
    assert checked(form, journal, tmp_path).returncode == 0


def test_whoever_may_not_export_gets_no_journal(ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        export_journal(ben, BEANCOUNT)
