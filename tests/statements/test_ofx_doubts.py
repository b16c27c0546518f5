"""OFX where a wrong reading would pass unseen: thousands, loans, and what a bank corrects."""

from datetime import date
from decimal import Decimal

import pytest

from fintrack.ledger.accounts import AccountKind
from fintrack.statements.read import read_statements
from tests.statements.test_ofx import one_statement, statement_text


def row(amount: str, more: str = "") -> str:
    return f"<STMTTRN><DTPOSTED>20260314<TRNAMT>{amount}{more}</STMTTRN>"


@pytest.mark.parametrize(
    ("written", "others", "amount"),
    [
        ("-1,234", ["12.50"], "-1234"),
        ("-1.234", ["12,50"], "-1234"),
        ("1,234", ["1,234,567"], "1234"),
        ("1,234", ["1,234.50"], "1234"),
        ("1.250", ["0.500"], "1.25"),
        ("1,250", ["1250,500"], "1.25"),
    ],
)
def test_the_other_amounts_tell_thousands_from_decimals(
    written: str, others: list[str], amount: str
) -> None:
    only = one_statement("".join(map(row, [written, *others])))

    assert only.entries[0].amount == Decimal(amount)


@pytest.mark.parametrize("others", [[], ["7"], ["1,50"], ["1,50", "1.50"]])
def test_an_amount_of_three_decimals_is_refused_where_nothing_tells(others: list[str]) -> None:
    only = one_statement("".join(map(row, ["-1,234", *others])))

    assert len(only.entries) == len(others)
    assert [each.reason for each in only.rejected] == [
        "'-1,234' can mean thousands or decimals; enter this row yourself.",
    ]


def test_a_currency_of_three_decimals_has_them() -> None:
    content = statement_text(row("-1.234")).replace("<CURDEF>EUR", "<CURDEF>KWD")

    (only,) = read_statements(content.encode()).statements

    assert [each.amount for each in only.entries] == [Decimal("-1.234")]


def test_a_balance_that_can_be_read_in_two_ways_is_none() -> None:
    only = one_statement(row("7"), after="<LEDGERBAL><BALAMT>1,234<DTASOF>20260331</LEDGERBAL>")

    assert only.closing_balance is None


def test_a_loan_has_its_payments_and_number() -> None:
    content = (
        "<OFX><LOANSTMTRS><CURDEF>USD<LOANACCTFROM><LOANACCTID>L1</LOANACCTFROM><LOANTRANLIST>"
        "<LOANSTMTTRN><DTPOSTED>20260314<TRNAMT>850.00<FITID>A</LOANSTMTTRN>"
        "<LOANSTMTTRN><DTPOSTED>20260315<FITID>B</LOANSTMTTRN>"
        "</LOANTRANLIST></LOANSTMTRS></OFX>"
    )

    (only,) = read_statements(content.encode()).statements

    assert (only.account, only.kind) == ("L1", AccountKind.LOAN)
    assert [(each.amount, each.reference) for each in only.entries] == [(Decimal(850), "A")]
    assert [each.reason for each in only.rejected] == ["The row has no amount."]


def test_a_correction_is_no_second_movement() -> None:
    wrong = "<FITID>C{0}<CORRECTFITID>A{0}<CORRECTACTION>{1}"
    only = one_statement(
        row("-5", "<FITID>A1")
        + row("-6", wrong.format(1, "REPLACE"))
        + row("0", wrong.format(2, "DELETE"))
    )

    assert [each.reference for each in only.entries] == ["A1"]
    assert [each.reason for each in only.rejected] == [
        "The bank corrects its transaction 'A1' with this row; change that one yourself.",
        "The bank takes its transaction 'A2' back; delete it yourself.",
    ]


def test_a_year_of_the_buddha_is_one_of_ours() -> None:
    only = one_statement(row("1").replace("2026", "2569"))

    assert only.entries[0].booked_on == date(2026, 3, 14)
