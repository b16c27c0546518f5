"""Transfers between accounts that the member may write to: what leaves one arrives in another.

Linked is what has no other candidate on either side and names the other account; else a link is
suggested. An account out of the member's sight takes no part.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, any_, literal, select
from sqlalchemy.orm import Session

from fintrack.ledger.rows import one_of
from fintrack.schema import Transaction, new_id
from fintrack.statements.batches import NewRow
from fintrack.statements.decisions import Decision
from fintrack.statements.likeness import WINDOW, day_words, distance_words, telling_words
from fintrack.statements.outcomes import Outcome
from fintrack.statements.plans import Planned
from fintrack.statements.summaries import RowState, state_of
from fintrack.statements.targets import LedgerAccount, Target, bare, id_of

_SHORTEST_NUMBER = 6
# Of one amount on one day; where there are more, no link is certain.
_MOST = 10


@dataclass(frozen=True, slots=True)
class FoundTransfer:
    """A new row, by its ordinal, and the other side: a new row too, or a transaction by its id.

    It is linked unless the member says otherwise when it `is_certain`, else only when he says so.
    """

    ordinal: int
    line: int
    partner: int | UUID
    is_certain: bool
    reason: str

    def is_agreed(self, decisions: Mapping[int, Decision]) -> bool:
        """Return whether the sides shall be linked."""
        decision = decisions.get(self.ordinal)
        return decision is Decision.LINK or (self.is_certain and decision is not Decision.APART)


@dataclass(frozen=True, slots=True)
class _Place:
    id: UUID | str
    name: str
    number: str
    currency: str


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    key: int | UUID
    line: int
    place: _Place
    booked_on: date
    amount: int
    text: str
    has_category: bool = False


@dataclass(frozen=True, slots=True)
class _Pair:
    out: _Side
    into: _Side

    @property
    def days(self) -> int:
        return abs((self.into.booked_on - self.out.booked_on).days)

    @property
    def is_named(self) -> bool:
        return _names(self.out, self.into.place) or _names(self.into, self.out.place)

    @property
    def ordinals(self) -> list[int]:
        return [each.key for each in (self.out, self.into) if isinstance(each.key, int)]


def found_transfers(
    db: Session,
    found: Sequence[Outcome],
    targets: Mapping[str, Target],
    ledger: Sequence[LedgerAccount],
) -> list[FoundTransfer]:
    """Return what new rows are transfers with, each side once; the most certain ones first."""
    known = {each.id: _Place(each.id, each.name, each.number, each.currency) for each in ledger}
    places = {key: _place(key, target, known) for key, target in targets.items()}
    if len({*known, *(each.id for each in places.values())}) < 2:  # noqa: PLR2004 - two sides
        return []
    rows = [side for each in found for side in _new_sides(each, places[each.plan.key])]
    pairs = _pairs([*rows, *_held_sides(db, rows, known)])
    counts = Counter(side.key for pair in pairs for side in (pair.out, pair.into))
    judged = [(_doubt(pair, counts), pair) for pair in pairs if pair.ordinals]
    ranked = sorted(judged, key=lambda each: (bool(each[0]), not each[1].is_named, each[1].days))
    taken: set[int | UUID] = set()
    result = []
    for doubt, pair in ranked:
        if taken.isdisjoint((pair.out.key, pair.into.key)):
            taken |= {pair.out.key, pair.into.key}
            result.append(_found(pair, doubt))
    return result


def made_transfers(
    db: Session, found: Iterable[FoundTransfer], new: Sequence[NewRow]
) -> tuple[dict[int, UUID], dict[UUID, UUID]]:
    """Return the transfers' ids by row and by transaction, of what still fits together."""
    rows = {each.row.ordinal: each for each in new}
    wanted = [each for each in found if each.ordinal in rows]
    partners = _partners(db, {each.partner for each in wanted if isinstance(each.partner, UUID)})
    by_row: dict[int, UUID] = {}
    by_transaction: dict[UUID, UUID] = {}
    for each in wanted:
        row, made = rows[each.ordinal], new_id()
        if isinstance(each.partner, UUID):
            if partners.get(each.partner) == (row.currency, -row.row.amount):
                by_row[each.ordinal] = by_transaction[each.partner] = made
        elif each.partner in rows and rows[each.partner].account_id != row.account_id:
            by_row[each.ordinal] = by_row[each.partner] = made
    return by_row, by_transaction


def _place(key: str, target: Target, known: Mapping[UUID, _Place]) -> _Place:
    account_id = id_of(target)
    if account_id is not None and account_id in known:
        return known[account_id]
    return _Place(account_id or key, target.name, target.number, target.currency)


def _new_sides(outcome: Outcome, place: _Place) -> Iterator[_Side]:
    for row, known, likeness in outcome.rows:
        if state_of(known, likeness) is RowState.NEW and _is_plain(row):
            movement = row.movement
            text = f"{movement.payee} {movement.text}"
            yield _Side(row.ordinal, row.line, place, movement.booked_on, row.amount, text)


def _is_plain(row: Planned) -> bool:
    """What the file itself explains is left as it is."""
    entry = row.entry
    is_explained = entry.lines or entry.transfer or entry.category or row.movement.own_id
    return bool(row.amount) and not is_explained


def _held_sides(
    db: Session, rows: Sequence[_Side], places: Mapping[UUID, _Place]
) -> Iterator[_Side]:
    if not rows:
        return
    days = [each.booked_on for each in rows]
    amounts = sorted({sign * each.amount for each in rows for sign in (1, -1)})
    statement = select(
        Transaction.id,
        Transaction.account_id,
        Transaction.booked_on,
        Transaction.amount,
        Transaction.payee,
        Transaction.description,
        Transaction.category_id.is_not(None),
    ).where(
        one_of(Transaction.account_id, places),
        Transaction.booked_on.between(min(days) - timedelta(WINDOW), max(days) + timedelta(WINDOW)),
        Transaction.amount == any_(literal(amounts, ARRAY(BigInteger()))),
        Transaction.transfer_id.is_(None),
        Transaction.is_split.is_(False),
    )
    for key, account_id, day, amount, payee, text, has_category in db.execute(statement):
        yield _Side(key, 0, places[account_id], day, amount, f"{payee} {text}", has_category)


def _pairs(sides: Sequence[_Side]) -> list[_Pair]:
    arriving: dict[tuple[str, int, date], list[_Side]] = defaultdict(list)
    for each in sides:
        if each.amount > 0:
            arriving[each.place.currency, each.amount, each.booked_on].append(each)
    return [
        _Pair(each, other)
        for each in sides
        if each.amount < 0
        for offset in range(-WINDOW, WINDOW + 1)
        for other in _others(each, arriving, each.booked_on + timedelta(offset))
    ]


def _others(
    side: _Side, arriving: Mapping[tuple[str, int, date], Sequence[_Side]], day: date
) -> Iterator[_Side]:
    same = arriving.get((side.place.currency, -side.amount, day), ())
    return islice((each for each in same if each.place.id != side.place.id), _MOST)


def _doubt(pair: _Pair, counts: Mapping[int | UUID, int]) -> str:
    """Return why a link is only suggested, empty when it is certain."""
    if counts[pair.out.key] > 1 or counts[pair.into.key] > 1:
        return "one of several that fit"
    if not pair.is_named:
        return "by its amount alone"
    if pair.out.has_category or pair.into.has_category:
        return "which has a category"
    return ""


def _found(pair: _Pair, doubt: str) -> FoundTransfer:
    ordinal = pair.ordinals[0]
    is_out = pair.out.key == ordinal
    row, other = (pair.out, pair.into) if is_out else (pair.into, pair.out)
    way = "To" if is_out else "From"
    words = f"{way} {other.place.name} on {day_words(other.booked_on)}"
    parts = filter(None, [words, distance_words(pair.days) if pair.days else "", doubt])
    return FoundTransfer(ordinal, row.line, other.key, not doubt, f"{', '.join(parts)}.")


def _names(side: _Side, place: _Place) -> bool:
    number, name = bare(place.number), telling_words(place.name)
    is_number = len(number) >= _SHORTEST_NUMBER and number in bare(side.text)
    return is_number or bool(name and name <= telling_words(side.text))


def _partners(db: Session, ids: set[UUID]) -> dict[UUID, tuple[str, int]]:
    """Return currency and amount of those that can still be linked, held for it."""
    statement = (
        select(Transaction.id, Transaction.currency, Transaction.amount)
        .where(
            one_of(Transaction.id, ids),
            Transaction.transfer_id.is_(None),
            Transaction.is_split.is_(False),
        )
        .order_by(Transaction.id)
        .with_for_update(key_share=True)
    )
    return {key: (currency, amount) for key, currency, amount in db.execute(statement)}
