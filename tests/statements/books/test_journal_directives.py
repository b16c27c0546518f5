"""What the directives of a journal say about the entries below them."""

import pytest

from fintrack.statements.books.book import Hints
from fintrack.statements.statement import StatementError
from tests.statements.books.reading import balances, flows, read, said

OPEN = "2026-01-01 open Assets:Giro\n2026-01-01 open Equity:Opening\n"


@pytest.mark.parametrize(
    "directive",
    ["decimal-mark ,", "commodity 1.000,00 EUR", "commodity EUR\n  format 1.000,00 EUR"],
)
def test_a_directive_says_which_mark_stands_before_the_decimals(directive: str) -> None:
    book = read(f"{directive}\n\n2026-01-01 x\n  assets:giro  1.234 EUR\n  income:gift\n")

    assert balances(book) == {"giro": "1234.00"}


@pytest.mark.parametrize(
    "directives",
    ["decimal-mark ,\ncommodity 1,000.00 EUR", "commodity 1,000.00 EUR\ndecimal-mark ,"],
)
def test_the_decimal_mark_of_a_journal_wins_over_that_of_a_commodity(directives: str) -> None:
    book = read(f"{directives}\n\n2026-01-01 x\n  assets:giro  1.234 EUR\n  income:gift\n")

    assert balances(book) == {"giro": "1234.00"}


def test_the_mark_of_one_commodity_is_not_that_of_another() -> None:
    book = read("commodity 1.000,00 EUR\n\n2026-01-01 x\n  assets:giro  $1.234\n  income:gift\n")

    assert balances(book) == {"giro": "1.23"}


@pytest.mark.parametrize("directive", ["D $1,000.00", "D 1000.00 USD"])
def test_amounts_without_a_commodity_are_of_the_default_one(directive: str) -> None:
    text = f"{directive}\n\n2026-01-01 x\n  assets:giro  1,200\n  income:gift\n"

    book = read(text, Hints())

    assert [each.currency for each in book.accounts] == ["USD"]
    assert balances(book) == {"giro": "1200.00"}


@pytest.mark.parametrize("directive", ["bucket Assets:Giro", "A Assets:Giro"])
def test_what_an_entry_lacks_goes_to_the_bucket(directive: str) -> None:
    book = read(f"{directive}\n\n2026-01-01 x\n  Expenses:Food  3 EUR\n")

    assert balances(book) == {"Giro": "-3.00"}
    assert flows(book) == {"EXPENSE:Food": "-3.00"}


def test_an_entry_that_does_not_add_up_is_told() -> None:
    book = read("2026-01-01 x\n  assets:giro  -3 EUR\n  expenses:food  2 EUR\n")

    assert balances(book) == {"giro": "-3.00"}
    assert book.notes == [
        "1 entry does not add up, the first in line 2; what it lacks has no category."
    ]


@pytest.mark.parametrize(
    "postings",
    [
        ["assets:giro  -10.00 EUR", "expenses:food  10.04 EUR"],
        ["assets:giro  10 EUR", "assets:purse  12 USD"],
        ["assets:giro  -10 EUR", "assets:purse  5 USD", "assets:box  3 GBP"],
    ],
)
def test_a_cent_or_a_currency_too_many_is_told(postings: list[str]) -> None:
    book = read("\n  ".join(["2026-01-01 x", *postings, ""]))

    assert book.notes == [
        "1 entry does not add up, the first in line 2; what it lacks has no category."
    ]


@pytest.mark.parametrize(
    "columns", ["date,id,account,number,currency", "date,txnidx,account,amount,commodity"]
)
def test_an_entry_of_a_table_that_does_not_add_up_is_told_by_its_line(columns: str) -> None:
    book = read(
        f"{columns}\n2026-01-01,1,assets:giro,-3,EUR\n2026-01-01,1,expenses:food,3,EUR\n\n"
        "2026-01-01,2,assets:giro,-10,EUR\n2026-01-01,2,expenses:food,12.34,EUR\n"
    )

    assert book.notes == [
        "1 entry does not add up, the first in line 5; what it lacks has no category."
    ]


def test_less_than_half_a_cent_is_rounding() -> None:
    shares = "2026-01-01 x\n  assets:shares  3 ABC @ 3.3333 EUR\n  assets:giro  -10.00 EUR\n"

    assert not read(shares).notes


def test_an_exchange_without_a_price_adds_up() -> None:
    book = read("2026-01-01 x\n  assets:giro  -3 EUR\n  assets:purse  4 USD\n")

    assert not book.notes


def test_tags_between_colons_are_tags() -> None:
    book = read("2026-01-01 x  ; :food:trip:\n  assets:giro  -3 EUR\n  expenses:food\n")

    assert book.transactions[0].tags == ("food", "trip")


@pytest.mark.parametrize("kind", ["X", "Expense"])
def test_a_type_says_what_an_account_of_another_language_is(kind: str) -> None:
    book = read(
        f"account Ausgaben  ; type: {kind}\naccount Aktiva\n  ; type: A\n\n"
        "2026-01-01 x\n  Ausgaben:Essen  3 EUR\n  Aktiva:Kasse\n"
    )

    assert balances(book) == {"Kasse": "-3.00"}
    assert flows(book) == {"EXPENSE:Essen": "-3.00"}
    assert not book.notes


def test_a_year_stands_above_days_without_one() -> None:
    book = read("Y2026\n\n01/15 x\n  assets:giro  3 EUR\n  income:gift\n")

    assert [each[1] for each in said(book)] == ["2026-01-15"]


def test_the_roots_of_a_beancount_file_may_have_other_names() -> None:
    book = read(
        'option "name_assets" "Vermoegen"\noption "name_expenses" "Ausgaben"\n'
        "2026-01-01 open Vermoegen:Giro\n"
        '2026-01-01 * "x"\n  Ausgaben:Essen  3 EUR\n  Vermoegen:Giro\n'
    )

    assert balances(book) == {"Giro": "-3.00"}
    assert flows(book) == {"EXPENSE:Essen": "-3.00"}


def test_pushed_tags_are_those_of_the_entries_until_they_are_popped() -> None:
    entry = '2026-01-0{} * "x"\n  Assets:Giro  1 EUR\n  Income:Gift\n'

    book = read(f"{OPEN}pushtag #trip\n{entry.format(1)}poptag #trip\n{entry.format(2)}")

    assert [each.tags for each in book.transactions] == [("trip",), ()]


def test_a_pad_fills_an_account_up_to_the_next_balance() -> None:
    book = read(
        f"{OPEN}2026-01-02 pad Assets:Giro Equity:Opening\n"
        '2026-01-03 * "x"\n  Assets:Giro  -5.00 EUR\n  Expenses:Food\n'
        "2026-01-04 balance Assets:Giro  95.00 EUR\n"
        '2026-01-05 * "y"\n  Assets:Giro  -1.00 EUR\n  Expenses:Food\n'
        "2026-01-06 balance Assets:Giro  94.00 EUR\n"
    )

    assert balances(book) == {"Giro": "94.00"}
    assert flows(book) == {"EXPENSE:Food": "-6.00"}
    assert book.notes == ["2 of 2 balances that the book states agree."]


def test_a_pad_that_no_balance_follows_is_refused() -> None:
    with pytest.raises(StatementError, match="Line 3: the book pads accounts"):
        read(f"{OPEN}2026-01-02 pad Assets:Giro Equity:Opening\n")


def test_a_text_of_beancount_may_go_on_in_the_next_line() -> None:
    book = read(
        f'{OPEN}2026-01-03 * "Baker" "Rolls\nof rye" ; "so\n  note: "a\n  b"\n'
        "  Assets:Giro  -5.00 EUR\n  Expenses:Food\n"
        '* A heading of 3.5" disks\n'
        '2026-01-04 * "x" ; the baker"s\n  Assets:Giro  -1.00 EUR\n  Expenses:Food\n'
    )

    assert balances(book) == {"Giro": "-6.00"}
    assert book.transactions[0].text == "Rolls of rye"


def test_a_text_of_beancount_without_an_end_is_refused() -> None:
    with pytest.raises(StatementError, match=r"Line 3: a text has no end"):
        read(f'{OPEN}2026-01-03 * "Baker\n  Assets:Giro  -5.00 EUR\n  Expenses:Food\n')


@pytest.mark.parametrize(
    ("written", "balance"),
    [
        ("2 * 3.50", "7.00"),
        ("(10 + 4) / 2", "7.00"),
        ("-(-7.00)", "7.00"),
        ("1,000.10 - 0.20", "999.90"),
        ("10/3", "3.33"),
    ],
)
def test_sums_of_a_beancount_file_are_computed_exactly(written: str, balance: str) -> None:
    book = read(f'{OPEN}2026-01-03 * "x"\n  Assets:Giro  {written} EUR\n  Income:Gift\n')

    assert balances(book) == {"Giro": balance}


@pytest.mark.parametrize(
    ("food", "left"), [("1.00", "-8.66"), ("1.0", "-8.6"), ("1.000", "-8.666"), ("1", "-8.666")]
)
def test_what_beancount_fills_in_has_as_few_decimals_as_the_amounts_beside_it(
    food: str, left: str
) -> None:
    entry = (
        '2026-01-0{} * "x"\n  Assets:Fund  1 ACME {{3.333 EUR}}\n'
        f"  Expenses:Food  {food} EUR\n  Assets:Giro\n"
    )
    claim = f"2026-01-03 balance Assets:Giro  {left} ~ 0 EUR\n"

    book = read(OPEN + entry.format(1) + entry.format(2) + claim)

    assert "1 of 1 balances that the book states agree." in book.notes


@pytest.mark.parametrize(
    "posting", ["  ; date:2026-02-01", "  ; [2026-02-01]", "\n  ; date:2026-02-01"]
)
def test_a_posting_with_a_day_of_its_own_is_told(posting: str) -> None:
    book = read(f"2026-01-31 x\n  assets:giro  -3 EUR{posting}\n  expenses:food\n")

    assert {each.booked_on.isoformat() for each in book.transactions} == {"2026-01-31"}
    assert book.notes == ["1 posting has a day of its own; that of the entry was taken."]


def test_a_number_in_brackets_is_no_day_of_a_posting() -> None:
    book = read("2026-01-31 x\n  assets:giro  -3 EUR  ; see [1] and [2]\n  expenses:food\n")

    assert not book.notes


@pytest.mark.parametrize(
    ("option", "value", "written", "left"),
    [
        ("inferred_tolerance_default", "EUR:0.005", "1", "-4.33"),
        ("inferred_tolerance_default", "EUR:0.05", "1.00", "-4.3"),
        ("inferred_tolerance_default", "EUR:0.0005", "1.00", "-4.33"),
        ("inferred_tolerance_default", "*:0.05", "1", "-4.3"),
        ("inferred_tolerance_default", "*:0.05", "1.00", "-4.33"),
        ("inferred_tolerance_default", "EUR", "1", "-4.333"),
        ("inferred_tolerance_multiplier", "5", "1.00", "-4.3"),
        ("tolerance_multiplier", "0.061728", "1.00", "-4.333"),
        ("use_precise_interpolation", "TRUE", "1.0 0.00", "-4.33"),
        ("use_precise_interpolation", "FALSE", "1.0 0.00", "-4.3"),
    ],
)
def test_options_say_how_beancount_rounds_what_it_fills_in(
    option: str, value: str, written: str, left: str
) -> None:
    food = "".join(f"  Expenses:Food  {each} EUR\n" for each in written.split())
    entry = f'2026-01-01 * "x"\n  Assets:Fund  1 ACME {{3.333 EUR}}\n{food}  Assets:Giro\n'
    claim = f"2026-01-03 balance Assets:Giro  {left} ~ 0 EUR\n"

    book = read(f'option "{option}" "{value}"\n{OPEN}{entry}{claim}')

    assert "1 of 1 balances that the book states agree." in book.notes


def test_a_posting_may_have_any_flag() -> None:
    entry = '2026-01-01 * "x"\n  # Assets:Giro  1.00 EUR\n  ! Income:Gift\n'
    claim = "2026-01-03 balance Assets:Giro  1.00 EUR\n"

    book = read(f"{OPEN}{entry}{claim}")

    assert book.notes == ["1 of 1 balances that the book states agree."]


def test_a_balance_may_be_off_by_twice_the_tolerance_of_its_last_decimal() -> None:
    entry = '2026-01-01 * "x"\n  Assets:Giro  1.00 EUR\n  Income:Gift\n'
    claim = "2026-01-03 balance Assets:Giro  1.04 EUR\n"

    book = read(f'option "inferred_tolerance_multiplier" "2"\n{OPEN}{entry}{claim}')

    assert book.notes == ["1 of 1 balances that the book states agree."]


def test_an_option_of_beancount_that_is_not_followed_is_told() -> None:
    book = read(
        f'option "infer_tolerance_from_cost" "TRUE"\n{OPEN}'
        '2026-01-01 * "x"\n  Assets:Giro  1.00 EUR\n  Income:Gift\n'
    )

    (note,) = book.notes
    assert note.startswith("The option infer_tolerance_from_cost is not followed")


def test_tags_and_links_may_stand_below_the_first_line_of_an_entry() -> None:
    book = read(
        f'{OPEN}2026-01-02 * "x" ^one\n  #trip ^two ^three\n  Assets:Giro  -3 EUR\n'
        "  Expenses:Food\n"
    )

    assert book.transactions[0].tags == ("trip",)
    assert book.notes == [
        "Links between entries were left out (3): FinTrack does not take them from beancount."
    ]


def test_metadata_is_counted_wherever_it_stands() -> None:
    book = read(
        f'{OPEN}  bank: "Ours"\n  since: 2026-01-01\npushmeta place: "Lisbon"\n'
        '2026-01-02 * "x"\n  receipt: "12"\n  Assets:Giro  -3 EUR\n    card: "1"\n'
        "  Expenses:Food\npopmeta place:\n"
    )

    assert book.notes == [
        "Values of metadata were left out (5): FinTrack does not take them from beancount."
    ]
