"""CODA: accounts of every kind, continued and globalised movements, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.statements.read import read_statements
from fintrack.statements.statement import SplitLine, Statement, StatementError
from tests.statements.coda_files import (
    closing,
    columns,
    file,
    header,
    movement,
    opening,
    trailer,
)

LETTERS = st.characters(codec="cp1252", categories=["L", "N"])


@pytest.mark.parametrize(
    ("kind", "account", "version"),
    [
        ("0", "539007547034", "2"),
        ("0", "539007547034", "1"),
        ("1", "000123456789012345", "2"),
        ("2", "BE68539007547034", "2"),
        ("3", "FR1420041010050500013M02606", "2"),
    ],
)
def test_an_account_is_belgian_or_foreign_with_or_without_iban(
    kind: str, account: str, version: str
) -> None:
    content = file(movement(), first=opening(kind, account, "USD"), version=version)

    (only,) = read_statements(content.encode()).statements

    assert (only.account, only.currency) == (account, "USD")
    assert (only.opening_balance, only.closing_balance) == (Decimal(10), Decimal(15))
    assert (only.closing_on, only.notes) == (date(2026, 3, 31), ())


def test_amounts_are_thousandths_with_a_sign_before_them() -> None:
    found = statement(movement(1), movement(2_500, number="00020000", sign="1")).entries

    assert [each.amount for each in found] == [Decimal("0.001"), Decimal("-2.500")]


def test_booking_date_and_value_date_stand_side_by_side() -> None:
    (entry,) = statement(movement()).entries

    assert (entry.booked_on, entry.valued_on) == (date(2026, 3, 14), date(2026, 3, 15))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"booked": "310226", "valued": "310226"}, "'310226' is not a date."),
        ({"sign": "7"}, "'7000000000005000' is not an amount."),
        ({"sign": "x"}, "'x000000000005000' is not an amount."),
    ],
)
def test_a_movement_that_is_not_understood_is_rejected_beside_good_ones(
    changes: dict[str, str], reason: str
) -> None:
    broken = columns(
        (0, movement()),
        (31, changes.get("sign", "0")),
        (47, changes.get("valued", "150326")),
        (115, changes.get("booked", "140326")),
    )

    only = statement(broken, movement(number="00020000"))

    assert [(each.line, each.reason) for each in only.rejected] == [(3, reason)]
    assert [each.amount for each in only.entries] == [5]


def test_a_message_runs_on_through_the_records_that_continue_it() -> None:
    (entry,) = statement(
        movement(message="x" * 50 + "Inv"),
        columns((0, "2200010000"), (10, "oice 7 of"), (63, "CUSTOMER REF")),
        columns((0, "2300010000BE54"), (47, "Ana Rivera"), (82, "March")),
    ).entries

    assert entry.payee == "Ana Rivera"
    assert entry.text == "x" * 50 + "Invoice 7 of March"


def test_version_1_has_an_address_where_now_is_the_message() -> None:
    (entry,) = (
        read_statements(
            file(
                movement(message="Rent"),
                columns((0, "2300010000539"), (47, "Ana Rivera"), (73, "Main Street 1, Bruges")),
                version="1",
                first=opening("0", "539007547034"),
            ).encode()
        )
        .statements[0]
        .entries
    )

    assert (entry.payee, entry.text) == ("Ana Rivera", "Rent")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("101000003505158", "+++000/0035/05158+++"),
        ("102123456789012", "+++123/4567/89012+++"),
        ("127060624120" + "BE2ZZZ321".ljust(35) + "M-7", "M-7"),
        ("111other kind", "other kind"),
    ],
)
def test_a_structured_message_is_read_by_its_kind(message: str, text: str) -> None:
    (entry,) = statement(movement(message=message, structured="1")).entries

    assert entry.text == text


def test_the_message_within_a_direct_debit_wins_over_the_mandate() -> None:
    message = "127060624120" + "BE2ZZZ321".ljust(35) + "M-7".ljust(35) + "Electricity"

    (entry,) = statement(
        movement(message=message, structured="1"),
        columns((0, "2200010000"), (10, message[53:])),
    ).entries

    assert entry.text == "Electricity"


def test_information_adds_to_the_message_and_names_the_other_side() -> None:
    (entry,) = statement(
        movement(message="Card"),
        columns((0, "3100010001"), (39, "1001Ana Rivera")),
        columns((0, "3200010001"), (10, "Main Street 1")),
        columns((0, "3100010002"), (39, "0" + "x" * 70 + "aft")),
        columns((0, "3200010002"), (10, "er")),
    ).entries

    assert (entry.payee, entry.text) == ("Ana Rivera", f"Card {'x' * 70}after")


def test_the_customers_reference_stands_in_for_a_missing_message() -> None:
    (entry,) = statement(movement(), columns((0, "2200010000"), (63, "ACERTA/1"))).entries

    assert entry.text == "ACERTA/1"


@pytest.mark.parametrize(
    ("written", "reference"), [("REF1", "REF1"), ("", None), ("000000000000000000000", None)]
)
def test_the_reference_is_the_banks_own(written: str, reference: str | None) -> None:
    (entry,) = statement(movement(reference=written)).entries

    assert entry.reference == reference


def test_globalised_movements_are_lines_of_their_sum_and_not_added_again() -> None:
    (entry,) = statement(
        movement(5_000),
        movement(2_000, number="00010001", message="Rent"),
        columns((0, "2300010001"), (47, "Ana")),
        movement(3_000, number="00010002"),
    ).entries

    assert (entry.amount, entry.payee) == (Decimal(5), "")
    assert entry.lines == (
        SplitLine(None, Decimal(2), "Ana · Rent"),
        SplitLine(None, Decimal(3), ""),
    )


def test_parts_that_do_not_make_up_the_whole_split_nothing() -> None:
    (entry,) = statement(
        movement(5_000), movement(2_000, number="00010001"), movement(2_000, number="00010002")
    ).entries

    assert (entry.amount, entry.lines) == (Decimal(5), ())


def test_a_movement_of_too_many_parts_is_not_split() -> None:
    parts = [movement(1, number=f"0001{at % 9 + 1:04}") for at in range(5_000)]

    (entry,) = statement(movement(5_000), *parts).entries

    assert (entry.amount, entry.lines) == (Decimal(5), ())


def test_a_movement_that_continues_without_end_is_cut() -> None:
    (entry,) = statement(movement(), *[columns((0, "2200010000"), (10, "x" * 53))] * 50_000).entries

    assert len(entry.raw) == 2_000
    assert len(entry.text) < 50_000


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (columns((0, "5")), "A record of the kind '5' is unknown."),
        (columns((0, "2200090000")), "The movement that this continues is missing."),
        (columns((0, "3100090001")), "The movement that this continues is missing."),
        (movement(number="00090001"), "The movement that this is a part of is missing."),
    ],
)
def test_a_record_without_a_place_is_rejected(record: str, reason: str) -> None:
    only = statement(movement(), record)

    assert [(each.line, each.reason) for each in only.rejected] == [(4, reason)]


def test_a_trailer_that_adds_up_to_something_else_is_noted() -> None:
    only = statement(movement(4_000))

    assert only.notes == (
        "The bank adds up 0.000 of debits and 5.000 of credits; 0 and 4.000 were read.",
        "The rows add up to 4.000, but the balances in the file differ by 5.000.",
    )


def test_several_statements_follow_each_other() -> None:
    second = file(movement(), first=opening("2", "BE71096123456769"))

    found = read_statements((file(movement()) + second).encode()).statements

    assert [each.account for each in found] == ["BE68539007547034", "BE71096123456769"]


def test_free_records_and_trimmed_lines_make_no_difference() -> None:
    content = file(movement(), columns((0, "4 00010005"), (32, "PUBLIC MESSAGE")))
    trimmed = "\r\n".join(line.rstrip() for line in content.splitlines()) + "\r\n\x1a"

    assert read_statements(trimmed.encode()) == read_statements(content.encode())


@pytest.mark.parametrize(
    "records",
    [
        (header(), opening(), movement(), closing()),
        (header(), opening(), movement(), closing(), "9               0000"),
        (header(), opening(), movement(), header(), opening(), closing(), trailer()),
        (header(), trailer()),
    ],
)
def test_a_file_that_breaks_off_is_refused(records: tuple[str, ...]) -> None:
    with pytest.raises(StatementError, match="again"):
        read_statements("\n".join(records).encode())


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(StatementError, match="unknown version"):
        read_statements(file(movement(), version="3").encode())


@given(
    st.lists(
        st.tuples(
            st.dates(date(1980, 1, 1), date(2079, 12, 31)),
            st.decimals(-(10**9), 10**9, places=3),
            st.text(LETTERS, min_size=1, max_size=35),
            st.text(LETTERS, min_size=1, max_size=53),
        ),
        max_size=12,
    ),
    st.sampled_from(["utf-8", "cp1252"]),
)
def test_a_written_statement_returns_its_rows(
    rows: list[tuple[date, Decimal, str, str]], encoding: str
) -> None:
    records = []
    for number, (day, amount, payee, text) in enumerate(rows, 1):
        written, key = f"{day:%d%m%y}", f"{number:04}0000"
        records += [
            movement(
                abs(int(amount.scaleb(3))),
                number=key,
                sign="1" if amount < 0 else "0",
                booked=written,
                valued=written,
                message=text,
                reference=f"R{number}",
            ),
            columns((0, f"23{key}"), (47, payee)),
        ]

    (only,) = read_statements(file(*records).encode(encoding)).statements

    found = [(each.booked_on, each.amount, each.payee, each.text) for each in only.entries]
    assert [each[:2] for each in found] == [row[:2] for row in rows]
    assert [each.reference for each in only.entries] == [f"R{n + 1}" for n in range(len(rows))]
    if encoding == "utf-8":
        assert found == rows


PARTS = [
    *[
        header(),
        opening(),
        closing(),
        trailer(),
        movement(),
        movement(sign="9"),
        "",
        "\x1a",
        "٣" * 128,
    ],
    *[movement(number="00010001"), columns((0, "2200010000x")), columns((0, "2300010000"))],
    *[columns((0, "3100010001"), (39, "1001x")), columns((0, "32")), "2", "21", "9", "8", "1", "x"],
]


@given(st.lists(st.sampled_from(PARTS), max_size=20))
def test_any_heap_of_records_is_read_or_refused(records: list[str]) -> None:
    try:
        found = read_statements("\n".join([header(), *records]).encode())
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer
    else:
        assert found.statements


def statement(*records: str) -> Statement:
    (only,) = read_statements(file(*records).encode()).statements
    return only
