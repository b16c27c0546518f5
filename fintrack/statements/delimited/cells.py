"""What the cells of one row are worth, as a mapping says."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

from fintrack.statements.delimited.content import figures
from fintrack.statements.delimited.dates import ORDER_WORDS, parse_date, possible_orders
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.layout import Table
from fintrack.statements.delimited.minor import in_major_units, minor_columns
from fintrack.statements.delimited.numbers import Figure, currency_of, parse_figure
from fintrack.statements.delimited.profile import MONEY, direction
from fintrack.statements.delimited.settle import have_signs, marked_direction
from fintrack.statements.delimited.table import Row
from fintrack.statements.mapping import DateOrder, DecimalMark, Mapping, Role
from fintrack.statements.text import clean


class Cells(NamedTuple):
    """One row and what it has in the column of each role, blank where no column has the role."""

    row: Row
    date: str
    value_date: str
    amount: str
    debit: str
    credit: str
    direction: str
    fee: str
    balance: str
    currency: str
    account: str
    reference: str
    status: str

    @property
    def has_money(self) -> bool:
        """Say whether any column of money is filled."""
        return bool(self.amount or self.debit or self.credit)


_ROLES = tuple(Role(name) for name in Cells._fields[1:])


class Unreadable(Exception):
    """A row's reason to be rejected."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping prepared for reading many rows of one table."""

    mapping: Mapping
    marks: dict[Role, DecimalMark]
    value_order: DateOrder | None
    ways: dict[str, int]
    unmarked: int
    blank_way: int
    debits_negative: bool
    credits_negative: bool
    texts: Sequence[int]
    payees: Sequence[int]
    minor: frozenset[Role]


def plan(mapping: Mapping, table: Table) -> Plan:
    """Return what has to be known of all rows before one of them is read."""
    marks = {role: mapping.mark_of(mapping.roles.index(role)) for role in mapping.roles}

    def cells(role: Role) -> Sequence[str]:
        return table.cells(mapping.column(role))

    def are_negative(role: Role) -> bool:
        found = [parse_figure(cell, marks[role]) for cell in cells(role)]
        values = [figure.value for figure in found if figure]
        return any(values) and max(values) <= 0

    ways = ways_of(mapping, set(cells(Role.DIRECTION)))
    known = set(ways.values()) - {0}
    if Role.DIRECTION in marks and _have_signs(mapping, table, ways):
        del marks[Role.DIRECTION]
    return Plan(
        mapping=mapping,
        marks=marks,
        value_order=_value_order(mapping.date_order, set(cells(Role.VALUE_DATE))),
        unmarked=-marked_direction(cells(Role.AMOUNT), marks.get(Role.AMOUNT, DecimalMark.POINT)),
        ways=ways,
        blank_way=-known.pop() if len(known) == 1 else 0,
        debits_negative=are_negative(Role.DEBIT),
        credits_negative=are_negative(Role.CREDIT),
        texts=mapping.columns(Role.TEXT),
        payees=mapping.columns(Role.PAYEE),
        minor=frozenset(mapping.roles[at] for at in minor_columns(mapping, table)),
    )


def _have_signs(mapping: Mapping, table: Table, ways: dict[str, int]) -> bool:
    at = mapping.column(Role.AMOUNT)
    if at is None:
        return False
    words = (ways.get(word, 0) for word in table.cells(mapping.column(Role.DIRECTION)))
    values = figures(table.cells(at), mapping.mark_of(at))
    return have_signs(zip(words, values, strict=True))


def ways_of(mapping: Mapping, words: Collection[str]) -> dict[str, int]:
    """Return +1 for the words that mean money in, -1 for money out, 0 for unknown ones."""
    own = dict.fromkeys(mapping.money_in, 1) | dict.fromkeys(mapping.money_out, -1)
    return {word: own.get(normalised(word)) or direction(word) for word in words if word}


def each_row(table: Table, mapping: Mapping) -> Iterator[Cells]:
    """Yield the cells of every row, in the file's order."""
    columns = [table.cells(mapping.column(role)) or repeat("") for role in _ROLES]
    return map(Cells._make, zip(table.data, *columns, strict=False))


def dates_of(cells: Cells, prepared: Plan) -> tuple[date, date | None]:
    """Return booking date and value date.

    Raises:
        Unreadable: there is no booking date.
    """
    order, written = prepared.mapping.date_order, cells.date
    valued_on = parse_date(cells.value_date, prepared.value_order)
    booked_on = parse_date(written, order) if written else valued_on
    if booked_on is not None:
        return booked_on, valued_on
    if not written:
        raise Unreadable("The row has no date.")
    said = f"{clean(written)[:40]!r} is not a date"
    raise Unreadable(f"{said} in the order {ORDER_WORDS[order]}." if order else f"{said}.")


def amount_of(cells: Cells, prepared: Plan) -> tuple[Decimal, str | None]:
    """Return what the row moves, in major units, and its currency: its column's, else its amount's.

    Raises:
        Unreadable: there is no amount, or a cell that is no amount or currency.
    """
    fee = _figure(cells.fee, prepared.marks.get(Role.FEE))
    if Role.AMOUNT in prepared.marks:
        figure = _figure(cells.amount, prepared.marks[Role.AMOUNT])
        found = figure and (figure.value * _way(cells, figure, prepared), figure.currency)
    else:
        found = _amount_of_pair(cells, prepared)
    if found is None and fee is None:
        raise Unreadable("The row has no amount.")
    value, beside = found or (Decimal(0), None)
    beside = beside or (fee.currency if fee else None)
    currency = _currency_in(cells, prepared) or beside
    paid = _paid(fee, prepared)
    if prepared.minor:
        value = in_major_units(value, currency) if prepared.minor & MONEY else value
        paid = in_major_units(paid, currency) if Role.FEE in prepared.minor else paid
    return value - paid, currency


def balance_of(cells: Cells, prepared: Plan, currency: str | None) -> Decimal | None:
    """Return the balance that the row states, in major units."""
    if not cells.balance:
        return None
    figure = parse_figure(cells.balance, prepared.marks[Role.BALANCE])
    if figure and Role.BALANCE in prepared.minor:
        return in_major_units(figure.marked, currency)
    return figure.marked if figure else None


def joined(row: Row, columns: Sequence[int]) -> str:
    """Return the cells of these columns as one text."""
    cells = row.cells
    return clean(" ".join([cells[at] for at in columns if at < len(cells) and cells[at]]))


def _currency_in(cells: Cells, prepared: Plan) -> str | None:
    """Return the currency of the row's own column, else of the file."""
    cell = cells.currency
    if not cell:
        return prepared.mapping.currency
    known = currency_of(cell)
    if known is None:
        raise Unreadable(f"{clean(cell)[:40]!r} is not a currency.")
    return known or prepared.mapping.currency


def _value_order(booked: DateOrder | None, texts: set[str]) -> DateOrder | None:
    """Value dates follow the booking dates, unless their own column decides otherwise."""
    orders = possible_orders(texts)
    return orders[0] if booked not in orders and len(orders) == 1 else booked


def _way(cells: Cells, figure: Figure, prepared: Plan) -> int:
    """The sign that a word or marker beside the amount gives it, +1 where it has its own."""
    if Role.DIRECTION in prepared.marks:
        word = cells.direction
        way = prepared.ways.get(word, 0) if word else prepared.blank_way
        if word and way == 0:
            raise Unreadable(f"{clean(word)[:40]!r} says neither money in nor money out.")
        return way or 1
    if figure.signed:
        return 1
    return figure.marker or prepared.unmarked or 1


def _paid(fee: Figure | None, prepared: Plan) -> Decimal:
    """What a fee costs; where purchases are positive it is written so as well."""
    if fee is None:
        return Decimal(0)
    return -abs(fee.value) if prepared.mapping.inverted else abs(fee.value)


def _amount_of_pair(cells: Cells, prepared: Plan) -> tuple[Decimal, str | None] | None:
    debit = _figure(cells.debit, prepared.marks.get(Role.DEBIT))
    credit = _figure(cells.credit, prepared.marks.get(Role.CREDIT))
    if debit is None and credit is None:
        return None
    value = Decimal(0)
    if credit:
        value = -credit.value if prepared.credits_negative else credit.value
    if debit:
        value += debit.value if prepared.debits_negative else -debit.value
    return value, (debit.currency if debit else None) or (credit.currency if credit else None)


def _figure(cell: str, mark: DecimalMark | None) -> Figure | None:
    if not cell or cell in {"-", "–"} or mark is None:
        return None
    figure = parse_figure(cell, mark)
    if figure is None:
        raise Unreadable(f"{clean(cell)[:40]!r} is not an amount.")
    return figure
