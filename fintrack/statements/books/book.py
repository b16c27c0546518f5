"""What a whole book holds once it is read, whatever program kept it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fintrack.ledger.accounts import AccountKind, Side
from fintrack.ledger.categories import CategoryKind
from fintrack.ledger.filters import Status
from fintrack.statements.mapping import DateOrder
from fintrack.statements.statement import StatementError


@dataclass(frozen=True, slots=True)
class BookCategory:
    """A category by its names from the top of the tree down."""

    kind: CategoryKind
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BookAccount:
    """An account in one currency; `key` is how the transactions of its book refer to it."""

    key: str
    name: str
    currency: str
    kind: AccountKind
    side: Side | None = None
    opening: Decimal = Decimal()
    opened_on: date | None = None
    number: str = ""
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class BookLine:
    """A part of a transaction; the amount is signed like the transaction's."""

    amount: Decimal
    category: BookCategory | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """How something stands in its file: the line that it begins in, and its text.

    Records of a database are counted as they are read, and have their columns as text. `head` is
    the part of it that speaks of no account but the transaction's own.
    """

    line: int
    text: str
    head: str = ""

    def of_one_account(self) -> "Written | None":
        """Return what may stand with one of several accounts: whoever sees it sees that one."""
        return Written(self.line, self.head, self.head) if self.head else None


@dataclass(frozen=True, slots=True)
class BookTransaction:
    """One movement on one account, in major units, inflow positive.

    One line gives the whole a category, several split it, none leave it uncategorised. Two legs of
    a transfer share `transfer`. What one entry became several transactions of is `written` in each.
    """

    account: str
    booked_on: date
    amount: Decimal
    payee: str = ""
    text: str = ""
    note: str = ""
    status: Status = Status.CLEARED
    lines: tuple[BookLine, ...] = ()
    tags: tuple[str, ...] = ()
    transfer: str | None = None
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class BookBudget:
    """What a category of expenses may cost in any month, in major units of the currency."""

    category: BookCategory
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """Everything one program knew; `notes` say what of it does not come."""

    format: str
    title: str
    accounts: Sequence[BookAccount]
    transactions: Sequence[BookTransaction]
    categories: Sequence[BookCategory] = ()
    notes: Sequence[str] = ()
    budgets: Sequence[BookBudget] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What a member says of a file that does not say it: its currency, the order of its dates."""

    currency: str | None = None
    date_order: DateOrder | None = None

    def require_currency(self) -> str:
        """Return the currency of a book that names none.

        Raises:
            StatementError: nobody said it.
        """
        if self.currency is None:
            raise StatementError("The book does not say its currency. Choose one.")
        return self.currency
