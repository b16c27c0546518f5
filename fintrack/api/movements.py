"""What a transaction looks like to clients: as it is sent, in a list, and in full."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import MISSING, Field

from fintrack.api.fields import (
    Amount,
    Currency,
    Day,
    Given,
    Text,
    Told,
    decimal,
    minor,
    optional_id,
)
from fintrack.api.pages import PageQuery
from fintrack.ledger.editing import TransactionChange
from fintrack.ledger.filters import Status, TransactionFilter
from fintrack.ledger.recording import NewTransaction, SplitLine
from fintrack.ledger.records import LegRecord, LineRecord, TransactionRecord
from fintrack.ledger.sources import SourceRecord

Category = Annotated[UUID | None, Field(description="Null is uncategorised.")]
FILTERS = set("account category payee since until min max q status tag currency".split())
# What has the same name in the domain, and what has another.
KEPT = "id payee description note currency status is_split version".split()
NAMES = {"account": "account_id", "category": "category_id", "splits": "lines"}
MOST_SPLITS, MOST_TAGS = 500, 100


class FilterQuery(Given):
    """Conditions that all hold; the period is half-open, amounts are signed."""

    account: UUID | None = None
    category: Annotated[
        UUID | Literal["none"] | None, Field(description="With those below it; `none` for none.")
    ] = None
    payee: Text | None = None
    since: Day | None = None
    until: Day | None = None
    min: Amount | None = None
    max: Amount | None = None
    q: Annotated[Text | None, Field(description="Beginnings of words, all to be found.")] = None
    status: Status | None = None
    tag: UUID | None = None
    currency: Currency | None = None

    def conditions(self) -> TransactionFilter:
        """Return the domain's own filter."""
        given = self.model_dump(mode="json", include=FILTERS, exclude_none=True)
        return TransactionFilter.from_query(given)


class MovementsQuery(FilterQuery, PageQuery):
    """Which page of which transactions is wanted."""


class SplitGiven(Given):
    """A part of a transaction under a category of its own; the parts add up to it."""

    category: Category = None
    amount: Amount
    memo: Text = ""

    def line(self, currency: str) -> SplitLine:
        """Return the domain's own line."""
        return SplitLine(self.category, minor(self.amount, currency), self.memo)


class MovementGiven(Given):
    """A movement on one account, in its currency; inflow is positive."""

    account: UUID
    booked_on: Day
    amount: Amount
    payee: Annotated[Text, Field(examples=["Grocer"])] = ""
    description: Text = ""
    note: Text = ""
    category: Category = None
    status: Status = Status.CLEARED
    splits: Annotated[tuple[SplitGiven, ...], Field(max_length=MOST_SPLITS)] = ()
    tags: Annotated[tuple[UUID, ...], Field(max_length=MOST_TAGS)] = ()
    valued_on: Day | None = None

    def transaction(self, currency: str) -> NewTransaction:
        """Return the domain's own new transaction, on an account in this currency."""
        same = ("booked_on", "payee", "description", "note", "status", "valued_on")
        return NewTransaction(
            account_id=self.account,
            amount=minor(self.amount, currency),
            category_id=self.category,
            lines=tuple(each.line(currency) for each in self.splits),
            tags=tuple(self.tags),
            **{name: getattr(self, name) for name in same},
        )


class MovementPatch(Given):
    """New values; what is not named stays. No splits make a transaction whole again."""

    account: UUID | MISSING = MISSING
    booked_on: Day | MISSING = MISSING
    amount: Amount | MISSING = MISSING
    payee: Text | MISSING = MISSING
    description: Text | MISSING = MISSING
    note: Text | MISSING = MISSING
    category: Category | MISSING = MISSING
    status: Status | MISSING = MISSING
    splits: Annotated[tuple[SplitGiven, ...], Field(max_length=MOST_SPLITS)] | MISSING = MISSING
    tags: Annotated[tuple[UUID, ...], Field(max_length=MOST_TAGS)] | MISSING = MISSING

    def change(self, currency: str) -> TransactionChange:
        """Return the domain's own change of a transaction in this currency."""
        values = {NAMES.get(name, name): getattr(self, name) for name in self.model_fields_set}
        if "amount" in values:
            values["amount"] = minor(values["amount"], currency)
        if "lines" in values:
            values["lines"] = tuple(each.line(currency) for each in values["lines"])
        return TransactionChange(**values)


class MovementTold(Told):
    """A transaction as lists show it."""

    id: UUID
    booked_on: date
    account: UUID
    account_name: str
    payee: str
    description: str
    note: str
    category: UUID | None
    category_name: Annotated[str, Field(description="Its full name, empty without one.")]
    currency: str
    amount: Amount
    status: Status
    is_split: bool
    transfer: Annotated[UUID | None, Field(description="What both legs of a transfer share.")]
    version: int


class SplitTold(Told):
    """A part of a transaction."""

    category: UUID | None
    category_name: str
    amount: Amount
    memo: str


class TagTold(Told):
    """A word to find transactions by."""

    id: UUID
    name: str


class LegTold(Told):
    """The other leg of a transfer, in an account that the member sees as well."""

    id: UUID
    account: UUID
    account_name: str
    booked_on: date
    currency: str
    amount: Amount


class SourceTold(Told):
    """A row of an imported file that brought the transaction, or named it again."""

    id: Annotated[UUID, Field(description="Of the import.")]
    file_name: str
    line: int
    raw: Annotated[str, Field(description="As it stood in the file.")]
    is_origin: Annotated[bool, Field(description="Whether it made the transaction.")]
    imported_at: datetime
    imported_by: Annotated[str, Field(description="The name, empty once it was erased.")]


class MovementInFull(MovementTold):
    """A transaction with everything that belongs to it."""

    valued_on: date | None
    splits: list[SplitTold]
    tags: list[TagTold]
    other_leg: LegTold | None
    sources: Annotated[list[SourceTold], Field(description="In the member's sight, oldest first.")]
    is_writable: bool
    created_by: UUID
    created_at: datetime


def movement_told(row: dict[Any, Any]) -> MovementTold:
    """Return a row of `TRANSACTIONS` as clients see it."""
    return MovementTold(
        **{name: row[name] for name in KEPT},
        booked_on=row["booked_on"],
        account=row["account_id"],
        account_name=row["account"],
        category=optional_id(row["category_id"]),
        category_name=row["category"],
        amount=decimal(row["amount"], row["currency"]),
        transfer=optional_id(row["transfer_id"]),
    )


def movement_in_full(found: TransactionRecord) -> MovementInFull:
    """Return one transaction as clients see it."""
    names = (*KEPT, "booked_on", "valued_on", "is_writable", "created_by", "created_at")
    return MovementInFull(
        **{name: getattr(found, name) for name in names},
        account=found.account_id,
        account_name=found.account,
        category=found.category_id,
        category_name=found.category,
        amount=decimal(found.amount, found.currency),
        transfer=found.transfer_id,
        splits=[_split_told(each, found.currency) for each in found.lines],
        tags=[TagTold(id=each.id, name=each.name) for each in found.tags],
        other_leg=leg_told(found.other_leg) if found.other_leg else None,
        sources=[_source_told(each) for each in found.sources],
    )


def _split_told(line: LineRecord, currency: str) -> SplitTold:
    return SplitTold(
        category=line.category_id,
        category_name=line.category,
        amount=decimal(line.amount, currency),
        memo=line.memo,
    )


def _source_told(source: SourceRecord) -> SourceTold:
    names = ("file_name", "line", "raw", "is_origin", "imported_at", "imported_by")
    return SourceTold(id=source.import_id, **{name: getattr(source, name) for name in names})


def leg_told(leg: LegRecord) -> LegTold:
    """Return a leg as the API tells it."""
    return LegTold(
        id=leg.id,
        account=leg.account_id,
        account_name=leg.account,
        booked_on=leg.booked_on,
        currency=leg.currency,
        amount=decimal(leg.amount, leg.currency),
    )
