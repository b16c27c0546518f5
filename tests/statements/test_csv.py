"""CSV of many banks: columns by name, by content and by what the rows prove."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fintrack.errors import InvalidInput
from fintrack.statements.mapping import DateOrder, DecimalMark, Mapping, Role, answered
from fintrack.statements.read import read_statements
from tests.statements.reading import only, only_of, read


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Date,Text,Debit,Credit\n2026-01-31,A,10.00,\n2026-01-30,B,,5.00\n", "-10.00 5.00"),
        ("Date,Text,Debit,Credit\n2026-01-31,A,-10.00,\n2026-01-30,B,,5.00\n", "-10.00 5.00"),
        ("Date,Text,Outflow,Inflow\n2026-01-31,A,$10.00,$0.00\n", "-10.00"),
        ("Date,Text,Amount,Type\n2026-01-31,A,10.00,debit\n2026-01-30,B,5.00,credit\n", "-10 5"),
        ("Datum;Text;Betrag;S/H\n31.01.2026;A;10,00;S\n30.01.2026;B;5,00;H\n", "-10 5"),
        ("Date,Text,Amount,Type\n2026-01-31,A,-9.00,debit\n2026-01-30,B,5.00,debit\n", "-9 5"),
        ("Date,Text,Amount,\n2026-01-31,A,£10.00,\n2026-01-30,B,£5.00,CR\n", "-10 5"),
        ("Date,Text,Amount\n2026-01-31,A,10.00 DR\n2026-01-30,B,5.00 CR\n", "-10 5"),
        ("Date,Text,Amount\n2026-01-31,A,(10.00)\n2026-01-30,B,5.00\n", "-10 5"),
        ("Date,Text,Amount\n2026-01-31,A,10.00-\n2026-01-30,B,- $5.00\n", "-10 -5"),
        ("Date,Text,Amount,Fee,Balance\n2026-01-31,A,0.00,2.00,8\n2026-02-01,B,-1,0,7\n", "-2 -1"),
        ("Date,Text,Amount,Fee\n2026-01-31,A,25.00,1.03\n", "25"),
        ("Date,Text,Gross,Fee,Net\n2026-01-31,A,25.00,-1.03,23.97\n", "23.97"),
        (
            "2026-01-31,A,-10.00,90.00\n2026-02-01,B,5.00,95.00\n2026-02-03,C,1.00,96.00\n",
            "-10 5 1",
        ),
        ("2026-01-31,A,10.00,\n2026-02-01,B,,5.00\n", "-10 5"),
    ],
)
def test_money_gets_the_sign_that_the_columns_mean(text: str, amounts: str) -> None:
    entries = only(text).entries

    assert [entry.amount for entry in entries] == [Decimal(each) for each in amounts.split()]


def test_purchases_of_a_card_are_turned_and_said_so() -> None:
    found = only(
        "Date,Description,Amount\n2026-01-31,SHOP,10.00\n2026-01-30,PAYMENT - THANK YOU,-90.00\n"
        "2026-01-29,CAFE,3.00\n",
    )

    assert [entry.amount for entry in found.entries] == [-10, 90, -3]
    assert "their sign was turned" in found.notes[0]


def test_the_booking_date_is_the_date_and_the_value_date_stays_beside_it() -> None:
    entry = only("Wert;Buchungstag;Text;Betrag\n02.02.2026;31.01.2026;A;1,00\n").entries[0]

    assert (entry.booked_on, entry.valued_on) == (date(2026, 1, 31), date(2026, 2, 2))


def test_lines_above_the_table_name_account_and_currency() -> None:
    found = only(
        "Bank of Somewhere\nAccount: 12-345678-9\nCurrency,EUR\n\nDate,Text,Amount\n"
        "2026-01-31,A,1.00\n",
    )

    assert (found.account, found.currency) == ("12-345678-9", "EUR")


def test_a_line_without_date_and_amount_continues_the_text_above() -> None:
    found = only("Date,Text,Amount\n2026-01-31,CARD,1.00\n,SHOP 12,\n")

    assert [entry.text for entry in found.entries] == ["CARD SHOP 12"]


def test_pending_and_cancelled_rows_are_left_out_and_counted() -> None:
    found = only(
        "Date,Text,Amount,State\n2026-01-31,A,1.00,COMPLETED\n2026-01-31,B,2.00,REVERTED\n"
        "Pending,C,3.00,\n",
    )

    assert [entry.amount for entry in found.entries] == [1]
    assert found.notes == ("2 rows are pending or cancelled and were left out.",)


def test_balance_rows_become_balances_and_no_movements() -> None:
    found = only(
        "Date;Details;Amount;D/K\n2026-01-01;Opening balance;100.00;K\n2026-01-05;Shop;30.00;D\n"
        "2026-01-31;Turnover;30.00;D\n2026-01-31;Closing balance;70.00;K\n",
    )

    assert [entry.amount for entry in found.entries] == [-30]
    assert [found.opening_balance, found.closing_balance] == [Decimal(100), Decimal(70)]
    assert found.closing_on == date(2026, 1, 31)


def test_a_footer_with_totals_is_no_movement() -> None:
    found = only("Date;Text;Amount\n2026-01-31;A;1.00\nTotal;;1.00\n;;\nPrinted by the bank\n")

    assert len(found.entries) == 1
    assert not found.rejected


def test_a_running_balance_gives_the_closing_balance_in_either_order() -> None:
    rows = ["2026-01-01,A,10.00,10.00", "2026-01-02,B,5.00,15.00", "2026-01-03,C,-1.00,14.00"]
    head = "Date,Text,Amount,Balance\n"

    rising, falling = (only(head + "\n".join(each) + "\n") for each in (rows, rows[::-1]))

    for found in (rising, falling):
        assert [found.opening_balance, found.closing_balance] == [Decimal(0), Decimal(14)]
        assert found.closing_on == date(2026, 1, 3)


def test_a_balance_that_does_not_follow_from_the_rows_is_no_closing_balance() -> None:
    text = "Date,Text,Amount,Balance\n2026-01-01,A,10.00,10.00\n2026-01-02,B,5.00,99.00\n"

    assert only(text).closing_balance is None


def test_accounts_and_currencies_become_statements() -> None:
    found = read(
        "Date,Text,Amount,Currency,Account\n2026-01-31,A,1.00,EUR,Giro\n2026-01-31,B,2.00,USD,Giro\n"
        "2026-01-31,C,3.00,EUR,Card\n",
    )

    named = [(each.account, each.currency, len(each.entries)) for each in found.statements]
    assert named == [("Giro", "EUR", 1), ("Giro", "USD", 1), ("Card", "EUR", 1)]


def test_the_payees_account_is_not_mine() -> None:
    text = (
        "Date,Payee,IBAN,Amount\n2026-01-31,A,DE89370400440532013000,1.00\n"
        "2026-01-30,B,FR1420041010050500013M02606,2.00\n"
    )

    assert only(text).account is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-02-31,Bad,1.00", "'2026-02-31' is not a date in the order year, month, day."),
        ("2026-02-28,Bad,12..34", "'12..34' is not an amount."),
        ("2026-02-28,Bad,", "The row has no amount."),
        (",Bad,1.00", "The row has no date."),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_the_good_ones_come(row: str, reason: str) -> None:
    found = only(f"Date,Text,Amount\n2026-01-31,Good,1.00\n{row}\n2026-01-30,Good,2.00\n")

    assert len(found.entries) == 2
    assert [(each.line, each.reason) for each in found.rejected] == [(3, reason)]


def test_a_row_in_an_unknown_currency_is_rejected_beside_good_ones() -> None:
    found = only(
        "Date,Text,Amount,Currency\n2026-01-31,A,1.00,EUR\n2026-01-31,B,2.00,ZZZ\n"
        "2026-01-30,C,3.00,EUR\n",
    )

    assert [entry.amount for entry in found.entries] == [1, 3]
    assert [each.reason for each in found.rejected] == ["'ZZZ' is not a currency."]


def test_two_equal_rows_are_two_movements() -> None:
    assert len(only("Date,Text,Amount\n2026-01-31,A,1.00\n2026-01-31,A,1.00\n").entries) == 2


def test_an_id_column_is_a_reference_only_while_it_is_unique() -> None:
    head = "Date,Text,Amount,Transaction ID\n2026-01-31,A,1.00,tx-0001\n2026-01-30,B,1.00,"

    unique, repeated = only(f"{head}tx-0002\n"), only(f"{head}tx-0001\n")

    assert [each.reference for each in unique.entries] == ["tx-0001", "tx-0002"]
    assert [each.reference for each in repeated.entries] == [None, None]


def test_a_quote_inside_a_text_swallows_no_row() -> None:
    found = only(
        'Date,Text,Amount\n2026-01-31,"Bob,1.00\n2026-01-30,Joe",2.00\n2026-01-29,C,3.00\n'
    )

    assert sum(entry.amount for entry in found.entries) == 6


def test_a_header_without_rows_is_an_empty_statement() -> None:
    found = only("Date,Description,Amount\n")

    assert not found.entries
    assert not found.rejected


def test_the_other_sides_of_a_journal_are_left_out() -> None:
    found = read(
        "JournalNumber,JournalDate,AccountName,NetAmount\n1,2026-01-31,Income,-5\n1,2026-01-31,Cash,5\n"
        "2,2026-01-31,Cash,-2\n2,2026-01-31,Checking,2\n",
    )

    sums = {each.account: sum(e.amount for e in each.entries) for each in found.statements}
    assert sums == {"Cash": 3, "Checking": 2}


def test_source_and_destination_say_the_direction() -> None:
    found = read(
        "type,amount,currency_code,foreign_amount,foreign_currency_code,description,date,"
        "source_name,source_type,destination_name,destination_type\n"
        "Deposit,50,EUR,,,Pay,2026-01-31,Boss,Revenue account,Giro,Asset account\n"
        "Transfer,-100,EUR,108,USD,Move,2026-01-31,Giro,Asset account,Dollars,Asset account\n"
        "Withdrawal,-9,EUR,,,Food,2026-01-31,Giro,Asset account,Shop,Expense account\n",
    )

    sums = {
        (each.account, each.currency): [(int(e.amount), e.payee) for e in each.entries]
        for each in found.statements
    }
    assert sums == {
        ("Giro", "EUR"): [(50, "Boss"), (-100, "Dollars"), (-9, "Shop")],
        ("Dollars", "USD"): [(108, "Giro")],
    }


def test_unknown_columns_of_money_are_asked_for_and_not_guessed() -> None:
    content = b"foo;bar;baz;qux\n2026-01-31;A;1.00;7.00\n2026-01-30;B;2.00;3.00\n"

    found = read_statements(content)

    (question,) = found.questions
    assert not found.statements
    assert found.mapping is not None
    again = read_statements(content, mapping=answered(found.mapping, question.field, "2"))
    assert [entry.amount for entry in only_of(again).entries] == [1, 2]


def test_an_unknown_pair_of_columns_offers_both_directions() -> None:
    content = b"foo;bar;baz;qux\n2026-01-31;A;1.00;\n2026-01-30;B;;3.00\n"

    found = read_statements(content)

    choice = found.questions[0].choices[1]
    assert choice.label.startswith("Money out: qux")
    assert found.mapping is not None
    again = read_statements(content, mapping=answered(found.mapping, "amount", choice.value))
    assert [entry.amount for entry in only_of(again).entries] == [1, -3]


@pytest.mark.parametrize(("field", "value"), [("date_order", "x"), ("amount", "99"), ("name", "1")])
def test_an_answer_that_was_not_offered_is_refused(field: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        answered(Mapping(roles=(Role.DATE,)), field, value)


CORRECTABLE = "31/12/2025;02/01/2026;Café;1.500;2.500;9\n01/02/2026;03/02/2026;B;2.500;5.000;8\n"


@pytest.mark.parametrize(
    ("change", "amounts"),
    [
        ({"decimal_mark": DecimalMark.POINT}, "1.5 2.5"),
        ({"decimal_mark": DecimalMark.COMMA}, "1500 2500"),
        ({"inverted": True}, "-1500 -2500"),
        ({"roles": "date value_date text ignore amount ignore"}, "2500 5000"),
        ({"roles": "date ignore payee debit ignore ignore"}, "-1500 -2500"),
        ({"roles": "date ignore payee amount ignore fee"}, "1491 2492"),
        ({"first_row": 2}, "2500"),
    ],
)
def test_every_part_of_the_mapping_can_be_corrected(
    change: dict[str, object],
    amounts: str,
) -> None:
    roles = "date value_date text amount ignore ignore"
    mapping = Mapping(
        encoding="utf-8",
        delimiter=";",
        header_row=0,
        roles=roles_of(roles),
        date_order=DateOrder.DMY,
        decimal_mark=DecimalMark.COMMA,
    )
    if isinstance(words := change.get("roles"), str):
        change = {"roles": roles_of(words)}

    found = read_statements(CORRECTABLE.encode(), mapping=replace(mapping, **change))  # type: ignore[arg-type]

    entries = only_of(found).entries
    assert [entry.amount for entry in entries] == [Decimal(each) for each in amounts.split()]


def test_another_encoding_and_delimiter_can_be_chosen() -> None:
    content = "Date;Text;Amount\n2026-01-31;Žluť, x;1.00\n".encode("cp1250")
    first = read_statements(content)
    assert first.mapping is not None

    chosen = replace(first.mapping, encoding="cp1250")

    assert only_of(read_statements(content, mapping=chosen)).entries[0].text == "Žluť, x"
    with pytest.raises(InvalidInput):
        read_statements(content, mapping=replace(first.mapping, encoding="utf-8"))


def test_equal_headers_have_equal_fingerprints_whatever_stands_above() -> None:
    table = "Date,Text,Amount\n2026-01-31,A,1.00\n"

    one, other = read(table), read(f"Account 12345678\n\n{table}")

    assert one.mapping is not None
    assert other.mapping is not None
    assert one.mapping.header_fingerprint == other.mapping.header_fingerprint


def test_a_mapping_survives_json() -> None:
    mapping = read("Date,Text,Amount\n2026-01-31,A,1.00\n").mapping
    assert mapping is not None

    assert Mapping.from_json(mapping.to_json()) == mapping
    with pytest.raises(InvalidInput):
        Mapping.from_json('{"unknown": 1}')


def test_a_currency_without_thirds_decides_between_decimals_and_thousands() -> None:
    content = b"Date;Text;Amount\n2026-01-31;A;1.234\n"

    found = read_statements(content, currency="EUR")

    assert only_of(found).entries[0].amount == 1234
    assert read_statements(content, currency="KWD").questions


def roles_of(words: str) -> tuple[Role, ...]:
    return tuple(Role(word) for word in words.split())
