"""Which rows of a statement an account holds already: by counting, never by merging equal rows.

A row is the same movement as another with the same date and amount when the bank's reference is
the same or, where one of them has none, when the text is. A file with k equal rows against an
account with m has min(k, m) duplicates.
"""

import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from uuid import UUID

_WORD = re.compile(r"\w+")
_BY_TEXT = "t"
_BY_REFERENCE = "r"
_BY_ID = "x"
_OF_BOOK = "b"
# Of a key, the kind and the hash of the bank's reference alone; date and amount follow.
_REFERENCE_PART = 25
_ID_LENGTH = 36


@dataclass(frozen=True)
class Movement:
    """What is compared of a row of a file; `own_id` comes only from FinTrack's own export."""

    booked_on: date
    amount: int
    payee: str
    text: str
    reference: str | None = None
    own_id: UUID | None = None

    @cached_property
    def text_key(self) -> str:
        """Return the key by date, amount and normalised text."""
        return _key(_BY_TEXT, self.booked_on, self.amount, normalised(self.payee, self.text))

    @cached_property
    def named_id(self) -> UUID | None:
        """Return the id that the row has or, as in FinTrack's own OFX, its reference is."""
        return self.own_id or id_in(self.reference)

    @cached_property
    def reference_key(self) -> str | None:
        """Return the part of the key that says the bank's reference, whatever date and amount."""
        if not self.reference:
            return None
        return f"{_BY_REFERENCE}{_hash(self.reference)}"[:_REFERENCE_PART]

    @cached_property
    def key(self) -> str:
        """Return the strongest key: by id, else by reference, else by text."""
        if self.own_id is not None:
            return f"{_BY_ID}{self.own_id.hex}"
        if self.reference_key:
            return f"{self.reference_key}{self.booked_on}|{self.amount}"
        return self.text_key


@dataclass(frozen=True, slots=True)
class Known:
    """A transaction that an account holds; `import_key` is None when it was entered by hand.

    What a file of another format brought `is_foreign`: banks give it other references there.
    """

    id: UUID
    booked_on: date
    amount: int
    payee: str
    text: str
    import_key: str | None
    is_pending: bool = False
    is_transfer: bool = False
    is_foreign: bool = False

    @property
    def is_tentative(self) -> bool:
        """Return whether the bank's own row of it is still to come."""
        return self.import_key is None or self.is_pending or self.is_of_book

    @property
    def is_of_book(self) -> bool:
        """Return whether a whole book brought it: the bank's row may have come there already."""
        return (self.import_key or "").startswith(_OF_BOOK)

    @property
    def is_leg(self) -> bool:
        """Return whether it is of a transfer that no bank told: its payee is the other account."""
        return self.is_transfer and (self.import_key is None or self.is_of_book)

    @property
    def has_reference(self) -> bool:
        """Return whether its reference or its id tells it from rows with another one."""
        has_one = (self.import_key or "").startswith((_BY_REFERENCE, _BY_ID))
        return has_one and not self.is_foreign

    @property
    def reference_key(self) -> str | None:
        """Return the part of the key that says the bank's reference, None without one."""
        key = self.import_key or ""
        return key[:_REFERENCE_PART] if key.startswith(_BY_REFERENCE) else None


@dataclass(slots=True)
class Book:
    """The transactions of one account, each of which answers for one row of a file at most."""

    _known: dict[UUID, Known] = field(default_factory=dict)
    _taken: set[UUID] = field(default_factory=set)
    _by_key: dict[str, deque[UUID]] = field(default_factory=lambda: defaultdict(deque))
    _by_text: dict[str, deque[UUID]] = field(default_factory=lambda: defaultdict(deque))
    _referenced: dict[str, deque[UUID]] = field(default_factory=lambda: defaultdict(deque))
    _used_keys: set[str] = field(default_factory=set)
    _numbers: Counter[str] = field(default_factory=Counter)

    def duplicates(self, movements: Sequence[Movement]) -> list[UUID | None]:
        """Return for each movement the transaction that it repeats; equal keys go first."""
        found = [self._taken_by_key(each) for each in movements]
        return [
            known if known is not None else self._taken_by_text(each)
            for known, each in zip(found, movements, strict=True)
        ]

    @property
    def open(self) -> list[Known]:
        """Return the transactions that answer for no row yet, the oldest first."""
        return [each for key, each in self._known.items() if key not in self._taken]

    def take(self, known: Iterable[Known | None]) -> None:
        """Let the transactions answer for rows that are not equal to them."""
        self._taken.update(each.id for each in known if each is not None)

    def next_import_key(self, movement: Movement) -> str:
        """Return a key that no transaction of the account has: the n-th occurrence."""
        key = movement.key
        while True:
            self._numbers[key] += 1
            numbered = f"{key}:{self._numbers[key]}"
            if numbered not in self._used_keys:
                return numbered

    def _add(self, known: Known) -> None:
        key = (known.import_key or "").rpartition(":")[0]
        text_key = Movement(known.booked_on, known.amount, known.payee, known.text).text_key
        self._known[known.id] = known
        (self._referenced if known.has_reference else self._by_text)[text_key].append(known.id)
        if known.import_key is not None:
            self._used_keys.add(known.import_key)
            self._by_key[key].append(known.id)
        # What a member edited since is still the row that the bank wrote.
        if key.startswith(_BY_TEXT) and key != text_key:
            self._by_text[key].append(known.id)

    def _taken_by_key(self, movement: Movement) -> UUID | None:
        if movement.named_id is not None and movement.named_id in self._known:
            return self._take(deque([movement.named_id]))
        return self._take(self._by_key.get(movement.key))

    def _taken_by_text(self, movement: Movement) -> UUID | None:
        """Two references that differ are two movements, however equal the text."""
        key = movement.text_key
        found = self._take(self._by_text.get(key))
        if found is not None or movement.reference or movement.own_id:
            return found
        return self._take(self._referenced.get(key))

    def _take(self, queue: deque[UUID] | None) -> UUID | None:
        while queue:
            known = queue.popleft()
            if known not in self._taken:
                self._taken.add(known)
                return known
        return None


def book_of(transactions: Iterable[Known]) -> Book:
    """Return the book of one account; the oldest of equal transactions is taken first."""
    book = Book()
    for each in transactions:
        book._add(each)  # noqa: SLF001 - the book's own maker
    return book


def key_in_book(transaction_id: str) -> str:
    """Return the key of a transaction that a whole book brings."""
    return f"{_OF_BOOK}{transaction_id}"


def id_in(reference: str | None) -> UUID | None:
    """Return the id that a reference is, None where it is none."""
    if reference is None or len(reference) != _ID_LENGTH:
        return None
    try:
        return UUID(reference)
    except ValueError:
        return None


def normalised(payee: str, text: str) -> str:
    """Return the words of both, each once, without case, accents' forms and punctuation."""
    both = f"{payee} {text}"
    words = _WORD.findall(
        (both if both.isascii() else unicodedata.normalize("NFKC", both)).casefold()
    )
    return " ".join(dict.fromkeys(words))


def _key(kind: str, booked_on: date, amount: int, rest: str) -> str:
    return kind + _hash(f"{booked_on}|{amount}|{rest}")


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:40]
