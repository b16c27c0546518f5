"""Transfers between the registers of one file: both sides found, and told by one key.

What the bank booked as one movement stays one, so that its own file of the same days finds it: a
part of a split is no transfer here, though the other register may hold its other side.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.words import OPENING_ROWS
from fintrack.statements.statement import Entry, SplitLine, Statement
from fintrack.texts import counted, listed

_Key = tuple[date, Decimal, str | None, str]


def linked(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements with `transfer` shared by two sides, and None where one is missing.

    What is left names the other account in its note or memo; a transfer of an account to itself is
    how Quicken writes an opening balance.
    """
    sides = _sides(statements)
    keys: dict[int, str] = {}
    for (day, amount, account, other), lines in list(sides.wholes.items()):
        opposite = sides.wholes.get((day, -amount, other, account or ""), [])
        for one, two in zip(lines, opposite, strict=False):
            keys[one] = keys[two] = f"{min(one, two)}"
    return tuple(_with_keys(each, keys, sides) for each in statements)


@dataclass(slots=True)
class _Sides:
    """The lines of equal sides in the file's order, and how many parts of splits are one."""

    wholes: dict[_Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    parts: Counter[_Key] = field(default_factory=Counter)

    def is_of_a_part(self, entry: Entry, account: str | None) -> bool:
        """Say whether another side of the entry is a part of a split."""
        return (entry.booked_on, -entry.amount, entry.transfer, account or "") in self.parts


def _sides(statements: Sequence[Statement]) -> _Sides:
    found = _Sides()
    for statement in statements:
        account = _name(statement)
        for entry in statement.entries:
            if entry.transfer and entry.transfer != account and entry.amount:
                side = entry.booked_on, entry.amount, account, entry.transfer
                found.wholes[side].append(entry.line)
            found.parts.update(
                (entry.booked_on, line.amount, account, line.transfer)
                for line in _moved(entry, account)
                if line.transfer
            )
    return found


def _moved(entry: Entry, account: str | None) -> list[SplitLine]:
    return [line for line in entry.lines if line.transfer not in {None, account}]


def _name(statement: Statement) -> str | None:
    """Return the name of the register; one without any is told by its opening balance."""
    openings = (
        entry.transfer
        for entry in statement.entries
        if entry.transfer and normalised(entry.payee).startswith(tuple(OPENING_ROWS))
    )
    return statement.account or next(openings, None)


def _with_keys(statement: Statement, keys: dict[int, str], sides: _Sides) -> Statement:
    account = _name(statement)
    entries = tuple(_with_key(each, account, keys) for each in statement.entries)
    notes = (*statement.notes, *_notes(statement, account, keys, sides))
    return replace(statement, entries=entries, notes=notes)


def _notes(
    statement: Statement, account: str | None, keys: dict[int, str], sides: _Sides
) -> Iterator[str]:
    lonely = [
        each
        for each in statement.entries
        if each.transfer not in {None, account} and each.line not in keys
    ]
    of_parts = sum(sides.is_of_a_part(each, account) for each in lonely)
    if others := len(lonely) - of_parts:
        said = counted(others, "transfer has", "transfers have")
        yield f"{said} no other side in this file and can be linked later."
    if of_parts:
        said = counted(of_parts, "transfer is", "transfers are")
        yield f"{said} the other side of a part of a split, and not linked with it."
    moved = [line for entry in statement.entries for line in _moved(entry, account)]
    if moved:
        said = counted(
            len(moved),
            "part of a split names another account and stays",
            "parts of splits name other accounts and stay",
        )
        named = listed([f"{each.transfer} {each.amount}" for each in moved])
        yield f"{said} in the split: {named}."


def _with_key(entry: Entry, account: str | None, keys: dict[int, str]) -> Entry:
    if any(line.transfer for line in entry.lines):
        entry = replace(entry, lines=tuple(map(_line, entry.lines)))
    if not entry.transfer:
        return entry
    key = keys.get(entry.line)
    if key or entry.transfer == account:
        return replace(entry, transfer=key)
    note = "\n".join(filter(None, (f"Transfer: {entry.transfer}", entry.note)))
    return replace(entry, transfer=None, note=note)


def _line(line: SplitLine) -> SplitLine:
    if not line.transfer:
        return line
    memo = " · ".join(filter(None, (f"Transfer: {line.transfer}", line.memo)))
    return replace(line, transfer=None, memo=memo)
