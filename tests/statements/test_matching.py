"""Which rows of a file the books hold already."""

from collections import Counter
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.statements.matching import Book, Known, Movement, book_of, normalised

DAY = date(2026, 3, 1)
GROCER = Movement(DAY, -4200, "Grocer", "Card 1234")


def held(movement: Movement, key: str | None = None) -> Known:
    return Known(uuid4(), movement.booked_on, movement.amount, movement.payee, movement.text, key)


def imported(*movements: Movement) -> list[Known]:
    book = Book()
    return [held(each, book.next_import_key(each)) for each in movements]


def count_known(known: list[Known], *movements: Movement) -> int:
    return sum(each is not None for each in book_of(known).duplicates(movements))


def test_two_equal_rows_of_one_file_are_both_new() -> None:
    assert count_known([], GROCER, GROCER) == 0


@pytest.mark.parametrize(("held_rows", "file_rows"), [(1, 3), (3, 1), (2, 2)])
def test_of_equal_rows_as_many_are_known_as_both_sides_have(held_rows: int, file_rows: int) -> None:
    known = imported(*[GROCER] * held_rows)

    assert count_known(known, *[GROCER] * file_rows) == min(held_rows, file_rows)


def test_a_row_entered_by_hand_is_known_by_date_amount_and_text() -> None:
    by_hand = held(Movement(DAY, -4200, "GROCER", "card 1234"))

    assert count_known([by_hand], GROCER) == 1


@pytest.mark.parametrize(
    "other",
    [
        Movement(date(2026, 3, 2), -4200, "Grocer", "Card 1234"),
        Movement(DAY, -4201, "Grocer", "Card 1234"),
        Movement(DAY, 4200, "Grocer", "Card 1234"),
        Movement(DAY, -4200, "Baker", "Card 1234"),
    ],
)
def test_a_row_that_differs_in_date_amount_or_text_is_new(other: Movement) -> None:
    assert count_known(imported(GROCER), other) == 0


def test_a_reference_outlives_a_changed_text() -> None:
    first = Movement(DAY, -4200, "GROC", "pending", reference="A1")
    later = Movement(DAY, -4200, "Grocer", "booked", reference="A1")

    assert count_known(imported(first), later) == 1


def test_a_reference_that_the_bank_used_again_is_another_movement() -> None:
    first = Movement(DAY, -4200, "Grocer", "", reference="A1")
    later = Movement(date(2026, 4, 1), -4200, "Grocer", "", reference="A1")

    assert count_known(imported(first), later) == 0


def test_two_references_are_two_movements_however_equal_the_text() -> None:
    first = Movement(DAY, -4200, "Grocer", "", reference="A1")
    second = Movement(DAY, -4200, "Grocer", "", reference="A2")

    assert count_known(imported(first), second) == 0


def test_a_file_without_references_knows_rows_that_came_with_them() -> None:
    first = Movement(DAY, -4200, "Grocer", "Card 1234", reference="A1")

    assert count_known(imported(first), GROCER) == 1


def test_a_row_that_a_member_renamed_is_still_known() -> None:
    (known,) = imported(GROCER)
    renamed = Known(known.id, DAY, -4200, "The grocer", "Food", known.import_key)

    assert count_known([renamed], GROCER) == 1


def test_an_exported_row_is_known_by_its_id() -> None:
    known = held(GROCER)
    exported = Movement(DAY, -99, "Somebody", "else", own_id=known.id)

    assert count_known([known], exported) == 1


def test_exact_matches_are_taken_before_equal_texts() -> None:
    referenced, plain = imported(
        Movement(DAY, -1, "A", "", reference="R"), Movement(DAY, -1, "A", "")
    )
    book = book_of([referenced, plain])

    found = book.duplicates([Movement(DAY, -1, "A", ""), Movement(DAY, -1, "A", "", reference="R")])

    assert found == [plain.id, referenced.id]


def test_case_punctuation_and_doubled_words_do_not_make_a_difference() -> None:
    assert normalised("GROCER  Ltd.", "Grocer card") == normalised("grocer ltd", "CARD")


def test_a_new_key_is_never_one_that_the_account_has() -> None:
    book = book_of(imported(GROCER, GROCER))

    assert book.next_import_key(GROCER).endswith(":3")


MOVEMENTS = st.builds(
    Movement,
    st.dates(date(2026, 1, 1), date(2026, 1, 2)),
    st.integers(-2, 2),
    st.sampled_from(["a", "b"]),
    st.just(""),
    st.sampled_from([None, "r", "s"]),
)


@given(st.lists(MOVEMENTS, max_size=12))
def test_a_file_that_is_imported_again_adds_nothing(rows: list[Movement]) -> None:
    assert count_known(imported(*rows), *rows) == len(rows)


@given(st.lists(MOVEMENTS, max_size=10), st.lists(MOVEMENTS, max_size=10))
def test_no_transaction_answers_for_two_rows(before: list[Movement], rows: list[Movement]) -> None:
    found: list[UUID | None] = book_of(imported(*before)).duplicates(rows)

    assert max(Counter(each for each in found if each).values(), default=1) == 1
