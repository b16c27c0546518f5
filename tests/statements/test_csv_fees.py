"""Fees in a column of their own: taken off where the file shows it, and said either way."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fintrack.statements.mapping import Role
from fintrack.statements.read import read_statements
from tests.statements.reading import only, only_of

REVOLUT = (
    "Product,Started Date,Completed Date,Description,Amount,Fee,State\n"
    "Current,2026-01-30,2026-01-31,A,-10.00,0.50,COMPLETED\n"
)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [("Date,Text,Out,In,Fee\n2026-01-31,A,,0,3\n2026-02-01,B,2,,\n", "-3 -2"), (REVOLUT, "-10.50")],
)
def test_a_fee_is_taken_off_where_the_file_shows_it(text: str, amounts: str) -> None:
    found = [entry.amount for entry in only(text).entries]

    assert found == [Decimal(each) for each in amounts.split()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Amount,Fee,Balance\n2026-01-31,A,0.00,2.00,8\n2026-02-01,B,-1,0,7\n", "taken off in 1"),
        ("Amount,Fee\n2026-01-31,A,25.00,1.03\n2026-01-31,B,1,2\n", "(2 rows) were not taken off"),
        ("Amount,Fee\n2026-01-31,A,25.00,0\n", ""),
        ('Amount,Fee\n2026-01-31,A,25.00,"1,03"\n2026-01-31,B,1.50,"0,00"\n', "(1 row) were not"),
        ('Amount,Fee\n2026-01-31,A,25.00,"-1,03 EUR"\n', "(1 row) were not"),
        ("Gross,Fee,Net\n2026-01-31,A,25.00,-1.03,23.97\n", ""),
    ],
)
def test_what_became_of_fees_is_said(text: str, said: str) -> None:
    notes = only(f"Date,Text,{text}").notes

    assert all(said in each for each in notes)
    assert bool(notes) is bool(said)


def test_a_fee_makes_a_purchase_dearer_that_is_written_without_a_sign() -> None:
    content = b"Date,Text,Amount,Fee\n2026-01-31,A,10.00,0.50\n"
    mapping = read_statements(content).mapping
    assert mapping is not None

    found = read_statements(content, mapping=replace(mapping.with_role(3, Role.FEE), inverted=True))

    assert only_of(found).entries[0].amount == Decimal("-10.50")
