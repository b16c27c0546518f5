"""Ledger accounts: where money is, in one currency each."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import BigInteger, Select, cast, delete, func, insert, select, update
from sqlalchemy.orm import Session

from fintrack.access.sharing import is_writable
from fintrack.access.versions import SOMEBODY_WAS_FASTER
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.derived_schema import DayTotal
from fintrack.errors import Conflict, NotFound, Outdated, PermissionDenied
from fintrack.frames import Shape, read_frame
from fintrack.ledger.account_states import record_deletion, record_state, state_of
from fintrack.ledger.moved import moved_in_all
from fintrack.ledger.recording import NO_ACCOUNT
from fintrack.ledger.refusals import NOT_WRITABLE, refusals
from fintrack.money import exponent
from fintrack.schema import Account, Transaction, new_id
from fintrack.texts import cleaned, neutral, required

ACCOUNTS: Shape = {
    "id": "str",
    "name": "str",
    "kind": "str",
    "side": "str",
    "currency": "str",
    "balance": "int64",
    "visibility": "str",
    "owner_id": "str",
    "number": "str",
    "opened_on": "datetime64[s]",
    "opening_balance": "int64",
    "archived": "bool",
    "last_booked_on": "datetime64[s]",
    "version": "int64",
}
ACCOUNT_NAMES: Shape = {
    "id": "str",
    "name": "str",
    "currency": "str",
    "archived": "bool",
    "writable": "bool",
}
LONGEST_NAME = 80
LONGEST_NUMBER = 64
_BY_KIND_AND_NAME = (Account.kind, func.lower(Account.name), Account.id)


class AccountKind(StrEnum):
    """What an account is."""

    CHECKING = "CHECKING"
    SAVINGS = "SAVINGS"
    CASH = "CASH"
    CREDIT_CARD = "CREDIT_CARD"
    LOAN = "LOAN"
    INVESTMENT = "INVESTMENT"
    PROPERTY = "PROPERTY"
    OTHER = "OTHER"

    @property
    def usual_side(self) -> "Side":
        """Return whether accounts of this kind are usually owned or owed."""
        owed = {AccountKind.CREDIT_CARD, AccountKind.LOAN}
        return Side.LIABILITY if self in owed else Side.ASSET


class Side(StrEnum):
    """Whether an account is something owned or something owed."""

    ASSET = "ASSET"
    LIABILITY = "LIABILITY"


class Visibility(StrEnum):
    """Who sees an account: every member, or its owner and whom the owner shares it with."""

    EVERYONE = "EVERYONE"
    PRIVATE = "PRIVATE"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to open; a side of None is the usual one of its kind."""

    name: str
    kind: AccountKind
    currency: str
    opened_on: date
    opening_balance: int = 0
    side: Side | None = None
    visibility: Visibility = Visibility.EVERYONE
    number: str = ""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """New values of an account; None leaves one as it is. The currency stays for ever."""

    name: str | None = None
    kind: AccountKind | None = None
    side: Side | None = None
    opened_on: date | None = None
    opening_balance: int | None = None
    visibility: Visibility | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """One account with its balance, in minor units of its currency."""

    id: UUID
    name: str
    kind: AccountKind
    side: Side
    currency: str
    balance: int
    visibility: Visibility
    owner_id: UUID
    number: str
    opened_on: date
    opening_balance: int
    archived: bool
    last_booked_on: date | None
    version: int


def accounts(context: TenantContext, *, archived: bool = False) -> pd.DataFrame:
    """Return the accounts that the member sees, by kind and name: `ACCOUNTS`.

    The balance counts every transaction, pending ones too; archived accounts only when asked for.
    """
    context.require(Permission.READ)
    statement = _accounts().order_by(*_BY_KIND_AND_NAME)
    if not archived:
        statement = statement.where(Account.archived_at.is_(None))
    with tenant_transaction(context) as db:
        return read_frame(db, statement, ACCOUNTS)


def account_names(context: TenantContext) -> pd.DataFrame:
    """Return the accounts that the member sees, by kind and name, to choose from: `ACCOUNT_NAMES`.

    Archived ones are among them. No transaction is read, however many there are.
    """
    context.require(Permission.READ)
    archived = Account.archived_at.is_not(None)
    statement = select(Account.id, Account.name, Account.currency, archived, is_writable())
    with tenant_transaction(context) as db:
        return read_frame(db, statement.order_by(*_BY_KIND_AND_NAME), ACCOUNT_NAMES)


def account(context: TenantContext, account_id: UUID) -> AccountRecord:
    """Return one account with its balance.

    Raises:
        NotFound: the member sees no such account.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return _record(db, _accounts().where(Account.id == account_id))


def account_named(context: TenantContext, name: str) -> AccountRecord:
    """Return the account of this name, whatever the case of its letters; a shared one first.

    Raises:
        NotFound: the member sees no account of this name.
    """
    context.require(Permission.READ)
    named = _accounts().where(func.lower(Account.name) == func.lower(neutral(name)))
    first = named.order_by(Account.visibility, Account.id).limit(1)
    with tenant_transaction(context) as db:
        return _record(db, first)


def create_account(context: TenantContext, new: NewAccount) -> UUID:
    """Open an account that the member owns, and return its id.

    Raises:
        PermissionDenied: the member may not change the books.
        Conflict: an account of this name is there already.
        InvalidInput: the name, the currency or the opening balance cannot be kept.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db, refusals():
        return add_account(db, new)


def add_account(db: Session, new: NewAccount) -> UUID:
    """Open the account in the caller's transaction, and return its id.

    Raises:
        InvalidInput: the name, the number or the currency cannot be kept.
    """
    exponent(new.currency)
    account_id = new_id()
    values = {
        "id": account_id,
        "name": required(neutral(new.name), "name of the account", LONGEST_NAME),
        "kind": new.kind.value,
        "side": (new.side or new.kind.usual_side).value,
        "currency": new.currency,
        "number": cleaned(neutral(new.number), "account number", LONGEST_NUMBER),
        "opening_balance": new.opening_balance,
        "opened_on": new.opened_on,
        "visibility": new.visibility.value,
    }
    db.execute(insert(Account), [values])
    record_state(db, "account.created", account_id, None)
    return account_id


def update_account(
    context: TenantContext, account_id: UUID, change: AccountChange, version: int | None = None
) -> None:
    """Change an account that the member may write to.

    Raises:
        PermissionDenied: the member may not change this account, or not who sees it.
        NotFound: the member sees no such account.
        Outdated: somebody was faster.
        Conflict: an account of the new name is there already.
        InvalidInput: a value cannot be kept.
    """
    context.require(Permission.WRITE)
    values = _new_values(change)
    with tenant_transaction(context) as db:
        _set(db, "account.changed", account_id, values, version)


def archive_account(context: TenantContext, account_id: UUID, version: int | None = None) -> None:
    """Take an account out of daily sight; its history stays.

    Raises:
        PermissionDenied: the member may not change this account.
        NotFound: the member sees no such account.
        Outdated: somebody was faster.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        _set(db, "account.archived", account_id, {"archived_at": func.now()}, version)


def reopen_account(context: TenantContext, account_id: UUID, version: int | None = None) -> None:
    """Bring an archived account back.

    Raises:
        PermissionDenied: the member may not change this account.
        NotFound: the member sees no such account.
        Outdated: somebody was faster.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        _set(db, "account.reopened", account_id, {"archived_at": None}, version)


def delete_account(context: TenantContext, account_id: UUID, version: int | None = None) -> None:
    """Delete an account that has no transaction, with its shares and what was imported into it.

    Raises:
        PermissionDenied: the member may not change this account.
        NotFound: the member sees no such account.
        Outdated: somebody was faster.
        Conflict: it has transactions; the sentence offers to archive it.
    """
    context.require(Permission.WRITE)
    used = select(Transaction.id).where(Transaction.account_id == account_id).limit(1)
    statement = delete(Account).where(Account.id == account_id)
    with tenant_transaction(context) as db:
        found = _held(db, account_id, version)
        if db.scalars(used).one_or_none() is not None:
            raise Conflict(f"{found.name} has transactions, so it stays. Archive it instead.")
        record_deletion(db, account_id)
        db.execute(statement)


def _accounts() -> Select[*tuple[Any, ...]]:
    newest = select(func.max(DayTotal.booked_on)).where(
        DayTotal.tenant_id == Account.tenant_id, DayTotal.account_id == Account.id
    )
    balance = Account.opening_balance + moved_in_all()
    columns: dict[str, Any] = {
        "balance": cast(balance, BigInteger).label("balance"),
        "archived": Account.archived_at.is_not(None).label("archived"),
        "last_booked_on": newest.scalar_subquery().label("last_booked_on"),
    }
    chosen = [columns[name] if name in columns else getattr(Account, name) for name in ACCOUNTS]
    return select(*chosen)


def _record(db: Session, statement: Select[*tuple[Any, ...]]) -> AccountRecord:
    row = db.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(NO_ACCOUNT)
    known = {
        "kind": AccountKind(row["kind"]),
        "side": Side(row["side"]),
        "visibility": Visibility(row["visibility"]),
    }
    return AccountRecord(**{**row, **known})


def _new_values(change: AccountChange) -> dict[str, object]:
    values: dict[str, object] = {}
    if change.name is not None:
        values["name"] = required(neutral(change.name), "name of the account", LONGEST_NAME)
    if change.number is not None:
        values["number"] = cleaned(neutral(change.number), "account number", LONGEST_NUMBER)
    for name in ("kind", "side", "visibility"):
        if (word := getattr(change, name)) is not None:
            values[name] = word.value
    for name in ("opened_on", "opening_balance"):
        if (value := getattr(change, name)) is not None:
            values[name] = value
    return values


def _set(
    db: Session, action: str, account_id: UUID, values: dict[str, Any], version: int | None
) -> None:
    before = state_of(db, account_id)
    _held(db, account_id, version)
    statement = update(Account).where(Account.id == account_id)
    with refusals():
        db.execute(statement.values(**values, version=Account.version + 1))
    record_state(db, action, account_id, before)


def _held(db: Session, account_id: UUID, version: int | None) -> AccountRecord:
    """Return the account as it is once nobody else writes to it, held until the commit."""
    # Only rows that the member may change can be locked, so the lock is the question.
    lock = select(Account.id).where(Account.id == account_id).with_for_update()
    held = db.scalars(lock).one_or_none()
    found = _record(db, _accounts().where(Account.id == account_id))
    if held is None:
        raise PermissionDenied(NOT_WRITABLE)
    if version not in {None, found.version}:
        raise Outdated(SOMEBODY_WAS_FASTER)
    return found
