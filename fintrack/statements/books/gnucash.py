"""A book of GnuCash, whichever way it was stored: accounts in a tree, splits with two amounts.

A split's value is in the currency of its transaction, its quantity in what its account holds. Of
securities the value is kept, as with every other program.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fintrack.ledger.accounts import AccountKind
from fintrack.ledger.filters import Status
from fintrack.money import CURRENCIES
from fintrack.statements.books.book import Book, Written
from fintrack.statements.books.cells import left_out, whole
from fintrack.statements.books.double_entry import (
    JournalEntry,
    JournalPosting,
    Place,
    Root,
    book_of,
)
from fintrack.statements.books.plain_text import unused
from fintrack.statements.statement import StatementError
from fintrack.texts import counted

FORMAT = "GnuCash"
_ROOTS = {
    **dict.fromkeys(("ASSET", "BANK", "CASH", "STOCK", "MUTUAL", "RECEIVABLE"), Root.ASSET),
    **dict.fromkeys(("LIABILITY", "CREDIT", "PAYABLE"), Root.LIABILITY),
    "INCOME": Root.INCOME,
    "EXPENSE": Root.EXPENSE,
    "EQUITY": Root.EQUITY,
    # What GnuCash books so that every commodity balances by itself.
    "TRADING": Root.EQUITY,
}
_KINDS = {
    "BANK": AccountKind.CHECKING,
    "CASH": AccountKind.CASH,
    "CREDIT": AccountKind.CREDIT_CARD,
    "STOCK": AccountKind.INVESTMENT,
    "MUTUAL": AccountKind.INVESTMENT,
}
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Commodity:
    """What an account holds; only those of the namespace of currencies are money."""

    namespace: str
    mnemonic: str

    @property
    def is_template(self) -> bool:
        """Return whether it belongs to what is only scheduled."""
        return self.namespace == "template"

    @property
    def currency(self) -> str | None:
        """Return the currency that it is, if FinTrack knows it."""
        is_money = self.namespace in {"CURRENCY", "ISO4217"} and self.mnemonic in CURRENCIES
        return self.mnemonic if is_money else None


@dataclass(frozen=True, slots=True)
class GnuCashAccount:
    """A node of the tree of accounts; `remark` are its notes or, without any, its description."""

    id: str
    name: str
    type: str
    parent: str
    commodity: Commodity | None
    number: str = ""
    is_hidden: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class GnuCashSplit:
    """A split; both amounts are positive where money arrives in its account."""

    account: str
    value: Decimal
    quantity: Decimal
    memo: str
    state: str


@dataclass(frozen=True, slots=True)
class GnuCashTransaction:
    """A transaction with its splits."""

    on: date
    currency: Commodity
    text: str
    number: str
    splits: Sequence[GnuCashSplit]
    written: Written
    note: str = ""


def gnucash_book(
    accounts: Iterable[GnuCashAccount],
    transactions: Iterable[GnuCashTransaction],
    others: Mapping[str, int],
) -> Book:
    """Return the book; `others` counts what stands beside the transactions.

    Raises:
        StatementError: a split names no account of the book, or the root of all.
    """
    reading = _Reading({each.id: each for each in accounts})
    entries = list(reading.entries(transactions))
    notes = (*left_out(FORMAT, others), *reading.notes())
    return book_of(FORMAT, FORMAT, entries, notes)


def fraction(numerator: object, denominator: object) -> Decimal:
    """Return the number that GnuCash keeps in two.

    Raises:
        StatementError: they are none.
    """
    below = whole(denominator)
    if below == 0:
        raise StatementError("An amount in the file is divided by nothing. Repair the book first.")
    return Decimal(whole(numerator)) / Decimal(below)


@dataclass(slots=True)
class _Reading:
    accounts: Mapping[str, GnuCashAccount]
    unkept: int = 0
    used: set[str] = field(default_factory=set)

    def entries(self, transactions: Iterable[GnuCashTransaction]) -> Iterator[JournalEntry]:
        for each in transactions:
            splits = [(self._account(split.account), split) for split in each.splits]
            if each.currency.is_template or any(_is_scheduled(account) for account, _ in splits):
                continue
            yield JournalEntry(
                each.on,
                [found for pair in splits if (found := self._posting(each, *pair)) is not None],
                each.text,
                note="\n".join(filter(None, (each.number and f"Number {each.number}", each.note))),
                status=_status(each.splits),
                written=each.written,
            )

    def notes(self) -> Iterator[str]:
        if self.unkept:
            where = "in no currency that FinTrack knows"
            said = counted(self.unkept, f"split {where} was", f"splits {where} were")
            yield f"{said} left out."
        own = [each for each in self.accounts.values() if each.type != "ROOT"]
        remarks = sum(each.remark not in {"", each.name} for each in own)
        yield from left_out(FORMAT, {"notes of accounts": remarks})
        kept = (each for each in own if not _is_scheduled(each) and not _is_equity(each))
        yield from unused((":".join(self._path(each)) for each in kept), self.used)

    def _posting(
        self, transaction: GnuCashTransaction, account: GnuCashAccount, split: GnuCashSplit
    ) -> JournalPosting | None:
        place = self._place(account)
        held = account.commodity or transaction.currency
        is_own = place.root in {Root.ASSET, Root.LIABILITY}
        if is_own and (currency := held.currency):
            return JournalPosting(place, split.quantity, currency, split.memo)
        if currency := transaction.currency.currency:
            unit = held.mnemonic if is_own else ""
            return JournalPosting(place, split.value, currency, split.memo, unit)
        self.unkept += 1
        return None

    def _account(self, identifier: str) -> GnuCashAccount:
        found = self.accounts.get(identifier)
        if found is None or found.type == "ROOT":
            raise StatementError("A split of the book names no account. Check and repair it first.")
        return found

    def _place(self, account: GnuCashAccount) -> Place:
        root, kind = _ROOTS.get(account.type, Root.ASSET), _KINDS.get(account.type)
        path = self._path(account)
        self.used.add(":".join(path))
        # The top of a tree of categories is the tree itself.
        is_topped = root in {Root.INCOME, Root.EXPENSE} and len(path) > 1
        return Place(root, path[1:] if is_topped else path, kind, account.number, account.is_hidden)

    def _path(self, account: GnuCashAccount) -> tuple[str, ...]:
        names: list[str] = []
        each: GnuCashAccount | None = account
        while each is not None and each.type != "ROOT" and len(names) < _DEEPEST:
            names.append(each.name)
            each = self.accounts.get(each.parent)
        return tuple(reversed(names))


def _is_scheduled(account: GnuCashAccount) -> bool:
    return account.commodity is not None and account.commodity.is_template


def _is_equity(account: GnuCashAccount) -> bool:
    return _ROOTS.get(account.type) is Root.EQUITY


def _status(splits: Sequence[GnuCashSplit]) -> Status:
    states = {split.state for split in splits}
    return Status.RECONCILED if "y" in states else Status.CLEARED
