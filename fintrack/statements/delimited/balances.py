"""What a running balance proves about amounts, fees and the order of the rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

Figures = Sequence[Decimal | None]
# One balance in so many may not follow: a row is missing there, or was rejected.
_TRUSTED = 4


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
class _Ends:
    """What each balance says of the opening or the closing, and at which lines that changed."""

    first: Decimal | None = None
    last: Decimal | None = None
    count: int = 0
    breaks: int = 0
    broken_at: int = 0

    def take(self, said: Decimal, line: int) -> None:
        if self.last is None:
            self.first = said
        elif self.last != said:
            self.broken_at = self.broken_at or line
            self.breaks += 1
        self.last = said
        self.count += 1


@dataclass(slots=True)
class Chain:
    """Amounts and balances row by row, in the file's order.

    Where the oldest row comes first, each balance less the amounts down to its row is the opening;
    where the newest does, each balance and the amounts above its row are the closing.
    """

    total: Decimal = Decimal()
    openings: _Ends = field(default_factory=_Ends)
    closings: _Ends = field(default_factory=_Ends)

    def take(self, amount: Decimal, balance: Decimal | None, line: int) -> None:
        """Add a row, which may have no balance."""
        if balance is not None:
            self.openings.take(balance - self.total - amount, line)
            self.closings.take(balance + self.total, line)
        self.total += amount

    @property
    def is_oldest_first(self) -> bool:
        """Return whether the balances grow down the file."""
        return self.openings.breaks <= self.closings.breaks

    @property
    def is_broken(self) -> bool:
        """Return whether so few balances follow that they are of something else."""
        return self._ends.breaks * _TRUSTED > self._ends.count - 1

    @property
    def notes(self) -> Iterator[str]:
        """Yield what is wrong with the balances."""
        ends = self._ends
        if self.is_broken and ends.count > 1:
            yield "The balances beside the rows do not follow from them, so none is compared."
        elif ends.breaks == 1 and not self.is_broken:
            yield f"The balance in line {ends.broken_at} does not follow from the rows around it."
        elif ends.breaks and not self.is_broken:
            yield (
                f"{ends.breaks:,} balances do not follow from the rows around them, the first in "
                f"line {ends.broken_at}."
            )

    @property
    def _ends(self) -> _Ends:
        return self.openings if self.is_oldest_first else self.closings

    def around(self) -> tuple[Decimal, Decimal] | None:
        """Return the opening and the closing balance, None where they do not follow."""
        ends = self._ends
        if ends.first is None or ends.last is None or self.is_broken:
            return None
        if self.is_oldest_first:
            return ends.first, ends.last + self.total
        return ends.last - self.total, ends.first


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
