"""What a transaction could be a transfer with: as much, the other way, elsewhere, days apart.

In another currency it is any amount, where one side names the other's account.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, not_, or_, select
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.access.sharing import is_writable
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound
from fintrack.ledger.records import LegRecord
from fintrack.ledger.snapshots import NO_TRANSACTION
from fintrack.schema import Account, Transaction

# Days between the two sides of a transfer.
WINDOW = 4
_MOST = 10
_SHORTEST_NAME, _SHORTEST_NUMBER = 3, 6


@dataclass(frozen=True, slots=True)
class TransferCandidate(LegRecord):
    """A transaction that may be the other leg, `days` away."""

    payee: str
    days: int


def transfer_candidates(
    context: TenantContext, transaction_id: UUID
) -> tuple[TransferCandidate, ...]:
    """Return up to ten transactions that `link_transfer` could link it with, the nearest first.

    Those in another currency are the last. Empty for a leg, a split, and what the member may not
    change.

    Raises:
        NotFound: the member sees no such transaction.
    """
    context.require(Permission.READ)
    one = select(
        Transaction.account_id,
        Transaction.booked_on,
        Transaction.currency,
        Transaction.amount,
        _said().label("said"),
        Account.name,
        Account.number,
        and_(is_free(), _is_in_use()).label("is_free"),
    ).join(Account, Account.id == Transaction.account_id)
    with tenant_transaction(context) as db:
        row = db.execute(one.where(Transaction.id == transaction_id)).one_or_none()
        if row is None:
            raise NotFound(NO_TRANSACTION)
        found = db.execute(_opposite(row)).all() if row.is_free and row.amount else ()
    return tuple(
        TransferCandidate(**each._asdict(), days=abs((each.booked_on - row.booked_on).days))
        for each in found
    )


def is_free() -> ColumnElement[bool]:
    """Return the condition that a `Transaction` can become the leg of a transfer."""
    return and_(Transaction.transfer_id.is_(None), Transaction.is_split.is_(False))


def around(first: date, last: date) -> ColumnElement[bool]:
    """Return the condition that a `Transaction` is near enough to the days from first to last."""
    near = timedelta(WINDOW)
    return Transaction.booked_on.between(first - near, last + near)


def _opposite(row: Row[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    is_same = Transaction.currency == row.currency
    is_other_way = Transaction.amount > 0 if row.amount < 0 else Transaction.amount < 0
    is_named = or_(
        _names(literal(row.said), Account.name, Account.number),
        _names(_said(), literal(row.name), literal(row.number)),
    )
    distance = func.abs(Transaction.booked_on - row.booked_on)
    return (
        select(
            Transaction.id,
            Transaction.account_id,
            Account.name.label("account"),
            Transaction.booked_on,
            Transaction.payee,
            Transaction.currency,
            Transaction.amount,
        )
        .join(Account, Account.id == Transaction.account_id)
        .where(
            around(row.booked_on, row.booked_on),
            Transaction.account_id != row.account_id,
            or_(
                and_(is_same, Transaction.amount == -row.amount),
                and_(not_(is_same), is_other_way, is_named),
            ),
            is_free(),
            _is_in_use(),
        )
        .order_by(is_same.desc(), distance, Transaction.booked_on, Transaction.id)
        .limit(_MOST)
    )


def _said() -> ColumnElement[str]:
    return Transaction.payee + " " + Transaction.description


def _names(
    text: ColumnElement[str], name: SQLCoreOperations[str], number: SQLCoreOperations[str]
) -> ColumnElement[bool]:
    """Return the condition that the text has the account's name, or its number however spaced."""
    bare = func.replace(number, " ", "")
    has_number = func.strpos(func.replace(text, " ", ""), bare) > 0
    has_name = func.strpos(_words(text), _words(name)) > 0
    return or_(
        and_(func.length(name) >= _SHORTEST_NAME, has_name),
        and_(func.length(bare) >= _SHORTEST_NUMBER, has_number),
    )


def _words(text: SQLCoreOperations[str]) -> ColumnElement[str]:
    """Return the words of the text in small letters, each between two blanks."""
    return func.regexp_replace(func.concat(" ", func.lower(text), " "), "[^[:alnum:]]+", " ", "g")


def _is_in_use() -> ColumnElement[bool]:
    return and_(Account.archived_at.is_(None), is_writable())
