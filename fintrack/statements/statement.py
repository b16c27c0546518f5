"""What a bank file holds once it is read, whatever its format."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import AccountKind
from fintrack.statements.mapping import Mapping, Question, Role

RAW_LENGTH = 2_000


class StatementError(InvalidInput):
    """The file cannot be read as a bank statement; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class SplitLine:
    """One part of a split; amounts of all parts add up to the entry's.

    `transfer` names the other account while the sides of transfers are still looked for.
    """

    category: str | None
    amount: Decimal
    memo: str
    kind: str | None = None
    transfer: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement; `amount` is exact, in major units, inflow positive.

    What follows `raw` comes only from QIF and FinTrack's own export, but `lines`, which are the
    payments of a batch as well. `kind` is the category's.
    """

    line: int
    booked_on: date
    valued_on: date | None
    amount: Decimal
    payee: str
    text: str
    reference: str | None
    raw: str
    category: str | None = None
    kind: str | None = None
    note: str = ""
    lines: tuple[SplitLine, ...] = ()
    transfer: str | None = None
    status: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not understood, with one sentence for the member."""

    line: int
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The movements of one account in one currency, in the file's order; `kind` if it is known."""

    account: str | None
    currency: str | None
    entries: tuple[Entry, ...]
    rejected: tuple[Rejected, ...] = ()
    opening_balance: Decimal | None = None
    closing_balance: Decimal | None = None
    closing_on: date | None = None
    notes: tuple[str, ...] = ()
    kind: AccountKind | None = None


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """One column as the mapping screen shows it: name, role and the first values.

    `certainty` is how sure the role is, in percent; None for a column that is left alone.
    """

    name: str
    role: Role
    values: tuple[str, ...]
    certainty: int | None = None


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure the guess is, in percent; 100 is what the file proves or the member said."""

    encoding: int = 100
    delimiter: int = 100
    header: int = 100
    date_order: int = 100
    decimal_mark: int = 100
    columns: int = 100

    @property
    def overall(self) -> int:
        """Return the certainty of the least certain part."""
        parts = self.encoding, self.delimiter, self.header
        return min(*parts, self.date_order, self.decimal_mark, self.columns)


CERTAIN = Certainty()


@dataclass(frozen=True, slots=True)
class StatementFile:
    """Everything one file says; with `questions` open there are no entries yet."""

    format: str
    statements: tuple[Statement, ...]
    mapping: Mapping | None = None
    questions: tuple[Question, ...] = ()
    columns: tuple[ColumnSample, ...] = ()
    certainty: Certainty = CERTAIN
