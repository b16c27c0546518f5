"""Balances that a plain journal asserts are checked as hledger checks them, and told."""

import pytest

from tests.statements.books.reading import read

OPENED = "2026-01-01 Opening\n  assets:giro  10 EUR\n  equity:opening\n\n"


def claimed(claim: str, more: str = "") -> list[str]:
    """Return the notes on a claim about the account after 3 EUR have left it."""
    entry = f"2026-01-05 Baker\n  expenses:food  3 EUR\n  assets:giro  -3 EUR {claim}\n\n"
    return list(read(OPENED + more + entry).notes)


@pytest.mark.parametrize(
    ("claim", "more"),
    [
        ("= 7 EUR", ""),
        ("= 7.00 EUR  ; counted", ""),
        ("== 7 EUR", ""),
        ("= 7 EUR @ 2 USD", ""),
        ("= 0 USD", ""),
        ("=* 8 EUR", "2026-01-02 x\n  assets:giro:box  1 EUR\n  income:gift\n\n"),
        ("= 7 EUR", "2026-01-02 x\n  assets:giro:box  1 EUR\n  income:gift\n\n"),
        ("= 7 EUR", "2026-01-06 later\n  assets:giro  1 EUR\n  income:gift\n\n"),
        ("= 8 EUR", "2026-01-05 before\n  assets:giro  1 EUR\n  income:gift\n\n"),
        ("= 8 EUR", "2026-01-02 x\n  (assets:giro)  1 EUR\n\n"),
        ("= 7 EUR", "2026-01-02 x\n  assets:giro  1 USD\n  income:gift\n\n"),
        ("==* 7 EUR", "2026-01-02 x\n  assets:giro:a  1 USD\n  income:gift\n\n"),
        ("= 8 EUR", "2026-01-07 x\n  assets:giro  1 EUR  ; date:2026-01-02\n  income:gift\n\n"),
        ("= 8 EUR", "2026-01-07 x\n  assets:giro  1 EUR\n  ; [1/2]\n  income:gift\n\n"),
    ],
)
def test_a_balance_that_holds_is_counted(claim: str, more: str) -> None:
    assert claimed(claim, more)[-1] == "1 of 1 balances that the book states agree."


@pytest.mark.parametrize(
    ("claim", "more", "has", "said"),
    [
        ("= 7.01 EUR", "", "7 EUR", "7.01 EUR"),
        ("= 8 EUR", "2026-01-02 x\n  assets:giro:box  1 EUR\n  income:gift\n\n", "7 EUR", "8 EUR"),
        (
            "== 7 EUR",
            "2026-01-02 x\n  assets:giro  1 USD\n  income:gift\n\n",
            "7 EUR and 1 USD",
            "7 EUR alone",
        ),
        (
            "==* 7 EUR",
            "2026-01-02 x\n  assets:giro  1 USD\n  income:gift\n\n",
            "7 EUR and 1 USD",
            "7 EUR alone",
        ),
        ("=* 8 EUR", "2026-01-06 x\n  assets:giro:a  1 EUR\n  income:gift\n\n", "7 EUR", "8 EUR"),
    ],
)
def test_a_balance_that_does_not_hold_is_told(claim: str, more: str, has: str, said: str) -> None:
    line = 7 + more.count("\n")
    assert claimed(claim, more)[-2:] == [
        "0 of 1 balances that the book states agree.",
        f"assets:giro has {has} on 2026-01-05, not {said}, as the book says in line {line}.",
    ]


def test_an_account_is_named_as_it_is() -> None:
    entry = "2026-01-05 x\n  assets:giro (old)  5 EUR = 6 EUR\n  assets:giro\n"
    assert read(entry).notes[-1].startswith("assets:giro (old) has 5 EUR on 2026-01-05, not 6 EUR")


def test_a_first_posting_that_is_marked_has_a_day_of_its_own() -> None:
    later = "2026-01-07 x\n  * assets:giro  1 EUR  ; date:2026-01-02\n  income:gift\n\n"
    assert claimed("= 8 EUR", later)[-1] == "1 of 1 balances that the book states agree."


def test_of_many_that_do_not_hold_the_rest_is_counted() -> None:
    wrong = "2026-01-05 x\n  assets:giro  1 EUR = 900 EUR\n  income:gift\n\n" * 30
    notes = list(read(wrong).notes)
    assert (len(notes), notes[-1]) == (22, "10 more do not.")


def test_of_postings_of_one_entry_those_above_count() -> None:
    book = read(
        "2026-01-01 x\n  assets:giro  10 EUR = 10 EUR\n  assets:giro  -4 EUR = 6 EUR\n"
        "  income:gift\n"
    )

    assert book.notes == ["2 of 2 balances that the book states agree."]


def test_a_balance_that_cannot_be_understood_is_told_and_refuses_nothing() -> None:
    assert claimed("= (1 + 6) EUR") == [
        "1 balance that the book states was not understood, and not checked: line 7."
    ]


def test_a_book_that_states_no_balance_says_nothing_of_them() -> None:
    assert not read(OPENED).notes
