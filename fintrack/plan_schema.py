"""The tables of plans as typed columns: rules, budgets, what comes again, and saved pivots."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fintrack.schema import FILLED, TenantRow


class Rule(TenantRow):
    """Imported rows that hold all the words get the category."""

    __tablename__ = "rule"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    words: Mapped[str]
    category_id: Mapped[UUID]


class Budget(TenantRow):
    """What a category of expenses may cost in a month, in one currency."""

    __tablename__ = "budget"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(server_default=FILLED)
    currency: Mapped[str]
    amount: Mapped[int]


class Recurring(TenantRow):
    """A movement that comes again; its next day follows from the first and how many there were."""

    __tablename__ = "recurring"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    payee: Mapped[str]
    category_id: Mapped[UUID | None]
    amount: Mapped[int]
    every: Mapped[str]
    starts_on: Mapped[date]
    recorded: Mapped[int] = mapped_column(server_default=FILLED)
    note: Mapped[str]


class SavedPivot(TenantRow):
    """Rows, columns and measure of a pivot that a member keeps for himself under a name."""

    __tablename__ = "saved_pivot"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(server_default=FILLED)
    name: Mapped[str]
    rows: Mapped[str]
    columns: Mapped[str]
    measure: Mapped[str]
