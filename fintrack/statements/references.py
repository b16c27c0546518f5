"""Which rows have the bank's own id of a transaction that the bank now books on another day.

Some banks give an id again, to other movements: one that the books have several times tells
nothing, nor does one that a file has so, which comes here without it. An id with another amount
is only told.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from fintrack.statements.likeness import Likeness
from fintrack.statements.matching import Known, Movement

# Less than a week: what is paid every week may have one id.
DAYS = 6


def of_one_reference(
    rows: Sequence[Movement], known: Iterable[Known], repeated: Sequence[UUID | None]
) -> list[Likeness | None]:
    """Return for each row the transaction of its id, days apart; close where the amount is equal.

    `repeated` has beside each row the transaction that is equal to it: such a row needs none.
    """
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
