"""The command line with bank files: what was imported, taken back, and stands behind a row."""

import json
from collections.abc import Callable

import pytest

from fintrack.__main__ import main
from fintrack.context import TenantContext
from fintrack.ledger.transactions import transactions
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
    assert says("imports").startswith(f"{made}  20")
    assert says("imports", made).splitlines()[1:] == ["  Checking account: 0.00 → 1458.00 EUR"]
    assert says("undo-import", made) == "2 transactions removed.\n"
    # Its account, which nothing else has used, goes with it.
    assert json.loads(says("imports", "--json")) == []


def test_the_file_row_behind_a_transaction_is_printed(ana: TenantContext, says: Says) -> None:
    imported(ana, march())
    grocer = transactions(ana).frame["id"].iloc[-1]
    said = says("transaction", grocer).splitlines()
    assert said[0] == "2026-03-01 Grocer: -42.00 EUR, Checking account"
    assert said[1].startswith("march.csv, line 2, imported 20")
    assert said[2:] == ["2026-03-01,-42.00,Grocer"]
