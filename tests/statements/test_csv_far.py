"""Tables from far away, or broken on the way, read as who wrote them meant them."""

from datetime import date
from decimal import Decimal

import pytest

from fintrack.statements.mapping import answered
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Statement, StatementError


@pytest.mark.parametrize(
    "text",
    [
        "取引日,入出金(円),取引後残高(円)\n20260131,-10,5\n20260130,5,15\n",
        "利用日,利用店名・商品名,利用金額,支払総額\n2026/01/31,A,10,10\n2026/01/30,B,-5,-5\n",
        "ご利用日,ご利用先など,ご利用金額(￥),お支払い金額(￥)\n2026/01/31,A,10,10\n2026/01/30,B,-5,-5\n",
        "交易日期,摘要,支出金額,存入金額\n115/01/31,A,10,\n115/01/30,B,,5\n",
    ],
    ids=["in and out", "card", "card and bill", "one side unknown"],
)
def test_words_of_the_east_say_what_goes_out(text: str) -> None:
    assert amounts(only(text)) == [-10, 5]


def test_an_amount_beside_the_only_named_side_is_the_other_side() -> None:
    found = only("Date,Text,Amount,Deposit\n2026-01-31,A,10.00,\n2026-01-30,B,,5.00\n")

    assert amounts(found) == [-10, 5]


def test_a_column_that_completes_the_only_named_side_is_the_other_side() -> None:
    found = only("Date,Text,Drained,Deposit\n2026-01-31,A,10.00,\n2026-01-30,B,,5.00\n")

    assert amounts(found) == [-10, 5]


@pytest.mark.parametrize(
    "header", ["日期,金额,对方户名,对方账号", "Buchung,Betrag,Sender / Empfänger,IBAN / Konto-Nr."]
)
def test_accounts_of_the_other_side_are_not_the_members(header: str) -> None:
    found = only(
        f"{header}\n2026-01-31,-10.00,A,DE02120300000000202051\n"
        "2026-01-30,5.00,B,DE02500105170137075030\n"
    )

    assert found.account is None
    assert amounts(found) == [-10, 5]
    assert [entry.payee for entry in found.entries] == ["A", "B"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("14/03/2569", date(2026, 3, 14)),
        ("29/02/2567", date(2024, 2, 29)),
        ("115/03/14", date(2026, 3, 14)),
        ("令和6年1月2日", date(2024, 1, 2)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R6.1.2", date(2024, 1, 2)),
        ("H31.4.30", date(2019, 4, 30)),
        ("S64/01/07", date(1989, 1, 7)),
        ("10:11 14/03/2026", date(2026, 3, 14)),
        ("14 Μαρτίου 2026", date(2026, 3, 14)),
        ("14. des. 2025", date(2025, 12, 14)),
        ("14 ledna 2026", date(2026, 1, 14)),
    ],
)
def test_a_day_is_written_in_the_years_and_months_of_its_country(written: str, day: date) -> None:
    found = only(f"Date;Text;Amount\n{written};A;1.00\n")

    assert [entry.booked_on for entry in found.entries] == [day]


def test_the_number_of_an_account_is_no_day() -> None:
    found = only(
        "Bank Account,Date,Text,Amount\n032000123456,14/03/2026,A,-1.00\n"
        "032000123456,15/03/2026,B,2.00\n"
    )

    assert found.account == "032000123456"


def test_a_balance_takes_the_sign_of_its_marker() -> None:
    found = only(
        "Date,Text,Amount,Balance\n14/03/2026,A,500.00 Cr,300.00 Dr\n"
        "15/03/2026,B,100.00 Dr,400.00 Dr\n"
    )

    assert (found.opening_balance, found.closing_balance) == (Decimal(-800), Decimal(-400))
    assert not found.notes


def test_a_parenthesis_may_open_behind_the_sign_of_the_currency() -> None:
    assert amounts(only("Date,Text,Amount\n2026-01-31,A,$(10.00)\n2026-01-30,B,$5.00\n")) == [
        -10,
        5,
    ]


def test_three_letters_that_are_no_currency_are_none() -> None:
    found = only('"A","EOP","2026/03/02","Pay",,1.00\n"A","EOP","2026/03/03","Shop",2.00,\n')

    assert amounts(found) == [1, -2]


@pytest.mark.parametrize(
    "rows",
    [
        "14.03.2026,A,-45,10,95,90\n02.03.2026,B,1000,00,41,00\n",
        "14.03.2026,A,-45,10,95,90\n02.03.2026,B,1000,00,,\n",
    ],
)
def test_commas_before_decimals_part_no_cells(rows: str) -> None:
    found = only(f"Datum,Text,Betrag,Rest\n{rows}")

    assert amounts(found) == [Decimal("-45.10"), 1000]


def test_two_digits_behind_the_amount_are_no_decimals_where_a_column_is_theirs() -> None:
    found = only("Datum,Text,Betrag,Code\n14.03.2026,A,-45,10\n02.03.2026,B,1000,11\n")

    assert amounts(found) == [-45, 1000]


def test_two_numbers_side_by_side_are_no_amount_where_the_last_column_has_no_name() -> None:
    found = only("Date,Ref,Code,Amount\n14/03/2026,123,45,-9.50,x\n13/03/2026,124,46,1000.00,y\n")

    assert amounts(found) == [Decimal("-9.50"), 1000]


@pytest.mark.parametrize(
    "row",
    ['"14/03/2026","THE "BEST" SHOP, LTD","-45.10"', '"14/03/2026,""THE BEST SHOP, LTD"",-45.10"'],
    ids=["quotes in quotes", "the whole row in quotes"],
)
def test_quotes_that_nobody_doubled_lose_no_row(row: str) -> None:
    found = only(f'Date,Text,Amount\n{row}\n"15/03/2026","A","1.00"\n')

    assert [(entry.amount, entry.text) for entry in found.entries] == [
        (Decimal("-45.10"), "THE BEST SHOP, LTD"),
        (1, "A"),
    ]


def test_an_empty_cell_stays_beside_a_broken_quote() -> None:
    found = only('Date\tText\tDebit\tCredit\n05.03.2026\t"Rent\t\t850,00\n06.03.2026\tB\t10,00\t\n')

    assert amounts(found) == [850, -10]


def test_what_is_called_a_purchase_is_money_out() -> None:
    found = only(
        "Date,Text,Merchant,Type,Amount\n2026-01-31,A,A,Purchase,10.00\n"
        "2026-01-30,B,B,Payment,-5.00\n2026-01-29,C,C,Credit,-1.00\n"
    )

    assert amounts(found) == [-10, 5, 1]


def test_purchases_that_are_negative_stay_so() -> None:
    found = only("Date,Text,Type,Amount\n2026-01-31,A,Purchase,-10.00\n2026-01-30,B,Payment,5.00\n")

    assert amounts(found) == [-10, 5]


def test_rows_without_the_day_of_completion_do_not_change_the_column_of_days() -> None:
    found = only(
        "Started Date,Completed Date,Text,Amount,State\n2026-01-30,2026-01-31,A,-1.00,COMPLETED\n"
        "2026-01-31,,B,-2.00,PENDING\n2026-01-31,,C,-3.00,REVERTED\n"
    )

    assert [entry.booked_on for entry in found.entries] == [date(2026, 1, 31)]


def test_an_account_of_the_payee_is_told_by_its_name() -> None:
    found = only(
        "Kirjauspäivä;Määrä;Saajan tilinumero;Selitys\n31.01.2026;-1,00;;A\n"
        "30.01.2026;2,00;FI2112345600000785;B\n"
    )

    assert found.account is None
    assert amounts(found) == [-1, 2]


@pytest.mark.parametrize("first", ["46053", "46053.75"])
def test_days_that_a_spreadsheet_counted_are_days(first: str) -> None:
    found = only(f"Date,Text,Amount\n{first},A,-1.00\n46052,B,2.00\n")

    assert [entry.booked_on for entry in found.entries] == [date(2026, 1, 31), date(2026, 1, 30)]


FIXED = """
        STATEMENT OF ACCOUNT 1234567

Date        Narration                 Withdrawal      Deposit      Balance
----------------------------------------------------------------------------
14/03/2026  GROCER                         45.10                    954.90
            LONDON
24/03/2026  A NAME THAT FILLS A LINE        4.90                    950.00
02/04/2026  SALARY                                   1,000.00     1,950.00
"""


def test_columns_below_each_other_are_a_table() -> None:
    found = only(FIXED)

    assert amounts(found) == [Decimal("-45.10"), Decimal("-4.90"), 1000]
    assert [entry.text for entry in found.entries][::2] == ["GROCER LONDON", "SALARY"]
    assert found.account == "1234567"
    assert found.closing_balance == 1950


def test_words_across_the_border_of_two_columns_are_no_amount() -> None:
    found = read_statements(
        b"Date        Text      Amount\n14/03/2026  A          -1.00\n"
        b"15/03/2026  B           2.00\n"
        b"16/03/2026  A NAME FAR TOO LONG -12.00\n"
    )

    assert amounts(found.statements[0]) == [-1, 2]
    assert [each.line for each in found.statements[0].rejected] == [4]


def test_prose_with_days_and_figures_is_no_table() -> None:
    with pytest.raises(StatementError, match="not a statement"):
        read_statements(b"Dear Ana,\non 14/03/2026 you paid  45.10 to us.\nBest regards\n")


def test_rows_of_another_table_above_are_rejected_and_not_lost() -> None:
    (found,) = read_statements(
        b"Date,Text,Amount\n14/03/2026,A,-1.00\n15/03/2026,B,-2.00\n\n"
        b"Date,Card,Text,Amount\n15/03/2026,1234,C,-3.00\n"
    ).statements

    assert amounts(found) == [-3]
    assert [each.line for each in found.rejected] == [2, 3]


@pytest.mark.parametrize(
    ("written", "amount"), [("1,045円", 1045), ("1.045 €", 1045), ("2,045 €", 2045)]
)
def test_the_currency_beside_an_amount_says_how_many_decimals_it_has(
    written: str, amount: int
) -> None:
    assert amounts(only(f"Date;Text;Amount\n2026-03-14;A;{written}\n")) == [amount]


@pytest.mark.parametrize("out", ["10.00", "-10.00"])
def test_words_of_direction_count_for_the_column_that_a_member_chooses(out: str) -> None:
    text = f"Date,Direction,First,Second\n2026-03-14,OUT,{out},7.00\n2026-03-15,IN,5.00,6.00\n"
    asked = read_statements(text.encode())
    assert asked.mapping

    (found,) = read_statements(
        text.encode(), mapping=answered(asked.mapping, "amount", "2")
    ).statements

    assert amounts(found) == [-10, 5]


def test_products_that_some_rows_lack_are_no_accounts() -> None:
    found = only(
        "Date,Product,Text,Amount\n2026-03-14,FUND,Buy,-1.00\n2026-03-13,,Deposit,2.00\n"
        "2026-03-12,SHARE,Buy,-3.00\n"
    )

    assert found.account is None
    assert amounts(found) == [-1, 2, -3]


def test_a_movement_that_is_stated_at_both_ends_counts_at_the_members() -> None:
    found = read_statements(
        b"ID,Status,Direction,Created on,Source fee amount,Source name,Source amount (after fees),"
        b"Source currency,Target name,Target amount (after fees),Target currency\n"
        b"1,COMPLETED,OUT,2026-03-14,0.50,Ana,44.60,EUR,Ben,50.00,USD\n"
        b"2,COMPLETED,IN,2026-03-13,0.25,Cleo,999.75,GBP,Ana,1000.00,EUR\n"
        b"3,COMPLETED,NEUTRAL,2026-03-12,1.00,Ana,99.00,EUR,Ana,110.00,USD\n"
        b"4,CANCELLED,OUT,2026-03-11,0.00,Ana,5.00,EUR,Ben,5.00,EUR\n"
    )

    assert not found.questions
    assert found.statements[0].notes == ("1 row is pending or cancelled and was left out.",)
    assert {each.currency: amounts(each) for each in found.statements} == {
        "EUR": [Decimal("-45.10"), 1000, -100],
        "USD": [110],
    }
    assert [entry.payee for entry in found.statements[0].entries] == ["Ben", "Cleo", "Ana"]


def only(text: str) -> Statement:
    found = read_statements(text.encode())
    assert not found.questions
    (statement,) = found.statements
    assert not statement.rejected
    return statement


def amounts(statement: Statement) -> list[Decimal]:
    return [entry.amount for entry in statement.entries]
