"""What Mint and Monarch export: one table of all accounts, in one currency, without transfers.

A transfer is two rows that do not know each other; those of one day that fit are linked.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fintrack.ledger.categories import CategoryKind
from fintrack.statements.books.book import (
    Book,
    BookAccount,
    BookCategory,
    BookLine,
    BookTransaction,
    Hints,
)
from fintrack.statements.books.cells import likely_kinds
from fintrack.statements.books.legs import Side, linked
from fintrack.statements.books.tables import Row, amounts_of, currency_of, days_of, rows_of, written
from fintrack.statements.targets import kind_of

MINT = frozenset("date description amount category".split()) | {"transaction type", "account name"}
MONARCH = frozenset("date merchant category account amount".split()) | {"original statement"}
_TRANSFERS = frozenset({"transfer", "credit card payment", "account transfer"})
Category = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a program puts what; `sign` is what its type column makes of an amount."""

    form: str
    account: str
    payee: str
    text: str
    note: str
    tags: str
    sign: Callable[[Row], int]


_MINT = _Columns(
    "Mint", "account name", "description", "original description", "notes", "labels",
    lambda row: -1 if row["transaction type"].casefold() == "debit" else 1,
)  # fmt: skip
_MONARCH = _Columns(
    "Monarch", "account", "merchant", "original statement", "notes", "tags", lambda _row: 1
)


def read_mint(content: bytes, hints: Hints) -> Book:
    """Return the book of Mint's transactions; amounts are unsigned beside a type.

    Raises:
        StatementError: a cell is not what its column says, or the days can be read in two ways.
    """
    return _book(rows_of(content), _MINT, hints)


def read_monarch(content: bytes, hints: Hints) -> Book:
    """Return the book of Monarch's transactions; balances come in another file and stay there.

    Raises:
        StatementError: a cell is not what its column says, or the days can be read in two ways.
    """
    return _book(rows_of(content), _MONARCH, hints)


def _book(rows: Sequence[Row], columns: _Columns, hints: Hints) -> Book:
    money = [row["amount"] for row in rows]
    days, amounts = days_of([row["date"] for row in rows], hints.date_order), amounts_of(money)
    signed = [amounts[row["amount"].strip() and row["amount"]] * columns.sign(row) for row in rows]
    kinds = likely_kinds((_path(row), each) for row, each in zip(rows, signed, strict=True))
    transactions = [
        BookTransaction(
            row[columns.account],
            days[row["date"]],
            amount,
            row[columns.payee],
            row[columns.text],
            row[columns.note],
            lines=_lines(row, amount, kinds),
            tags=tuple(tag.strip() for tag in row[columns.tags].split(",") if tag.strip()),
            written=replace(written([row]), head=row.raw),
        )
        for row, amount in zip(rows, signed, strict=True)
    ]
    currency, assumed = currency_of(columns.form, money, hints.currency)
    names = dict.fromkeys(each.account for each in transactions)
    accounts = [BookAccount(name, name or "Account", currency, kind_of(name)) for name in names]
    notes = (f"{columns.form} exports no opening balances; accounts start at zero.", *assumed)
    linked_ones = list(linked(_sides(rows, transactions)))
    return Book(columns.form, columns.form, accounts, linked_ones, notes=notes)


def _path(row: Row) -> Category:
    return (row["category"],) if row["category"] else ()


def _lines(
    row: Row, amount: Decimal, kinds: Mapping[Category, CategoryKind]
) -> tuple[BookLine, ...]:
    path = _path(row)
    return (BookLine(amount, BookCategory(kinds[path], path)),) if path else ()


def _sides(rows: Sequence[Row], transactions: Sequence[BookTransaction]) -> Iterator[Side]:
    """Yield sides whose other account is the only one that moved by as much on that day."""
    places: dict[tuple[date, Decimal], set[str]] = defaultdict(set)
    for row, each in zip(rows, transactions, strict=True):
        if _is_transfer(row):
            places[each.booked_on, each.amount].add(each.account)
    for row, each in zip(rows, transactions, strict=True):
        others = places[each.booked_on, -each.amount] - {each.account}
        is_clear = _is_transfer(row) and len(others) == 1
        yield Side(each, next(iter(others)) if is_clear else None)


def _is_transfer(row: Row) -> bool:
    return row["category"].casefold() in _TRANSFERS
