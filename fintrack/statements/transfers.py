"""Transfers between accounts that the member may write to: what leaves one arrives in another.

Linked is what has no other candidate on either side and names the other account; else a link is
suggested. An account out of the member's sight takes no part.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fintrack.ledger.rows import one_of
from fintrack.ledger.transfer_candidates import WINDOW, around, is_free
from fintrack.schema import Transaction, new_id
from fintrack.statements.batches import NewRow
from fintrack.statements.decisions import Decision
from fintrack.statements.likeness import Words, day_words, distance_words, telling_words
from fintrack.statements.outcomes import Outcome
from fintrack.statements.plans import Planned
from fintrack.statements.summaries import RowState, state_of
from fintrack.statements.targets import LedgerAccount, Target, bare, id_of

_SHORTEST_NUMBER = 6
# Where more sides fit one, nothing tells which.
_MOST = 10
_FEW = 3
_LONGEST_NAME = 40


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


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    id: UUID | str
    name: str
    currency: str
    number: str
    words: Words


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    key: int | UUID
    line: int
    place: _Place
    booked_on: date
    amount: int
    name: str
    text: str
    has_category: bool = False
    raw: str = ""

    def names(self, place: _Place) -> bool:
        """Return whether the row has the account's number, or its text all words of its name."""
        number = place.number
        is_number = len(number) >= _SHORTEST_NUMBER and number in bare(f"{self.text} {self.raw}")
        return is_number or bool(place.words and place.words <= telling_words(self.text))


@dataclass(frozen=True, slots=True)
class _Pair:
    """A new row and what may be its other side; `is_only` when nothing else fits either."""

    row: _Side
    other: _Side
    is_only: bool
    is_named: bool

    @property
    def days(self) -> int:
        return abs((self.other.booked_on - self.row.booked_on).days)

    @property
    def doubt(self) -> str:
        """Return why a link is only suggested, empty when it is certain."""
        if not self.is_only:
            return "one of several that fit"
        if not self.is_named:
            return "by its amount alone"
        has_category = self.row.has_category or self.other.has_category
        return "which has a category" if has_category else ""


_Fits = dict[int | UUID, list[_Side]]


def found_transfers(
    db: Session,
    found: Sequence[Outcome],
    targets: Mapping[str, Target],
    ledger: Sequence[LedgerAccount],
) -> list[FoundTransfer]:
    """Return what new rows are transfers with, each side once; the most certain ones first."""
    known = {each.id: _place(each.id, each) for each in ledger}
    places = {key: _place(id_of(target) or key, target) for key, target in targets.items()}
    if len({*known, *(each.id for each in places.values())}) < 2:  # noqa: PLR2004 - two sides
        return []
    rows = [side for each in found for side in _new_sides(each, places[each.plan.key])]
    fits = _fits(_answered_sides(db, rows, known))
    pairs = [pair for row in rows if row.key in fits for pair in _pairs(row, fits)]
    taken: set[int | UUID] = set()
    result = []
    for pair in sorted(pairs, key=lambda each: (bool(each.doubt), not each.is_named, each.days)):
        if taken.isdisjoint((pair.row.key, pair.other.key)):
            taken |= {pair.row.key, pair.other.key}
            result.append(_found(pair))
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


def _place(key: UUID | str, target: Target) -> _Place:
    name, number = target.name, bare(target.number)
    return _Place(key, name, target.currency, number, telling_words(name))


def _new_sides(outcome: Outcome, place: _Place) -> Iterator[_Side]:
    for row, known, likeness in outcome.rows:
        if state_of(known, likeness) is RowState.NEW and _is_plain(row):
            movement = row.movement
            name, text = movement.payee or movement.text, f"{movement.payee} {movement.text}"
            day, amount = movement.booked_on, row.amount
            yield _Side(row.ordinal, row.line, place, day, amount, name, text, raw=row.raw)


def _is_plain(row: Planned) -> bool:
    """What the file itself explains is left as it is."""
    entry = row.entry
    is_explained = entry.lines or entry.transfer or entry.category or row.movement.own_id
    return bool(row.amount) and not is_explained


def _answered_sides(
    db: Session, rows: Sequence[_Side], places: Mapping[UUID, _Place]
) -> list[_Side]:
    """Return the new rows and the books' sides of those amounts that went the other way as well."""
    new = {each.amount for each in rows}
    opposite = {-each for each in new}
    held = list(_held_sides(db, rows, places, opposite))
    answered = new & {-each.amount for each in (*rows, *held)}
    moved = [each for each in rows if each.amount in answered]
    return [*moved, *held, *_held_sides(db, moved, places, answered - opposite)]


def _held_sides(
    db: Session, rows: Sequence[_Side], places: Mapping[UUID, _Place], amounts: AbstractSet[int]
) -> Iterator[_Side]:
    if not rows or not amounts:
        return
    days = [each.booked_on for each in rows]
    # What `transaction_by_day` covers; the rest is read of the few that are found.
    statement = select(
        Transaction.id,
        Transaction.account_id,
        Transaction.booked_on,
        Transaction.amount,
        Transaction.payee,
        Transaction.category_id.is_not(None),
    ).where(
        one_of(Transaction.account_id, places),
        around(min(days), max(days)),
        one_of(Transaction.amount, sorted(amounts)),
        is_free(),
    )
    found = db.execute(statement).all()
    texts = _descriptions(db, [each.id for each in found])
    for key, account_id, day, amount, payee, has_category in found:
        name, text = payee or texts[key], f"{payee} {texts[key]}"
        yield _Side(key, 0, places[account_id], day, amount, name, text, has_category)


def _descriptions(db: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    statement = select(Transaction.id, Transaction.description).where(one_of(Transaction.id, ids))
    return {row.id: row.description for row in db.execute(statement)} if ids else {}


def _fits(sides: Sequence[_Side]) -> _Fits:
    """Return by side what can be its other one: as much, the other way, elsewhere, days apart."""
    index: dict[tuple[str, int, date], dict[UUID | str, list[_Side]]] = {}
    for each in sides:
        same = index.setdefault((each.place.currency, each.amount, each.booked_on), {})
        same.setdefault(each.place.id, []).append(each)

    def fitting(side: _Side) -> Iterator[_Side]:
        for offset in range(-WINDOW, WINDOW + 1):
            day = side.booked_on + timedelta(offset)
            opposite = index.get((side.place.currency, -side.amount, day), {})
            for place, found in opposite.items():
                yield from found if place != side.place.id else ()

    return {each.key: list(islice(fitting(each), _MOST + 1)) for each in sides}


def _pairs(row: _Side, fits: _Fits) -> Iterator[_Pair]:
    """Two new rows are one pair; of a few that fit each is worth telling, of many a named one."""
    others = fits[row.key] if len(fits[row.key]) <= _MOST else ()
    for other in others:
        if row.amount > 0 and isinstance(other.key, int):
            continue
        count = max(len(others), len(fits[other.key]))
        is_named = row.names(other.place) or other.names(row.place)
        if is_named or count <= _FEW:
            yield _Pair(row, other, count == 1, is_named)


def _found(pair: _Pair) -> FoundTransfer:
    row, other = pair.row, pair.other
    way = "To" if row.amount < 0 else "From"
    # Where it is doubtful, the member has to find the other side.
    name = f" ({other.name[:_LONGEST_NAME]})" if pair.doubt and other.name else ""
    words = f"{way} {other.place.name} on {day_words(other.booked_on)}{name}"
    parts = filter(None, [words, distance_words(pair.days) if pair.days else "", pair.doubt])
    reason = f"{', '.join(parts)}."
    return FoundTransfer(int(row.key), row.line, other.key, not pair.doubt, reason)


def _partners(db: Session, ids: set[UUID]) -> dict[UUID, tuple[str, int]]:
    """Return currency and amount of those that can still be linked, held for it."""
    statement = (
        select(Transaction.id, Transaction.currency, Transaction.amount)
        .where(one_of(Transaction.id, ids), is_free())
        .order_by(Transaction.id)
        .with_for_update(key_share=True)
    )
    return {key: (currency, amount) for key, currency, amount in db.execute(statement)}
