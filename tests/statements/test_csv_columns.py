"""Every column is judged by itself, and every part of the judgement can be corrected."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fintrack.statements.mapping import DecimalMark, Mapping, Role, answered
from fintrack.statements.read import read_statements
from tests.statements.reading import only, only_of, read


def test_each_column_has_its_own_decimal_mark() -> None:
    found = only("Date;Text;Amount;Balance\n2026-01-31;A;1,50;10.50\n2026-02-01;B;-2,00;8.50\n")

    assert [entry.amount for entry in found.entries] == [Decimal("1.50"), Decimal("-2.00")]
    assert (found.opening_balance, found.closing_balance) == (Decimal("9.00"), Decimal("8.50"))


def test_debit_and_credit_may_be_written_with_different_marks() -> None:
    found = only("Date;Text;Debit;Credit\n2026-01-31;A;1,50;\n2026-02-01;B;;1,234.56\n")

    assert [entry.amount for entry in found.entries] == [Decimal("-1.50"), Decimal("1234.56")]


def test_a_column_that_cannot_tell_follows_the_column_that_can() -> None:
    found = only("Date;Text;Debit;Credit\n2026-01-31;A;1.234;\n2026-02-01;B;;5,50\n")

    assert [entry.amount for entry in found.entries] == [Decimal(-1234), Decimal("5.50")]


def test_whole_numbers_settle_no_decimal_mark() -> None:
    found = read("Date;Text;Debit;Credit\n2026-01-31;A;1.234;\n2026-02-01;B;;5\n")

    assert [question.field for question in found.questions] == ["decimal_mark"]


def test_an_answer_is_for_the_open_column_alone() -> None:
    content = b"Date;Text;Amount;Balance\n2026-01-31;A;1.234;7,50\n2026-02-01;B;2.345;9\n"
    first = read_statements(content.replace(b"7,50", b"7.500").replace(b";9", b";8,99"))
    assert first.mapping is not None

    found = read_statements(content, mapping=answered(first.mapping, "decimal_mark", "."))

    assert [entry.amount for entry in only_of(found).entries] == [
        Decimal("1.234"),
        Decimal("2.345"),
    ]


def test_the_mark_of_one_column_can_be_corrected() -> None:
    content = b"Date;Text;Amount;Fee\n2026-01-31;A;5,00;1.000\n"
    mapping = read_statements(content).mapping
    assert mapping is not None
    roles = (Role.DATE, Role.TEXT, Role.AMOUNT, Role.FEE)

    found = read_statements(
        content,
        mapping=replace(
            mapping, roles=roles, decimal_marks=(None, None, DecimalMark.COMMA, DecimalMark.POINT)
        ),
    )

    assert only_of(found).entries[0].amount == Decimal("4.000")


def test_an_unknown_word_of_direction_is_asked_for() -> None:
    content = b"Date,Text,Amount,Type\n2026-01-31,A,1.00,credit\n2026-01-30,B,2.00,Outbound Leg\n"

    asked = read_statements(content)

    (question,) = asked.questions
    assert question.sentence == "Does the word 'outbound leg' mean money in or money out?"
    assert asked.mapping is not None
    mapping = answered(asked.mapping, question.field, "out")
    found = only_of(read_statements(content, mapping=Mapping.from_json(mapping.to_json())))
    assert [entry.amount for entry in found.entries] == [1, -2]


def test_many_unknown_words_of_direction_reject_their_rows() -> None:
    rows = "".join(f"2026-01-{day},A,1.00,kind {day}\n" for day in range(10, 20))
    content = f"Date,Text,Amount,Type\n{rows}2026-01-31,A,1.00,debit\n".encode()
    roles = (Role.DATE, Role.TEXT, Role.AMOUNT, Role.DIRECTION)

    found = only_of(read_statements(content, mapping=Mapping(roles=roles, header_row=1)))

    assert [entry.amount for entry in found.entries] == [-1]
    assert len(found.rejected) == 10


def test_value_dates_may_be_written_in_another_order() -> None:
    found = only("Booking date;Value date;Text;Amount\n2026-01-31;02/13/2026;A;1.00\n")

    assert found.entries[0].valued_on == date(2026, 2, 13)


@pytest.mark.parametrize(
    ("name", "month"),
    [("Date (DD/MM/YYYY)", 2), ("Date mm/dd/yyyy", 1), ("Datum (TT.MM.JJJJ)", 2)],
)
def test_a_header_may_spell_out_the_order_of_its_dates(name: str, month: int) -> None:
    found = only(f"{name},Text,Amount\n01/02/2026,A,1.00\n")

    assert found.entries[0].booked_on.month == month


def test_an_order_that_leads_years_ahead_is_not_meant() -> None:
    assert only("Date,Text,Amount\n31/01/26,A,1.00\n").entries[0].booked_on == date(2026, 1, 31)


def test_a_day_in_another_order_than_its_column_is_rejected() -> None:
    rows = "".join(f"{day}/01/2026,A,1.00\n" for day in (13, 14, 15))
    found = only(f"Date,Text,Amount\n{rows}01/31/2026,B,1.00\n2026-01-31,C,1.00\n")

    assert [entry.booked_on.day for entry in found.entries] == [13, 14, 15, 31]
    assert [each.reason for each in found.rejected] == [
        "'01/31/2026' is not a date in the order day, month, year."
    ]


def test_a_line_between_two_tables_says_whose_the_next_one_is() -> None:
    found = read(
        "Account: 11112222\n\nDate,Text,Amount\n2026-01-31,A,1.00\n\nAccount: 33334444\n\n"
        "Date,Text,Amount\n2026-01-30,B,2.00\n2026-01-31,C,3.00\n"
    )

    sums = {each.account: sum(entry.amount for entry in each.entries) for each in found.statements}
    assert sums == {"11112222": 1, "33334444": 5}


@pytest.mark.parametrize("footer", ["Total: 1 transaction,,1.00", "Closing balance as of today,,9"])
def test_a_footer_that_says_more_is_no_movement(footer: str) -> None:
    found = only(f"Date,Text,Amount\n2026-01-31,A,1.00\n{footer}\n")

    assert [entry.amount for entry in found.entries] == [1]
    assert not found.rejected


def test_a_text_that_begins_like_a_footer_is_no_footer() -> None:
    found = only("Date,Text,Amount\n2026-01-31,A,1.00\n2026-02-31,Total Wine,2.00\n")

    assert [each.line for each in found.rejected] == [3]


@pytest.mark.parametrize(
    ("mapping", "lines"),
    [
        (Mapping(header_row=0, first_row=1), [1, 2, 3]),
        (Mapping(header_row=1), [2, 3]),
        (Mapping(header_row=1, first_row=3), [3]),
        (Mapping(header_row=0, first_row=1, last_row=2), [1, 2]),
    ],
)
def test_where_the_table_begins_and_ends_can_be_said(mapping: Mapping, lines: list[int]) -> None:
    content = b"2026-01-29,A,1.00\n2026-01-30,B,1.00\n2026-01-31,C,1.00\n"

    found = only_of(read_statements(content, mapping=mapping))

    assert [entry.line for entry in found.entries] == lines


def test_tables_without_names_are_the_same_layout_only_with_equal_kinds_of_columns() -> None:
    one, same, other = (
        read(text).mapping
        for text in (
            "2026-01-31,A,1.00\n",
            "2025-12-01,Rent,-900.00\n2025-12-02,B,1\n",
            "2026-01-31,1.00,A\n",
        )
    )

    assert one is not None
    assert same is not None
    assert other is not None
    assert one.header_fingerprint == same.header_fingerprint != other.header_fingerprint


def test_a_mapping_for_wider_tables_reads_a_narrow_one() -> None:
    roles = (Role.DATE, Role.TEXT, Role.AMOUNT, Role.BALANCE, Role.PAYEE)

    found = only_of(read_statements(b"2026-01-31,A,1.00\n", mapping=Mapping(roles=roles)))

    assert [entry.amount for entry in found.entries] == [1]


@pytest.mark.parametrize(
    ("header", "currency"),
    [
        ("Pvm;Selite;Määrä EUROA", "EUR"),
        ("Datum;Text;Betrag in Euro", "EUR"),
        ("Datum;Omschrijving;Bedrag in euro's", "EUR"),
        ("Date;Text;Amount Europe", None),
    ],
)
def test_a_name_may_end_with_the_word_for_its_currency(header: str, currency: str | None) -> None:
    assert only(f"{header}\n2026-01-31;A;-1,50\n").currency == currency


def test_a_column_of_currencies_may_be_named_after_the_amount() -> None:
    found = only("Dátum;Közlemény;Összeg;Összeg devizaneme\n2026.01.31.;A;-1,50;HUF\n")

    assert (found.currency, found.entries[0].amount) == ("HUF", Decimal("-1.50"))
