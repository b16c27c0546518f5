"""Payees: the names that members gave, beside the plain text that transactions carry.

A transaction keeps its payee as text, so that a private account tells nothing to the others.
"""

from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.versions import require_seen
from fintrack.context import Permission, TenantContext
from fintrack.db import hold_books, tenant_transaction
from fintrack.errors import NotFound
from fintrack.frames import Shape, read_frame
from fintrack.ledger.change_sets import keep_changes
from fintrack.ledger.refusals import refusals
from fintrack.ledger.rows import plain
from fintrack.ledger.snapshots import locked, snapshots, update_snapshots
from fintrack.schema import Payee, Transaction, new_id
from fintrack.texts import neutral, required

PAYEES: Shape = {
    "id": "str",
    "name": "str",
    "category_id": "str",
    "transactions": "int64",
    "last_booked_on": "datetime64[s]",
}
# What a version of a payee tells apart.
PAYEE_VALUES = ("name", "category_id")
NO_PAYEE = "There is no such payee."
LONGEST_NAME = 200


def payees(context: TenantContext) -> pd.DataFrame:
    """Return the named payees by name, with their use in transactions the member sees: `PAYEES`."""
    context.require(Permission.READ)
    used = (
        select(
            Transaction.payee,
            func.count().label("transactions"),
            func.max(Transaction.booked_on).label("last_booked_on"),
        )
        .where(Transaction.payee.in_(select(Payee.name)))
        .group_by(Transaction.payee)
        .subquery("used")
    )
    count = func.coalesce(used.c.transactions, 0)
    statement = (
        select(Payee.id, Payee.name, Payee.category_id, count, used.c.last_booked_on)
        .outerjoin(used, used.c.payee == Payee.name)
        .order_by(func.lower(Payee.name))
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, PAYEES)


def create_payee(context: TenantContext, name: str, category_id: UUID | None = None) -> UUID:
    """Name a payee, with the category that its transactions usually get; returns its id.

    Raises:
        PermissionDenied: the member may not manage payees.
        NotFound: there is no such category.
        Conflict: there is one of this name.
        InvalidInput: the name is missing or too long.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    payee_id, kept = new_id(), _name(name)
    with tenant_transaction(context) as db:
        with refusals():
            values = {"id": payee_id, "name": kept, "category_id": category_id}
            db.execute(insert(Payee), [values])
        audit.record(db, "payee.created", subject_id=payee_id, after=_state_of(db, payee_id))
    return payee_id


def rename_payee(
    context: TenantContext, payee_id: UUID, name: str, version: str | None = None
) -> UUID:
    """Rename a payee, also on every transaction that the member may change.

    Returns the id of the change set, whose undoing gives the transactions their old text back.

    Raises:
        PermissionDenied: the member may not manage payees.
        NotFound: there is no such payee.
        Outdated: somebody was faster.
        Conflict: there is one of this name.
        InvalidInput: the name is missing or too long.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    kept = _name(name)
    with tenant_transaction(context) as db:
        old = _change(db, payee_id, "payee.renamed", {"name": kept}, version)
        before = locked(db, _writable(db, old["name"]))
        update_snapshots(db, [{**each, "payee": kept} for each in before.values()])
        return keep_changes(db, "payee.renamed", before, snapshots(db, list(before)))


def set_payee_category(
    context: TenantContext,
    payee_id: UUID,
    category_id: UUID | None,
    version: str | None = None,
) -> None:
    """Set the category that the payee's transactions usually get, None for whatever came last.

    Raises:
        PermissionDenied: the member may not manage payees.
        NotFound: there is no such payee or category.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    with tenant_transaction(context) as db:
        _change(db, payee_id, "payee.categorised", {"category_id": category_id}, version)


def delete_payee(context: TenantContext, payee_id: UUID, version: str | None = None) -> None:
    """Forget the name; the transactions keep their text.

    Raises:
        PermissionDenied: the member may not manage payees.
        NotFound: there is no such payee.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    statement = delete(Payee).where(Payee.id == payee_id)
    with tenant_transaction(context) as db:
        before = _held(db, payee_id, version)
        audit.record(db, "payee.deleted", subject_id=payee_id, before=before)
        db.execute(statement)


def _name(name: str) -> str:
    return required(neutral(name), "name of the payee", LONGEST_NAME)


def _held(db: Session, payee_id: UUID, version: str | None) -> dict[str, Any]:
    hold_books(db)
    state = _state_of(db, payee_id)
    require_seen(state, PAYEE_VALUES, version)
    return state


def _state_of(db: Session, payee_id: UUID) -> dict[str, Any]:
    columns = select(Payee.name, Payee.category_id).where(Payee.id == payee_id)
    row = db.execute(columns).mappings().one_or_none()
    if row is None:
        raise NotFound(NO_PAYEE)
    return plain(row)


def _writable(db: Session, payee: str) -> list[UUID]:
    # Only rows that the member may change can be locked, so the lock is the question.
    rows = select(Transaction.id).where(Transaction.payee == payee)
    return list(db.scalars(rows.order_by(Transaction.id).with_for_update(key_share=True)))


def _change(
    db: Session, payee_id: UUID, action: str, values: dict[str, Any], version: str | None
) -> dict[str, Any]:
    """Change the payee, record it, and return how the payee was before."""
    before = _held(db, payee_id, version)
    statement = update(Payee).where(Payee.id == payee_id).values(**values)
    with refusals():
        db.execute(statement)
    audit.record(db, action, subject_id=payee_id, before=before, after=_state_of(db, payee_id))
    return before
