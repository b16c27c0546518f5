"""Tables whose headers say in which currency or unit the amounts beside each other are."""

from decimal import Decimal

import pytest

from fintrack.statements.mapping import answered
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Statement

TWO_CURRENCIES = [
    "Date,Text,Amount USD,Amount EUR\n2026-01-31,A,-11.00,-10.00\n2026-01-30,B,5.50,5.00\n",
    "date,text,amount_usd,amount_eur\n2026-01-31,A,-11.00,-10.00\n2026-01-30,B,5.50,5.00\n",
    (
        "Date,Text,Currency,Amount (USD),Amount (EUR)\n"
        "2026-01-31,A,USD,-11.00,-10.00\n2026-01-30,B,EUR,5.50,5.00\n"
    ),
]


@pytest.mark.parametrize("text", TWO_CURRENCIES)
def test_of_amounts_in_two_currencies_the_member_says_which_counts(text: str) -> None:
    found = read_statements(text.encode())
    (question,) = found.questions
    euro = next(each for each in question.choices if "eur" in each.label.lower())
    assert found.mapping is not None
    mapping = answered(found.mapping, question.field, euro.value)

    (told,) = read_statements(text.encode(), mapping=mapping).statements

    assert told.currency == "EUR"
    assert amounts(told) == [-10, 5]


@pytest.mark.parametrize("text", TWO_CURRENCIES)
def test_of_amounts_in_two_currencies_the_accounts_counts(text: str) -> None:
    (told,) = read_statements(text.encode(), currency="EUR").statements

    assert told.currency == "EUR"
    assert amounts(told) == [-10, 5]


def test_an_amount_of_only_some_rows_asks_nothing() -> None:
    (told,) = read_statements(
        b"Date,Text,Amount USD,Amount EUR\n2026-01-31,A,-11.00,-10.00\n2026-01-30,B,,5.00\n"
    ).statements

    assert told.currency == "EUR"
    assert amounts(told) == [-10, 5]


def test_the_balance_tells_which_amount_counts() -> None:
    (told,) = read_statements(
        b"Date,Text,Amount USD,Amount EUR,Balance EUR\n"
        b"2026-01-31,A,-11.00,-10.00,95.00\n2026-01-30,B,5.50,5.00,105.00\n"
    ).statements

    assert told.currency == "EUR"
    assert amounts(told) == [-10, 5]


SIDES = (
    b"Date,Text,Debit USD,Credit USD,Debit EUR,Credit EUR\n"
    b"2026-01-31,A,11.00,,10.00,\n2026-01-30,B,,5.50,,5.00\n"
)


def test_of_sides_in_two_currencies_the_accounts_count() -> None:
    (told,) = read_statements(SIDES, currency="EUR").statements

    assert told.currency == "EUR"
    assert amounts(told) == [-10, 5]


def test_of_sides_in_two_currencies_the_member_says_which_count() -> None:
    found = read_statements(SIDES)
    (question,) = found.questions
    assert found.mapping is not None
    mapping = answered(found.mapping, question.field, "4:5")

    (told,) = read_statements(SIDES, mapping=mapping).statements

    assert told.currency == "EUR"
    assert amounts(told) == [-10, 5]


@pytest.mark.parametrize(
    "header",
    [
        "date,text,amount_minor_units,currency",
        "Date,Text,Amount (cents),Currency",
        "Datum,Text,Betrag in Cent,Währung",
        "date,text,amount_in_pence,currency",
    ],
)
def test_minor_units_are_read_as_such(header: str) -> None:
    text = f"{header}\n2026-01-31,A,-1250,EUR\n2026-01-30,B,500,EUR\n2026-01-29,C,500,JPY\n"

    euro, yen = read_statements(text.encode()).statements

    assert amounts(euro) == [Decimal("-12.50"), 5]
    assert amounts(yen) == [500]
    assert "minor units" in euro.notes[0]


def test_minor_units_in_two_columns_have_minor_balances() -> None:
    (found,) = read_statements(
        b"Date,Text,Debit (cents),Credit (cents),Balance (cents)\n"
        b"2026-01-30,A,1000,,9000\n2026-01-31,B,,500,9500\n"
    ).statements

    assert amounts(found) == [-10, 5]
    assert [found.opening_balance, found.closing_balance] == [100, 95]


def test_figures_with_decimals_are_no_minor_units() -> None:
    (found,) = read_statements(b"Date,Text,Amount (cents)\n2026-01-31,A,-12.50\n").statements

    assert amounts(found) == [Decimal("-12.50")]


def amounts(statement: Statement) -> list[Decimal]:
    return [each.amount for each in statement.entries]
