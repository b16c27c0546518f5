"""The command line with whole books: writing one, verifying it, bringing one."""

import json
from pathlib import Path

import pytest

from fintrack.__main__ import main
from fintrack.access.tenants import NewTenant, create_tenant, my_tenants
from fintrack.api.books import BookBrought
from fintrack.context import TenantContext, TenantType
from fintrack.db import connect
from tests.databases import Database
from tests.operations.books import keep_book, members_of, packed
from tests.test_main import reachable  # noqa: F401 - opens the test's own database

MINT = (
    "Date,Description,Original Description,Amount,Transaction Type,Category,Account Name,"
    "Labels,Notes\n2026-01-31,Shop,SHOP 12,12.00,debit,Home,Joint,,\n"
)

pytestmark = pytest.mark.usefixtures("reachable")


@pytest.fixture
def book(ana: TenantContext, database: Database, tmp_path: Path) -> Path:
    """Ana's book in a file, which the command line wrote."""
    keep_book(ana)
    path = tmp_path / "rivera.zip"
    words = ["export", "--as", "ana@example.org", "--tenant", ana.slug, "--book", str(path)]
    assert main(words) == 0
    connect(database.logins)
    return path


def test_a_book_is_written_under_its_name_when_it_is_whole(book: Path) -> None:
    assert [each.name for each in book.parent.iterdir()] == ["rivera.zip"]


def test_a_book_that_cannot_be_written_is_refused(
    ana: TenantContext,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["export", "--as", "ana@example.org", "--tenant", ana.slug, "--book"]
    assert main([*words, str(tmp_path / "no folder" / "rivera.zip")]) == 3
    assert "cannot be written" in capsys.readouterr().err


def test_verify_says_that_nothing_was_altered(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(book)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Unaltered since 20")
    fingerprint = said.splitlines()[1].removeprefix("Seal ")
    assert main(["verify", str(book), "--seal", fingerprint]) == 0


def test_verify_names_what_was_altered(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members = members_of(book.read_bytes())
    book.write_bytes(packed(members | {"tags.csv": members["tags.csv"] + b"\n"}))
    assert main(["verify", str(book), "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem == "tags.csv was changed after FinTrack wrote it."


@pytest.mark.parametrize("command", [["verify"], ["import-book", "--as", "ana@example.org"]])
@pytest.mark.parametrize("at", [-3, -4, -5])
def test_an_offset_below_zero_is_refused_in_one_sentence(
    book: Path, capsys: pytest.CaptureFixture[str], command: list[str], at: int
) -> None:
    broken = bytearray(book.read_bytes())
    broken[at] ^= 64
    book.write_bytes(broken)
    assert main([*command, str(book)]) == 3
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("missing", ["tags.csv", "manifest.json", "manifest.seal"])
def test_verify_names_what_is_missing(
    book: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    members = members_of(book.read_bytes())
    book.write_bytes(packed({name: members[name] for name in members if name != missing}))
    assert main(["verify", str(book)]) != 0
    assert f"{missing} is missing from the book." in capsys.readouterr().err


def test_verify_knows_the_seal_of_another_installation(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(book), "--seal", "0000-0000"]) == 1
    assert "Another FinTrack sealed this file." in capsys.readouterr().out


def test_import_book_makes_a_new_tenant_and_compares_each_account(
    ana: TenantContext, book: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import-book", str(book), "--as", "ana@example.org", "--name", "Again"]) == 0
    assert "ok  Yen: 1 → 1 transactions, -500 → -500 JPY" in capsys.readouterr().out
    connect(database.logins)
    assert [each.name for each in my_tenants(ana.session)] == ["Again", "Rivera family"]


def test_import_book_answers_machines_as_the_api_does(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import-book", str(book), "--as", "ana@example.org", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == set(BookBrought.model_fields)
    assert (told["format"], told["is_equal"], len(told["content_hash"])) == ("FinTrack", True, 64)
    accounts = {each["name"]: each for each in told["accounts"]}
    assert len(accounts) == 3
    assert accounts["Yen"] == {
        "name": "Yen",
        "currency": "JPY",
        "count_before": 1,
        "count_after": 1,
        "balance_before": "-500",
        "balance_after": "-500",
    }


def test_import_book_says_what_it_read_and_its_hash(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import-book", str(book), "--as", "ana@example.org"]) == 0
    said = capsys.readouterr().out
    assert " is ready, from FinTrack: /?tenant=" in said
    assert "Content " in said


@pytest.mark.parametrize(("said", "taken"), [([], "EUR"), (["--currency", "CHF"], "CHF")])
def test_import_book_says_which_currency_it_took(
    ana: TenantContext,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    said: list[str],
    taken: str,
) -> None:
    create_tenant(ana.session, NewTenant("A", TenantType.PERSONAL, "USD", "US"))
    path = tmp_path / "mint.csv"
    path.write_text(MINT)
    assert main(["import-book", str(path), "--as", "ana@example.org", *said]) == 0
    assert f"Mint names no currency; {taken} was taken." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (["--format", "beancount"], b"option"),
        (["--format", "hledger"], b"commodity 1000.00 EUR"),
        (["--format", "ofx", "--account", "yen"], b"<?xml"),
        (["--format", "qif", "--account", "yen"], b"!Type:Cat"),
        (["--format", "xlsx"], b"PK"),
        (["--format", "parquet", "--table", "accounts"], b"PAR1"),
    ],
)
def test_export_speaks_the_language_of_other_programs(
    ana: TenantContext,
    database: Database,
    words: list[str],
    start: bytes,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    keep_book(ana)
    assert main(["export", "--as", "ana@example.org", "--tenant", ana.slug, *words]) == 0
    assert capfdbinary.readouterr().out.startswith(start)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--format", "ofx"], "Say which account, with --account NAME."),
        (["--format", "xlsx", "--table", "users"], "There is no such table. Choose one of"),
    ],
)
def test_an_export_that_leaves_something_open_is_refused(
    ana: TenantContext, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--as", "ana@example.org", "--tenant", ana.slug, *words]) == 3
    assert sentence in capsys.readouterr().err
