"""Several bank files in one call, and the list of more imports than the page shows at once."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fintrack import db
from fintrack.__main__ import main
from fintrack.commands import imports as listing
from fintrack.context import TenantContext
from fintrack.ledger.accounts import accounts
from tests.databases import Database
from tests.statements.importing import csv_file, held, imported, ofx_file
from tests.statements.test_imports_together import APRIL, MARCH, MAY, ORDERS
from tests.test_main import reachable  # noqa: F401 - opens the test's own database

Says = Callable[..., tuple[str, str]]
Files = Callable[..., list[str]]
ASKS = b"Date,Payee,Amount\n03/04/2026,Grocer,-1.00\n"


@pytest.fixture
def says(
    ana: TenantContext,
    database: Database,
    reachable: None,  # noqa: F811 - the fixture
    capsys: pytest.CaptureFixture[str],
) -> Says:
    """Give a command for Ana in her books, and return what it prints if it ends with the code."""

    def said(*words: str, code: int = 0) -> tuple[str, str]:
        assert main([*words, "--as", "ana@example.org", "--tenant", ana.slug]) == code
        db.connect(database.logins)
        return capsys.readouterr()

    return said


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Write files, each named by its number, and return their paths."""

    def written(*contents: bytes) -> list[str]:
        paths = [tmp_path / f"{at}.txt" for at in range(1, len(contents) + 1)]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        return list(map(str, paths))

    return written


@pytest.mark.parametrize("order", ORDERS)
def test_files_of_one_account_end_with_the_balance_that_one_states(
    ana: TenantContext, says: Says, files: Files, order: Sequence[bytes]
) -> None:
    said = says("import", *files(*order))[0]
    assert [line[:6] for line in said.splitlines() if not line.startswith((" ", "N", "C"))] == [
        "1.txt:", "2.txt:", "3.txt:",
    ]  # fmt: skip
    assert accounts(ana)["balance"].tolist() == [146050]


def test_what_two_files_have_comes_in_once_and_a_dry_run_says_so(
    ana: TenantContext, says: Says, files: Files
) -> None:
    both = files(csv_file(), csv_file([("2026-03-02", "1500.00", "Employer")]))
    dry, done = (
        [(each["new"], each["duplicate"]) for each in json.loads(says(*words, "--json")[0])]
        for words in (("import", *both, "--dry-run"), ("import", *both))
    )
    assert dry == done == [(2, 0), (0, 1)]
    assert len(held(ana)) == 2


def test_the_oldest_file_comes_in_first_in_whichever_order_they_are_given(
    says: Says, files: Files
) -> None:
    both = files(csv_file([("2026-03-02", "1500.00", "Employer")]), csv_file())
    dry, done = (
        [(each["new"], each["duplicate"]) for each in json.loads(says(*words, "--json")[0])]
        for words in (("import", *both, "--dry-run"), ("import", *both))
    )
    assert dry == done == [(0, 1), (2, 0)]


def test_a_later_file_is_linked_with_what_an_earlier_one_brought(
    ana: TenantContext, says: Says, files: Files
) -> None:
    given = (
        ofx_file([("20260301", "-42.00", "1", "Savings 87654321")], account="12345678"),
        ofx_file([("20260301", "42.00", "1", "Giro 12345678")], account="87654321"),
    )
    first, second = json.loads(says("import", *files(*given), "--json")[0])
    assert (first["transfers"], [each["linked"] for each in second["transfers"]]) == ([], [True])


def test_a_file_that_is_refused_stops_no_other(
    ana: TenantContext, says: Says, files: Files
) -> None:
    given = files(MARCH, b"\x00\x01\x02", ASKS, MAY)
    out, err = says("import", *given, code=3)
    assert [line for line in out.splitlines() if line[0].isdigit()] == [
        "1.txt: 2 new, 0 known, 0 refused",
        "4.txt: 1 new, 0 known, 0 refused",
    ]
    refused, asked, *choices = err.splitlines()
    assert refused.startswith("2.txt: ")
    assert asked.startswith("3.txt: ")
    assert choices[0].startswith("  --answer date_order=")
    told = json.loads(says("import", *given, "--json", code=3)[0])
    assert [each["file_name"] for each in told] == ["1.txt", "2.txt", "3.txt", "4.txt"]
    assert told[1].keys() == {"file_name", "refusal"}
    assert told[2]["questions"][0]["field"] == "date_order"
    assert len(held(ana)) == 3


def test_an_answer_goes_to_the_files_that_ask(says: Says, files: Files) -> None:
    given = files(ASKS, APRIL)
    told = json.loads(says("import", *given, "--answer", "date_order=mdy", "--json")[0])
    assert [each["new"] for each in told] == [1, 1]


def test_an_answer_that_no_file_asks_for_is_refused_before_any_comes_in(
    ana: TenantContext, says: Says, files: Files
) -> None:
    _, err = says("import", *files(ASKS, MARCH), "--answer", "datum_ordr=dmy", code=3)
    assert err == (
        "The files do not ask 'datum_ordr'; they ask date_order. Leave that answer out.\n"
    )
    assert accounts(ana).empty


def test_decisions_are_those_on_one_file(says: Says, files: Files, tmp_path: Path) -> None:
    decisions = tmp_path / "decisions.json"
    decisions.write_text('{"rows": {"1": "SKIP"}}')
    _, err = says("import", *files(MARCH, MAY), "--decisions", str(decisions), code=3)
    assert err == "Decisions are those on one file: import it by itself.\n"


def test_a_file_that_may_not_be_read_is_refused_in_one_sentence(
    says: Says, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (file,) = files(MARCH)
    monkeypatch.setattr(Path, "read_bytes", denied)
    assert says("import", file, code=3)[1] == f"{file} cannot be opened: Permission denied.\n"


def test_more_imports_are_listed_than_one_question_returns(
    ana: TenantContext, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for day in range(1, 6):
        imported(ana, csv_file([(f"2026-03-0{day}", f"-{day}.00", "Kiosk")]))
    for limit in (4, 9):
        listed = json.loads(says("imports", "--limit", str(limit), "--json")[0])
        assert len({each["id"] for each in listed}) == min(limit, 5)
