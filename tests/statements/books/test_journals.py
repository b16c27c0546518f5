"""Plain-text journals: what beancount, ledger and hledger leave to be told is told."""

import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.context import TenantContext
from fintrack.ledger.accounts import accounts
from fintrack.ledger.filters import Status
from fintrack.ledger.journals.export import JournalFormat, export_journal
from fintrack.operations.books import import_book
from fintrack.statements.books.book import Hints
from fintrack.statements.books.plain_text import Commodities, unused
from fintrack.statements.statement import StatementError
from tests.operations.books import keep_book
from tests.statements.books.reading import balances, flows, read, said

OPEN = "2026-01-01 open Assets:Giro\n"


def test_a_beancount_file_with_all_that_it_may_leave_out() -> None:
    book = read(
        'option "title" "Ours"\n' + OPEN + "\n"
        '2026-01-01 * "Opening Balance"\n'
        "  Assets:Giro  1,000.00 EUR\n"
        "  Equity:Opening-Balances\n\n"
        '2026-01-02 ! "Baker" "Rolls \\"of rye\\"" #food ^link\n'
        '  receipt: "12"\n'
        "  Expenses:Food  3.20 EUR ; fresh\n"
        "  Assets:Giro\n\n"
        '2026-01-03 txn "Buy"\n'
        "  Assets:Broker:ACME  10 ACME {12.345 EUR, 2026-01-03}\n"
        "  Expenses:Fees  1.00 EUR\n"
        "  Assets:Giro\n\n"
        '2026-01-04 * "Change"\n'
        "  Assets:Giro  -100 EUR @ 1.10 USD\n"
        "  Assets:Dollars  110.00 USD\n\n"
        '2026-01-05 * "Hours"\n'
        "  Assets:Vacation  8 HOURS\n"
        "  Income:Vacation  -8 HOURS\n\n"
        "2026-01-06 balance Assets:Giro  772.35 EUR\n"
        "2026-01-06 balance Assets  773.00 EUR\n"
    )
    assert (book.title, book.format) == ("Ours", "beancount")
    assert balances(book) == {
        "Giro": "772.35", "Broker:ACME": "123.45", "Dollars": "110.00",
    }  # fmt: skip
    assert said(book) == [
        ("Giro", "2026-01-02", "-3.20", "Baker", "Food -3.20"),
        ("Broker:ACME", "2026-01-03", "123.45", "", "transfer"),
        ("Giro", "2026-01-03", "-123.45", "", "transfer"),
        ("Giro", "2026-01-03", "-1.00", "", "Fees -1.00"),
        ("Giro", "2026-01-04", "-100.00", "", "transfer"),
        ("Dollars", "2026-01-04", "110.00", "", "transfer"),
    ]
    first = book.transactions[0]
    assert (first.text, first.status, first.tags) == ('Rolls "of rye"', Status.PENDING, ("food",))
    assert book.notes == [
        "2 postings in HOURS were left out: it is no currency and had no cost in one.",
        "Links between entries were left out (1): FinTrack does not take them from beancount.",
        "Values of metadata were left out (1): FinTrack does not take them from beancount.",
        "1 of 2 balances that the book states agree.",
        "Assets has 772.35 EUR on 2026-01-06, not 773.00 EUR, as the book says.",
    ]


def test_an_account_without_a_known_root_is_told() -> None:
    book = read("2026-01-02 Baker\n  Purse  -3.20 EUR\n  Expenses:Food  3.20 EUR\n")
    (note,) = book.notes
    assert note == (
        "1 account is called neither assets, liabilities, income, expenses nor equity. "
        "It came as an account, and what moved between accounts as transfers."
    )


BEANCOUNT_OPENS = (
    "2026-01-01 open Assets:Giro\n2026-01-01 open Assets:Old\n2026-01-01 open Expenses\n"
    "2026-01-01 open Expenses:Gifts EUR\n2026-01-01 open Equity:Transfers\n"
    '2026-01-02 * "x"\n  Assets:Giro  -1 EUR\n  Expenses:Food\n'
)
HLEDGER_DECLARES = (
    "account Assets:Giro\naccount Assets:Old  ; closed\naccount Expenses\n"
    "account Expenses:Gifts\n\n2026-01-02 x\n  Assets:Giro  -1 EUR\n  Expenses:Food\n"
)


@pytest.mark.parametrize("text", [BEANCOUNT_OPENS, HLEDGER_DECLARES])
def test_accounts_that_no_entry_uses_are_named(text: str) -> None:
    assert read(text).notes == [
        "2 accounts are in no entry and did not come: Assets:Old, Expenses:Gifts."
    ]


def test_of_many_accounts_that_no_entry_uses_the_first_are_named() -> None:
    (note,) = unused([f"Assets:A{number}" for number in range(22)], [])
    assert note.endswith("Assets:A18, Assets:A19 and 2 more.")


def test_days_of_beancount_need_no_zeros() -> None:
    book = read(
        '2026-1-1 open Assets:Giro\n\n2026/1/5 * "x"\n  Assets:Giro  -1 EUR\n  Expenses:A\n'
    )
    assert said(book) == [("Giro", "2026-01-05", "-1.00", "", "A -1.00")]


def test_an_account_of_virtual_postings_alone_is_used() -> None:
    text = "account Food\n\n2026-01-02 x\n  (Food)  -1 EUR\n"
    assert not [note for note in read(text).notes if "in no entry" in note]


def test_what_stands_beside_the_entries_is_counted() -> None:
    beancount = read(
        OPEN + '2026-01-01 note Assets:Giro "Ours"\n2026-01-01 price ACME 2 EUR\n'
        "2026-01-02 price ACME 3 EUR\n2026-02-01 close Assets:Giro\n"
        'plugin "beancount.plugins.forecast"\n'
        '2026-01-02 * "x"\n  Assets:Giro  -1 EUR\n  Expenses:Food\n'
    )
    hledger = read(
        "P 2026-01-01 ACME 2 EUR\n\n2026-01-02 x\n  assets:giro  -1 EUR\n  expenses:food\n"
    )
    assert [note.partition(":")[0] for note in beancount.notes] == [
        "Notes were left out (1)",
        "Prices were left out (2)",
        "Days on which accounts were closed were left out (1)",
        "Plugins were left out (1)",
    ]
    assert [note.partition(":")[0] for note in hledger.notes] == ["Prices were left out (1)"]


@pytest.mark.parametrize(
    ("unkept", "note"),
    [
        (
            {"AAAAA": 1},
            "1 posting in AAAAA was left out: it is no currency and had no cost in one.",
        ),
        ({"": 1}, "1 posting without a currency was left out; choose the book's currency."),
        ({"": 2}, "2 postings without a currency were left out; choose the book's currency."),
    ],
)
def test_what_is_left_out_is_counted(unkept: dict[str, int], note: str) -> None:
    assert list(Commodities("EUR", Counter(unkept)).notes()) == [note]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("2026-01-01 pad Assets:Giro Equity:Opening", "Line 2: the book pads accounts"),
        ('include "more.beancount"', "Line 2: the book includes other files"),
        ('2026-01-01 * ""\n  Assets:Giro  -1 ACME {}', "Line 3: a lot must say its cost"),
        ('2026-01-01 * ""\n  Assets:Giro  x + 1 EUR', "Line 3 is no posting"),
        ('2026-01-01 * ""\n  Assets:Giro  (1 +) EUR', "'\\(1 \\+\\)' in the file is no number"),
        ('2026-01-01 * ""\n  Assets:Giro  1 / 0 EUR', "'1 / 0' in the file is no number"),
        ('2026-01-01 * ""\n  Assets:Giro\n  Assets:Purse', "Line 4: only one amount"),
        ('2026-02-30 * ""', "is no day"),
        ("2026-01-01 frobnicate Assets:Giro", "Line 2 is not beancount"),
        ('26-01-01 * ""\n  Assets:Giro  -1 EUR', "Line 2 is not beancount"),
    ],
)  # fmt: skip
def test_what_only_beancount_can_tell_is_refused_with_its_line(line: str, sentence: str) -> None:
    with pytest.raises(StatementError, match=sentence):
        read(OPEN + line + "\n")


def test_a_journal_of_ledger_with_all_that_it_may_leave_out() -> None:
    book = read(
        "; a comment\n"
        "account Assets:Giro\n"
        "P 2026/01/01 ACME $10\n"
        "comment\n2026/01/01 not this\n    A  1\nend comment\n\n"
        "2026/01/01 * Opening\n"
        "    Assets:Giro  $1,000.00\n"
        "    Equity:Opening balances\n\n"
        "2026/01/02=2026/01/04 ! (17) Baker | rolls  ; :food: trip:\n"
        "    ; at the corner\n"
        "    Expenses:Food  $ 3.20  ; fresh\n"
        "    Expenses:Food  $0.80\n"
        "    * Assets:Giro\n"
        "    (Budget:Food)  $-4.00\n\n"
        "2026-01-03 Broker\n"
        '    Assets:Broker  10 "AC ME"\n'
        "    Assets:Giro  $-50.00 = $946.00\n\n"
        "2026.01.04 Broker\n"
        "    Assets:Broker  -4 XYZ {$2.50} [2026/01/01] @ $3\n"
        "    Assets:Giro  $12\n"
        "    Income:Gains  $-2\n\n"
        "~ Monthly\n    Expenses:Rent  $500\n    Assets:Giro\n",
        Hints("USD"),
    )
    assert balances(book) == {
        "Giro": "958.00", "(Budget:Food)": "-4.00", "Broker:AC ME": "50.00", "Broker:XYZ": "-10.00",
    }  # fmt: skip
    assert flows(book) == {"EXPENSE:Food": "-4.00", "INCOME:Gains": "2.00"}
    rolls = book.transactions[0]
    assert (rolls.payee, rolls.text, rolls.note) == ("Baker", "rolls", "Number 17")
    assert [line.memo for line in rolls.lines] == ["fresh", ""]
    assert rolls.tags == ("food", "trip")
    assert book.notes[-2:] == [
        "Periodic entries were left out (1): FinTrack does not take them from ledger.",
        "1 of 1 balances that the book states agree.",
    ]


@pytest.mark.parametrize(
    ("amount", "balance"),
    [
        ("1.234,56 EUR", "1234.56"),
        ("EUR 1,234.56", "1234.56"),
        ("-€5", "-5.00"),
        ("€ -5,5", "-5.50"),
        ("12", "12.00"),
        ("1,234 EUR", "1234.00"),
        ("1 234,50 EUR", "1234.50"),
        (".5 EUR", "0.50"),
    ],
)
def test_an_amount_is_read_however_it_is_written(amount: str, balance: str) -> None:
    book = read(f"2026-01-01 x\n  assets:giro  {amount}\n  income:gift\n")
    assert balances(book) == {"giro": balance}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("include other.journal", "Line 3: other files are included"),
        ("= /Food/\n  (Budget)  1", "Line 3: postings are made automatically"),
        ("2026-01-01 x\n  a:b  (1 + 1)", "Line 4: '\\(1 \\+ 1\\)' is no amount"),
        ("2026-01-01 x\n  a:b  = 5 EUR", "Line 4: an amount is left to be computed"),
        ("02-30 x\n  a:b  5 EUR", "begins with no day"),
        ("2026-02-30 x\n  a:b  5 EUR", "no day of the calendar"),
        ("what is this", "Line 3 is no journal"),
    ],
)
def test_what_only_ledger_can_tell_is_refused_with_its_line(line: str, sentence: str) -> None:
    with pytest.raises(StatementError, match=sentence):
        read(f"2026-01-01 x\n  a:b  1 EUR\n{line}\n")


ENTRIES = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["Assets:A", "Assets:B", "Liabilities:C", "Income:I", "Expenses:E", "Equity:X"]
            ),
            st.integers(-10_000, 10_000),
            st.sampled_from(["EUR", "EUR", "USD"]),
        ),
        min_size=1,
        max_size=5,
    ),
    min_size=1,
    max_size=6,
)


@given(ENTRIES)
def test_no_account_or_category_loses_a_cent(entries: list[list[tuple[str, int, str]]]) -> None:
    lines = ["2026-01-01 open Assets:A"]
    expected: dict[tuple[str, str], int] = {}
    for entry in entries:
        lines.append('2026-01-02 * "x"')
        rest: dict[str, int] = {}
        for account, cents, currency in entry:
            lines.append(f"  {account}  {cents / 100:.2f} {currency}")
            rest[currency] = rest.get(currency, 0) - cents
            expected[account, currency] = expected.get((account, currency), 0) + cents
        for currency, cents in rest.items():
            lines.append(f"  Assets:Rest  {cents / 100:.2f} {currency}")
            expected["Assets:Rest", currency] = expected.get(("Assets:Rest", currency), 0) + cents
    book = read("\n".join(lines) + "\n")
    found: dict[tuple[str, str], int] = {}
    places = {each.key: each for each in book.accounts}
    for each in book.transactions:
        place = places[each.account]
        name = f"{'Assets' if place.side == 'ASSET' else 'Liabilities'}:{place.name.split(' ')[0]}"
        key = (name, place.currency)
        found[key] = found.get(key, 0) + int(each.amount * 100)
        for line in each.lines:
            if line.category:
                root = {"INCOME": "Income", "EXPENSE": "Expenses"}[line.category.kind]
                key = (f"{root}:{line.category.path[0]}", place.currency)
                found[key] = found.get(key, 0) - int(line.amount * 100)
    kept = {k: v for k, v in expected.items() if v and not k[0].startswith("Equity")}
    assert {k: v for k, v in found.items() if v and "Moved" not in k[0]} == kept


@pytest.mark.parametrize("form", JournalFormat)
def test_our_own_journals_come_back_with_equal_balances(
    ana: TenantContext, form: JournalFormat
) -> None:
    keep_book(ana)
    journal = b"".join(export_journal(ana, form))
    report = import_book(ana.session, io.BytesIO(journal), f"book.{form}")
    assert [note for note in report.notes if "balances that the book states agree" in note]
    assert not [note for note in report.notes if "as the book says" in note]
    before, after = (accounts(each, archived=True) for each in (ana, report.context))
    columns = ["currency", "balance"]
    assert sorted(after[columns].values.tolist()) == sorted(before[columns].values.tolist())


def test_our_own_beancount_file_keeps_the_names(ana: TenantContext) -> None:
    keep_book(ana)
    journal = b"".join(export_journal(ana, JournalFormat.BEANCOUNT))
    context = import_book(ana.session, io.BytesIO(journal), "book.beancount").context
    assert set(accounts(context)["name"]) == {"Giro; =1+1", "Yen", "Dinar"}
