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

    def sentence(self, held: Sequence[Amount]) -> str:
        """Return what is said of a claim that does not hold, beside what the account has."""
        alone, where = (
            " alone" if self.is_sole else "",
            f" in line {self.line}" if self.line else "",
        )
        has = " and ".join(map(_written, held))
        said = f"{_written(self.amount)}{alone}, as the book says{where}"
        return f"{self.account} has {has} on {self.on}, not {said}."


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
    yield from wrong[:_MOST_WRONG]
    if len(wrong) > _MOST_WRONG:
        yield f"{len(wrong) - _MOST_WRONG:,} more do not."


def _written(amount: Amount) -> str:
    return f"{amount.number:f} {amount.commodity}".rstrip()


def _wrong(claims: Sequence[Claim], moves: Iterable[Move]) -> Iterator[str]:
    open_moves = sorted(moves, key=_place, reverse=True)
    own: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    deep: dict[str, dict[str, Decimal]] = {
        each.account: defaultdict(Decimal) for each in claims if each.is_deep
    }
    for claim in sorted(claims, key=_place):
        while open_moves and _place(open_moves[-1]) <= _place(claim):
            move = open_moves.pop()
            own[move.account][move.amount.commodity] += move.amount.number
            for each in above(move.account) if deep else ():
                if each in deep:
                    deep[each][move.amount.commodity] += move.amount.number
        sums = (deep if claim.is_deep else own)[claim.account]
        commodity = claim.amount.commodity
        others = own[claim.account].keys() - {commodity} if claim.is_sole else ()
        is_right = abs(sums[commodity] - claim.amount.number) <= claim.tolerance
        besides = [each for each in others if own[claim.account][each] and sums[each]]
        if not is_right or besides:
            yield claim.sentence([Amount(sums[each], each) for each in (commodity, *besides)])
