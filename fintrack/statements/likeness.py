"""Which transactions rows of a file probably are: of the same amount, days apart, alike in words.

What is paid every day must not be taken for one: a transaction that a file brought counts only
where the new file tells of that day too and is silent about it.
"""

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TypeGuard

from fintrack.money import decimal_text
from fintrack.statements.matching import Known, Movement

WINDOW = 4
_CLOSE = 2
_ALIKE = 0.5
# Texts of one amount on one day that are compared; where there are more, none tells much.
_MOST_TEXTS = 10
_WORD = re.compile(r"\w{3,}")

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A transaction that a row probably is; only where it `is_close` the row is left out."""

    known: Known
    days: int
    is_close: bool

    def sentence(self, currency: str) -> str:
        """Return why: `Like 9 Mar 2026 Baker −12.00, 2 days apart.`."""
        amount = decimal_text(self.known.amount, currency).replace("-", "\N{MINUS SIGN}")
        name = self.known.payee or self.known.text
        like = " ".join(filter(None, [day_words(self.known.booked_on), name, amount]))
        return f"Like {like}, {distance_words(self.days)}."


@dataclass(frozen=True, slots=True)
class _Text:
    payee: Words
    every: Words


@dataclass(frozen=True, slots=True)
class _RowKind:
    """What rows have in common that only their place in the file tells apart."""

    amount: int
    booked_on: date
    text: _Text
    has_reference: bool


@dataclass(frozen=True, slots=True)
class _KnownKind:
    """What transactions of one amount and day have in common; `is_tentative` before the bank."""

    text: _Text
    is_tentative: bool
    has_reference: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    row: _RowKind
    known: _KnownKind
    day: date
    share: float

    @property
    def days(self) -> int:
        return abs((self.day - self.row.booked_on).days)

    @property
    def is_close(self) -> bool:
        return self.known.is_tentative or (self.share == 1 and self.days <= _CLOSE)


_Books = dict[tuple[int, date], dict[_KnownKind, deque[Known]]]


def likenesses(rows: Sequence[Movement | None], known: Iterable[Known]) -> list[Likeness | None]:
    """Return for each row, but None for None, the transaction that it probably is.

    Each transaction answers for one row at most; the most alike go first, then the nearest.
    """
    days = [each.booked_on for each in rows if _waits(each)]
    first, last = min(days, default=date.min), max(days, default=date.min)
    known = list(known)
    amounts = {each.amount for each in rows if _waits(each)} & {each.amount for each in known}
    waiting, books = _waiting(rows, amounts), _books(known, amounts)
    pairs = [pair for kind in waiting for pair in _pairs(kind, books)]
    likely = [each for each in pairs if each.known.is_tentative or first <= each.day <= last]
    found: list[Likeness | None] = [None] * len(rows)
    for pair in sorted(likely, key=lambda each: (-each.share, each.days)):
        places, candidates = waiting[pair.row], books[pair.row.amount, pair.day][pair.known]
        while places and candidates:
            likeness = Likeness(candidates.popleft(), pair.days, pair.is_close)
            found[places.popleft()] = likeness
    return found


def day_words(day: date) -> str:
    """Return the day as a remark names it: `9 Mar 2026`."""
    return f"{day.day} {day:%b %Y}"


def distance_words(days: int) -> str:
    """Return how far two days are apart, in words."""
    return "on the same day" if not days else f"{days} {'day' if days == 1 else 'days'} apart"


def telling_words(text: str) -> Words:
    """Return the words that tell texts apart, without accents; numbers and short ones do not."""
    bare = text.casefold()
    if not bare.isascii():
        plain = unicodedata.normalize("NFKD", bare)
        bare = "".join(each for each in plain if not unicodedata.combining(each))
    return frozenset(each for each in _WORD.findall(bare) if not each.isdigit())


def shared(one: Words, other: Words) -> float:
    """Return which part of the shorter text's words the longer one has, 0 to 1."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0


def _waits(row: Movement | None) -> TypeGuard[Movement]:
    """Return whether the row may be one that is known; what was exported says it by its id."""
    return row is not None and row.own_id is None


def _waiting(
    rows: Sequence[Movement | None], amounts: AbstractSet[int]
) -> dict[_RowKind, deque[int]]:
    waiting: dict[_RowKind, deque[int]] = defaultdict(deque)
    for place, row in enumerate(rows):
        if _waits(row) and row.amount in amounts:
            text = _text(row.payee, row.text)
            kind = _RowKind(row.amount, row.booked_on, text, bool(row.reference))
            waiting[kind].append(place)
    return waiting


def _books(known: Iterable[Known], amounts: AbstractSet[int]) -> _Books:
    books: _Books = defaultdict(lambda: defaultdict(deque))
    for each in known:
        if each.amount not in amounts:
            continue
        text = _text(each.payee, each.text)
        kind = _KnownKind(text, each.is_tentative, each.has_reference)
        books[each.amount, each.booked_on][kind].append(each)
    return books


def _text(payee: str, text: str) -> _Text:
    return _Text(telling_words(payee), telling_words(f"{payee} {text}"))


def _pairs(row: _RowKind, books: _Books) -> Iterator[_Pair]:
    for offset in range(-WINDOW, WINDOW + 1):
        day = row.booked_on + timedelta(offset)
        for kind in islice(books.get((row.amount, day), ()), _MOST_TEXTS):
            share = _share(row.text, kind)
            is_other = row.has_reference and kind.has_reference and not kind.is_tentative
            if share >= _ALIKE and not is_other:
                yield _Pair(row, kind, day, share)


def _share(row: _Text, known: _KnownKind) -> float:
    """Compare payees with all that the other side says: texts are full of what banks repeat."""
    if known.is_tentative and not known.text.every:
        return _ALIKE
    if not (row.payee or known.text.payee):
        return shared(row.every, known.text.every)
    return max(
        shared(row.payee, known.text.every) if row.payee else 0.0,
        shared(known.text.payee, row.every) if known.text.payee else 0.0,
    )
