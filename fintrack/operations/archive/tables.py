"""The tables of an archive: what stands in each file, in which order, and what stays behind."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    Select,
    Text,
    case,
    cast,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, aliased

from fintrack.attachment_schema import Attachment
from fintrack.derived_schema import (
    AccountTotal,
    DayTotal,
    Line,
    MonthTotal,
    PayeeTotal,
    SearchToken,
)
from fintrack.import_schema import ColumnMapping, ImportBatch, ImportRow
from fintrack.ledger.exports import CURRENCY, decimal_cell, guarded_cell, unguarded
from fintrack.money import minor_units
from fintrack.plan_schema import Budget, Recurring, Rule, SavedPivot
from fintrack.schema import (
    Account,
    AccountShare,
    AuditEvent,
    Category,
    ChangeSet,
    Invitation,
    InvitationShare,
    JoinRequest,
    Membership,
    OwnershipOffer,
    Payee,
    Posting,
    Tag,
    Tenant,
    TenantLimit,
    TenantRow,
    Transaction,
    TransactionTag,
)

MONEY = frozenset("amount opening_balance balance_before balance_after file_balance".split())
DAY, MOMENT = "YYYY-MM-DD", 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
Cell = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class ArchiveTable:
    """One file of the archive: the columns of a table, its rows in the order of the key."""

    name: str
    table: type[TenantRow]
    columns: tuple[str, ...]
    key: tuple[str, ...] = ("id",)

    @property
    def has_money(self) -> bool:
        """Return whether a row needs a currency to be read: its own, or its account's."""
        return not MONEY.isdisjoint(self.columns)


# In the order in which they need each other.
TABLES = (
    ArchiveTable(
        "accounts",
        Account,
        tuple(
            "id name kind side currency number opening_balance opened_on visibility "
            "archived_at".split()
        ),
    ),
    ArchiveTable("categories", Category, ("id", "parent_id", "kind", "name", "archived_at")),
    ArchiveTable("payees", Payee, ("id", "name", "category_id")),
    ArchiveTable("tags", Tag, ("id", "name")),
    ArchiveTable(
        "imports",
        ImportBatch,
        tuple(
            "id import_id account_id file_name file_hash format new_count duplicate_count "
            "rejected_count balance_before balance_after file_balance "
            "file_balance_on covers_from mapping undone_at".split()
        ),
    ),
    ArchiveTable(
        "transactions",
        Transaction,
        tuple(
            "id account_id currency booked_on valued_on amount payee description note status "
            "category_id is_split transfer_id batch_id import_key".split()
        ),
    ),
    ArchiveTable(
        "postings",
        Posting,
        tuple("id transaction_id account_id booked_on line category_id amount memo".split()),
    ),
    ArchiveTable(
        "transaction_tags",
        TransactionTag,
        ("transaction_id", "tag_id", "account_id", "booked_on"),
        key=("transaction_id", "tag_id"),
    ),
    ArchiveTable(
        "import_rows",
        ImportRow,
        tuple("batch_id ordinal account_id line state reason raw transaction_id gives_key".split()),
        key=("batch_id", "ordinal"),
    ),
    ArchiveTable(
        "column_mappings", ColumnMapping, ("fingerprint", "mapping"), key=("fingerprint",)
    ),
    ArchiveTable("rules", Rule, ("id", "words", "category_id")),
    ArchiveTable("budgets", Budget, ("id", "category_id", "currency", "amount")),
    ArchiveTable(
        "recurring",
        Recurring,
        tuple("id account_id payee category_id amount every starts_on recorded note".split()),
    ),
    ArchiveTable("saved_pivots", SavedPivot, ("id", "name", "rows", "columns", "measure")),
    # Only in a book that has some; older ones know of none.
    ArchiveTable(
        "attachments",
        Attachment,
        tuple("id account_id transaction_id name media_type size sha256".split()),
    ),
)
BY_NAME = MappingProxyType({each.name: each for each in TABLES})
_ACTIVITY = "The activity stays with the tenant that it happened in."
_DERIVED = "Made anew from the transactions."
_PEOPLE = "Who is in, and as what, is decided anew where the book is restored."
LEFT_OUT: Mapping[type[TenantRow], str] = MappingProxyType(
    {
        Tenant: "The settings stand in the manifest.",
        TenantLimit: "Limits are the operator's.",
        AuditEvent: _ACTIVITY,
        ChangeSet: _ACTIVITY,
        Membership: _PEOPLE,
        Invitation: _PEOPLE,
        InvitationShare: _PEOPLE,
        JoinRequest: _PEOPLE,
        OwnershipOffer: _PEOPLE,
        AccountShare: _PEOPLE,
        Line: "A view of transactions and their lines.",
        SearchToken: _DERIVED,
        DayTotal: _DERIVED,
        AccountTotal: _DERIVED,
        MonthTotal: _DERIVED,
        PayeeTotal: _DERIVED,
    }
)


def statement_of(each: ArchiveTable, reader_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return the rows of a file as text that `value_of` takes back, as this member sees them."""
    special = _special(reader_id).get(each.table, {})
    cells = [special.get(name, _cell(each, name)).label(name) for name in each.columns]
    statement = select(*cells).where(in_book(each)).order_by(*_columns(each, each.key))
    if each.has_money:
        if "currency" in each.columns:
            (currency,) = _columns(each, ["currency"])
        else:
            (account_id,) = _columns(each, ["account_id"])
            statement = statement.join(Account, Account.id == account_id)
            currency = Account.currency
        statement = statement.join(CURRENCY, CURRENCY.c.code == currency)
    return statement


def in_book(each: ArchiveTable) -> ColumnElement[bool]:
    """Return the condition that a row which the member sees goes along."""
    if each.table is not Attachment:
        return true()
    known = select(Transaction.id).where(
        Transaction.id == Attachment.transaction_id,
        Transaction.account_id == Attachment.account_id,
    )
    return Attachment.removed_at.is_(None) & known.exists()


def has_other_leg() -> ColumnElement[bool]:
    """Return the condition that the member sees the other leg of a `Transaction` too."""
    other = aliased(Transaction)
    legs = select(other.id).where(
        other.transfer_id == Transaction.transfer_id, other.id != Transaction.id
    )
    return legs.exists()


def account_name(reader_id: UUID) -> Cell:
    """Return the SQL for the name of an account, which one owner of all of them could give.

    Two members may have private accounts of one name; whoever sees both gets the other's marked.
    """
    others = Account.owner_id != reader_id
    place = func.row_number().over(
        partition_by=(Account.visibility, func.lower(Account.name)), order_by=(others, Account.id)
    )
    return case((place > 1, _marked(Account.name, 70, Account.id)), else_=Account.name)


def _special(reader_id: UUID) -> dict[type[TenantRow], dict[str, Cell]]:
    """Return the cells that are not just a column: nothing refers to what is not in the archive."""
    named = select(Category.id).where(Category.id == Payee.category_id)
    known = select(Transaction.id).where(Transaction.id == ImportRow.transaction_id)
    gone = _marked(Category.name, 40, Category.id, "deleted ")
    category = case((Category.deleted_at.is_not(None), gone), else_=Category.name)
    return {
        Account: {"name": guarded_cell(account_name(reader_id))},
        Category: {"name": guarded_cell(category)},
        Payee: {"category_id": named.scalar_subquery()},
        Transaction: {"transfer_id": case((has_other_leg(), Transaction.transfer_id))},
        ImportRow: {"transaction_id": known.scalar_subquery()},
    }


def value_of(each: ArchiveTable, name: str, cell: str, currency: str) -> object:
    """Return what a cell stands for, as JSON keeps it.

    Raises:
        ValueError: it stands for nothing of the column's kind.
    """
    column = each.table.__table__.c[name]
    if isinstance(column.type, Text):
        return None if column.nullable and not cell else unguarded(cell)
    if not cell:
        return None
    if name in MONEY:
        return minor_units(Decimal(cell), currency)
    if isinstance(column.type, JSONB):
        return json.loads(cell)
    return f"\\x{cell}" if isinstance(column.type, LargeBinary) else cell


def _columns(each: ArchiveTable, names: Sequence[str]) -> list[InstrumentedAttribute[Any]]:
    return [getattr(each.table, name) for name in names]


def _cell(each: ArchiveTable, name: str) -> Cell:
    (column,) = _columns(each, [name])
    kind = column.type
    if name in MONEY:
        return decimal_cell(column)
    if isinstance(kind, Text):
        return guarded_cell(column)
    if isinstance(kind, DateTime):
        return func.to_char(func.timezone("UTC", column), MOMENT)
    if isinstance(kind, Date):
        return func.to_char(column, DAY)
    if isinstance(kind, LargeBinary):
        return func.encode(column, "hex")
    return cast(column, Text) if isinstance(kind, Boolean | JSONB) else cast(column, kind)


def _marked(
    name: InstrumentedAttribute[str],
    length: int,
    identifier: InstrumentedAttribute[UUID],
    word: str = "",
) -> ColumnElement[str]:
    """Return the SQL for a name that no other row has, by the end of its id."""
    mark = func.right(cast(identifier, Text), 6)
    return func.concat(func.left(name, length), f" ({word}", mark, ")")
