"""Payees: the names that members gave, beside the plain text that transactions carry.

A transaction keeps its payee as text, so that a private account tells nothing to the others.
"""

from uuid import UUID

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.ledger.change_sets import keep_changes
from fintrack.ledger.snapshots import locked, snapshots, update_snapshots
from fintrack.ledger.subjects import Subject, change_row, create_row, delete_row
from fintrack.schema import Payee, Transaction, new_id
from fintrack.texts import neutral, required

PAYEES: Shape = {
    "id": "str",
    "name": "str",
    "category_id": "str",
    "transactions": "int64",
    "last_booked_on": "datetime64[s]",
}
NO_PAYEE = "There is no such payee."
PAYEE = Subject(Payee.id, (Payee.name, Payee.category_id), NO_PAYEE)
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
    values = {"id": new_id(), "name": _name(name), "category_id": category_id}
    with tenant_transaction(context) as db:
        return create_row(db, PAYEE, "payee.created", values)


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
        old = change_row(db, PAYEE, payee_id, "payee.renamed", {"name": kept}, version)
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
        values = {"category_id": category_id}
        change_row(db, PAYEE, payee_id, "payee.categorised", values, version)


def delete_payee(context: TenantContext, payee_id: UUID, version: str | None = None) -> None:
    """Forget the name; the transactions keep their text.

    Raises:
        PermissionDenied: the member may not manage payees.
        NotFound: there is no such payee.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    with tenant_transaction(context) as db:
        delete_row(db, PAYEE, payee_id, "payee.deleted", version)


def _name(name: str) -> str:
    return required(neutral(name), "name of the payee", LONGEST_NAME)


def _writable(db: Session, payee: str) -> list[UUID]:
    # Only rows that the member may change can be locked, so the lock is the question.
    rows = select(Transaction.id).where(Transaction.payee == payee)
    return list(db.scalars(rows.order_by(Transaction.id).with_for_update(key_share=True)))
