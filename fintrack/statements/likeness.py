"""Which transactions rows of a file probably are: of the same amount, days apart, alike in words.

What is paid every day must not be taken for one: a transaction that a file brought counts where
the new file tells of that day too and is silent about it. On the days around the file it is only
suggested, and only where nothing else near either is like them.
"""

import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from uuid import UUID

from fintrack.money import decimal_text
from fintrack.statements.matching import Known, Movement
from fintrack.texts import counted

WINDOW = 4
DELETED_BEFORE = "An import brought it before, and it was deleted since."
_CLOSE = 2
# So far from a row lies what was entered by hand in other words and may still be the same.
_SUGGESTED = 3
_ALIKE = 0.5
# Texts of one amount on one day that are compared; where there are more, none tells much.
_MOST_TEXTS = 10
# The row and its transaction.
_BOTH = 2
_WORD = re.compile(r"\w{3,}")

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A transaction that a row probably is; only where it `is_close` the row is left out.

    Of a day that is not `is_covered` the file does not tell. `is_same_id` where the bank's
    reference says it, whatever the words; `is_of_other_words` where only amount and day do.
    """

    known: Known
    days: int
    is_close: bool
    is_covered: bool = True
    is_same_id: bool = False
    is_of_other_words: bool = False

    def sentence(self, currency: str) -> str:
        """Return why: `Like 9 Mar 2026 Baker −12.00, 2 days apart.`."""
        amount = decimal_text(self.known.amount, currency).replace("-", "\N{MINUS SIGN}")
        name = self.known.payee or self.known.text
        start = "The bank's id is that of" if self.is_same_id else "Like"
        start = "Perhaps what was entered as" if self.is_of_other_words else start
        like = " ".join(filter(None, [start, day_words(self.known.booked_on), name, amount]))
        where = "" if self.is_covered else ", on a day that the file does not cover"
        return f"{like}, {distance_words(self.days)}{where}."


@dataclass(frozen=True, slots=True)
class Deleted:
    """A transaction that the same row of a file brought before, and that a member deleted since."""

    known: None = None
    is_close: bool = True

    def sentence(self, _currency: str) -> str:
        """Return why the row is left out."""
        return DELETED_BEFORE


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
    """What transactions of one amount and day have in common; `is_tentative` before the bank.

    Its words say less than amount and day where it `is_leg`. What `is_of_book` was the bank's
    there, except on days of which the file tells.
    """

    text: _Text
    is_tentative: bool
    is_of_book: bool
    is_leg: bool
    has_reference: bool
    is_by_hand: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    row: _RowKind
    known: _KnownKind
    day: date
    share: float
    is_covered: bool

    @property
    def days(self) -> int:
        return abs((self.day - self.row.booked_on).days)

    @property
    def is_close(self) -> bool:
        is_near = self.share == 1 and self.days <= _CLOSE
        return self.is_covered and (is_near or (self.known.is_tentative and self.is_alike))

    @property
    def is_alike(self) -> bool:
        return self.share >= _ALIKE


_Books = dict[tuple[int, date], dict[_KnownKind, deque[Known]]]
_Counts = dict[tuple[int, date], Counter[_Text]]


def likenesses(
    rows: Sequence[Movement], known: Iterable[Known], repeated: Sequence[UUID | None] = ()
) -> list[Likeness | None]:
    """Return for each row the transaction that it probably is.

    Each transaction answers for one row at most; the most alike go first, then the nearest, after
    all of these what lies outside the file's days, and last what has other words.
    `repeated` has beside each row the transaction that is equal to it: such a row waits for none.
    """
    days = [each.booked_on for each in rows if each.own_id is None]
    covered = min(days, default=date.min), max(days, default=date.min)
    beside = zip(rows, repeated or [None] * len(rows), strict=True)
    open_rows = [row if _waits(row, repeats) else None for row, repeats in beside]
    known = list(known)
    amounts = {each.amount for each in open_rows if each} & {each.amount for each in known}
    waiting, books = _waiting(open_rows, amounts), _books(known, amounts)
    pairs = [pair for kind in waiting for pair in _pairs(kind, books, covered)]
    outside = {each.row.amount for each in pairs if not each.is_covered}
    counts = _counts(rows, books, outside)
    likely = [each for each in pairs if each.is_covered or _is_alone(each, counts)]
    found: list[Likeness | None] = [None] * len(rows)
    for pair in sorted(likely, key=_rank):
        places, candidates = waiting[pair.row], books[pair.row.amount, pair.day][pair.known]
        while places and candidates:
            taken = candidates.popleft()
            likeness = Likeness(taken, pair.days, pair.is_close, pair.is_covered)
            found[places.popleft()] = replace(likeness, is_of_other_words=not pair.is_alike)
    return found


def day_words(day: date) -> str:
    """Return the day as a remark names it: `9 Mar 2026`."""
    return f"{day.day} {day:%b %Y}"


def distance_words(days: int) -> str:
    """Return how far two days are apart, in words."""
    return "on the same day" if not days else f"{counted(days, 'day', 'days')} apart"


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


def _rank(pair: _Pair) -> tuple[bool, bool, float, int]:
    return not pair.is_alike, not pair.is_covered, -pair.share, pair.days


def _waits(row: Movement, repeats: UUID | None) -> bool:
    """Return whether the row may be one that is known; what was exported says it by its id."""
    return repeats is None and row.own_id is None


def _waiting(
    rows: Sequence[Movement | None], amounts: AbstractSet[int]
) -> dict[_RowKind, deque[int]]:
    waiting: dict[_RowKind, deque[int]] = defaultdict(deque)
    for place, row in enumerate(rows):
        if row is not None and row.amount in amounts:
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
        traits = each.is_tentative, each.is_of_book, each.is_leg, each.has_reference
        kind = _KnownKind(text, *traits, is_by_hand=each.import_key is None)
        books[each.amount, each.booked_on][kind].append(each)
    return books


def _text(payee: str, text: str) -> _Text:
    return _Text(telling_words(payee), telling_words(f"{payee} {text}"))


def _pairs(row: _RowKind, books: _Books, covered: tuple[date, date]) -> Iterator[_Pair]:
    first, last = covered
    for offset in range(-WINDOW, WINDOW + 1):
        day = row.booked_on + timedelta(offset)
        for kind in islice(books.get((row.amount, day), ()), _MOST_TEXTS):
            is_awaited = kind.is_tentative and not kind.is_of_book
            share, is_covered = _share(row.text, kind), is_awaited or first <= day <= last
            is_other = row.has_reference and kind.has_reference and not kind.is_tentative
            least = _ALIKE if is_covered else 1
            if kind.is_by_hand and abs(offset) <= _SUGGESTED:
                least = 0
            if share >= least and not is_other:
                yield _Pair(row, kind, day, share, is_covered)


def _counts(rows: Iterable[Movement], books: _Books, amounts: AbstractSet[int]) -> _Counts:
    """Return by amount and day how often each text stands in the file and in the books."""
    counts: _Counts = defaultdict(Counter)
    for row in rows:
        if row.amount in amounts:
            counts[row.amount, row.booked_on][_text(row.payee, row.text)] += 1
    for (amount, day), kinds in books.items():
        for kind, known in kinds.items() if amount in amounts else ():
            counts[amount, day][kind.text] += len(known)
    return counts


def _is_alone(pair: _Pair, counts: _Counts) -> bool:
    """Return whether nothing else around the row and its transaction is like them."""
    first, last = sorted((pair.row.booked_on, pair.day))
    days = (first + timedelta(at) for at in range(-WINDOW, (last - first).days + WINDOW + 1))
    alike = (
        count
        for day in days
        for text, count in islice(counts.get((pair.row.amount, day), {}).items(), _MOST_TEXTS)
        if _likeness_of(pair.row.text, text) >= _ALIKE
    )
    return sum(alike) == _BOTH


def _share(row: _Text, known: _KnownKind) -> float:
    """Compare payees with all that the other side says: texts are full of what banks repeat."""
    likeness = _likeness_of(row, known.text)
    is_wordless = known.is_leg or (known.is_tentative and not known.text.every)
    return max(likeness, _ALIKE) if is_wordless else likeness


def _likeness_of(one: _Text, other: _Text) -> float:
    if not (one.payee or other.payee):
        return shared(one.every, other.every)
    return max(
        shared(one.payee, other.every) if one.payee else 0.0,
        shared(other.payee, one.every) if other.payee else 0.0,
    )
