"""Norma 43: signs, currencies by number, texts, totals and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.money import CURRENCIES
from fintrack.statements.norma43.currencies import BY_NUMBER
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Statement, StatementError
from tests.statements.norma43_files import END, NUMBER, closing, file, movement, opening

LETTERS = st.characters(codec="latin-1", categories=["L", "N"])


def test_an_account_is_read_with_its_balances() -> None:
    only = statement(movement())

    assert (only.account, only.currency) == (NUMBER, "EUR")
    assert (only.opening_balance, only.closing_balance) == (Decimal(10), Decimal(15))
    assert (only.closing_on, only.notes) == (date(2026, 3, 31), ())


def test_a_1_is_money_out_and_a_2_is_money_in() -> None:
    only = statement(
        movement(1, sign="1"), movement(2_50, sign="2"), end=closing((1, 1), (1, 250), 1_249)
    )

    assert [each.amount for each in only.entries] == [Decimal("-0.01"), Decimal("2.50")]
    assert only.notes == ()


@pytest.mark.parametrize(("sign", "balance"), [("1", -15), ("2", 15), ("0", 15)])
def test_a_balance_has_a_sign_or_none(sign: str, balance: int) -> None:
    only = statement(movement(), end=closing((0, 0), (1, 500), 1_500, sign))

    assert only.closing_balance == balance


def test_balances_that_are_all_zero_are_not_stated() -> None:
    content = file(movement(), end=closing((0, 0), (1, 500), 0)).replace(opening(), opening(0))

    (only,) = read_statements(content.encode()).statements

    assert (only.opening_balance, only.closing_balance) == (None, None)


def test_booking_date_and_value_date_stand_side_by_side() -> None:
    (entry,) = statement(movement()).entries

    assert (entry.booked_on, entry.valued_on) == (date(2026, 3, 14), date(2026, 3, 15))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (movement(day="260231", valued="000000"), "'260231' is not a date."),
        (movement(sign="7"), "'700000000000500' is not a sign and an amount."),
        (movement(sign="x"), "'x00000000000500' is not a sign and an amount."),
        ("77", "A record of the kind '77' has no place here."),
    ],
)
def test_a_record_that_is_not_understood_is_rejected_beside_good_ones(
    record: str, reason: str
) -> None:
    only = statement(record, movement())

    assert [(each.line, each.reason) for each in only.rejected] == [(2, reason)]
    assert [each.amount for each in only.entries] == [5]


def test_the_records_that_continue_a_movement_are_its_text() -> None:
    first = "2301" + "COMP. TPV".ljust(38) + "CAFETERIA" + "x" * 29
    (entry,) = statement(movement(), first, "2302BLAS".ljust(80), "2401840" + "0" * 14).entries

    assert entry.text == "COMP. TPV CAFETERIA" + "x" * 29 + "BLAS"
    assert entry.raw.count("\n") == 3


def test_a_movement_that_continues_without_end_is_cut() -> None:
    (entry,) = statement(movement(), *["2301" + "x" * 76] * 50_000).entries

    assert len(entry.raw) < 2_000
    assert len(entry.text) < 5_000


def test_a_movement_without_a_text_says_its_kind() -> None:
    (entry,) = statement(movement(kind="11")).entries

    assert entry.text == "Cajero automático"


@pytest.mark.parametrize(
    ("number", "code", "notes"),
    [
        ("978", "EUR", ()),
        ("840", "USD", ()),
        ("036", "AUD", ()),
        ("724", "ESP", ()),
        ("   ", None, ()),
        ("123", None, ("The currency 123 is unknown; that of the account is taken.",)),
    ],
)
def test_a_currency_is_named_by_its_number(
    number: str, code: str | None, notes: tuple[str, ...]
) -> None:
    content = file(movement()).replace(opening(), opening(currency=number))

    (only,) = read_statements(content.encode()).statements

    assert (only.currency, only.notes) == (code, notes)


def test_every_numbered_currency_is_one_that_the_ledger_keeps() -> None:
    assert set(BY_NUMBER.values()) <= set(CURRENCIES)
    assert len(set(BY_NUMBER.values())) == len(BY_NUMBER)


def test_totals_that_count_other_movements_are_noted() -> None:
    only = statement(movement(), end=closing((2, 300), (1, 500), 1_200))

    assert only.notes == (
        "The bank counts 2 debits of 3.00; 0 of 0 were read.",
        "The rows add up to 5.00, but the balances in the file differ by 2.00.",
    )


@pytest.mark.parametrize(
    ("last", "notes"),
    [
        (END.format(3), ()),
        (END.format(4), ()),
        (END.format(9), ("The file should hold 9 records; it has 3.",)),
        ("", ("The record at the file’s end is missing, so more may be.",)),
    ],
)
def test_the_last_record_counts_the_others(last: str, notes: tuple[str, ...]) -> None:
    content = file(movement()).replace(END.format(3), last)

    assert read_statements(content.encode()).statements[0].notes == notes


def test_accounts_are_statements_of_their_own() -> None:
    first = file(movement()).removesuffix(END.format(3) + "\n")
    second = opening(number="1" * 18), movement(), closing((0, 0), (1, 500), 1_500), END.format(6)

    found = read_statements((first + "\n".join(second)).encode()).statements

    assert [(each.account, len(each.entries)) for each in found] == [(NUMBER, 1), ("1" * 18, 1)]


def test_line_ends_and_the_end_of_dos_files_make_no_difference() -> None:
    content = file(movement(), "2301PEÑA")

    dos = read_statements((content.replace("\n", "\r\n") + "\x1a").encode("latin-1"))

    assert dos == read_statements(content.encode("utf-8"))
    assert dos.statements[0].entries[0].text == "PEÑA"


@pytest.mark.parametrize(
    "records",
    [(opening(), movement()), (opening(), movement(), opening(), movement()), (opening(),)],
)
def test_a_file_that_breaks_off_is_refused(records: tuple[str, ...]) -> None:
    with pytest.raises(StatementError, match="ends in the middle"):
        read_statements("\n".join(records).encode())


@given(
    st.lists(
        st.tuples(
            st.dates(date(1980, 1, 1), date(2079, 12, 31)),
            st.decimals(-(10**11), 10**11, places=2).filter(bool),
            st.text(LETTERS, min_size=1, max_size=76),
        ),
        max_size=12,
    ),
    st.sampled_from(["utf-8", "latin-1"]),
)
def test_a_written_statement_returns_its_rows(
    rows: list[tuple[date, Decimal, str]], encoding: str
) -> None:
    records = []
    for day, amount, text in rows:
        sign = "1" if amount < 0 else "2"
        records += [movement(abs(int(amount.scaleb(2))), sign=sign, day=f"{day:%y%m%d}")]
        records += [f"2301{text}"]

    (only,) = read_statements(file(*records).encode(encoding)).statements

    found = [(each.booked_on, each.amount, each.text) for each in only.entries]
    assert [each[:2] for each in found] == [row[:2] for row in rows]
    if encoding == "utf-8":
        assert found == rows


PARTS = [
    *[opening(), movement(), movement(sign="9"), closing((0, 0), (1, 500), 1_500), END.format(3)],
    *["2301TEXT", "2401978", "22", "11", "33", "88", "", "\x1a", "٣" * 80, "x", "2" * 80, "3" * 80],
]


@given(st.lists(st.sampled_from(PARTS), max_size=20))
def test_any_heap_of_records_is_read_or_refused(records: list[str]) -> None:
    try:
        found = read_statements("\n".join([opening(), *records]).encode())
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer
    else:
        assert found.statements


def statement(*records: str, end: str | None = None) -> Statement:
    (only,) = read_statements(file(*records, end=end).encode()).statements
    return only
