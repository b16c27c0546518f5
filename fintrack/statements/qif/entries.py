"""Transactions of a register as entries: category, tags, split lines, and the other account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fintrack.statements.delimited.dates import parse_date
from fintrack.statements.delimited.numbers import parse_figure
from fintrack.statements.mapping import DateOrder, DecimalMark
from fintrack.statements.qif.register import Draft, Part, Place, place_of, plain_date
from fintrack.statements.statement import RAW_LENGTH, Entry, Rejected, SplitLine


@dataclass(frozen=True, slots=True)
class Habits:
    """How the whole file is written: its dates, its amounts, and the kinds of its categories."""

    order: DateOrder | None
    mark: DecimalMark
    categories: Mapping[str, str | None]
    _places: dict[str, Place] = field(default_factory=dict)

    def place(self, text: str) -> Place:
        """Return where money goes or comes from; a file names few places many times."""
        if text not in self._places:
            self._places[text] = place_of(text, self.categories)
        return self._places[text]


def entry_of(draft: Draft, habits: Habits) -> Entry | Rejected:
    """Return the transaction; until both sides are known, `transfer` names the other account."""
    line, raw = draft.record.line, "\n".join(draft.record.lines)[:RAW_LENGTH]
    booked_on, amount = _date(draft, habits), _amount(draft, habits)
    if isinstance(booked_on, str):
        return Rejected(line, raw, booked_on)
    if isinstance(amount, str):
        return Rejected(line, raw, amount)
    lines = _lines(draft, amount, habits)
    only = draft.parts[0].place if len(draft.parts) == 1 else ""
    place = habits.place(draft.place or only)
    return Entry(
        line=line,
        booked_on=booked_on,
        valued_on=None,
        amount=amount,
        payee=draft.payee,
        text=draft.memo,
        reference=None,
        raw=raw,
        category=None if lines else place.category,
        kind=place.kind,
        note=draft.note,
        lines=lines,
        transfer=None if lines else place.account,
        status=draft.status,
        tags=place.tags,
    )


def _date(draft: Draft, habits: Habits) -> date | str:
    found = parse_date(plain_date(draft.date), habits.order)
    if found is not None:
        return found
    return f"{draft.date[:40]!r} is not a date." if draft.date else "The row has no date."


def _amount(draft: Draft, habits: Habits) -> Decimal | str:
    if len(draft.amounts) > 1:
        return "The row holds two transactions, since the end of the first is missing."
    if not draft.amount and draft.parts:
        parts = [_figure(part.amount, habits) for part in draft.parts]
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) if len(known) == len(parts) else "A part has no amount."
    found = _figure(draft.amount, habits)
    if found is not None:
        return found
    return f"{draft.amount[:40]!r} is not an amount." if draft.amount else "The row has no amount."


def _lines(draft: Draft, amount: Decimal, habits: Habits) -> tuple[SplitLine, ...]:
    """The parts, if they are several and add up to the whole."""
    parts = [_line(part, habits) for part in draft.parts]
    known = tuple(part for part in parts if part is not None)
    is_whole = len(known) == len(parts) and sum(part.amount for part in known) == amount
    return known if is_whole and len(parts) > 1 else ()


def _line(part: Part, habits: Habits) -> SplitLine | None:
    amount = _figure(part.amount, habits)
    if amount is None:
        return None
    place = habits.place(part.place)
    return SplitLine(place.category, amount, part.memo, place.kind, place.account)


def _figure(text: str, habits: Habits) -> Decimal | None:
    found = parse_figure(text, habits.mark)
    return None if found is None else found.value
