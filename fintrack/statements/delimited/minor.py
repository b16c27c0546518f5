"""Amounts that a table counts in the currency's smallest unit, as the names above them say."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from fintrack.money import CURRENCIES
from fintrack.statements.delimited.content import figures
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.layout import Table
from fintrack.statements.delimited.profile import MONEY
from fintrack.statements.mapping import Mapping, Role

_WORDS = frozenset(
    """
    minor cent cents pence pennies centimes centimos centavos centesimi grosze groszy grosz
    haleru halere ore rappen kurus paise kopeks kopecks копейки копейках
    """.split(),
)
_ROLES = MONEY | {Role.FEE, Role.BALANCE, Role.OPENING_BALANCE, Role.CLOSING_BALANCE}
_USUAL_DECIMALS = 2


def minor_columns(mapping: Mapping, table: Table) -> Iterator[int]:
    """Yield the columns of money that are named after a smallest unit and hold no fractions."""
    for at, role in enumerate(mapping.roles):
        if role in _ROLES and not _WORDS.isdisjoint(normalised(table.name(at)).split()):
            values = figures(set(table.cells(at)), mapping.mark_of(at))
            if all(value is None or value == value.to_integral_value() for value in values):
                yield at


def in_major_units(minor: Decimal, currency: str | None) -> Decimal:
    """Return the amount in major units, of two decimals where the currency is not known."""
    return minor.scaleb(-CURRENCIES.get(currency or "", _USUAL_DECIMALS))


def minor_notes(mapping: Mapping, table: Table) -> Sequence[str]:
    """Return a sentence for each column that was read so."""
    return [
        f"The column {table.name(at)!r} is in minor units, such as cents, and was read so."
        for at in minor_columns(mapping, table)
    ]
