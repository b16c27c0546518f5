"""Rows to movements, as a mapping says; a row that cannot be read is rejected with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from fintrack.statements.delimited.cells import (
    Cells,
    Plan,
    Unreadable,
    amount_of,
    balance_of,
    dates_of,
    each_row,
    joined,
)
from fintrack.statements.delimited.dates import date_readings, parse_date
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.last_row import account_balance
from fintrack.statements.delimited.layout import Table
from fintrack.statements.delimited.legs import Group, Movement, legs
from fintrack.statements.delimited.preamble import account_named
from fintrack.statements.delimited.words import (
    CARRIED_ROWS,
    CLOSING_ROWS,
    NOT_DONE,
    OPENING_ROWS,
    PENDING,
    TURNOVER_ROWS,
)
from fintrack.statements.mapping import Role
from fintrack.statements.statement import RAW_LENGTH, Entry, Rejected
from fintrack.statements.text import clean

_OPENING, _CLOSING, _TURNOVER, _CARRIED = (
    frozenset(OPENING_ROWS),
    frozenset(CLOSING_ROWS),
    frozenset(TURNOVER_ROWS),
    frozenset(CARRIED_ROWS),
)
_MAY_LABEL = frozenset({Role.TEXT, Role.PAYEE, Role.REFERENCE, Role.IGNORE})
_LONGEST_LABEL = 40
_SECTION_CELLS = 2


@dataclass(slots=True)
class Reading:
    """Everything that came out of the rows, by account and currency, in the file's order."""

    account: str | None
    has_balance_rows: bool
    groups: dict[tuple[str | None, str | None], Group] = field(default_factory=dict)
    newest: Group | None = None
    rejected: list[Rejected] = field(default_factory=list)
    opening: Decimal | None = None
    closing: Decimal | None = None
    closing_on: date | None = None
    not_done: int = 0
    outside: int = 0

    def take(self, movement: Movement) -> None:
        """Put the movement to those of its account and currency."""
        account, currency = movement.account, movement.currency
        self.newest = self.groups.setdefault((account, currency), Group(account, currency))
        self.newest.take(movement)


def read_rows(table: Table, prepared: Plan) -> Reading:
    """Return every movement and every rejected row of the table."""
    roles = enumerate(prepared.mapping.roles)
    texts = [table.cells(at) for at, role in roles if role in _MAY_LABEL]
    reading = Reading(prepared.mapping.account, _has_balance_rows(texts))
    if last := account_balance(table, prepared.mapping):
        reading.account = reading.account or last.account
        reading.closing, reading.closing_on = last.balance, last.on
        reading.outside += 1
    names = tuple(table.names)
    for cells in each_row(table, prepared.mapping):
        if cells.row.cells == names or (last and cells.row.line == last.line):
            continue
        try:
            _read(cells, prepared, reading)
        except Unreadable as reason:
            reading.rejected.append(Rejected(cells.row.line, cells.row.raw, str(reason)))
    return reading


def _read(cells: Cells, prepared: Plan, reading: Reading) -> None:
    if not cells.has_money and not _is_movement(cells, prepared, reading):
        return
    if _is_not_done(cells):
        reading.not_done += 1
        return
    if _is_balance_row(cells, prepared, reading):
        return
    booked_on, valued_on = dates_of(cells, prepared)
    amount, currency = amount_of(cells, prepared)
    row = cells.row
    entry = Entry(
        line=row.line,
        booked_on=booked_on,
        valued_on=valued_on,
        amount=-amount if prepared.mapping.inverted else amount,
        payee=joined(row, prepared.payees),
        text=joined(row, prepared.texts),
        reference=clean(cells.reference) or None,
        raw=row.raw,
    )
    movement = Movement(
        entry,
        clean(cells.account) or reading.account,
        currency,
        balance_of(cells, prepared, currency),
    )
    if Role.SOURCE in prepared.marks:
        for leg in legs(row, movement, prepared.mapping):
            reading.take(leg)
    else:
        reading.take(movement)


def _is_movement(cells: Cells, prepared: Plan, reading: Reading) -> bool:
    """A row without money is a movement gone wrong only if it has a date or many cells."""
    row, written = cells.row, cells.date
    if parse_date(written, prepared.mapping.date_order):
        return True
    if written and sum(map(bool, row.cells)) > _SECTION_CELLS:
        return True
    more = joined(row, prepared.texts)
    if not written and more and reading.newest:
        _continue_text(reading.newest.entries, more)
        return False
    reading.outside += 1
    # Between two tables of one file a line may say whose account the next one is.
    reading.account = account_named([row]) or reading.account
    return False


def _continue_text(entries: list[Entry], more: str) -> None:
    last = entries[-1]
    text, raw = f"{last.text} {more}".strip(), f"{last.raw}\n{more}"[:RAW_LENGTH]
    entries[-1] = replace(last, text=text, raw=raw)


def _is_not_done(cells: Cells) -> bool:
    if cells.date[:1].isalpha() and normalised(cells.date) in PENDING:
        return True
    return bool(cells.status) and normalised(cells.status) in NOT_DONE


def _is_balance_row(cells: Cells, prepared: Plan, reading: Reading) -> bool:
    """Balances and totals stand among the rows: by their label, where they cannot be movements."""
    is_full = bool(cells.has_money and date_readings(cells.date))
    if is_full and (not reading.has_balance_rows or joined(cells.row, prepared.payees)):
        return False
    labels = _labels(cells, prepared, is_full=is_full)
    if not labels:
        return False
    worth = _worth(cells, prepared)
    if labels & _OPENING:
        reading.opening = worth
    elif labels & _CLOSING:
        reading.closing = worth
        reading.closing_on = parse_date(cells.date, prepared.mapping.date_order)
    reading.outside += 1
    return True


def _labels(cells: Cells, prepared: Plan, *, is_full: bool) -> set[str]:
    """The balance words of the row; what is no date and has no money may say more after them."""
    text = joined(cells.row, prepared.texts)
    texts = [text] if is_full and text else cells.row.cells
    short = {normalised(cell) for cell in texts if 0 < len(cell) <= _LONGEST_LABEL}
    known = _OPENING | _CLOSING | _TURNOVER
    if is_full:
        return short & known
    begun = short if not cells.has_money else {normalised(cells.date[:_LONGEST_LABEL])}
    longer = {label for label in known for cell in begun if cell.startswith(f"{label} ")}
    return (short & known) | longer


def _worth(cells: Cells, prepared: Plan) -> Decimal | None:
    if not cells.has_money:
        return balance_of(cells, prepared, prepared.mapping.currency)
    try:
        return amount_of(cells, prepared)[0]
    except Unreadable:
        return None


def _has_balance_rows(columns: Sequence[Sequence[str]]) -> bool:
    cells = {
        cell
        for column in columns
        for cell in column
        if 0 < len(cell) <= _LONGEST_LABEL and not any(map(str.isdecimal, cell))
    }
    labels = set(map(normalised, cells))
    return bool(labels & _CARRIED or (labels & _OPENING and labels & _CLOSING))
