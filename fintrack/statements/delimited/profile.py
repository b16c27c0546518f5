"""What the cells of one column look like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fintrack.statements.delimited.dates import date_readings
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.numbers import currency_of, is_number
from fintrack.statements.delimited.words import INFLOW, MONEY_ACCOUNTS, OUTFLOW, SINGLE_SIGNS
from fintrack.statements.mapping import Role

_SAMPLE = 400
_DECIMALS = re.compile(r"\d[.,]\d{1,2}(?!\d)|^\s*[-+(]|\$|€|£")
_MOST, _SOME = 0.8, 0.3
_MOST_STATES = 12
MONEY = frozenset({Role.AMOUNT, Role.DEBIT, Role.CREDIT})
NUMBERS = frozenset(
    {
        *MONEY,
        Role.FEE,
        Role.BALANCE,
        Role.FOREIGN_AMOUNT,
        Role.OPENING_BALANCE,
        Role.CLOSING_BALANCE,
    },
)
_MAY_BE_EMPTY = frozenset(
    {
        Role.DEBIT,
        Role.CREDIT,
        Role.FEE,
        Role.BALANCE,
        Role.SOURCE,
        Role.SOURCE_TYPE,
        Role.DESTINATION,
        Role.DESTINATION_TYPE,
    },
)


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares (0 to 1) of the filled cells in a sample of the column's rows."""

    rows: int
    filled: int
    dates: float
    numbers: float
    decimals: float
    currencies: float
    directions: float
    kinds: frozenset[int]
    distinct: int
    letters: float
    own_accounts: float
    numbered: float

    @property
    def coverage(self) -> float:
        """The share of rows in which this column is filled."""
        return self.filled / self.rows if self.rows else 0.0


def profile(cells: Sequence[str]) -> Profile:
    """Return the profile of a column, from at most 400 cells spread over it."""
    step = max(1, len(cells) // _SAMPLE)
    sample = cells[::step]
    filled = [cell for cell in sample if cell]
    kinds = [direction(cell) for cell in filled]
    return Profile(
        rows=len(sample),
        filled=len(filled),
        dates=_share([bool(date_readings(cell)) for cell in filled]),
        numbers=_share([is_number(cell) for cell in filled]),
        decimals=_share([bool(_DECIMALS.search(cell)) for cell in filled]),
        currencies=_share([is_currency(cell) for cell in filled]),
        directions=_share([kind != 0 for kind in kinds]),
        kinds=frozenset(kinds),
        distinct=len(set(filled)),
        letters=_share([any(letter.isalpha() for letter in cell) for cell in filled]),
        own_accounts=_share([_names_an_account(cell) for cell in filled]),
        numbered=_share([_is_number_of_account(cell) for cell in filled]),
    )


def direction(cell: str) -> int:
    """Return +1 for a word that means inflow, -1 for outflow, 0 for anything else."""
    if len(cell) > len("debit transfer of money"):
        return 0
    if cell in SINGLE_SIGNS:
        return 1 if cell == "+" else -1
    bare = normalised(cell)
    return (bare in INFLOW) - (bare in OUTFLOW)


def is_currency(cell: str) -> bool:
    """Say whether the cell is a currency's code or sign."""
    if len(cell) > len("руб.."):
        return False
    return currency_of(cell) is not None or (len(cell) == len("LTL") and cell.isupper())


def fits(role: Role, column: Profile) -> bool:
    """Say whether the cells can be what the column's name promises."""
    if column.filled == 0:
        return column.rows == 0 or role in _MAY_BE_EMPTY
    if role in {Role.DATE, Role.VALUE_DATE}:
        return column.dates >= _SOME
    if role in NUMBERS:
        return column.numbers >= _SOME and column.dates < _MOST
    if role is Role.DIRECTION:
        return column.directions == 1
    if role in {Role.CURRENCY, Role.FOREIGN_CURRENCY}:
        return column.currencies >= _MOST
    is_name = column.letters >= _SOME and column.numbered < _MOST
    is_state = column.distinct <= _MOST_STATES
    return {Role.PAYEE: is_name, Role.STATUS: is_state}.get(role, True)


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 0.0


def _is_number_of_account(cell: str) -> bool:
    digits = sum(map(str.isdecimal, cell))
    return digits * 2 >= len(cell) and digits >= len("12345")


def _names_an_account(cell: str) -> bool:
    return bool(MONEY_ACCOUNTS & set(normalised(cell).split()))
