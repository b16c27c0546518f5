"""Tables as banks of many countries lay them out, each read without a question."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from fintrack.statements.read import read_statements

LAYOUTS = Path(__file__).parent / "layouts"
Layout = dict[str, str]
with (LAYOUTS / "expected.csv").open(encoding="utf-8", newline="") as expected:
    ROWS: list[Layout] = list(csv.DictReader(expected))


@pytest.mark.parametrize("layout", ROWS, ids=[row["file"] for row in ROWS])
def test_a_layout_gives_what_its_rows_say(layout: Layout) -> None:
    found = read_statements((LAYOUTS / f"{layout['file']}.csv").read_bytes())

    assert not found.questions
    assert not any(statement.rejected for statement in found.statements)
    amounts = [entry.amount for statement in found.statements for entry in statement.entries]
    assert amounts == [Decimal(each) for each in layout["amounts"].split()]
    assert {each.account or "-" for each in found.statements} == {layout["account"]}
    assert {each.currency or "-" for each in found.statements} == {layout["currency"]}
    closing = {str(each.closing_balance or "") for each in found.statements}
    assert closing == {layout["closing_balance"]}


def test_every_layout_has_an_expectation() -> None:
    files = {path.stem for path in LAYOUTS.glob("*.csv")} - {"expected"}

    assert files == {row["file"] for row in ROWS}
