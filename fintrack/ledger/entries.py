"""Transactions in full, one at a time with flat memory, for files that other programs read."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from fintrack.ledger.exports import CURRENCY, decimal_cell, tag_names, tags_in_cells
from fintrack.schema import Posting, Transaction
from fintrack.streams import rows_out

COLUMNS = "id booked_on valued_on status payee description account_id currency is_split".split()


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One part of a transaction under a category; a whole transaction has a single one."""

    category_id: str
    amount: Decimal
    memo: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction, in major units, inflow positive; ids are text, empty without one.

    `other_account_id` is that of a transfer's other leg, where the member sees it.
    """

    id: str
    booked_on: str
    valued_on: str
    status: str
    payee: str
    description: str
    account_id: str
    currency: str
    is_split: bool
    amount: Decimal
    transfer_id: str
    other_account_id: str
    tags: tuple[str, ...]
    lines: tuple[EntryLine, ...]


def entries(db: Session, account_id: UUID | None = None) -> Iterator[Entry]:
    """Return every transaction that the member sees, or those of one account, oldest first.

    They can be read after the transaction of `db` has ended.
    """
    statement = _statement()
    if account_id is not None:
        statement = statement.where(Transaction.account_id == account_id)
    return _grouped(rows_out(db, statement))


def _grouped(cells: Iterator[list[str]]) -> Iterator[Entry]:
    names = next(cells)
    rows = (dict(zip(names, row, strict=True)) for row in cells)
    for _, group in groupby(rows, key=lambda row: row["id"]):
        yield _entry(list(group))


def _entry(rows: list[dict[str, str]]) -> Entry:
    first = rows[0]
    words = {name: first[name] for name in COLUMNS if name != "is_split"}
    return Entry(
        **words,
        is_split=first["is_split"] == "t",
        amount=Decimal(first["amount"]),
        transfer_id=first["transfer_id"],
        other_account_id=first["other_account_id"],
        tags=tag_names(first["tags"]),
        lines=tuple(
            EntryLine(row["category_id"], Decimal(row["line_amount"]), row["memo"]) for row in rows
        ),
    )


def _statement() -> Select[*tuple[Any, ...]]:
    other = aliased(Transaction)
    other_leg = select(other.account_id).where(
        other.transfer_id == Transaction.transfer_id, other.id != Transaction.id
    )
    is_line, tagged = Posting.transaction_id == Transaction.id, tags_in_cells()
    return (
        select(
            *(getattr(Transaction, name) for name in COLUMNS),
            decimal_cell(Transaction.amount).label("amount"),
            Transaction.transfer_id,
            other_leg.scalar_subquery().label("other_account_id"),
            tagged.c.tags,
            func.coalesce(Posting.category_id, Transaction.category_id).label("category_id"),
            decimal_cell(func.coalesce(Posting.amount, Transaction.amount)).label("line_amount"),
            Posting.memo,
        )
        .join(CURRENCY, CURRENCY.c.code == Transaction.currency)
        .outerjoin(Posting, and_(Transaction.is_split, is_line))
        .outerjoin(tagged, tagged.c.transaction_id == Transaction.id)
        .order_by(Transaction.booked_on, Transaction.id, Posting.line)
    )
