"""Which rows have the bank's own id of a transaction that the bank now books on another day.

Some banks give an id again, to other movements: one that the books have several times tells
nothing, nor does one that a file has so, which comes here without it. An id with another amount
is only told.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from fintrack.statements.likeness import Likeness, likenesses
from fintrack.statements.matching import Book, Known, Movement

# Less than a week: what is paid every week may have one id.
DAYS = 6


def near(
    rows: Sequence[Movement], book: Book, repeated: Sequence[UUID | None]
) -> list[Likeness | None]:
    """Return for each row the transaction that it probably is, by its id or else by its words.

    The book's transactions answer for these rows then. `repeated` has beside each row the one that
    is equal to it: such a row needs none.
    """
    by_id = _of_one_id(rows, book.open, repeated)
    moved = [each.known if each and each.is_close else None for each in by_id]
    book.take(moved)
    beside = zip(repeated, moved, strict=True)
    known = [equal or (each.id if each else None) for equal, each in beside]
    by_words = likenesses(rows, book.open, known)
    book.take(each.known if each and each.is_close else None for each in by_words)
    return [alike or same for alike, same in zip(by_words, by_id, strict=True)]


def _of_one_id(
    rows: Sequence[Movement], known: Iterable[Known], repeated: Sequence[UUID | None]
) -> list[Likeness | None]:
    """Return for each row the transaction of its id; it is close with the same amount."""
    held = _held(known)
    if not held:
        return [None] * len(rows)
    beside = zip(rows, repeated, strict=True)
    return [_likeness(row, held) if repeats is None else None for row, repeats in beside]


def _held(known: Iterable[Known]) -> dict[str | None, Known]:
    """Return by the key of its id what the books have once."""
    keyed = [each for each in known if each.reference_key is not None]
    times = Counter(each.reference_key for each in keyed)
    return {each.reference_key: each for each in keyed if times[each.reference_key] == 1}


def _likeness(row: Movement, held: Mapping[str | None, Known]) -> Likeness | None:
    known = held.get(row.reference_key)
    if known is None:
        return None
    days = abs((row.booked_on - known.booked_on).days)
    is_equal = row.amount == known.amount
    return Likeness(known, days, is_close=is_equal, is_same_id=True) if days <= DAYS else None
