"""What is derived, as typed columns: lines, words to search and totals, kept by the database."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fintrack.schema import TenantRow

NO_CATEGORY = UUID(int=0)


class Line(TenantRow):
    """View: every amount under its category, splits taken apart."""

    __tablename__ = "line"

    transaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    currency: Mapped[str]
    booked_on: Mapped[date]
    category_id: Mapped[UUID | None]
    amount: Mapped[int]
    payee: Mapped[str]
    transfer_id: Mapped[UUID | None]


class SearchToken(TenantRow):
    """A word of a transaction, kept by a trigger; read-only for everybody."""

    __tablename__ = "search_token"

    token: Mapped[str] = mapped_column(primary_key=True)
    booked_on: Mapped[date] = mapped_column(primary_key=True)
    transaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]


# Keys hold no null.


class DayTotal(TenantRow):
    """What moved on an account in a day, transfers included; kept by triggers."""

    __tablename__ = "day_total"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    booked_on: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[int]
    entries: Mapped[int]


class AccountTotal(TenantRow):
    """What moved on an account in a month, transfers included; kept by triggers."""

    __tablename__ = "account_total"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[int]
    entries: Mapped[int]


class MonthTotal(TenantRow):
    """What came in and went out of an account in a month under a category; kept by triggers.

    The category is `NO_CATEGORY` where there is none.
    """

    __tablename__ = "month_total"

    month: Mapped[date] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(primary_key=True)
    incoming: Mapped[int]
    outgoing: Mapped[int]
    entries: Mapped[int]


class PayeeTotal(TenantRow):
    """The rows of `MonthTotal`, taken apart by payee; kept by triggers."""

    __tablename__ = "payee_total"

    month: Mapped[date] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(primary_key=True)
    payee: Mapped[str] = mapped_column(primary_key=True)
    incoming: Mapped[int]
    outgoing: Mapped[int]
    entries: Mapped[int]
