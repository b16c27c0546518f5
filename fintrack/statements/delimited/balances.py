"""What a running balance proves about amounts, fees and the order of the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

Figures = Sequence[Decimal | None]


def proven_steps(amounts: Figures, balances: Figures) -> int:
    """Return how many steps of the balance the amounts explain, in the better direction."""
    return max(
        _steps(amounts, balances, newest_first=False), _steps(amounts, balances, newest_first=True)
    )


def is_running(amounts: Figures, balances: Figures) -> bool:
    """Say whether every step of the balance is one amount; at least two steps are needed."""
    needed = len(balances) - 1
    return needed > 1 and None not in balances and proven_steps(amounts, balances) == needed


@dataclass(slots=True)
class Chain:
    """Amounts and balances row by row: in which orders each balance follows from the one before."""

    first: tuple[Decimal, Decimal] | None = None
    last: tuple[Decimal, Decimal] | None = None
    is_oldest_first: bool = True
    is_newest_first: bool = True

    def take(self, amount: Decimal, balance: Decimal | None) -> None:
        """Add a row; one without a balance breaks the chain."""
        if balance is None:
            self.is_oldest_first = self.is_newest_first = False
        elif self.last is None:
            self.first = self.last = amount, balance
        else:
            before_amount, before = self.last
            self.is_oldest_first = self.is_oldest_first and balance - before == amount
            self.is_newest_first = self.is_newest_first and before - balance == before_amount
            self.last = amount, balance

    def around(self) -> tuple[Decimal, Decimal] | None:
        """Return the opening and the closing balance, None where they do not follow."""
        if not (self.first and self.last and (self.is_oldest_first or self.is_newest_first)):
            return None
        ends = self.first, self.last
        (moved, balance), (_, closing) = ends if self.is_oldest_first else reversed(ends)
        return balance - moved, closing


def _steps(amounts: Figures, balances: Figures, *, newest_first: bool) -> int:
    count = 0
    rows = list(zip(amounts, balances, strict=True))
    for (amount, balance), (next_amount, next_balance) in pairwise(rows):
        moved = amount if newest_first else next_amount
        if balance is None or next_balance is None or moved is None:
            continue
        step = balance - next_balance if newest_first else next_balance - balance
        count += step == moved
    return count
