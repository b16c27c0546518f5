"""What a file's rows would become, before anything is compared or written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import AccountKind
from fintrack.money import decimal_amount, rounded_minor_units
from fintrack.statements.matching import Movement, id_in
from fintrack.statements.statement import RAW_LENGTH, Entry, Rejected, Statement

OWN_FORMAT = "fintrack"
# Of a whole book, which opened its tenant: it is no bank file, and goes with the tenant.
BOOK_FORMAT = "book"
LARGEST_AMOUNT = 10**15
EARLIEST, LATEST = date(1000, 1, 1), date(2999, 12, 31)
PAYEE_LENGTH, TEXT_LENGTH, NOTE_LENGTH = 200, 1_000, 2_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A row that can become a transaction; `reason` says what was changed to make it one."""

    ordinal: int
    entry: Entry
    amount: int
    movement: Movement
    reason: str = ""

    @property
    def line(self) -> int:
        """Return the first line of the row in the file."""
        return self.entry.line

    @property
    def raw(self) -> str:
        """Return the row as the file has it, cut to what is kept."""
        return self.entry.raw[:RAW_LENGTH]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot become a transaction, and why."""

    ordinal: int
    line: int
    raw: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """One statement in whole minor units; its rows are numbered through the whole file."""

    key: str
    label: str
    currency: str
    names_currency: bool
    planned: tuple[Planned, ...]
    refused: tuple[Refused, ...]
    opening: int | None
    closing: int | None
    closing_on: date | None
    notes: tuple[str, ...]
    kind: AccountKind | None

    @cached_property
    def import_keys(self) -> list[str]:
        """Return the keys that the rows have in the books if they were imported before."""
        seen: Counter[str] = Counter()
        keys = []
        for each in self.planned:
            seen[each.movement.key] += 1
            keys.append(f"{each.movement.key}:{seen[each.movement.key]}")
        return keys

    @property
    def total(self) -> int:
        """Return the sum of all rows, duplicates included."""
        return sum(each.amount for each in self.planned)

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day; today twice for an empty statement."""
        days = [each.entry.booked_on for each in self.planned] or [self.closing_on or date.today()]  # noqa: DTZ011 - a calendar day
        return min(days), max(days)

    @property
    def day_before(self) -> date:
        """Return the day at whose end the file's opening balance stands."""
        return self.days[0] - timedelta(1)

    @property
    def balance_day(self) -> date:
        """Return the day at whose end the file's closing balance stands."""
        return max(self.days[1], self.closing_on or self.days[1])

    def opening_before(self, rows: Iterable[Planned]) -> int | None:
        """Return the balance before all the rows, its own and others', as the file implies it.

        None where it states no balance.
        """
        if self.opening is not None:
            return self.opening - total_until(self.day_before, rows)
        if self.closing is not None:
            return self.closing - total_until(self.balance_day, rows)
        return None


def total_until(day: date, rows: Iterable[Planned]) -> int:
    """Return the sum of the rows until the end of the day."""
    return sum(each.amount for each in rows if each.movement.booked_on <= day)


def key_of(statement: Statement) -> str:
    """Return what tells the statement from the file's others: its account and currency."""
    return f"{statement.account or ''} {statement.currency or ''}".strip()


def plan_of(statement: Statement, currency: str, first: int, *, is_own: bool) -> Plan:
    """Return the statement's rows in minor units, numbered from `first`.

    `currency` is used where the statement names none.
    """
    used = statement.currency or currency
    unsorted: list[Entry | Rejected] = [*statement.entries, *statement.rejected]
    rows = sorted(unsorted, key=lambda row: row.line)
    done = [_row(row, ordinal, used, is_own=is_own) for ordinal, row in enumerate(rows, first)]
    return Plan(
        key=key_of(statement),
        label=statement.account or "",
        currency=used,
        names_currency=statement.currency is not None,
        planned=tuple(each for each in done if isinstance(each, Planned)),
        refused=tuple(each for each in done if isinstance(each, Refused)),
        opening=_balance(statement.opening_balance, used),
        closing=_balance(statement.closing_balance, used),
        closing_on=statement.closing_on,
        notes=statement.notes,
        kind=statement.kind,
    )


def _row(row: Entry | Rejected, ordinal: int, currency: str, *, is_own: bool) -> Planned | Refused:
    raw = row.raw[:RAW_LENGTH]
    if isinstance(row, Rejected):
        return Refused(ordinal, row.line, raw, row.reason)
    try:
        amount = rounded_minor_units(row.amount, currency)
    except InvalidInput as error:
        return Refused(ordinal, row.line, raw, str(error))
    if abs(amount) > LARGEST_AMOUNT:
        return Refused(ordinal, row.line, raw, "The amount is too large.")
    if not EARLIEST <= row.booked_on <= LATEST:
        return Refused(ordinal, row.line, raw, "The date is not between the years 1000 and 2999.")
    return Planned(
        ordinal, row, amount, _movement(row, amount, is_own=is_own), _note(row, amount, currency)
    )


def _movement(entry: Entry, amount: int, *, is_own: bool) -> Movement:
    """Compare what will be stored, so that the file meets its own rows again."""
    payee, text = entry.payee[:PAYEE_LENGTH], entry.text[:TEXT_LENGTH]
    own_id = id_in(entry.reference) if is_own else None
    reference = None if is_own else entry.reference
    return Movement(entry.booked_on, amount, payee, text, reference, own_id)


def _note(entry: Entry, amount: int, currency: str) -> str:
    stored = decimal_amount(amount, currency)
    if stored == entry.amount:
        return ""
    return f"Rounded to {stored:f} {currency}; the file says {entry.amount:f}."


def _balance(balance: Decimal | None, currency: str) -> int | None:
    """A balance too large to be one is none: the rows come without it."""
    try:
        found = None if balance is None else rounded_minor_units(balance, currency)
    except InvalidInput:
        return None
    return None if found is None or abs(found) > LARGEST_AMOUNT else found
