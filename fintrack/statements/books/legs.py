"""The two sides of a transfer, found where each names the other account."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fintrack.statements.books.book import BookTransaction


@dataclass(frozen=True, slots=True)
class Side:
    """A transaction, and the account that it says is its other side, if it says one."""

    transaction: BookTransaction
    other: str | None = None


def linked(sides: Iterable[Side]) -> Iterator[BookTransaction]:
    """Yield the transactions in order, both sides of a transfer under one key.

    Sides belong together by their day, their accounts and their amount, the first with the first.
    """
    waiting: dict[tuple[date, str, str, Decimal], list[str]] = defaultdict(list)
    found = list(sides)
    keys: dict[int, str] = {}
    places: dict[str, int] = {}
    for place, side in enumerate(found):
        each = side.transaction
        if side.other is None or not each.amount:
            continue
        partners = waiting[each.booked_on, side.other, each.account, -each.amount]
        if partners:
            key = partners.pop(0)
            keys[place] = keys[places[key]] = key
        else:
            key = str(place)
            places[key] = place
            waiting[each.booked_on, each.account, side.other, each.amount].append(key)
    for place, side in enumerate(found):
        yield replace(side.transaction, transfer=keys.get(place))
