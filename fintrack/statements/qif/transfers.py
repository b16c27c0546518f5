"""Transfers between the registers of one file: both sides found, and told by one key."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.words import OPENING_ROWS
from fintrack.statements.statement import Entry, Statement
from fintrack.texts import counted

_Key = tuple[date, Decimal, str | None, str]


def linked(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements with `transfer` shared by two sides, and None where one is missing.

    What is left names the other account in its note; a transfer of an account to itself is how
    Quicken writes an opening balance.
    """
    waiting = _sides(statements)
    keys: dict[int, str] = {}
    for (day, amount, account, other), lines in list(waiting.items()):
        opposite = waiting.get((day, -amount, other, account or ""), [])
        for one, two in zip(lines, opposite, strict=False):
            keys[one] = keys[two] = f"{min(one, two)}"
    return tuple(_with_keys(statement, keys) for statement in statements)


def _sides(statements: Sequence[Statement]) -> dict[_Key, list[int]]:
    """The lines of equal sides, outflow and inflow apart, in the file's order."""
    found: dict[_Key, list[int]] = defaultdict(list)
    for statement in statements:
        account = _name(statement)
        for entry in statement.entries:
            if entry.transfer and entry.transfer != account and entry.amount:
                side = entry.booked_on, entry.amount, account, entry.transfer
                found[side].append(entry.line)
    return found


def _name(statement: Statement) -> str | None:
    """Return the name of the register; one without any is told by its opening balance."""
    openings = (
        entry.transfer
        for entry in statement.entries
        if entry.transfer and normalised(entry.payee) in OPENING_ROWS
    )
    return statement.account or next(openings, None)


def _with_keys(statement: Statement, keys: dict[int, str]) -> Statement:
    account = _name(statement)
    entries = tuple(_with_key(each, account, keys) for each in statement.entries)
    lonely = sum(entry.transfer not in {None, account} for entry in statement.entries)
    lonely -= sum(entry.line in keys for entry in statement.entries)
    if lonely == 0:
        return replace(statement, entries=entries)
    said = counted(lonely, "transfer has", "transfers have")
    note = f"{said} no other side in this file and can be linked later."
    return replace(statement, entries=entries, notes=(*statement.notes, note))


def _with_key(entry: Entry, account: str | None, keys: dict[int, str]) -> Entry:
    if not entry.transfer:
        return entry
    key = keys.get(entry.line)
    if key or entry.transfer == account:
        return replace(entry, transfer=key)
    note = "\n".join(filter(None, (f"Transfer: {entry.transfer}", entry.note)))
    return replace(entry, transfer=None, note=note)
