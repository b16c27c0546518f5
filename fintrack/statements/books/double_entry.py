"""Double entries to single ones: each account keeps every cent, each category too.

An entry has a main account in each currency. What it moves to other accounts becomes transfers
between the main one and each of them; what is left is the main one's own transaction, with the
categories as its lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum, auto

from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import AccountKind, Side
from fintrack.ledger.categories import CategoryKind
from fintrack.ledger.filters import Status
from fintrack.money import decimal_amount, rounded_minor_units
from fintrack.statements.books.book import (
    Book,
    BookAccount,
    BookCategory,
    BookLine,
    BookTransaction,
    Written,
)
from fintrack.statements.statement import StatementError
from fintrack.statements.targets import kind_of

RECLASSIFIED = "Moved between categories"


class Root(Enum):
    """What an account of a double-entry book is."""

    ASSET = auto()
    LIABILITY = auto()
    INCOME = auto()
    EXPENSE = auto()
    EQUITY = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """An account of the other program: what it is, and its names from the top down."""

    root: Root
    path: tuple[str, ...]
    kind: AccountKind | None = None
    number: str = ""
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class JournalPosting:
    """Part of an entry; `unit` names the security whose cost the amount is, if it is one."""

    place: Place
    amount: Decimal
    currency: str
    memo: str = ""
    unit: str = ""

    @property
    def is_own(self) -> bool:
        """Return whether it moves money of the book's owner."""
        return self.place.root in {Root.ASSET, Root.LIABILITY}

    @property
    def key(self) -> str:
        """Return the account of FinTrack that it belongs to: one in each currency."""
        names = (self.place.root.name, *self.place.path)
        return "\0".join((":".join(names), self.unit, self.currency))


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry whose postings add up to zero, or nearly so."""

    booked_on: date
    postings: Sequence[JournalPosting]
    payee: str = ""
    text: str = ""
    note: str = ""
    status: Status = Status.CLEARED
    tags: tuple[str, ...] = ()
    written: Written | None = None


def book_of(
    form: str, title: str, entries: Iterable[JournalEntry], notes: Sequence[str] = ()
) -> Book:
    """Return the book that the entries make, in the order of their days."""
    conversion = _Conversion()
    for entry in sorted(entries, key=lambda each: each.booked_on):
        conversion.take(entry)
    accounts = list(conversion.book_accounts())
    return Book(form, title, accounts, conversion.transactions, notes=notes)


@dataclass(slots=True)
class _Account:
    """An account so far: its exact balance, and the one that stands in whole minor units."""

    posting: JournalPosting
    opened_on: date
    exact: Decimal = Decimal()
    kept: Decimal = Decimal()
    opening: Decimal = Decimal()
    has_moved: bool = False


@dataclass(slots=True)
class _Conversion:
    accounts: dict[str, _Account] = field(default_factory=dict)
    transactions: list[BookTransaction] = field(default_factory=list)
    transfers: int = 0

    def take(self, entry: JournalEntry) -> None:
        if entry.written and len({each.key for each in entry.postings if each.is_own}) > 1:
            entry = replace(entry, written=entry.written.of_one_account())
        moved = self._moved(entry)
        if len(moved) == 1 and self._is_opening(entry, *moved):
            ((key, amount),) = moved.items()
            self.accounts[key].opening = amount
            return
        lines = _lines(entry)
        rests: dict[str, tuple[str, Decimal]] = {}
        currencies = dict.fromkeys([*(self._currency(key) for key in moved), *lines])
        for currency in currencies:
            legs = {key: each for key, each in moved.items() if self._currency(key) == currency}
            main = self._main(legs) or self._nowhere(entry, currency)
            for key, amount in legs.items():
                if key != main:
                    self._transfer(entry, (key, amount), (main, -amount))
            rests[currency] = main, sum(legs.values(), Decimal())
        self._settle(entry, rests, lines)

    def book_accounts(self) -> Iterator[BookAccount]:
        labels = [_label(each.posting) for each in self.accounts.values()]
        for key, each in self.accounts.items():
            label = _label(each.posting)
            is_shared = labels.count(label) > 1
            yield BookAccount(
                key,
                f"{label} {each.posting.currency}" if is_shared else label,
                each.posting.currency,
                _kind(each.posting, label),
                _SIDES[each.posting.place.root],
                each.opening,
                each.opened_on,
                each.posting.place.number,
                each.posting.place.is_closed,
            )

    def _moved(self, entry: JournalEntry) -> dict[str, Decimal]:
        """Return by how much each own account moved, in whole minor units.

        Their sum is the exact one, rounded once, however many costs with many decimals went in.
        """
        exact: dict[str, Decimal] = defaultdict(Decimal)
        for posting in entry.postings:
            if posting.is_own:
                self.accounts.setdefault(posting.key, _Account(posting, entry.booked_on))
                exact[posting.key] += posting.amount
        moved = {}
        for key, amount in exact.items():
            account = self.accounts[key]
            account.exact += amount
            balance = _rounded(account.exact, account.posting.currency)
            moved[key], account.kept = balance - account.kept, balance
        return {key: amount for key, amount in moved.items() if amount}

    def _is_opening(self, entry: JournalEntry, key: str) -> bool:
        """An opening balance is no income: the first entry of an account, against equity."""
        account = self.accounts[key]
        was_first, account.has_moved = not account.has_moved, True
        others = [each.place for each in entry.postings if not each.is_own]
        said = " ".join([entry.payee, entry.text, *(name for each in others for name in each.path)])
        is_equity = bool(others) and all(each.root is Root.EQUITY for each in others)
        return was_first and is_equity and "opening" in said.casefold()

    def _currency(self, key: str) -> str:
        return self.accounts[key].posting.currency

    def _main(self, legs: Mapping[str, Decimal]) -> str | None:
        """Money before securities, then whatever moved most."""
        for key in legs:
            self.accounts[key].has_moved = True
        return min(
            legs,
            key=lambda key: (bool(self.accounts[key].posting.unit), -abs(legs[key])),
            default=None,
        )

    def _nowhere(self, entry: JournalEntry, currency: str) -> str:
        """Return the account of entries that name none: they move between categories alone."""
        posting = JournalPosting(
            Place(Root.ASSET, (RECLASSIFIED,), AccountKind.OTHER), Decimal(), currency
        )
        self.accounts.setdefault(posting.key, _Account(posting, entry.booked_on))
        return posting.key

    def _settle(
        self,
        entry: JournalEntry,
        rests: Mapping[str, tuple[str, Decimal]],
        lines: Mapping[str, Sequence[BookLine]],
    ) -> None:
        """Write what the main accounts moved for categories, and what one exchanged for another."""
        open_rests = {
            currency: rest - sum((line.amount for line in lines.get(currency, ())), Decimal())
            for currency, (_, rest) in rests.items()
        }
        exchanged = [currency for currency, rest in open_rests.items() if rest]
        signs = {open_rests[currency] > 0 for currency in exchanged}
        if len(exchanged) == len(signs) == _TWO:
            one, other = ((rests[each][0], open_rests[each]) for each in exchanged)
            self._transfer(entry, one, other)
            open_rests = dict.fromkeys(open_rests, Decimal())
        for currency, (main, _) in rests.items():
            parts = [*lines.get(currency, ())]
            if parts and open_rests[currency]:
                parts.append(BookLine(open_rests[currency]))
            amount = sum((line.amount for line in parts), Decimal()) or open_rests[currency]
            if parts or amount:
                self._add(entry, main, amount, tuple(parts))

    def _transfer(
        self, entry: JournalEntry, one: tuple[str, Decimal], other: tuple[str, Decimal]
    ) -> None:
        self.transfers += 1
        for key, amount in (one, other):
            self._add(entry, key, amount, transfer=str(self.transfers))

    def _add(
        self,
        entry: JournalEntry,
        key: str,
        amount: Decimal,
        lines: tuple[BookLine, ...] = (),
        transfer: str | None = None,
    ) -> None:
        self.transactions.append(
            BookTransaction(
                key,
                entry.booked_on,
                amount,
                entry.payee,
                entry.text,
                entry.note,
                entry.status,
                lines,
                entry.tags,
                transfer,
                entry.written,
            )
        )


_TWO = 2
_SIDES = {Root.ASSET: Side.ASSET, Root.LIABILITY: Side.LIABILITY}


def _rounded(amount: Decimal, currency: str) -> Decimal:
    try:
        return decimal_amount(rounded_minor_units(amount, currency), currency)
    except InvalidInput as error:
        said = f"The book cannot be brought for {str(amount)[:40]} {currency}: {error}"
        raise StatementError(said) from error


def _lines(entry: JournalEntry) -> dict[str, list[BookLine]]:
    found: dict[str, list[BookLine]] = defaultdict(list)
    for posting in entry.postings:
        if not posting.is_own and (amount := _rounded(-posting.amount, posting.currency)):
            found[posting.currency].append(BookLine(amount, *_meaning(posting)))
    return found


def _meaning(posting: JournalPosting) -> tuple[BookCategory | None, str]:
    """Return the category and the memo; equity is no category and stands in the memo."""
    place = posting.place
    if place.root is Root.EQUITY:
        return None, posting.memo or ":".join(place.path)
    kind = CategoryKind.INCOME if place.root is Root.INCOME else CategoryKind.EXPENSE
    return BookCategory(kind, place.path), posting.memo


def _label(posting: JournalPosting) -> str:
    path, unit = posting.place.path, posting.unit
    return ":".join(path if not unit or path[-1] == unit else (*path, unit))


def _kind(posting: JournalPosting, label: str) -> AccountKind:
    if posting.unit:
        return AccountKind.INVESTMENT
    guess = posting.place.kind or kind_of(label)
    is_likely = posting.place.root is Root.ASSET or guess.usual_side is Side.LIABILITY
    return guess if is_likely else AccountKind.OTHER
