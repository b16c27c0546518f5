"""What a running balance proves about amounts, fees and the order of the rows."""

from collections.abc import Sequence
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


def balances_around(amounts: Figures, balances: Figures) -> tuple[Decimal, Decimal, int] | None:
    """Return opening balance, closing balance and the position of the newest row.

    None where the balance does not follow from the amounts.
    """
    if not balances or None in balances or None in amounts:
        return None
    needed = len(balances) - 1
    for newest_first in (False, True):
        if _steps(amounts, balances, newest_first=newest_first) == needed:
            oldest, newest = (needed, 0) if newest_first else (0, needed)
            first, moved, last = balances[oldest], amounts[oldest], balances[newest]
            if first is not None and moved is not None and last is not None:
                return first - moved, last, newest
    return None


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
