"""Transfers between the registers of one file: both sides found, and told by one key.

A part of a split that is a transfer becomes one of its own beside its other side. Without one it
stays in the split, so that what the bank booked as one movement remains one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.words import OPENING_ROWS
from fintrack.statements.statement import Entry, SplitLine, Statement
from fintrack.texts import counted

_MOST_NAMED = 20
_WHOLE = -1
# The line of an entry, and which part of its split it is.
_Place = tuple[int, int]
_Key = tuple[date, Decimal, str | None, str]


def linked(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements with `transfer` shared by two sides, and None where one is missing.

    What is left names the other account in its note or memo; a transfer of an account to itself is
    how Quicken writes an opening balance.
    """
    waiting = _sides(statements)
    keys: dict[_Place, str] = {}
    for (day, amount, account, other), places in list(waiting.items()):
        opposite = waiting.get((day, -amount, other, account or ""), [])
        for one, two in zip(places, opposite, strict=False):
            keys[one] = keys[two] = "{}.{}".format(*min(one, two))
    return tuple(_Register(_name(each), keys).linked(each) for each in statements)


def _sides(statements: Sequence[Statement]) -> dict[_Key, list[_Place]]:
    """The places of equal sides, outflow and inflow apart, in the file's order."""
    found: dict[_Key, list[_Place]] = defaultdict(list)
    for statement in statements:
        account = _name(statement)
        for entry in statement.entries:
            for at, other, amount in _ways(entry):
                if other != account and amount:
                    found[entry.booked_on, amount, account, other].append((entry.line, at))
    return found


def _ways(entry: Entry) -> Iterator[tuple[int, str, Decimal]]:
    """Yield what the entry moves to or from other accounts: as a whole, or in parts."""
    if entry.transfer:
        yield _WHOLE, entry.transfer, entry.amount
    for at, line in enumerate(entry.lines):
        if line.transfer:
            yield at, line.transfer, line.amount


def _name(statement: Statement) -> str | None:
    """Return the name of the register; one without any is told by its opening balance."""
    openings = (
        entry.transfer
        for entry in statement.entries
        if entry.transfer and normalised(entry.payee) in OPENING_ROWS
    )
    return statement.account or next(openings, None)


@dataclass(frozen=True, slots=True)
class _Register:
    """The register of an account, and the keys of all transfers of the file."""

    account: str | None
    keys: Mapping[_Place, str]

    def linked(self, statement: Statement) -> Statement:
        entries = tuple(each for entry in statement.entries for each in self._entries(entry))
        return replace(
            statement, entries=entries, notes=(*statement.notes, *self._notes(statement.entries))
        )

    def _notes(self, entries: Sequence[Entry]) -> Iterator[str]:
        wholes = [each for each in entries if each.transfer not in {None, self.account}]
        if lonely := sum((each.line, _WHOLE) not in self.keys for each in wholes):
            said = counted(lonely, "transfer has", "transfers have")
            yield f"{said} no other side in this file and can be linked later."
        parts: dict[bool, list[SplitLine]] = {True: [], False: []}
        for entry in entries:
            for at, line in enumerate(entry.lines):
                if line.transfer not in {None, self.account}:
                    parts[(entry.line, at) in self.keys].append(line)
        yield from _parts_notes(parts[True], "in this file", "came apart from the rest")
        yield from _parts_notes(parts[False], "not in this file", "stayed with the rest")

    def _entries(self, entry: Entry) -> Iterable[Entry]:
        if not entry.lines:
            return (self._whole(entry),)
        rest: list[SplitLine] = []
        moved: list[Entry] = []
        for at, line in enumerate(entry.lines):
            if key := self.keys.get((entry.line, at)):
                moved.append(replace(_of_part(entry, line), transfer=key))
            else:
                rest.append(self._line(line))
        return *_rest(entry, rest), *moved

    def _whole(self, entry: Entry) -> Entry:
        if not entry.transfer:
            return entry
        key = self.keys.get((entry.line, _WHOLE))
        if key or entry.transfer == self.account:
            return replace(entry, transfer=key)
        note = "\n".join(filter(None, (f"Transfer: {entry.transfer}", entry.note)))
        return replace(entry, transfer=None, note=note)

    def _line(self, line: SplitLine) -> SplitLine:
        if not line.transfer:
            return line
        memo = " · ".join(filter(None, (f"Transfer: {line.transfer}", line.memo)))
        return replace(line, transfer=None, memo=memo)


def _parts_notes(parts: Sequence[SplitLine], where: str, became: str) -> Iterator[str]:
    if parts:
        said = counted(len(parts), "part of a split is a transfer", "parts of splits are transfers")
        named = [f"{each.transfer} {each.amount}" for each in parts[:_MOST_NAMED]]
        more = f" and {len(parts) - _MOST_NAMED:,} more" if len(parts) > _MOST_NAMED else ""
        yield f"{said} with the other side {where}, and {became}: {', '.join(named)}{more}."


def _rest(entry: Entry, lines: Sequence[SplitLine]) -> Iterable[Entry]:
    """The entry with the parts that are left, if any; one part alone is no split."""
    if not lines:
        return ()
    if len(lines) == 1:
        return (_of_part(entry, lines[0]),)
    amount = sum((line.amount for line in lines), Decimal())
    return (replace(entry, amount=amount, lines=tuple(lines)),)


def _of_part(entry: Entry, part: SplitLine) -> Entry:
    text = " · ".join(filter(None, (entry.text, part.memo)))
    return replace(
        entry, amount=part.amount, text=text, category=part.category, kind=part.kind, lines=()
    )
