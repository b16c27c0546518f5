"""Several statements of one account in a file become one, and say where they do not fit."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from fintrack.statements.statement import Entry, Statement, StatementError

_MOST_NOTES = 20


def finished(statements: Iterable[Statement], nothing: str) -> tuple[Statement, ...]:
    """Return one statement per account and currency, with what its own balances prove wrong.

    Raises:
        StatementError: there is none; `nothing` is the sentence that says so.
    """
    groups = _groups(statements)
    if not groups:
        raise StatementError(nothing)
    once = map(_without_copies, groups)
    found = (replace(_joined(parts), notes=_all_notes(parts)) for parts in once)
    return tuple(map(_without_repeated_references, found))


def merged(statements: Iterable[Statement]) -> list[Statement]:
    """Return one statement per account and currency, closing as the last of them does."""
    return [_joined(parts) for parts in _groups(statements)]


def miscounted(
    entries: Sequence[Entry], count: int, total: Decimal, *, is_credit: bool
) -> tuple[str, ...]:
    """Return a note where the bank counts other credits, or debits, than were read."""
    amounts = [each.amount for each in entries if (each.amount > 0) is is_credit]
    read = sum(map(abs, amounts), Decimal(0))
    if (len(amounts), read) == (count, total):
        return ()
    kind = "credits" if is_credit else "debits"
    counted = f"The bank counts {count} {kind} of {total:f}"
    return (f"{counted}; {len(amounts)} of {read:f} were read.",)


def _groups(statements: Iterable[Statement]) -> list[list[Statement]]:
    """Return the statements by account and currency; where all are dated, oldest first."""
    found: dict[tuple[str | None, str | None], list[Statement]] = {}
    for each in statements:
        found.setdefault((each.account, each.currency), []).append(each)
    for parts in found.values():
        if all(each.closing_on for each in parts):
            parts.sort(key=lambda each: each.closing_on or date.max)
    return list(found.values())


def _without_copies(parts: Sequence[Statement]) -> list[Statement]:
    """Leave out a statement that the file holds again: its balances cannot follow themselves."""
    found: dict[object, Statement] = {}
    for at, each in enumerate(parts):
        is_telling = _is_gap(each, each) and not _is_off(each)
        rows = tuple((row.booked_on, row.amount, row.reference, row.text) for row in each.entries)
        key = (each.opening_balance, each.closing_on, rows) if is_telling else at
        if key in found:
            notes = (*found[key].notes, "A statement stands twice in the file and came once.")
            found[key] = replace(found[key], notes=notes)
        else:
            found[key] = each
    return list(found.values())


def _joined(parts: Sequence[Statement]) -> Statement:
    closing = next((each for each in reversed(parts) if each.closing_balance is not None), parts[0])
    return replace(
        parts[0],
        entries=tuple(entry for each in parts for entry in each.entries),
        rejected=tuple(row for each in parts for row in each.rejected),
        closing_balance=closing.closing_balance,
        closing_on=closing.closing_on,
        notes=_notes(parts),
    )


def _notes(parts: Sequence[Statement]) -> tuple[str, ...]:
    notes = list(dict.fromkeys(note for each in parts for note in each.notes))
    more = len(notes) - _MOST_NOTES
    return (*notes[:_MOST_NOTES], *([f"There are {more} more such remarks."] if more > 0 else []))


def _all_notes(parts: Sequence[Statement]) -> tuple[str, ...]:
    """The notes of the parts, and how often their balances contradict the rows and each other."""
    wrong = [each for each in parts if _is_off(each)]
    gaps = sum(_is_gap(one, other) for one, other in pairwise(parts))
    notes = list(_notes(parts))
    if wrong:
        notes.append(_off_words(wrong[0], len(wrong), len(parts)))
    if gaps:
        notes.append(f"Statements seem to be missing: {_times(gaps)} the balances do not join.")
    return tuple(notes)


def _is_off(statement: Statement) -> bool:
    opening, closing = statement.opening_balance, statement.closing_balance
    return None not in {opening, closing} and _total(statement) != _difference(statement)


def _is_gap(one: Statement, other: Statement) -> bool:
    closing, opening = one.closing_balance, other.opening_balance
    return closing is not None and opening is not None and closing != opening


def _off_words(first: Statement, wrong: int, count: int) -> str:
    if count > 1:
        return f"In {wrong} of {count} statements the rows do not add up to the balances."
    return (
        f"The rows add up to {_total(first):f}, but the balances in the file differ by "
        f"{_difference(first):f}."
    )


def _total(statement: Statement) -> Decimal:
    return sum((each.amount for each in statement.entries), Decimal(0))


def _difference(statement: Statement) -> Decimal:
    return (statement.closing_balance or Decimal(0)) - (statement.opening_balance or Decimal(0))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _without_repeated_references(statement: Statement) -> Statement:
    """An id that names two movements names none."""
    counted = Counter(each.reference for each in statement.entries)
    entries = (
        replace(each, reference=None) if each.reference and counted[each.reference] > 1 else each
        for each in statement.entries
    )
    return replace(statement, entries=tuple(entries))
