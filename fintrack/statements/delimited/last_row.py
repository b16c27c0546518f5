"""A last row that is no movement: the number of the account, its balance and the day of it.

Source: exports of LCL.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fintrack.statements.delimited.dates import parse_date
from fintrack.statements.delimited.layout import Table
from fintrack.statements.delimited.numbers import parse_figure
from fintrack.statements.mapping import Mapping, Role

_NUMBER_OF_ACCOUNT = re.compile(r"(?:[A-Z]{2})?\d[\d ]{5,32}[A-Z]?", re.ASCII)
_BLANK = frozenset({"", "0"})
_FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What the row in this line of the file says."""

    line: int
    account: str
    balance: Decimal
    on: date | None


def account_balance(table: Table, mapping: Mapping) -> AccountBalance | None:
    """Return what the last row says if nothing else is in it, and no other row names an account."""
    days, amounts = mapping.column(Role.DATE), mapping.column(Role.AMOUNT)
    if days is None or amounts is None or len(table.data) < _FEWEST_ROWS:
        return None
    row = table.data[-1]
    cells = {at: cell for at, cell in enumerate(row.cells) if cell not in _BLANK}
    day, written = cells.pop(days, ""), cells.pop(amounts, "")
    figure = parse_figure(written, mapping.mark_of(amounts))
    if figure is None or not day or len(cells) != 1:
        return None
    ((at, number),) = cells.items()
    is_own = table.header is None or mapping.column(Role.ACCOUNT) == at
    is_alone = sum(map(bool, table.cells(at))) == 1
    if not (is_own and is_alone and _NUMBER_OF_ACCOUNT.fullmatch(number)):
        return None
    return AccountBalance(row.line, number, figure.marked, parse_date(day, mapping.date_order))
