"""The older FinTrack's users get their books in tenants of their own: once, all of it, and back."""

import csv
import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from fintrack.__main__ import main
from fintrack.access import passwords
from fintrack.access.founding import found_tenant, founding_mark, settle_user
from fintrack.access.sessions import check_credentials
from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext
from fintrack.db import connect
from fintrack.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from fintrack.ledger.accounts import accounts
from fintrack.ledger.categories import categories
from fintrack.ledger.transactions import transactions
from fintrack.operations.founding import tenants
from fintrack.operations.founding.source import old_tables
from fintrack.operations.founding.tenants import State, found, survey
from fintrack.operations.operators import acting_for
from tests.conftest import PASSWORD
from tests.databases import Database
from tests.operations.older import change, made, own, read
from tests.test_main import reachable  # noqa: F401 - opens the test's own database

KILLED = """
import os, signal, sys
from sqlalchemy import make_url
from fintrack.db import Logins, connect
from fintrack.operations.founding import tenants
from fintrack.operations.founding.old_books import old_books
from fintrack.operations.founding.source import old_tables

def end(*_rows):
    os.kill(os.getpid(), signal.SIGKILL)

def cut(*given, **named):
    return bring(*given, **named, progress=end)

connect(Logins(*map(make_url, sys.stdin.read().split())))
first, second = old_books(old_tables(sys.argv[1]), "EUR")
tenants.found(first, "DE")
bring, tenants.bring_book = tenants.bring_book, cut
tenants.found(second, "DE")
"""
TABLES = ("users", "accounts", "categories", "transactions")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The old database."""
    return made(tmp_path / "old.db")


@pytest.fixture
def url(file: Path) -> str:
    """Where the old database is."""
    return f"sqlite:///{file}"


def test_every_user_gets_what_was_his(database: Database, url: str) -> None:
    for old in read(url):
        found(old, "DE")
    with acting_for("ana@example.org", "a test") as session:
        (context,) = my_tenants(session)
        table = accounts(context, archived=True).set_index("name")
        assert table["balance"].to_dict() == {"Giro": 9130, "Savings": 2000}
        assert table["archived"].to_dict() == {"Giro": False, "Savings": True}
        assert categories(context)["path"].tolist() == ["Pay", "Home", "Home › Food"]  # noqa: RUF001 - as on the screens
        rows = transactions(context).frame
        assert sorted(rows["amount"]) == [-2000, -920, 2000, 2000]
        assert (rows["transfer_id"] != "").sum() == 2
    with acting_for("gus@example.org", "a test") as session:
        (context,) = my_tenants(session)
        assert (context.name, context.currency) == ("Gus", "EUR")
        assert accounts(context)["balance"].tolist() == [700]


def test_whoever_had_no_account_gets_no_tenant(database: Database, url: str) -> None:
    for old in read(url):
        found(old, "DE")
    with pytest.raises(NotFound):
        own("idle@example.org")


def test_a_survey_counts_and_writes_nothing(database: Database, url: str) -> None:
    ana, gus = (survey(old) for old in read(url))
    assert (ana.state, ana.accounts, ana.transactions, ana.sums) == (
        State.NEW, 2, 4, {"EUR": "111.30"},
    )  # fmt: skip
    assert (gus.email, gus.sums) == ("Gus@Example.org", {"EUR": "7.00"})
    assert ana.notes == ()
    with pytest.raises(NotFound):
        own("ana@example.org")


def test_the_survey_names_an_account_that_is_here_already(ana: TenantContext, url: str) -> None:
    first, second = (survey(each) for each in read(url))
    assert first.email == ana.session.email
    assert "the account of this address" in first.notes[0]
    assert not [note for note in second.notes if "the account of this address" in note]


def test_the_same_books_have_the_same_checksum_as_a_database_and_as_tables(
    file: Path, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    connection = sqlite3.connect(file)
    for name in TABLES:
        rows = connection.execute(f"select * from {name}")
        with (folder / f"{name}.csv").open("w", newline="") as table:
            csv.writer(table).writerow([column[0].upper() for column in rows.description])
            csv.writer(table).writerows(rows)
    connection.close()
    assert [old.checksum for old in read(str(folder))] == [old.checksum for old in read(url)]


def test_founding_twice_changes_nothing(database: Database, url: str) -> None:
    for _ in range(2):
        for old in read(url):
            found(old, "DE")
    assert len(own("ana@example.org")[1]) == 1
    assert {survey(old).state for old in read(url)} == {State.THERE}


def test_a_run_that_was_cut_off_is_done_again(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = read(url)[0]

    def cut(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tenants, "finish_founding", cut)
    with pytest.raises(KeyboardInterrupt):
        found(old, "DE")
    monkeypatch.undo()
    assert survey(old).state is State.BEGUN
    found(old, "DE")
    assert survey(old).state is State.THERE
    _, mine = own("ana@example.org")
    assert len(mine) == 1


def test_a_run_that_was_killed_leaves_the_first_user_whole_and_the_next_brings_the_rest(
    database: Database, url: str
) -> None:
    logins = (database.logins.app, database.logins.sign_in, database.logins.maintenance)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url],
        input="\n".join(each.render_as_string(hide_password=False) for each in logins),
        text=True,
        check=False,
    )
    ana, gus = read(url)
    assert killed.returncode == -signal.SIGKILL
    assert [survey(old).state for old in (ana, gus)] == [State.THERE, State.BEGUN]
    with acting_for(ana.email, "a test") as session:
        (whole,) = my_tenants(session)
        assert accounts(whole, archived=True)["balance"].sum() == 9130 + 2000
    for old in (ana, gus):
        found(old, "DE")
    marks = [founding_mark(old.email) for old in (ana, gus)]
    assert [mark and mark.checksum for mark in marks] == [ana.checksum, gus.checksum]
    assert [each.slug for each in own(ana.email)[1]] == [whole.slug]
    with acting_for(gus.email, "a test") as session:
        (context,) = my_tenants(session)
        assert accounts(context)["balance"].tolist() == [700]


def test_a_tenant_that_was_begun_and_not_filled_is_made_anew(database: Database, url: str) -> None:
    old = read(url)[0]
    settle_user(old.name, old.email, "")
    with acting_for(old.email, "a test") as session:
        empty = found_tenant(session, tenants.default_tenant(old, "DE"), old.checksum)
    found(old, "DE")
    _, mine = own(old.email)
    assert [each.slug for each in mine] != [empty.slug]
    assert len(mine) == 1


def test_old_books_that_changed_since_are_left_alone(
    database: Database, file: Path, url: str
) -> None:
    found(read(url)[0], "DE")
    change(file, "update transactions set amount = 10 where id = 1")
    (old, _) = read(url)
    assert survey(old).state is State.CHANGED
    with pytest.raises(Conflict, match="Reverse the migration first"):
        found(old, "DE")


def test_an_argon2_hash_goes_on_being_the_password_and_no_other_does(
    database: Database, file: Path, url: str
) -> None:
    kept = passwords.hash_password(PASSWORD)
    change(file, f"update users set hashed_password = '{kept}' where id = 1")
    for old in read(url):
        found(old, "DE")
    assert check_credentials("ana@example.org", PASSWORD, "") is not None
    for secret in ("$2b$old", "!", ""):
        with pytest.raises(NotSignedIn):
            check_credentials("gus@example.org", secret, "")


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("drop table categories", "has no table categories"),
        ("alter table transactions drop column amount", "transactions has no column amount"),
        ("update accounts set user_id = 9 where id = 1", "The account 1 belongs to no user"),
        ("update transactions set account_id = 9 where id = 1", "transaction 1 is of no account"),
        ("update transactions set to_account_id = 3 where id = 3", "no account of the same user"),
        ("update transactions set amount = 'much' where id = 1", "is no number"),
        ("update transactions set date = 'soon' where id = 1", "is no day"),
        ("update accounts set currency = 'XXX' where id = 1", "is not a currency code"),
    ],
)
def test_old_books_that_do_not_hold_together_are_refused(
    file: Path, url: str, statement: str, sentence: str
) -> None:
    change(file, statement)
    with pytest.raises(InvalidInput, match=sentence):
        read(url)


def test_addresses_that_differ_only_in_case_are_refused_by_name(file: Path, url: str) -> None:
    change(file, "update users set email = 'ANA@example.org' where id = 2")
    named = r"The users 1 \(ana@example.org\) and 2 \(ANA@example.org\) share one address"
    with pytest.raises(InvalidInput, match=named):
        read(url)


def test_a_user_without_accounts_may_share_an_address(file: Path, url: str) -> None:
    change(file, "update users set email = 'ANA@example.org' where id = 3")
    assert [old.email for old in read(url)] == ["ana@example.org", "Gus@Example.org"]


def test_transactions_of_unknown_categories_are_counted(file: Path, url: str) -> None:
    change(file, "update transactions set category_id = 9 where account_id = 1")
    ana, gus = read(url)
    assert ana.book.notes == [
        "Transactions of a category that the old books do not know come without one (2)."
    ]
    assert gus.book.notes == []


def test_amounts_of_less_than_a_cent_are_rounded_one_by_one_and_told(
    database: Database, file: Path, url: str
) -> None:
    change(file, "update transactions set amount = -3.006 where account_id = 3")
    for number in (5, 6):
        change(file, f"insert into transactions select {number}, 3, 2, '2025-02-02', -3.006, null, "
               "'Kiosk', null")  # fmt: skip
    change(file, "update accounts set initial_balance = 10, balance = 0.97 where id = 3")
    _, gus = read(url)

    found(gus, "DE")

    said = survey(gus)
    assert (said.sums, said.notes) == (
        {"EUR": "0.97"},
        ("Amounts with more decimals than their currency has were rounded (3).",),
    )
    with acting_for("gus@example.org", "a test") as session:
        (context,) = my_tenants(session)
        assert accounts(context)["balance"].tolist() == [97]


@pytest.mark.parametrize(
    "source", ["nowhere", "sqlite:////no/folder/old.db", "oracle://u@h/x", "odd://x", "sqlite://"]
)
def test_a_source_that_cannot_be_read_is_refused_in_one_sentence(source: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        old_tables(source)
    assert str(refusal.value).endswith(".")


def test_a_file_that_is_not_there_is_refused_without_being_made(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    for source in (f"sqlite:///{missing}", f"sqlite:///file:{missing}?uri=true"):
        with pytest.raises(InvalidInput, match=r"missing.db. Say where the old books are"):
            old_tables(source)
    assert not missing.exists()


def test_a_database_named_by_a_file_uri_is_read(file: Path, url: str) -> None:
    assert read(f"sqlite:///file:{file}?uri=true") == read(url)


def test_a_balance_that_was_kept_beside_is_compared(file: Path, url: str) -> None:
    change(file, "update accounts set balance = 90 where id = 1")
    (note,) = read(url)[0].book.notes
    assert note.startswith("Giro holds 91.30 by its transactions, and 90 by the balance")


@pytest.mark.usefixtures("reachable")
def test_the_command_says_runs_and_takes_back(
    database: Database, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate-from", url, "--dry-run"]) == 0
    assert "new           ana@example.org: 2 accounts, 4 transactions" in capsys.readouterr().out
    assert main(["migrate-from", url, "--json"]) == 0
    first = {each["email"]: each["state"] for each in json.loads(capsys.readouterr().out)}
    assert main(["migrate-from", url]) == 0
    again = capsys.readouterr().out
    assert set(first.values()) == {"brought", "no accounts"}
    assert "there already ana@example.org" in again
    assert "no accounts   " in again
    assert main(["migrate-from", "--reverse"]) == 0
    assert "gus@example.org: reversed" in capsys.readouterr().out
    assert main(["migrate-from", "--reverse"]) == 0
    assert capsys.readouterr().out == "There is nothing to take back.\n"
    assert main(["migrate-from"]) == 3
    connect(database.logins)
