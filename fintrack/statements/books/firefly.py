"""The tables that Firefly III exports: its transactions, and its accounts where they are beside.

Which way money went follows from the types of source and destination, never from the sign.
Journals of one group are the parts of a split.

Source: firefly-iii/firefly-iii, app/Support/Export/ExportDataGenerator.php.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby

from fintrack.ledger.accounts import AccountKind, Side
from fintrack.ledger.categories import CategoryKind
from fintrack.ledger.filters import Status
from fintrack.money import CURRENCIES
from fintrack.statements.books.book import (
    Book,
    BookAccount,
    BookCategory,
    BookLine,
    BookTransaction,
)
from fintrack.statements.books.cells import day, left_out, likely_kinds, number
from fintrack.statements.books.tables import Row, rows_of, written
from fintrack.statements.statement import StatementError
from fintrack.statements.targets import kind_of

FORMAT = "Firefly III"
TRANSACTIONS = frozenset(
    "group_id type amount currency_code date source_name source_type destination_type".split()
)
ACCOUNTS = frozenset("name type iban currency_code active".split())
_OWED = frozenset({"debt", "loan", "mortgage"})
_OWN = _OWED | {"asset account", "default account"}
_BEGINNINGS = frozenset({"initial balance account", "liability credit account"})
_OPENINGS = frozenset({"opening balance", "liability credit"})
_KINDS = {
    "ccasset": AccountKind.CREDIT_CARD,
    "savingasset": AccountKind.SAVINGS,
    "cashwalletasset": AccountKind.CASH,
}


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a journal: the name and type of its account, and what moved there."""

    name: str
    type: str
    amount: Decimal
    currency: str

    @property
    def is_own(self) -> bool:
        return self.type in _OWN


def read_firefly(content: bytes, accounts: bytes | None, *, others: Mapping[str, int]) -> Book:
    """Return the book of a table of transactions; `others` counts the rows of tables beside it.

    Raises:
        StatementError: a cell is not what its column says.
    """
    reading = _Reading({row["name"]: row for row in rows_of(accounts)} if accounts else {})
    rows = sorted(rows_of(content), key=lambda row: row["group_id"])
    reading.learn(rows)
    transactions = [
        each
        for _, group in groupby(rows, lambda row: row["group_id"])
        for each in reading.transactions(list(group))
    ]
    transactions.sort(key=lambda each: each.booked_on)
    named = [
        reading.account(name, type_, currency) for (name, currency), type_ in reading.types.items()
    ]
    counts = {"journals between accounts that are not yours": reading.foreign, **others}
    return Book(FORMAT, FORMAT, named, transactions, notes=tuple(left_out(FORMAT, counts)))


@dataclass(slots=True)
class _Reading:
    """What was learnt from all rows: own accounts by name and currency, kinds of categories.

    `known` are the accounts of the table beside them, which need not have moved; `foreign` counts
    the journals that touch no own one.
    """

    known: Mapping[str, Row]
    types: dict[tuple[str, str], str] = field(default_factory=dict)
    kinds: dict[tuple[str, ...], CategoryKind] = field(default_factory=dict)
    openings: dict[str, BookTransaction] = field(default_factory=dict)
    foreign: int = 0

    def learn(self, rows: Sequence[Row]) -> None:
        moved = []
        for row in rows:
            ends = _ends(row)
            self.types |= {(end.name, end.currency): end.type for end in ends if end.is_own}
            if len(own := [end for end in ends if end.is_own]) == 1:
                moved.append((_path(row), own[0].amount))
        self.kinds.update(likely_kinds(moved))
        used = {name for name, _ in self.types}
        for name, row in self.known.items():
            type_, currency = row["type"].casefold(), row["currency_code"]
            if name not in used and type_ in _OWN and currency in CURRENCIES:
                self.types[name, currency] = type_

    def account(self, name: str, type_: str, currency: str) -> BookAccount:
        row = self.known.get(name, Row())
        opening = self.openings.get(_key(name, currency))
        is_shared = sum(other == name for other, _ in self.types) > 1
        role = row["role"].casefold()
        return BookAccount(
            _key(name, currency),
            f"{name} {currency}" if is_shared else name,
            currency,
            AccountKind.LOAN if type_ in _OWED else _KINDS.get(role, kind_of(name)),
            Side.LIABILITY if type_ in _OWED else Side.ASSET,
            opening.amount if opening else Decimal(),
            opening.booked_on if opening else None,
            row["iban"] or row["account_number"],
            row.get("active", "1") in {"0", "false"},
        )

    def transactions(self, rows: Sequence[Row]) -> Iterator[BookTransaction]:
        """Yield what one group is: a split, or transfers and opening balances one by one."""
        plain: list[tuple[Row, _End, _End]] = []
        for row in rows:
            source, destination = _ends(row)
            if source.is_own and destination.is_own:
                yield from self._transfer(row, source, destination)
            elif source.is_own:
                plain.append((row, source, destination))
            elif destination.is_own:
                plain.append((row, destination, source))
            else:
                self.foreign += 1
        for _, group in groupby(plain, lambda each: (each[1].name, each[1].currency)):
            parts = list(group)
            yield from self._opened(*parts[0]) if _is_opening(*parts[0]) else (self._whole(parts),)

    def _opened(self, row: Row, own: _End, other: _End) -> Iterator[BookTransaction]:
        whole = self._whole([(row, own, other)])
        if self.openings.setdefault(whole.account, whole) is not whole:
            yield whole

    def _transfer(self, row: Row, source: _End, destination: _End) -> Iterator[BookTransaction]:
        for end, other in ((source, destination), (destination, source)):
            whole = self._whole([(row, end, other)])
            yield replace(whole, lines=(), transfer=row["journal_id"] or row["group_id"])

    def _whole(self, parts: Sequence[tuple[Row, _End, _End]]) -> BookTransaction:
        row, own, other = parts[0]
        lines = tuple(self._line(part, end) for part, end, _ in parts)
        has_meaning = len(lines) > 1 or lines[0].category is not None
        return BookTransaction(
            _key(own.name, own.currency),
            day(row["date"]),
            sum((line.amount for line in lines), Decimal()),
            other.name,
            row["group_title"] if len(parts) > 1 else row["description"],
            row["notes"],
            Status.RECONCILED if row["reconciled"] in {"1", "true"} else Status.CLEARED,
            lines if has_meaning else (),
            tuple(tag.strip() for tag in row["tags"].split(",") if tag.strip()),
            written=written([part for part, _, _ in parts]),
        )

    def _line(self, row: Row, own: _End) -> BookLine:
        path = _path(row)
        kind = self.kinds.get(path, CategoryKind.EXPENSE)
        return BookLine(own.amount, BookCategory(kind, path) if path else None, row["description"])


def _path(row: Row) -> tuple[str, ...]:
    return (row["category"],) if row["category"] else ()


def _ends(row: Row) -> tuple[_End, _End]:
    """Return source and destination, outflow negative; the latter may be in another currency."""
    amount, currency = abs(number(row["amount"])), row["currency_code"]
    foreign, foreign_currency = row["foreign_amount"], row["foreign_currency_code"]
    arrived, arrived_in = amount, currency
    is_transfer = {row["source_type"].casefold(), row["destination_type"].casefold()} <= _OWN
    if is_transfer and foreign and foreign_currency:
        arrived, arrived_in = abs(number(foreign)), foreign_currency
    for code in (currency, arrived_in):
        if code not in CURRENCIES:
            raise StatementError(f"{code[:20]!r} in the file is no currency that FinTrack knows.")
    source_type, destination_type = _types(row)
    source = _End(row["source_name"], source_type, -amount, currency)
    return source, _End(row["destination_name"], destination_type, arrived, arrived_in)


def _types(row: Row) -> tuple[str, str]:
    """Return what both ends are. Some versions call the account that a balance opens by its source.

    Its name then stands alone, and where it stands says which way the balance goes.
    """
    types = row["source_type"].casefold(), row["destination_type"].casefold()
    if row["type"].casefold() not in _OPENINGS or not _OWN.isdisjoint(types):
        return types
    own, other = "asset account", "initial balance account"
    return (own, other) if row["source_name"] else (other, own)


def _is_opening(row: Row, _own: _End, other: _End) -> bool:
    return other.type in _BEGINNINGS or row["type"].casefold() in _OPENINGS


def _key(name: str, currency: str) -> str:
    return f"{name}\0{currency}"
