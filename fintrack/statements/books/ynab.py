"""A budget of YNAB: the register that its export holds beside the plan.

A transfer stands in both accounts with "Transfer : " before the other's name, a split in rows
whose memo begins with "Split (1/2)", formerly "(Split 1/2)".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fintrack.ledger.categories import CategoryKind
from fintrack.ledger.filters import Status
from fintrack.statements.books.book import (
    Book,
    BookAccount,
    BookBudget,
    BookCategory,
    BookLine,
    BookTransaction,
    Hints,
)
from fintrack.statements.books.cells import left_out, likely_kinds
from fintrack.statements.books.legs import Side, linked
from fintrack.statements.books.plans import Planned, budgets_of
from fintrack.statements.books.tables import Row, amounts_of, currency_of, days_of, rows_of, written
from fintrack.statements.delimited.dates import parse_date
from fintrack.statements.mapping import DateOrder
from fintrack.statements.statement import StatementError
from fintrack.statements.targets import kind_of

FORMAT = "YNAB"
REGISTER = frozenset("account date payee memo outflow inflow cleared".split())
PLAN = frozenset({"month", "category group", "category"})
_SPLIT = re.compile(r"^(?:\(Split |Split \()(\d+)/(\d+)\)\s*", re.IGNORECASE)
_TRANSFER = re.compile(r"Transfer ?: ?(.*)")
_STATES = {"reconciled": Status.RECONCILED, "uncleared": Status.PENDING}
_OPENING = "starting balance"
# What YNAB calls income that is in no category yet.
_READY = frozenset({"ready to assign", "to be budgeted"})
# What a plan keeps for the card's bill was spent with the card.
_CARDS = "credit card payments"


def read_ynab(
    content: bytes,
    title: str,
    hints: Hints,
    *,
    plan: bytes | None = None,
    others: Mapping[str, int] | None = None,
) -> Book:
    """Return the book of a register and the plan; `others` counts the rows of tables beside them.

    Raises:
        StatementError: a cell is not what its column says, or the days can be read in two ways.
    """
    rows = rows_of(content)
    money = [row[name] for row in rows for name in ("outflow", "inflow")]
    reading = _Reading(
        days_of([row["date"] for row in rows], hints.date_order),
        amounts_of(money),
        frozenset(row["account"] for row in rows),
        {},
    )
    reading.kinds.update(likely_kinds((_path(row), reading.amount(row)) for row in rows))
    currency, assumed = currency_of(FORMAT, money, hints.currency)
    openings, moves = _opened(rows)
    accounts = [
        _account(name, currency, openings.get(name), reading)
        for name in dict.fromkeys(row["account"] for row in rows)
    ]
    transactions = list(linked(_sides(moves, reading)))
    budgets, told = _budgets(plan, money, currency, reading) if plan else ((), ())
    notes = (*assumed, *told, *left_out(FORMAT, others or {}))
    return Book(FORMAT, title or FORMAT, accounts, transactions, notes=notes, budgets=budgets)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the cells of the whole register mean."""

    days: Mapping[str, date]
    amounts: Mapping[str, Decimal]
    accounts: frozenset[str]
    kinds: dict[tuple[str, ...], CategoryKind]

    def amount(self, row: Row) -> Decimal:
        return (
            self.amounts[row["inflow"].strip() and row["inflow"]]
            - self.amounts[row["outflow"].strip() and row["outflow"]]
        )

    def other(self, row: Row) -> str | None:
        found = _TRANSFER.fullmatch(row["payee"])
        return found[1] if found and found[1] in self.accounts else None

    def line(self, row: Row) -> BookLine:
        path = _path(row)
        category = BookCategory(self.kinds[path], path) if path else None
        return BookLine(self.amount(row), category, _SPLIT.sub("", row["memo"]))


def _path(row: Row) -> tuple[str, ...]:
    group, category = row["category group"], row["category"]
    if category.casefold() in _READY:
        return (category,)
    return tuple(filter(None, (group, category)))


def _budgets(
    plan: bytes, money: Sequence[str], currency: str, reading: _Reading
) -> tuple[tuple[BookBudget, ...], tuple[str, ...]]:
    """Return what the plan says; the books do not depend on it, so what is wrong is but told."""
    try:
        rows = rows_of(plan)
        # One decimal mark holds for both tables.
        amounts = amounts_of([*money, *map(_assigned, rows)])
        planned = [
            Planned(_month(row), _planned_category(row, reading), amounts[_assigned(row)])
            for row in rows
        ]
    except StatementError as refusal:
        return (), (f"The plan was left out: {refusal}",)
    return budgets_of(planned, currency)


def _assigned(row: Row) -> str:
    return (row["assigned"] or row["budgeted"]).strip()


def _month(row: Row) -> date:
    found = parse_date(f"1 {row['month']}", DateOrder.DMY)
    if found is None:
        raise StatementError(f"{row['month'][:40]!r} in the file is no month.")
    return found


def _planned_category(row: Row, reading: _Reading) -> BookCategory | None:
    path = _path(row)
    if not path or row["category group"].casefold() == _CARDS:
        return None
    return BookCategory(reading.kinds.get(path, CategoryKind.EXPENSE), path)


def _opened(rows: Sequence[Row]) -> tuple[dict[str, Row], list[Row]]:
    """Return the rows that open accounts, by account, and all others: they are no income."""
    openings: dict[str, Row] = {}
    moves = []
    for row in rows:
        if row["payee"].casefold() == _OPENING and row["account"] not in openings:
            openings[row["account"]] = row
        else:
            moves.append(row)
    return openings, moves


def _account(name: str, currency: str, opening: Row | None, reading: _Reading) -> BookAccount:
    if opening is None:
        return BookAccount(name, name, currency, kind_of(name))
    amount, opened_on = reading.amount(opening), reading.days[opening["date"]]
    return BookAccount(name, name, currency, kind_of(name), opening=amount, opened_on=opened_on)


def _sides(rows: Sequence[Row], reading: _Reading) -> Iterator[Side]:
    split: list[Row] = []
    for row in rows:
        part = _SPLIT.match(row["memo"])
        if part is None:
            yield _side([row], reading)
            continue
        if part[1] == "1" and split:
            yield from _parts(split, reading)
            split = []
        split.append(row)
        if part[1] == part[2]:
            yield from _parts(split, reading)
            split = []
    if split:
        yield from _parts(split, reading)


def _parts(rows: Sequence[Row], reading: _Reading) -> Iterator[Side]:
    """Yield a split; its parts that go to other accounts are transfers of their own."""
    kept = [row for row in rows if reading.other(row) is None]
    if kept:
        yield _side(kept, reading)
    for row in rows:
        if row not in kept:
            yield _side([row], reading)


def _side(rows: Sequence[Row], reading: _Reading) -> Side:
    first = rows[0]
    other = reading.other(first) if len(rows) == 1 else None
    lines = tuple(reading.line(row) for row in rows)
    has_meaning = other is None and (len(lines) > 1 or lines[0].category is not None)
    transaction = BookTransaction(
        first["account"],
        reading.days[first["date"]],
        sum((line.amount for line in lines), Decimal()),
        other or first["payee"],
        lines[0].memo if len(lines) == 1 else "",
        status=_STATES.get(first["cleared"].casefold(), Status.CLEARED),
        lines=lines if has_meaning else (),
        tags=(first["flag"],) if first["flag"] else (),
        written=written(rows),
    )
    return Side(transaction, other)
