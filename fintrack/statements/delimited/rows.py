"""Rows to movements, as a mapping says; a row that cannot be read is rejected with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from fintrack.statements.delimited.dates import date_readings, parse_date
from fintrack.statements.delimited.guess import Table, date_words
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.legs import Movement, legs
from fintrack.statements.delimited.numbers import Figure, currency_of, parse_figure
from fintrack.statements.delimited.profile import direction
from fintrack.statements.delimited.settle import marked_direction
from fintrack.statements.delimited.table import Row
from fintrack.statements.delimited.words import (
    CLOSING_ROWS,
    NOT_DONE,
    OPENING_ROWS,
    PENDING,
    TURNOVER_ROWS,
)
from fintrack.statements.mapping import DecimalMark, Mapping, Role
from fintrack.statements.statement import RAW_LENGTH, Entry, Rejected
from fintrack.statements.text import clean

_OPENING, _CLOSING, _TURNOVER = (
    frozenset(OPENING_ROWS),
    frozenset(CLOSING_ROWS),
    frozenset(TURNOVER_ROWS),
)
_MONEY = (Role.AMOUNT, Role.DEBIT, Role.CREDIT)
_LONGEST_LABEL = 40
_SECTION_CELLS = 2


@dataclass(slots=True)
class Reading:
    """Everything that came out of the rows, in the file's order."""

    movements: list[Movement] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    opening: Decimal | None = None
    closing: Decimal | None = None
    closing_on: date | None = None
    not_done: int = 0
    outside: int = 0


class Unreadable(Exception):
    """A row's reason to be rejected."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping prepared for reading many rows of one table."""

    mapping: Mapping
    mark: DecimalMark
    columns: dict[Role, int]
    unmarked: int
    blank_way: int
    debits_negative: bool
    has_balance_rows: bool
    texts: Sequence[int]
    payees: Sequence[int]


def plan(mapping: Mapping, table: Table) -> Plan:
    """Return what has to be known of all rows before one of them is read."""
    columns = table.columns
    mark = mapping.decimal_mark or DecimalMark.POINT
    at = {role: mapping.roles.index(role) for role in mapping.roles}

    def cells(role: Role) -> Sequence[str]:
        index = at.get(role)
        return columns[index] if index is not None and index < len(columns) else ()

    debits = [figure.value for cell in cells(Role.DEBIT) if (figure := parse_figure(cell, mark))]
    ways = {direction(cell) for cell in cells(Role.DIRECTION) if cell} - {0}
    texts = (*mapping.columns(Role.TEXT), *mapping.columns(Role.PAYEE))
    return Plan(
        mapping=mapping,
        mark=mark,
        columns=at,
        unmarked=-marked_direction(cells(Role.AMOUNT), mark),
        blank_way=-ways.pop() if len(ways) == 1 else 0,
        debits_negative=any(value < 0 for value in debits) and all(value <= 0 for value in debits),
        has_balance_rows=_has_balance_rows(
            [columns[index] for index in texts if index < len(columns)]
        ),
        texts=mapping.columns(Role.TEXT),
        payees=mapping.columns(Role.PAYEE),
    )


def read_rows(table: Table, prepared: Plan) -> Reading:
    """Return every movement and every rejected row of the table."""
    reading = Reading()
    names = tuple(table.names)
    for row in table.data:
        if row.cells == names:
            continue
        try:
            _read(row, prepared, reading)
        except Unreadable as reason:
            reading.rejected.append(Rejected(row.line, row.raw, str(reason)))
    return reading


def _read(row: Row, prepared: Plan, reading: Reading) -> None:
    written = _cell(row, prepared, Role.DATE)
    money = [_cell(row, prepared, role) for role in _MONEY]
    if not any(money) and not _is_movement(written, row, prepared, reading):
        return
    if _is_not_done(written, row, prepared):
        reading.not_done += 1
        return
    if _is_balance_row(row, written, prepared, reading):
        return
    booked_on, valued_on = _dates(written, row, prepared)
    amount, currency = _amount(row, prepared)
    entry = Entry(
        line=row.line,
        booked_on=booked_on,
        valued_on=valued_on,
        amount=-amount if prepared.mapping.inverted else amount,
        payee=_clean_cells(row, prepared.payees),
        text=_clean_cells(row, prepared.texts),
        reference=clean(_cell(row, prepared, Role.REFERENCE)) or None,
        raw=row.raw,
    )
    account = clean(_cell(row, prepared, Role.ACCOUNT))
    balance = parse_figure(_cell(row, prepared, Role.BALANCE), prepared.mark)
    movement = Movement(
        entry,
        account or prepared.mapping.account,
        _currency(row, prepared) or currency,
        balance.value if balance else None,
    )
    if Role.SOURCE in prepared.columns:
        reading.movements += legs(row, movement, prepared.mapping, prepared.mark)
    else:
        reading.movements.append(movement)


def _is_movement(written: str, row: Row, prepared: Plan, reading: Reading) -> bool:
    """A row without money is a movement gone wrong only if it has a date or many cells."""
    if parse_date(written, prepared.mapping.date_order):
        return True
    if written and sum(map(bool, row.cells)) > _SECTION_CELLS:
        return True
    more = _clean_cells(row, prepared.texts)
    if not written and more and reading.movements:
        _continue_text(reading, more)
    else:
        reading.outside += 1
    return False


def _continue_text(reading: Reading, more: str) -> None:
    last = reading.movements[-1]
    text = f"{last.entry.text} {more}".strip()
    raw = f"{last.entry.raw}\n{more}"[:RAW_LENGTH]
    reading.movements[-1] = replace(last, entry=replace(last.entry, text=text, raw=raw))


def _is_not_done(written: str, row: Row, prepared: Plan) -> bool:
    if written[:1].isalpha() and normalised(written) in PENDING:
        return True
    status = _cell(row, prepared, Role.STATUS)
    return bool(status) and normalised(status) in NOT_DONE


def _is_balance_row(row: Row, written: str, prepared: Plan, reading: Reading) -> bool:
    """Balances and totals stand among the rows: by their label, where they cannot be movements."""
    money = any(_cell(row, prepared, role) for role in _MONEY)
    is_full = bool(money and date_readings(written))
    if is_full and (not prepared.has_balance_rows or _clean_cells(row, prepared.payees)):
        return False
    cells = [_clean_cells(row, prepared.texts)] if is_full else row.cells
    labels = _labels(cells, begins=not money)
    if not labels:
        return False
    worth = _balance_of(row, prepared, has_money=money)
    if labels & _OPENING:
        reading.opening = worth
    elif labels & _CLOSING:
        reading.closing = worth
        reading.closing_on = parse_date(written, prepared.mapping.date_order)
    reading.outside += 1
    return True


def _labels(cells: Sequence[str], *, begins: bool) -> set[str]:
    """The balance words among the cells; a row without money may say more after them."""
    short = {normalised(cell) for cell in cells if 0 < len(cell) <= _LONGEST_LABEL}
    known = _OPENING | _CLOSING | _TURNOVER
    if not begins:
        return short & known
    return {label for label in known for cell in short if f"{cell} ".startswith(f"{label} ")}


def _has_balance_rows(columns: Sequence[Sequence[str]]) -> bool:
    cells = {cell for column in columns for cell in column if 0 < len(cell) <= _LONGEST_LABEL}
    labels = {normalised(cell) for cell in cells if not any(map(str.isdecimal, cell))}
    return bool(labels & _OPENING and labels & _CLOSING)


def _balance_of(row: Row, prepared: Plan, *, has_money: bool) -> Decimal | None:
    if has_money:
        try:
            return _amount(row, prepared)[0]
        except Unreadable:
            return None
    figure = parse_figure(_cell(row, prepared, Role.BALANCE), prepared.mark)
    return figure.value if figure else None


def _dates(written: str, row: Row, prepared: Plan) -> tuple[date, date | None]:
    order = prepared.mapping.date_order
    valued_on = parse_date(_cell(row, prepared, Role.VALUE_DATE), order)
    booked_on = parse_date(written, order) if written else valued_on
    if booked_on is not None:
        return booked_on, valued_on
    if not written:
        raise Unreadable("The row has no date.")
    said = f"{clean(written)[:40]!r} is not a date"
    raise Unreadable(f"{said} in the order {date_words(order)}." if order else f"{said}.")


def _amount(row: Row, prepared: Plan) -> tuple[Decimal, str | None]:
    if Role.AMOUNT not in prepared.columns:
        return _amount_of_pair(row, prepared)
    figure = _figure(_cell(row, prepared, Role.AMOUNT), prepared.mark)
    if figure is None:
        raise Unreadable("The row has no amount.")
    fee = _figure(_cell(row, prepared, Role.FEE), prepared.mark)
    value = figure.value * _way(row, figure, prepared)
    return value - abs(fee.value) if fee else value, figure.currency


def _way(row: Row, figure: Figure, prepared: Plan) -> int:
    """The sign that a word or marker beside the amount gives it, +1 where it has its own."""
    if Role.DIRECTION in prepared.columns:
        word = _cell(row, prepared, Role.DIRECTION)
        way = direction(word) if word else prepared.blank_way
        if word and way == 0:
            raise Unreadable(f"{clean(word)[:40]!r} says neither money in nor money out.")
        return way or 1
    if figure.signed:
        return 1
    return figure.marker or prepared.unmarked or 1


def _amount_of_pair(row: Row, prepared: Plan) -> tuple[Decimal, str | None]:
    debit = _figure(_cell(row, prepared, Role.DEBIT), prepared.mark)
    credit = _figure(_cell(row, prepared, Role.CREDIT), prepared.mark)
    if debit is None and credit is None:
        raise Unreadable("The row has no amount.")
    value = credit.value if credit else Decimal(0)
    if debit:
        value += debit.value if prepared.debits_negative else -debit.value
    return value, (debit.currency if debit else None) or (credit.currency if credit else None)


def _figure(cell: str, mark: DecimalMark) -> Figure | None:
    if not cell or cell in {"-", "–"}:
        return None
    figure = parse_figure(cell, mark)
    if figure is None:
        raise Unreadable(f"{clean(cell)[:40]!r} is not an amount.")
    return figure


def _currency(row: Row, prepared: Plan) -> str | None:
    cell = _cell(row, prepared, Role.CURRENCY)
    if not cell:
        return prepared.mapping.currency
    known = currency_of(cell)
    if known is None:
        raise Unreadable(f"{clean(cell)[:40]!r} is not a currency.")
    return known or prepared.mapping.currency


def _cell(row: Row, prepared: Plan, role: Role) -> str:
    at = prepared.columns.get(role)
    return row.cells[at] if at is not None and at < len(row.cells) else ""


def _clean_cells(row: Row, columns: Sequence[int]) -> str:
    cells = row.cells
    return clean(" ".join([cells[at] for at in columns if at < len(cells) and cells[at]]))
