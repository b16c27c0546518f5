"""Transactions as a member reads them: page by page, one by one, and as an account's register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound
from fintrack.frames import Shape, frame
from fintrack.ledger.category_paths import category_paths
from fintrack.ledger.cursors import Position, position
from fintrack.ledger.filters import EVERYTHING, TransactionFilter
from fintrack.ledger.moved import moved_through
from fintrack.ledger.paths import listed
from fintrack.ledger.recording import NO_ACCOUNT
from fintrack.schema import Account, Transaction

TRANSACTIONS: Shape = {
    "id": "str",
    "booked_on": "datetime64[s]",
    "account_id": "str",
    "account": "str",
    "payee": "str",
    "description": "str",
    "note": "str",
    "category_id": "str",
    "category": "str",
    "currency": "str",
    "amount": "int64",
    "status": "str",
    "is_split": "bool",
    "transfer_id": "str",
    "batch_id": "str",
    "version": "int64",
}
REGISTER: Shape = {**TRANSACTIONS, "balance": "int64"}
LARGEST_PAGE = 200
OWN = [name for name in TRANSACTIONS if name not in {"account", "category"}]


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """A page, newest first; its cursors lead to older (`next`) and newer (`previous`) rows."""

    frame: pd.DataFrame
    next: str | None
    previous: str | None


def transactions(
    context: TenantContext,
    wanted: TransactionFilter = EVERYTHING,
    cursor: str | None = None,
    limit: int = 50,
) -> TransactionPage:
    """Return one page of the transactions that the member sees, newest first: `TRANSACTIONS`.

    Raises:
        InvalidInput: the cursor is not one of this list.
    """
    context.require(Permission.READ)
    start, count = position(cursor), max(1, min(limit, LARGEST_PAGE))
    with tenant_transaction(context) as db:
        rows = _rows(db, wanted, start, count + 1)
        shown, following, previous = _cut(rows, start, count)
        return TransactionPage(_framed(db, shown, TRANSACTIONS), following, previous)


def account_register(
    context: TenantContext, account_id: UUID, cursor: str | None = None, limit: int = 50
) -> TransactionPage:
    """Return one page of an account, newest first, with the balance after each row: `REGISTER`.

    Raises:
        NotFound: the member sees no such account.
        InvalidInput: the cursor is not one of this list.
    """
    context.require(Permission.READ)
    start, count = position(cursor), max(1, min(limit, LARGEST_PAGE))
    wanted = TransactionFilter(account_id=account_id)
    with tenant_transaction(context) as db:
        rows = _rows(db, wanted, start, count + 1)
        shown, following, previous = _cut(rows, start, count)
        balance = _balance_through(db, account_id, shown[0] if shown else None)
        balances = []
        for row in shown:
            balances.append(balance)
            balance -= row.amount
        return TransactionPage(_framed(db, shown, REGISTER, balances), following, previous)


def _rows(
    db: Session, wanted: TransactionFilter, start: Position | None, count: int
) -> Sequence[Row[Any]]:
    columns = [getattr(Transaction, name) for name in OWN]
    found = listed(db, wanted, start, count, columns)
    statement = select(found, Account.name.label("account"))
    statement = statement.join(Account, Account.id == found.c.account_id)
    return db.execute(statement.order_by(found.c.booked_on.desc(), found.c.id.desc())).all()


def _cut(
    rows: Sequence[Row[Any]], start: Position | None, count: int
) -> tuple[Sequence[Row[Any]], str | None, str | None]:
    """Return the page without the row that only proves there are more, and both cursors."""
    more = len(rows) > count
    if start is not None and start.newer:
        shown = rows[-count:]
        older, newer = bool(rows), more
    else:
        shown = rows[:count]
        older, newer = more, start is not None and bool(rows)
    following = Position(shown[-1].booked_on, shown[-1].id).text() if older else None
    previous = Position(shown[0].booked_on, shown[0].id, newer=True).text() if newer else None
    return shown, following, previous


def _framed(
    db: Session, rows: Sequence[Row[Any]], shape: Shape, balances: Sequence[int] = ()
) -> pd.DataFrame:
    """Return the rows with the full names of their categories, looked up for them only."""
    paths = category_paths(db, {row.category_id for row in rows} - {None})
    named = []
    for number, row in enumerate(rows):
        values = row._asdict() | {
            "category": paths.get(row.category_id, ""),
            "balance": balances[number] if balances else 0,
        }
        named.append(tuple(values[name] for name in shape))
    return frame(named, shape)


def _balance_through(db: Session, account_id: UUID, last: Row[Any] | None) -> int:
    """Return the account's balance after the row, or its balance when there are no rows."""
    opening = Account.opening_balance
    earlier = opening if last is None else opening + moved_through(last.booked_on - timedelta(1))
    balance = db.scalars(select(earlier).where(Account.id == account_id)).one_or_none()
    if balance is None:
        raise NotFound(NO_ACCOUNT)
    if last is None:
        return balance
    same_day = select(func.sum(Transaction.amount)).where(
        Transaction.account_id == account_id,
        Transaction.booked_on == last.booked_on,
        Transaction.id <= last.id,
    )
    return int(balance) + int(db.scalars(same_day).one() or 0)
