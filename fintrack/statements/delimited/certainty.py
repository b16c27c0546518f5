"""How sure the guess about a table is, part by part, in percent."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from fintrack.statements.delimited.dates import date_readings, parse_date
from fintrack.statements.delimited.header import EXACT, role_scores
from fintrack.statements.delimited.layout import Table
from fintrack.statements.delimited.marks import column_marks
from fintrack.statements.delimited.numbers import parse_figure
from fintrack.statements.delimited.profile import MONEY, NUMBERS, direction, is_currency, profile
from fintrack.statements.mapping import DateOrder, Mapping, Role
from fintrack.statements.statement import Certainty

_PROVEN, _ALMOST, _LIKELY, _POSSIBLE = 100, 95, 85, 70
_SURELY_NAMED = EXACT - 200
_SAMPLE = 400
_DATES = frozenset({Role.DATE, Role.VALUE_DATE})
_SIGNS = frozenset({Role.DIRECTION, Role.DEBIT, Role.CREDIT, Role.SOURCE, Role.BALANCE})


def certainties(
    given: Mapping, used: Mapping, table: Table, text: Certainty
) -> tuple[Certainty, tuple[int | None, ...]]:
    """Return the certainty of the whole guess and of each column; what was said is certain.

    `text` is how sure encoding and delimiter are.
    """
    columns = tuple(
        _PROVEN if given.roles and role is not Role.IGNORE else _column(used, table, at)
        for at, role in enumerate(used.roles)
    )
    found = replace(
        text,
        header=_header(given, table),
        date_order=_PROVEN if given.date_order else _date_order(used, table),
        decimal_mark=_PROVEN if given.decimal_mark else _decimal_mark(used, table),
        columns=min((each for each in columns if each is not None), default=_PROVEN),
    )
    return found, columns


def _header(given: Mapping, table: Table) -> int:
    if given.header_row is not None:
        return _PROVEN
    if table.header is None:
        return _LIKELY
    known = sum(bool(role_scores(name)) for name in table.names)
    return _PROVEN if known > 1 else _ALMOST if known else _POSSIBLE


def _date_order(used: Mapping, table: Table) -> int:
    """Certain where every other order fails on some row; likely where custom decides."""
    if used.date_order is None:
        return 0
    readings = [date_readings(cell) for cell in set(table.cells(used.column(Role.DATE)))]
    dates = [each for each in readings if each]
    # Nobody writes the year first and then the day.
    rivals = {order for each in dates for order in each} - {used.date_order, DateOrder.YDM}
    are_equal = any(
        all(order in each and each[order] != each.get(used.date_order) for each in dates)
        for order in rivals
    )
    return _LIKELY if are_equal else _PROVEN


def _decimal_mark(used: Mapping, table: Table) -> int:
    """Certain where each column of money decides by itself; likely where another one must."""
    if used.decimal_mark is None:
        return 0
    money = [table.cells(at) for at, role in enumerate(used.roles) if role in MONEY]
    marks = column_marks(money, [profile(cells) for cells in money])
    return _LIKELY if any(len(each) > 1 for each in marks) else _PROVEN


def _column(used: Mapping, table: Table, at: int) -> int | None:
    role = used.roles[at]
    if role is Role.IGNORE:
        return None
    cells = table.cells(at)
    step = max(1, sum(map(bool, cells)) // _SAMPLE)
    sample = list(islice(filter(None, cells), 0, None, step))
    fitting = sum(_fits(role, cell, used, at) for cell in sample) / len(sample) if sample else 1
    sure = round(_named(role, table, at) * fitting)
    if role is not Role.AMOUNT:
        return sure
    if used.inverted:
        return min(sure, _LIKELY)
    is_signed = _SIGNS & set(used.roles) or not _has_no_sign(sample, used, at)
    return sure if is_signed else min(sure, _POSSIBLE)


def _named(role: Role, table: Table, at: int) -> int:
    name = table.names[at] if at < len(table.names) else ""
    score = role_scores(name).get(role, 0)
    if score >= _SURELY_NAMED:
        return _PROVEN
    return _ALMOST if score else _LIKELY


def _fits(role: Role, cell: str, used: Mapping, at: int) -> bool:
    if role in _DATES:
        return bool(parse_date(cell, used.date_order) if used.date_order else date_readings(cell))
    if role in NUMBERS:
        return parse_figure(cell, used.mark_of(at)) is not None
    if role is Role.DIRECTION:
        return direction(cell) != 0
    return role is not Role.CURRENCY or is_currency(cell)


def _has_no_sign(sample: Sequence[str], used: Mapping, at: int) -> bool:
    """Without a single sign the amounts could be spending as well as income."""
    found = [parse_figure(cell, used.mark_of(at)) for cell in sample]
    return all(each is None or (each.value >= 0 and not each.marker) for each in found)
