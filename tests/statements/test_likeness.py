"""Which transactions rows of a file probably are."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from fintrack.statements.likeness import Likeness, likenesses
from fintrack.statements.matching import Known, Movement, book_of
from fintrack.statements.references import near

DAY = date(2026, 3, 9)
BAKER = Movement(DAY, -1200, "BAKER MUELLER GMBH", "Card 1234 Berlin")
OTHERS = [Movement(DAY + timedelta(days), 100, "Other", "") for days in (-9, 9)]


def known(
    days: int = 0, payee: str = "Baker", amount: int = -1200, *, key: str | None = None
) -> Known:
    return Known(uuid4(), DAY + timedelta(days), amount, payee, "", key)


def only(found: list[Likeness | None]) -> Likeness | None:
    alike = [each for each in found if each is not None]
    assert len(alike) <= 1
    return alike[0] if alike else None


@pytest.mark.parametrize("days", [-4, 0, 4])
def test_what_was_entered_by_hand_some_days_off_is_close(days: int) -> None:
    by_hand = known(days)
    assert likenesses([BAKER], [by_hand]) == [Likeness(by_hand, abs(days), is_close=True)]


@pytest.mark.parametrize(
    "other",
    [known(5), known(-5), known(amount=1200), known(amount=-1201), known(payee="Grocer", key="t")],
)
def test_another_amount_name_or_week_is_not_alike(other: Known) -> None:
    assert likenesses([BAKER], [other]) == [None]


def test_an_entry_without_a_name_is_alike_by_amount_and_day() -> None:
    assert only(likenesses([BAKER], [known(payee="")])) is not None


def test_a_transfer_entered_by_hand_is_alike_by_amount_and_day() -> None:
    other = Known(uuid4(), DAY, -1200, "Savings", "", None, is_transfer=True)
    assert only(likenesses([BAKER], [other])) is not None


def test_names_are_alike_whatever_the_case_and_the_accents() -> None:
    row = Movement(DAY, -1200, "CAFÉ ZOË", "")
    assert only(likenesses([row], [known(payee="Cafe Zoe")])) is not None


def test_what_banks_write_on_every_row_makes_nothing_alike() -> None:
    row = Movement(DAY, -1200, "Grocer", "Card payment contactless Berlin")
    other = Known(uuid4(), DAY, -1200, "Baker", "Card payment contactless Berlin", "t")
    assert likenesses([row], [other]) == [None]


@pytest.mark.parametrize(("in_books", "in_file"), [(1, 3), (3, 1), (2, 2)])
def test_as_many_are_alike_as_both_sides_have(in_books: int, in_file: int) -> None:
    found = likenesses([BAKER] * in_file, [known(1) for _ in range(in_books)])
    alike = [each.known.id for each in found if each is not None]
    assert len(alike) == len(set(alike)) == min(in_books, in_file)


def test_the_nearest_of_equal_ones_is_it() -> None:
    near, far = known(1), known(-2)
    likeness = only(likenesses([BAKER], [far, near]))
    assert likeness is not None
    assert likeness.known == near


def files_of(*days: int) -> list[Movement]:
    return [Movement(DAY + timedelta(day), -1200, "Baker", "") for day in days]


def brought(*days: int) -> list[Known]:
    return [known(day, key="tx:1") for day in days]


@pytest.mark.parametrize("days", [(1, 2, 3, 4), (1, 4, 7), (1, 5)])
def test_what_is_paid_again_and_again_is_not_the_day_befores(days: tuple[int, ...]) -> None:
    before = brought(*(-1 - day for day in days), 0)
    assert likenesses(files_of(*days), before) == [None] * len(days)
    after = brought(*(1 + days[-1] + day for day in days), days[-1] + 1)
    assert likenesses(files_of(*days), after) == [None] * len(days)


def test_a_daily_coffee_is_not_that_of_the_day_before_the_file() -> None:
    rows, books = files_of(*range(11, 21)), brought(*range(1, 11))
    assert likenesses(rows, books) == [None] * 10


def test_a_coffee_that_the_file_repeats_is_one_of_several() -> None:
    rows = files_of(8, 9, 10, 11)
    repeated = [uuid4(), uuid4(), uuid4(), None]
    assert likenesses(rows, brought(7), repeated) == [None] * 4


@pytest.mark.parametrize("days", [-4, -1, 1, 4])
def test_what_stands_just_outside_the_files_days_is_told_and_never_left_out(days: int) -> None:
    (outside,) = brought(days)
    likeness = only(likenesses(files_of(0), [outside]))
    assert likeness == Likeness(outside, abs(days), is_close=False, is_covered=False)
    assert likeness is not None
    assert likeness.sentence("EUR").endswith("on a day that the file does not cover.")


def test_what_is_days_outside_and_only_somewhat_alike_is_another() -> None:
    row = Movement(DAY, -1200, "Baker Mueller", "")
    assert likenesses([row], [known(-1, payee="Baker Meier", key="tx:1")]) == [None]


def test_a_transaction_outside_the_files_days_answers_for_one_row() -> None:
    assert likenesses(files_of(0, 0), brought(-1)) == [None, None]


def test_what_was_entered_by_hand_goes_before_what_is_outside_the_files_days() -> None:
    by_hand = known(2, payee="")
    assert likenesses(files_of(0), [*brought(-1), by_hand]) == [Likeness(by_hand, 2, is_close=True)]


def test_a_day_of_a_row_that_the_books_hold_is_the_files() -> None:
    rows = [Movement(DAY - timedelta(3), 100, "Other", ""), *files_of(0)]
    likeness = only(likenesses(rows, brought(-1), [uuid4(), None]))
    assert likeness is not None
    assert likeness.is_close


def test_what_the_bank_booked_on_another_day_since_is_close() -> None:
    yesterday = known(-1, payee=BAKER.payee, key="tx:1")
    likeness = only(likenesses([BAKER, *OTHERS], [yesterday]))
    assert likeness is not None
    assert likeness.is_close


def test_what_another_file_brought_days_before_is_alike_and_not_close() -> None:
    likeness = only(likenesses([BAKER, *OTHERS], [known(-4, payee=BAKER.payee, key="tx:1")]))
    assert likeness is not None
    assert not likeness.is_close


def test_two_references_that_differ_are_two_movements() -> None:
    row = Movement(DAY, -1200, "Baker", "", "A2")
    assert only(likenesses([row, *OTHERS], [known(key="rA1:1")])) is None


def test_what_was_pending_may_get_another_reference() -> None:
    row = Movement(DAY, -1200, "Baker", "", "A2")
    pending = Known(uuid4(), DAY - timedelta(1), -1200, "Baker", "", "rA1:1", is_pending=True)
    assert likenesses([row], [pending]) == [Likeness(pending, 1, is_close=True)]


def test_what_was_entered_in_other_words_waits_for_a_row_of_its_own() -> None:
    book = book_of([known(payee="Baker")])
    terminal, baker = Movement(DAY, -1200, "SUMUP 17", ""), Movement(DAY, -1200, "Baker", "")

    told = only(near([terminal], book, [None]))
    assert told is not None
    assert told.is_of_other_words
    found = only(near([baker], book, [None]))
    assert found is not None
    assert found.is_close


def test_the_same_words_on_a_day_outside_go_before_other_words_on_the_day() -> None:
    by_hand = known(payee="Grocer")
    same = known(-2, payee=BAKER.payee, key="tx:1")
    assert only(likenesses([BAKER], [by_hand, same])) == Likeness(
        same, 2, is_close=False, is_covered=False
    )


def test_the_sentence_says_which_one_and_how_far_off() -> None:
    sentence = Likeness(known(), 2, is_close=True).sentence("EUR")
    assert sentence == "Like 9 Mar 2026 Baker \N{MINUS SIGN}12.00, 2 days apart."
