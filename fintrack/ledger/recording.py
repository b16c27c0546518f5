"""Recording: a transaction that a member enters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound
from fintrack.ledger.change_sets import keep_changes
from fintrack.ledger.filters import Status
from fintrack.ledger.snapshots import Snapshot, insert_snapshots, snapshots
from fintrack.money import decimal_text
from fintrack.schema import Account, new_id
from fintrack.texts import cleaned, neutral

NO_ACCOUNT = "There is no such account."
SINGLE_TEXTS = {"payee": 200, "description": 1000}
LONGEST_NOTE = 2000
LONGEST_MEMO = 200

OpenAccount = Row[str, str, str, datetime | None]


@dataclass(frozen=True, slots=True)
class SplitLine:
    """A part of a transaction under a category of its own; the amount is signed."""

    category_id: UUID | None
    amount: int
    memo: str = ""


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A movement on one account, in minor units of its currency; inflow is positive."""

    account_id: UUID
    booked_on: date
    amount: int
    payee: str = ""
    description: str = ""
    note: str = ""
    category_id: UUID | None = None
    status: Status = Status.CLEARED
    lines: tuple[SplitLine, ...] = ()
    tags: tuple[UUID, ...] = ()
    valued_on: date | None = None


def record_transaction(context: TenantContext, new: NewTransaction) -> UUID:
    """Record a transaction, split when it has lines, and return its id.

    Raises:
        PermissionDenied: the member may not change the books, or not this account.
        NotFound: the account, a category or a tag does not exist.
        Conflict: the account is archived.
        InvalidInput: the lines do not add up, or a value cannot be kept.
    """
    context.require(Permission.WRITE)
    transaction_id = new_id()
    with tenant_transaction(context) as db:
        account = open_account(db, new.account_id)
        insert_snapshots(db, [_snapshot(transaction_id, new, account.currency)])
        keep_changes(db, "transaction.recorded", {}, snapshots(db, [transaction_id]))
    return transaction_id


def account_currency(context: TenantContext, account_id: UUID) -> str:
    """Return the currency of an account; no transaction is read.

    Raises:
        NotFound: the member sees no such account.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        found = db.scalars(select(Account.currency).where(Account.id == account_id)).one_or_none()
    if found is None:
        raise NotFound(NO_ACCOUNT)
    return found


def open_account(db: Session, account_id: UUID) -> OpenAccount:
    """Return name, currency, visibility and archiving of an account that takes transactions.

    Raises:
        NotFound: the member sees no such account.
        Conflict: it is archived.
    """
    columns = select(Account.name, Account.currency, Account.visibility, Account.archived_at)
    account = db.execute(columns.where(Account.id == account_id)).one_or_none()
    if account is None:
        raise NotFound(NO_ACCOUNT)
    if account.archived_at is not None:
        raise Conflict(f"{account.name} is archived. Reopen it first.")
    return account


def blank(transaction_id: UUID, account_id: UUID, currency: str, on: date, amount: int) -> Snapshot:
    """Return a transaction of which only the money is known."""
    return {
        "id": str(transaction_id),
        "account_id": str(account_id),
        "currency": currency,
        "booked_on": on.isoformat(),
        "valued_on": None,
        "amount": amount,
        "payee": "",
        "description": "",
        "note": "",
        "status": Status.CLEARED.value,
        "category_id": None,
        "is_split": False,
        "transfer_id": None,
        "import_key": None,
        "batch_id": None,
        "lines": [],
        "tags": [],
    }


def kept_texts(texts: dict[str, str]) -> dict[str, str]:
    """Return payee, description and note, those that are given, as they are stored.

    Raises:
        InvalidInput: one is longer than FinTrack keeps.
    """
    return {
        name: cleaned(text, name, LONGEST_NOTE)
        if name == "note"
        else cleaned(neutral(text), name, SINGLE_TEXTS[name])
        for name, text in texts.items()
    }


def split_into(lines: Sequence[SplitLine], amount: int, currency: str) -> list[Snapshot]:
    """Return the lines as they are stored, numbered from 1.

    Raises:
        InvalidInput: they do not add up to the amount exactly.
    """
    total = sum(line.amount for line in lines)
    if total != amount:
        lies = f"add up to {decimal_text(total, currency)} {currency}"
        wanted = f"{decimal_text(amount, currency)} {currency}"
        raise InvalidInput(f"The lines {lies}, but the transaction is {wanted}.")
    return [
        {
            "line": number,
            "category_id": str(line.category_id) if line.category_id else None,
            "amount": line.amount,
            "memo": cleaned(neutral(line.memo), "memo", LONGEST_MEMO),
        }
        for number, line in enumerate(lines, start=1)
    ]


def _snapshot(transaction_id: UUID, new: NewTransaction, currency: str) -> Snapshot:
    if new.lines and new.category_id is not None:
        raise InvalidInput("A split transaction has its categories on its lines.")
    texts = {"payee": new.payee, "description": new.description, "note": new.note}
    return {
        **blank(transaction_id, new.account_id, currency, new.booked_on, new.amount),
        **kept_texts(texts),
        "valued_on": new.valued_on.isoformat() if new.valued_on else None,
        "status": new.status.value,
        "category_id": str(new.category_id) if new.category_id else None,
        "is_split": bool(new.lines),
        "lines": split_into(new.lines, new.amount, currency) if new.lines else [],
        "tags": sorted(str(tag) for tag in set(new.tags)),
    }
