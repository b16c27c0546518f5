"""What comes again and again: rent, salary, subscriptions, recorded when their day has come."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Date,
    Delete,
    Interval,
    Select,
    Update,
    case,
    cast,
    delete,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import rows_changed, tenant_transaction
from fintrack.errors import InvalidInput, PermissionDenied
from fintrack.frames import Shape, read_frame
from fintrack.ledger.change_sets import keep_changes
from fintrack.ledger.editing import UNCHANGED, Unchanged
from fintrack.ledger.recording import blank, kept_texts, open_account
from fintrack.ledger.refusals import NOT_WRITABLE, refusals
from fintrack.ledger.snapshots import insert_snapshots, snapshots
from fintrack.ledger.subjects import Subject, held_state, state_of
from fintrack.plan_schema import Recurring
from fintrack.schema import Account, new_id
from fintrack.texts import neutral, required

RECURRING: Shape = {
    "id": "str",
    "account_id": "str",
    "account": "str",
    "payee": "str",
    "category_id": "str",
    "currency": "str",
    "amount": "int64",
    "every": "str",
    "starts_on": "datetime64[s]",
    "next_on": "datetime64[s]",
    "note": "str",
    "recorded": "int64",
}
NO_RECURRING = "There is no such recurring transaction."
PLAN = Subject(
    Recurring.id,
    (
        Recurring.account_id,
        Recurring.payee,
        Recurring.category_id,
        Recurring.amount,
        Recurring.every,
        Recurring.starts_on,
        Recurring.recorded,
        Recurring.note,
    ),
    NO_RECURRING,
)
LONGEST_PAYEE = 200


class Every(StrEnum):
    """How far apart two of them are."""

    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


STEPS = {Every.WEEK: "7 days", Every.MONTH: "1 month", Every.QUARTER: "3 months"}


@dataclass(frozen=True, slots=True)
class NewRecurring:
    """A movement that is expected from `starts_on` on; the amount is signed, in minor units."""

    account_id: UUID
    payee: str
    amount: int
    every: Every
    starts_on: date
    category_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecurringChange:
    """New values; a field left UNCHANGED stays. A category of None is "uncategorised".

    `currency` is the one that the amount is written in.
    """

    account_id: UUID | Unchanged = UNCHANGED
    payee: str | Unchanged = UNCHANGED
    amount: int | Unchanged = UNCHANGED
    currency: str | Unchanged = UNCHANGED
    every: Every | Unchanged = UNCHANGED
    starts_on: date | Unchanged = UNCHANGED
    category_id: UUID | Unchanged | None = UNCHANGED
    note: str | Unchanged = UNCHANGED


def recurring(context: TenantContext) -> pd.DataFrame:
    """Return what comes again on the accounts that the member sees, the next first: `RECURRING`."""
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return read_frame(db, _all().order_by(_next_on(), Recurring.id), RECURRING)


def create_recurring(context: TenantContext, new: NewRecurring) -> UUID:
    """Expect a movement again and again; returns its id.

    Raises:
        PermissionDenied: the member may not change the books, or not this account.
        NotFound: the account or the category does not exist.
        Conflict: the account is archived.
        InvalidInput: a value cannot be kept.
    """
    context.require(Permission.WRITE)
    recurring_id, values = new_id(), _values(new)
    with tenant_transaction(context) as db:
        open_account(db, new.account_id)
        with refusals():
            db.execute(insert(Recurring), [{"id": recurring_id, **values}])
        _record(db, "recurring.created", recurring_id, None)
    return recurring_id


def change_recurring(
    context: TenantContext,
    recurring_id: UUID,
    change: RecurringChange,
    version: str | None = None,
) -> None:
    """Expect it otherwise from now on; a new first day or distance starts the counting anew.

    Raises:
        PermissionDenied: the member may not change the books, or not one of the accounts.
        NotFound: there is no such recurring transaction, account or category.
        Outdated: somebody was faster.
        Conflict: the account is archived.
        InvalidInput: a value cannot be kept.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        before = held_state(db, PLAN, recurring_id, version)
        values = _changes(db, before, change)
        if not values:
            return
        statement = update(Recurring).where(Recurring.id == recurring_id).values(**values)
        with refusals():
            _write(db, statement)
        _record(db, "recurring.changed", recurring_id, before)


def delete_recurring(
    context: TenantContext, recurring_id: UUID, version: str | None = None
) -> None:
    """Expect it no longer; what was recorded stays.

    Raises:
        PermissionDenied: the member may not change the books, or not this account.
        NotFound: there is no such recurring transaction.
        Outdated: somebody was faster.
    """
    context.require(Permission.WRITE)
    statement = delete(Recurring).where(Recurring.id == recurring_id)
    with tenant_transaction(context) as db:
        before = held_state(db, PLAN, recurring_id, version)
        _write(db, statement)
        account_id = UUID(before["account_id"])
        audit.record(
            db, "recurring.deleted", subject_id=recurring_id, account_id=account_id, before=before
        )


def record_next(context: TenantContext, recurring_id: UUID) -> UUID:
    """Record the next one on its day, after which the one after it is expected; returns its id.

    Raises:
        PermissionDenied: the member may not change the books, or not this account.
        NotFound: there is no such recurring transaction.
        Conflict: the account is archived.
    """
    context.require(Permission.WRITE)
    step = update(Recurring).where(Recurring.id == recurring_id)
    asked = _all().where(Recurring.id == recurring_id)
    with tenant_transaction(context) as db:
        # Counted first: of two at once, the second one records the one after.
        counted = step.values(recorded=Recurring.recorded + 1)
        before = held_state(db, PLAN, recurring_id, None)
        _write(db, counted)
        row = db.execute(asked.add_columns(_on(Recurring.recorded - 1).label("due"))).one()
        open_account(db, row.account_id)
        transaction_id = new_id()
        plan = blank(transaction_id, row.account_id, row.currency, row.due, row.amount)
        texts = kept_texts({"payee": row.payee, "note": row.note})
        category = str(row.category_id) if row.category_id else None
        insert_snapshots(db, [{**plan, **texts, "category_id": category}])
        keep_changes(db, "transaction.recorded", {}, snapshots(db, [transaction_id]))
        _record(db, "recurring.recorded", recurring_id, before)
    return transaction_id


def _all() -> Select[*tuple[Any, ...]]:
    columns = {
        "account": Account.name.label("account"),
        "currency": Account.currency,
        "next_on": _next_on().label("next_on"),
    }
    chosen = [columns[name] if name in columns else getattr(Recurring, name) for name in RECURRING]
    return select(*chosen).join(Account, Account.id == Recurring.account_id)


def _next_on() -> ColumnElement[date]:
    return _on(Recurring.recorded)


def _on(number: Any) -> ColumnElement[date]:  # noqa: ANN401 - a column or an expression of it
    """Return the day of the n-th one: never counted from the one before, so that no day drifts."""
    steps = {each.value: _interval(text) for each, text in STEPS.items()}
    step = case(steps, value=Recurring.every, else_=_interval("1 year"))
    return cast(Recurring.starts_on + number * step, Date)


def _interval(text: str) -> ColumnElement[timedelta]:
    return cast(literal(text), Interval)


def _values(new: NewRecurring) -> dict[str, Any]:
    return _kept(asdict(new))


def _changes(db: Session, before: dict[str, Any], change: RecurringChange) -> dict[str, Any]:
    given = {name: value for name, value in asdict(change).items() if value is not UNCHANGED}
    old = UUID(before["account_id"])
    account = open_account(db, given.get("account_id", old))
    currency = given.pop("currency", account.currency)
    if "amount" not in given:
        currency = db.scalars(select(Account.currency).where(Account.id == old)).one()
    if account.currency != currency:
        raise InvalidInput(
            f"This amount is in {currency}, but {account.name} is kept in {account.currency}."
        )
    values = _kept(given)
    counted = ("every", "starts_on")
    is_same = all(str(values.get(name, before[name])) == before[name] for name in counted)
    return values if is_same else {**values, "recorded": 0}


def _kept(given: dict[str, Any]) -> dict[str, Any]:
    """Return values as the table keeps them."""
    kept = dict(given)
    if "every" in given:
        kept["every"] = given["every"].value
    if "payee" in given:
        kept["payee"] = required(neutral(given["payee"]), "payee", LONGEST_PAYEE)
    return kept | kept_texts({name: given[name] for name in ("note",) if name in given})


def _write(db: Session, statement: Update | Delete) -> None:
    if rows_changed(db, statement) != 1:
        raise PermissionDenied(NOT_WRITABLE)


def _record(db: Session, action: str, recurring_id: UUID, before: dict[str, Any] | None) -> None:
    after = state_of(db, PLAN, recurring_id)
    audit.record(
        db, action, subject_id=recurring_id, account_id=UUID(after["account_id"]),
        before=before, after=after,
    )  # fmt: skip
