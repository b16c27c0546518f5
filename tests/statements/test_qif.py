"""QIF as Quicken and its heirs write it: registers, splits, transfers, and dates of whole files."""

from datetime import date
from decimal import Decimal

import pytest

from fintrack.ledger.accounts import AccountKind
from fintrack.ledger.category_paths import SEPARATOR
from fintrack.statements.mapping import answered
from fintrack.statements.read import read_statements
from fintrack.statements.statement import StatementError
from tests.statements.reading import only, only_of, read

BANK = "!Type:Bank\n"


@pytest.mark.parametrize(
    ("written", "booked_on"),
    [
        (["1/31/2026"], "2026-01-31"),
        (["31/1/2026"], "2026-01-31"),
        (["31.01.26"], "2026-01-31"),
        (["1/31'26"], "2026-01-31"),
        (["1/31' 5"], "2005-01-31"),
        (["12/31'2026"], "2026-12-31"),
        (["12/31/97"], "1997-12-31"),
        ([" 8/31/97"], "1997-08-31"),
        (["8/ 1/97", "8/31/97"], "1997-08-01"),
        (["2026-01-31"], "2026-01-31"),
        (["31 Jan 2026"], "2026-01-31"),
        (["02/01/2018", "22/12/2017"], "2018-01-02"),
        (["02/01/2018", "12/22/2017"], "2018-02-01"),
    ],
)
def test_one_order_of_dates_is_decided_for_the_whole_file(
    written: list[str], booked_on: str
) -> None:
    found = only(BANK + "".join(f"D{each}\nT1.00\n^\n" for each in written))

    assert found.entries[0].booked_on.isoformat() == booked_on


def test_an_order_that_the_file_does_not_tell_is_asked_for() -> None:
    content = f"{BANK}D1/2/2026\nT1.00\n^\n".encode()

    asked = read_statements(content)

    assert [question.field for question in asked.questions] == ["date_order"]
    assert not asked.statements
    assert asked.certainty.date_order == 0
    assert asked.mapping is not None
    found = read_statements(content, mapping=answered(asked.mapping, "date_order", "dmy"))
    assert only_of(found).entries[0].booked_on == date(2026, 2, 1)


def test_a_decimal_mark_that_the_file_does_not_tell_is_asked_for() -> None:
    content = f"{BANK}D1/31/2026\nT1,234\n^\n".encode()

    asked = read_statements(content)

    assert [question.field for question in asked.questions] == ["decimal_mark"]
    assert only_of(read_statements(content, currency="EUR")).entries[0].amount == 1234


def test_a_decimal_mark_of_another_script_is_asked_for_with_the_amount() -> None:
    amount = "1\N{ARABIC DECIMAL SEPARATOR}111"

    (asked,) = read_statements(f"{BANK}D1/31/2026\nT{amount}\n^\n".encode()).questions

    assert asked.field == "decimal_mark"
    assert amount in asked.sentence


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ("T-1,234.56", "-1234.56"),
        ("T-1.234,56", "-1234.56"),
        ("U5.00", "5.00"),
        ("U5.00\nT5.00", "5.00"),
        ("SFood\n$-1.00\nSFun\n$-2.50", "-3.50"),
    ],
)
def test_the_amount_is_taken_where_it_stands(fields: str, amount: str) -> None:
    assert only(f"{BANK}D1/31/2026\n{fields}\n^\n").entries[0].amount == Decimal(amount)


def test_every_letter_has_its_place() -> None:
    (entry,) = only(
        f"{BANK}D1/31/2026\nT-9.00\nPBaker\nMBread\nN101\nCX\nAMain St 1\nALisbon\n"
        "LFood:Bread/Holiday\nXunknown\n^\n"
    ).entries

    assert (entry.payee, entry.text, entry.status) == ("Baker", "Bread", "RECONCILED")
    assert entry.category == f"Food{SEPARATOR}Bread"
    assert entry.tags == ("Holiday",)
    assert entry.note == "Number 101\nMain St 1, Lisbon"
    assert "Xunknown" in entry.raw


def test_the_files_own_categories_say_their_kind_and_may_hold_a_slash() -> None:
    found = only(
        f"!Type:Cat\nNFood/Drinks\nE\n^\nNSalary\nI\n^\n{BANK}D1/31/2026\nT9.00\nLFood/Drinks\n^\n"
        "D1/31/2026\nT9.00\nLSalary\n^\n"
    )

    assert [(each.category, each.kind, each.tags) for each in found.entries] == [
        ("Food/Drinks", "EXPENSE", ()),
        ("Salary", "INCOME", ()),
    ]


def test_parts_become_lines_when_they_add_up() -> None:
    (entry,) = only(
        f"{BANK}D1/31/2026\nT-10.00\nL--Split--\nSFood\nEkept\n$-9.00\nSFun\n$-1.00\n^\n"
    ).entries

    lines = [(line.category, line.amount, line.memo) for line in entry.lines]
    assert lines == [("Food", Decimal(-9), "kept"), ("Fun", Decimal(-1), "")]
    assert entry.category is None


def test_a_single_part_is_the_category_of_the_whole() -> None:
    (entry,) = only(f"{BANK}D1/31/2026\nT-10.00\nSFood\n$-10.00\n^\n").entries

    assert (entry.category, entry.lines) == ("Food", ())


def test_parts_that_do_not_add_up_are_told() -> None:
    found = only(f"{BANK}D1/31/2026\nT-10.00\nLFood\nSFood\n$-9.00\nSFun\n$-2.00\n^\n")

    assert found.entries[0].amount == -10
    assert not found.entries[0].lines
    assert "1 split does not add up" in found.notes[0]


def test_a_list_of_several_accounts_names_no_register() -> None:
    found = only("!Account\nNA\n^\nNB\n^\n!Type:Bank\nD1/31/2026\nT1.00\n^\n")

    assert found.account is None


def test_registers_without_an_account_are_told_apart_by_their_kind() -> None:
    found = read(f"{BANK}D1/31/2026\nT1.00\n^\n!Type:CCard\nD1/31/2026\nT2.00\n^\n")

    assert [each.account for each in found.statements] == ["Bank", "Credit card"]


def test_what_is_no_register_is_left_out_and_told() -> None:
    found = only(
        f"!Type:Class\nNTrip\n^\n{BANK}D1/31/2026\nT1.00\n^\n!Type:Invst\nD1/31/2026\nNBuy\n"
        'YACME\nT5.00\n^\n!Type:Prices\n"ACME",1.00,"1/31/26"\n^\n!Type:Mystery\nT1\n^\n'
    )

    assert len(found.entries) == 1
    assert found.notes == (
        "1 investment entry is not a cash movement and was left out.",
        "The section 'mystery' is no register and was left out (1).",
    )


def test_a_file_of_investments_alone_names_their_account() -> None:
    found = only("!Account\nNBroker\nTInvst\n^\n!Type:Invst\nD1/31/2026\nNBuy\nT5.00\n^\n")

    assert (found.account, found.kind, found.entries) == ("Broker", AccountKind.INVESTMENT, ())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("T1.00", "The row has no date."),
        ("D2/31/2026\nT1.00", "'2/31/2026' is not a date."),
        ("D03/25/099Share\nT1.00", "'03/25/099Share' is not a date."),
        ("D1/31/2026", "The row has no amount."),
        ("D1/31/2026\nT12..34", "'12..34' is not an amount."),
        ("D1/31/2026\nSFood\n$x\nSFun\n$1.00", "A part has no amount."),
        ("D1/31/2026\nT1.00\nD1/30/2026\nT2.00", "holds two transactions"),
    ],
)
def test_a_bad_record_is_rejected_with_its_line_and_the_good_ones_come(
    fields: str, reason: str
) -> None:
    found = only(f"{BANK}D1/31/2026\nT5.00\n^\n{fields}\n^\nD1/30/2026\nT6.00\n^\n")

    assert [entry.amount for entry in found.entries] == [5, 6]
    (rejected,) = found.rejected
    assert rejected.line == 5
    assert reason in rejected.reason


@pytest.mark.parametrize(
    "content",
    [
        "D1/31/2026\nT1.00\nPA\n^\n",
        "### written by hand\n\n!type:bank \nD1/31/2026\nT1.00\n^\n",
        "!Type:Bank\r\rD1/31/2026\r T1.00\r^^\r",
        "\ufeff!Type:Bank\nD1/31/2026\nT1.00\n^",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_is_known_by_its_content(content: str, encoding: str) -> None:
    found = read_statements(content.encode(encoding))

    assert found.format == "qif"
    assert [entry.amount for entry in only_of(found).entries] == [1]


def test_old_letters_are_read_as_they_were_written() -> None:
    content = f"{BANK}D1/31/2026\nT1.00\nPCafé Zürich\n^\n".encode("cp1252")

    assert only_of(read_statements(content)).entries[0].payee == "Café Zürich"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{BANK}D1/31/2026\nT1.0", "ends in the middle"),
        ("!Type:Cat\nNFood\n^\n", "no register"),
        ("!Type:Bank\n", "no register"),
        (f"{BANK}D1/31/2026\nT1.00\nP{'x' * 10_000_000}\n^\n", "too long"),
        (f"{BANK}D1/31/2026\nT1.00\nPA\x00B\n^\n", "not text"),
    ],
    ids=lambda value: str(value)[-12:],
)
def test_what_is_no_register_is_refused_in_one_sentence(content: str, words: str) -> None:
    with pytest.raises(StatementError, match=words) as refusal:
        read_statements(content.encode())

    assert str(refusal.value).count(". ") == 0


def test_a_last_record_without_an_end_is_told() -> None:
    found = only(f"{BANK}D1/31/2026\nT1.00\n")

    assert len(found.entries) == 1
    assert found.notes == ("A record has no end; the file may be incomplete.",)


@pytest.mark.parametrize(("written", "year"), [("12/31'99", 1999), ("12/31'26", 2026)])
def test_a_year_behind_an_apostrophe_is_none_that_never_came(written: str, year: int) -> None:
    (entry,) = only(f"{BANK}D{written}\nT1.00\n^\n").entries

    assert entry.booked_on == date(year, 12, 31)


def test_a_mark_of_the_files_end_is_no_row() -> None:
    assert len(only(f"{BANK}D1/31/2026\nT1.00\n^\n\x1a").entries) == 1


def test_every_line_of_a_memo_is_kept() -> None:
    (entry,) = only(f"{BANK}D1/31/2026\nT1.00\nMRent of\nMMarch\n^\n").entries

    assert entry.text == "Rent of March"


@pytest.mark.parametrize(("option", "month"), [("MDY", 1), ("dmy", 2)])
def test_an_option_says_the_order_of_dates(option: str, month: int) -> None:
    (entry,) = only(f"!Option:{option}\n{BANK}D01/02/2026\nT1.00\n^\n").entries

    assert entry.booked_on.month == month


def test_an_option_that_the_dates_contradict_says_nothing() -> None:
    (entry,) = only(f"!Option:MDY\n{BANK}D31/01/2026\nT1.00\n^\n").entries

    assert entry.booked_on == date(2026, 1, 31)
