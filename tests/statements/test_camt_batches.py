"""Batches of CAMT: one movement, split by its payments where these make it up."""

from decimal import Decimal

import pytest

from fintrack.statements.statement import SplitLine
from tests.statements.camt_files import IN, OUT, batch
from tests.statements.test_camt import only_entry, statement


def test_a_batch_is_one_movement_split_by_its_payments() -> None:
    entry = only_entry(OUT + batch(("2.50", "Ana", "Rent"), ("2.50", "Ben", "")))

    assert (entry.amount, entry.payee, entry.text) == (Decimal(-5), "", "")
    assert entry.lines == (
        SplitLine(None, Decimal("-2.50"), "Ana · Rent"),
        SplitLine(None, Decimal("-2.50"), "Ben"),
    )


@pytest.mark.parametrize(
    "payments",
    [
        [("2", "Ana", ""), ("2", "Ana", "")],
        [("5", "Ana", "")],
        [("0.001", "Ana", "")] * 5_000,
    ],
)
def test_payments_that_do_not_make_up_the_batch_split_nothing(
    payments: list[tuple[str, str, str]],
) -> None:
    entry = only_entry(OUT + batch(*payments))

    assert (entry.payee, entry.lines) == ("Ana", ())


def test_a_batch_that_lost_its_payments_is_told() -> None:
    odd, many = [("2", "Ana", ""), ("2", "Ana", "")], [("0.001", "Ana", "")] * 1_001
    batches = [batch(*odd), batch(*odd), batch(*many), batch(("2.50", "A", ""), ("2.50", "B", ""))]

    found = statement("".join(f"<Ntry>{OUT}{each}</Ntry>" for each in batches))

    assert found.notes == (
        (
            "The payments of 2 entries do not add up in the currency booked; "
            "the entries came whole, without parts."
        ),
        "1 entry has more than 1,000 payments and came whole, without parts.",
    )


def test_a_batch_whose_payments_have_no_amounts_loses_nothing() -> None:
    payments = batch(("2", "Ana", "Rent"), ("2", "Ben", "Heat")).replace(
        '<Amt Ccy="EUR">2</Amt>', ""
    )

    assert not statement(f"<Ntry>{OUT}{payments}</Ntry>").notes


def test_what_a_batch_without_amounts_was_for_is_its_text() -> None:
    payments = batch(("2", "Ana", "Rent"), ("2", "Ben", "Heat"))

    entry = only_entry(f"{OUT}{payments}<AddtlNtryInf>Batch</AddtlNtryInf>")

    assert (entry.text, entry.lines) == ("Batch; Ana · Rent; Ben · Heat", ())


def test_the_payments_of_a_batch_that_came_back_name_whom_they_went_to() -> None:
    payments = batch(("2.50", "Ana", "Rent"), ("2.50", "Ben", "Heat"))

    entry = only_entry(f"{IN}<RvslInd>true</RvslInd>{payments}")

    assert [each.memo for each in entry.lines] == ["Ana · Rent", "Ben · Heat"]
