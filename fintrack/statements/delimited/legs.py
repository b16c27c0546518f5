"""Rows that name both sides of a movement: which side is the member's own money."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from fintrack.statements.delimited.balances import Chain
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.numbers import currency_of, parse_figure
from fintrack.statements.delimited.table import Row
from fintrack.statements.delimited.words import MONEY_ACCOUNTS
from fintrack.statements.mapping import Mapping, Role
from fintrack.statements.statement import Entry
from fintrack.statements.text import clean

_OWN_TYPES = frozenset(
    "asset assets loan debt mortgage liability liabilities default savings checking".split(),
)

_ROOTS = frozenset({"assets", "liabilities", "equity", "income", "expenses"})


@dataclass(frozen=True, slots=True)
class Movement:
    """One row that was understood, with what decides its statement."""

    entry: Entry
    account: str | None
    currency: str | None
    balance: Decimal | None


@dataclass(slots=True)
class Group:
    """The movements of one account in one currency, and what their balances prove."""

    account: str | None
    currency: str | None
    entries: list[Entry] = field(default_factory=list)
    balances: Chain = field(default_factory=Chain)

    def take(self, movement: Movement) -> None:
        """Add a movement of this account and currency."""
        self.entries.append(movement.entry)
        self.balances.take(movement.entry.amount, movement.balance, movement.entry.line)


def legs(row: Row, movement: Movement, mapping: Mapping) -> list[Movement]:
    """Return one movement for each side, source and destination, that is the member's own."""
    source, destination = (_cell(row, mapping, r) for r in (Role.SOURCE, Role.DESTINATION))
    size = abs(movement.entry.amount)
    at = mapping.column(Role.FOREIGN_AMOUNT)
    foreign = parse_figure(_cell(row, mapping, Role.FOREIGN_AMOUNT), mapping.mark_of(at or 0))
    foreign_currency = currency_of(_cell(row, mapping, Role.FOREIGN_CURRENCY))
    from_own, to_own = _own_sides(row, mapping, movement.entry.amount)
    found = []
    if from_own:
        entry = replace(movement.entry, amount=-size, payee=destination)
        found.append(replace(movement, entry=entry, account=source or None))
    if to_own:
        # A transfer between two currencies arrives as the foreign amount.
        changed = from_own and foreign is not None and bool(foreign_currency)
        arriving = abs(foreign.value) if changed and foreign else size
        entry = replace(movement.entry, amount=arriving, payee=source)
        currency = foreign_currency if changed else movement.currency
        found.append(replace(movement, entry=entry, account=destination or None, currency=currency))
    return found


def own_legs(groups: Sequence[Group]) -> tuple[Sequence[Group], int]:
    """Return a journal's money accounts, and how many rows of other sides were left out.

    Where no account's name speaks of money, every account is kept.
    """
    own = [each for each in groups if _is_money_account(each.account or "")]
    if not own:
        return groups, 0
    return own, sum(len(each.entries) for each in groups if each not in own)


def are_postings(groups: Sequence[Group]) -> bool:
    """Say whether every account is named from a root of double entry, as in Expenses:Food."""
    roots = {normalised(each.account or "").partition(" ")[0] for each in groups}
    return bool(roots & {"expenses", "income"}) and roots <= _ROOTS


def _is_money_account(name: str) -> bool:
    """A ledger account's name means money: Cash, Checking, Assets:Bank."""
    words = normalised(name).split()
    return bool(words) and not MONEY_ACCOUNTS.isdisjoint(words)


def _own_sides(row: Row, mapping: Mapping, amount: Decimal) -> tuple[bool, bool]:
    types = [_cell(row, mapping, r) for r in (Role.SOURCE_TYPE, Role.DESTINATION_TYPE)]
    names = [_cell(row, mapping, r) for r in (Role.SOURCE, Role.DESTINATION)]
    own = [not _OWN_TYPES.isdisjoint(normalised(each).split()) for each in types]
    if any(own):
        return own[0], own[1]
    if bool(names[0]) != bool(names[1]):
        return bool(names[0]), bool(names[1])
    return amount < 0, amount >= 0


def _cell(row: Row, mapping: Mapping, role: Role) -> str:
    at = mapping.column(role)
    return clean(row.cells[at]) if at is not None and at < len(row.cells) else ""
