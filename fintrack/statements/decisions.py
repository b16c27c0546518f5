"""What becomes of each row of a file, and what the rows mean."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from operator import attrgetter
from uuid import UUID

from sqlalchemy.orm import Session

from fintrack.ledger.rules import ruled_categories
from fintrack.money import rounded_minor_units
from fintrack.schema import new_id
from fintrack.statements.batches import Decided, Meaning, NewRow
from fintrack.statements.categorising import known_categories, named_tags, usual_categories
from fintrack.statements.likeness import Deleted, Likeness
from fintrack.statements.outcomes import Outcome
from fintrack.statements.plans import Planned
from fintrack.statements.summaries import IN_THE_BOOKS, RowState, remark, state_of

LEFT_OUT = "You left it out."
TAKEN_AGAIN = "You took it although it was in this account already."


class Decision(StrEnum):
    """What a member says about a row: take it although it is known, or leave it out.

    Of a new row that may be a side of a transfer: link it, or keep it apart.
    """

    INCLUDE = "INCLUDE"
    SKIP = "SKIP"
    LINK = "LINK"
    APART = "APART"


def rows_taken(new: int, decisions: Mapping[int, Decision]) -> int:
    """Return how many rows are written when `new` of them are, but for what a member decided."""
    said = list(decisions.values())
    return new + said.count(Decision.INCLUDE) - said.count(Decision.SKIP)


def decided(outcome: Outcome, decisions: Mapping[int, Decision]) -> list[Decided]:
    """Return what becomes of the rows of one statement, in the file's order."""
    rows = [
        _decided(outcome, row, known, likeness, decisions.get(row.ordinal))
        for row, known, likeness in outcome.rows
    ]
    refused = [Decided(row, RowState.REJECTED, row.reason) for row in outcome.plan.refused]
    return sorted(rows + refused, key=lambda each: each.row.ordinal)


def meaning_of_rows(db: Session, new: Sequence[NewRow], *, is_own_export: bool) -> Meaning:
    """Return the rows' ids and what the file says of them; what it names and is missing is made.

    A row without a category gets the one of a rule, else the usual one of its payee, except in
    FinTrack's own export. A transfer of which only one side is new, and a split that does not add
    up, become plain.
    """
    known = known_categories(db)
    categories = {} if is_own_export else _usual(db, new)
    lines: dict[int, Sequence[UUID | None]] = {}
    for row in (each.row for each in new):
        if row.entry.category:
            categories[row.ordinal] = known.named(row.entry.category, row.entry.kind, row.amount)
    for each in new:
        if _adds_up(each):
            lines[each.row.ordinal] = [
                known.named(line.category, line.kind, each.row.amount) if line.category else None
                for line in each.row.entry.lines
            ]
    known.make(db)
    ids = _ids(new, newest_first=not is_own_export and _is_newest_first(new))
    return Meaning(ids, categories, _transfers(new), lines, _tags(db, new))


def _usual(db: Session, new: Sequence[NewRow]) -> dict[int, UUID]:
    movements = {each.row.ordinal: each.row.movement for each in new}
    payees = {ordinal: movement.payee for ordinal, movement in movements.items()}
    usual = usual_categories(db, set(payees.values()))
    texts = {n: f"{payee} {movements[n].text}" for n, payee in payees.items()}
    found = {ordinal: usual[payee] for ordinal, payee in payees.items() if payee in usual}
    return found | ruled_categories(db, texts)


def _decided(
    outcome: Outcome,
    row: Planned,
    known: UUID | None,
    likeness: Likeness | Deleted | None,
    decision: Decision | None,
) -> Decided:
    state = state_of(known, likeness)
    if state is RowState.DUPLICATE and decision is not Decision.INCLUDE:
        return Decided(row, state, IN_THE_BOOKS, known)
    if decision is Decision.SKIP:
        return Decided(row, RowState.SKIPPED, LEFT_OUT)
    key = outcome.book.next_import_key(row.movement)
    reason = TAKEN_AGAIN if known is not None else remark(row, likeness, outcome.plan.currency)
    if likeness is None or state is RowState.NEW or decision is Decision.INCLUDE:
        return Decided(row, RowState.NEW, reason, import_key=key)
    if likeness.known is None:
        return Decided(row, RowState.DUPLICATE, reason)
    # What another file brought keeps the key by which that file finds it.
    own_key = key if likeness.known.is_tentative else None
    return Decided(row, RowState.DUPLICATE, reason, likeness.known.id, own_key)


def _ids(new: Sequence[NewRow], *, newest_first: bool) -> dict[int, UUID]:
    """Return ids that grow with time, so that a day's rows keep the file's order in lists."""
    unsorted = (each.row for each in new)
    rows = sorted(unsorted, key=lambda row: (row.line, row.ordinal), reverse=newest_first)
    ids = sorted((new_id() for _ in rows), key=attrgetter("int"))
    return {row.ordinal: each for row, each in zip(rows, ids, strict=True)}


def _is_newest_first(new: Sequence[NewRow]) -> bool:
    """Most banks write the newest row first, so a single day is taken so as well."""
    days = [each.row.movement.booked_on for each in sorted(new, key=lambda each: each.row.line)]
    return bool(days) and days[0] >= days[-1]


def _adds_up(new: NewRow) -> bool:
    amounts = (rounded_minor_units(each.amount, new.currency) for each in new.row.entry.lines)
    return bool(new.row.entry.lines) and sum(amounts) == new.row.amount


def _tags(db: Session, new: Sequence[NewRow]) -> dict[int, Sequence[UUID]]:
    tags = named_tags(db, {name for each in new for name in each.row.entry.tags})
    rows = [each.row for each in new if each.row.entry.tags]
    return {row.ordinal: sorted({tags[name] for name in row.entry.tags}) for row in rows}


def _transfers(new: Sequence[NewRow]) -> dict[int, UUID]:
    legs: dict[str, list[NewRow]] = defaultdict(list)
    for each in new:
        if each.row.entry.transfer:
            legs[each.row.entry.transfer].append(each)
    pairs = [pair for pair in legs.values() if _is_transfer(pair)]
    return {ordinal: made for pair in pairs for ordinal, made in _linked(pair).items()}


def _linked(pair: Iterable[NewRow]) -> dict[int, UUID]:
    made = new_id()
    return {each.row.ordinal: made for each in pair}


def _is_transfer(legs: Sequence[NewRow]) -> bool:
    if len(legs) != 2 or legs[0].account_id == legs[1].account_id:  # noqa: PLR2004 - two sides
        return False
    one, other = legs
    is_even = one.currency != other.currency or one.row.amount == -other.row.amount
    return (
        is_even
        and one.row.amount * other.row.amount < 0
        and not (one.row.entry.lines or other.row.entry.lines)
    )
