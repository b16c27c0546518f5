"""The mark before the decimals: what each column says by itself, and what settles the rest."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from fintrack.money import CURRENCIES
from fintrack.statements.delimited.layout import Columns
from fintrack.statements.delimited.numbers import parse_figure, possible_marks
from fintrack.statements.delimited.profile import MONEY, NUMBERS, Profile
from fintrack.statements.mapping import DecimalMark, Mapping, Role

Marks = Sequence[Sequence[DecimalMark]]
_SOME = 0.3
_TWO_DECIMALS = 2
_ANY = DecimalMark.POINT


def column_marks(columns: Columns, profiles: Sequence[Profile]) -> Marks:
    """Return the marks under which most cells of each column are numbers; none for words.

    Two mean that the column cannot tell; whole numbers alone have none.
    """
    return [
        _column_marks({cell for cell in cells if cell}) if column.numbers >= _SOME else ()
        for cells, column in zip(columns, profiles, strict=True)
    ]


def likely_marks(marks: Marks) -> list[DecimalMark]:
    """Return for each column the mark to try before its role is known."""
    common = next((each[0] for each in marks if len(each) == 1), DecimalMark.POINT)
    return [each[0] if len(each) == 1 else common for each in marks]


def with_marks(mapping: Mapping, columns: Columns, marks: Marks, currency: str | None) -> Mapping:
    """Return the mapping with the marks that the columns, or else the currency, decide.

    `decimal_mark` stays None where a column of money can be read in two ways.
    """
    usual = mapping.decimal_mark or _usual(mapping, columns, marks, currency)
    if mapping.decimal_marks:
        return replace(mapping, decimal_mark=usual)
    own = tuple(
        each[0] if role in NUMBERS and len(each) == 1 and each[0] is not usual else None
        for role, each in zip(mapping.roles, marks, strict=False)
    )
    return replace(
        mapping,
        decimal_mark=usual,
        decimal_marks=own if any(own) and mapping.decimal_mark is None else (),
    )


def whole_mark(cells: Collection[str], currency: str | None) -> DecimalMark | None:
    """Return the mark that no cell has, where the currency has too few decimals for the others."""
    if CURRENCIES.get(currency or "", _TWO_DECIMALS + 1) > _TWO_DECIMALS:
        return None
    unused = [mark for mark in DecimalMark if not any(mark in cell for cell in cells)]
    return unused[0] if len(unused) == 1 else None


def _column_marks(cells: set[str]) -> Sequence[DecimalMark]:
    if not any(mark in cell for mark in DecimalMark for cell in cells):
        return ()
    return possible_marks(cells)


def _usual(
    mapping: Mapping, columns: Columns, marks: Marks, currency: str | None
) -> DecimalMark | None:
    """The columns of money decide, then the other figures, then a currency without thirds."""
    money = _of(mapping, marks, MONEY)
    decided = _decided(money)
    if all(len(each) <= 1 for each in money):
        return next(iter(decided), DecimalMark.POINT) if money else None
    if not decided:
        decided = _decided(_of(mapping, marks, NUMBERS - MONEY))
    if len(decided) == 1:
        return decided[0]
    return _by_currency(mapping, columns, marks, currency)


def _by_currency(
    mapping: Mapping, columns: Columns, marks: Marks, currency: str | None
) -> DecimalMark | None:
    open_cells = {
        cell
        for role, cells, each in zip(mapping.roles, columns, marks, strict=False)
        if role in MONEY and len(each) > 1
        for cell in cells
    }
    own = {figure.currency for cell in open_cells if (figure := parse_figure(cell, _ANY))}
    beside = own.pop() if len(own) == 1 else None
    return whole_mark(open_cells, _only_currency(mapping, columns) or beside or currency)


def _decided(marks: Marks) -> list[DecimalMark]:
    return list(dict.fromkeys(each[0] for each in marks if len(each) == 1))


def _of(mapping: Mapping, marks: Marks, roles: frozenset[Role]) -> Marks:
    return [each for role, each in zip(mapping.roles, marks, strict=False) if role in roles]


def _only_currency(mapping: Mapping, columns: Columns) -> str | None:
    at = mapping.column(Role.CURRENCY)
    found = {cell.upper() for cell in columns[at] if cell} if at is not None else set()
    return found.pop() if len(found) == 1 else None
