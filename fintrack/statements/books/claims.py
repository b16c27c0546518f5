"""Balances that a journal says its accounts have, checked as its own program does.

Source: Beancount Language Syntax, Balance Assertions; hledger manual, Balance assertions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter

from fintrack.statements.books.plain_text import Amount, above

_MOST_WRONG = 20
_place = attrgetter("on", "line")


@dataclass(frozen=True, slots=True)
class Claim:
    """What the book says that an account holds; `line` 0 is the beginning of the day.

    It counts all accounts below if it `is_deep`. If it `is_sole`, nothing else may be left of what
    the account itself has in other commodities.
    """

    on: date
    line: int
    account: str
    amount: Amount
    tolerance: Decimal = Decimal()
    is_deep: bool = True
    is_sole: bool = False

    def sentence(self) -> str:
        """Return what is said of a claim that does not hold."""
        alone = " alone" if self.is_sole else ""
        said = f"{self.amount.number:f} {self.amount.commodity}".rstrip()
        return f"{self.account} on {self.on} is not {said}{alone}, as the book says."


@dataclass(frozen=True, slots=True)
class Move:
    """What a posting adds to its account, whatever it costs."""

    on: date
    line: int
    account: str
    amount: Amount


def claim_notes(claims: Sequence[Claim], moves: Iterable[Move]) -> Iterator[str]:
    """Yield how many claims hold, and which do not: by day, and within it by the file's order."""
    if not claims:
        return
    wrong = list(_wrong(claims, moves))
    yield f"{len(claims) - len(wrong):,} of {len(claims):,} balances that the book states agree."
    yield from (each.sentence() for each in wrong[:_MOST_WRONG])


def _wrong(claims: Iterable[Claim], moves: Iterable[Move]) -> Iterator[Claim]:
    open_moves = sorted(moves, key=_place, reverse=True)
    own: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    deep: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for claim in sorted(claims, key=_place):
        while open_moves and _place(open_moves[-1]) <= _place(claim):
            move = open_moves.pop()
            own[move.account][move.amount.commodity] += move.amount.number
            for each in above(move.account):
                deep[each][move.amount.commodity] += move.amount.number
        sums = (deep if claim.is_deep else own)[claim.account]
        commodity = claim.amount.commodity
        others = own[claim.account].keys() - {commodity} if claim.is_sole else ()
        is_right = abs(sums[commodity] - claim.amount.number) <= claim.tolerance
        if not is_right or any(own[claim.account][each] and sums[each] for each in others):
            yield claim
