"""Categories: a tree of income and a tree of expenses."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    Select,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict
from fintrack.frames import Shape, read_frame
from fintrack.ledger.category_paths import category_tree
from fintrack.ledger.subjects import Subject, change_row, create_row, delete_row, held_state
from fintrack.plan_schema import Budget, Recurring, Rule
from fintrack.schema import Category, Payee, Posting, Transaction, new_id
from fintrack.texts import neutral, required

CATEGORIES: Shape = {
    "id": "str",
    "parent_id": "str",
    "kind": "str",
    "name": "str",
    "path": "str",
    "depth": "int64",
    "archived": "bool",
}
NO_CATEGORY = "There is no such category."
ARCHIVED = Category.archived_at.is_not(None).label("archived")
CATEGORY = Subject(
    Category.id, (Category.name, Category.kind, Category.parent_id, ARCHIVED), NO_CATEGORY
)
LONGEST_NAME = 60


class CategoryKind(StrEnum):
    """Which of the two trees a category is in; a refund may still lower an expense."""

    INCOME = "INCOME"
    EXPENSE = "EXPENSE"


def categories(context: TenantContext, *, archived: bool = True) -> pd.DataFrame:
    """Return the trees, income first, each parent before its children by name: `CATEGORIES`."""
    context.require(Permission.READ)
    tree = category_tree()
    columns = (tree.c.id, tree.c.parent_id, tree.c.kind, tree.c.name)
    statement = select(*columns, tree.c.path, tree.c.depth, tree.c.archived)
    statement = statement.order_by(tree.c.kind.desc(), tree.c.place)
    if not archived:
        statement = statement.where(~tree.c.archived)
    with tenant_transaction(context) as db:
        return read_frame(db, statement, CATEGORIES)


def create_category(
    context: TenantContext, name: str, kind: CategoryKind, parent_id: UUID | None = None
) -> UUID:
    """Add a category, below `parent_id` or at the top, and return its id.

    Raises:
        PermissionDenied: the member may not manage categories.
        Conflict: there is one of this name in the same place.
        InvalidInput: the name is missing or too long, or the parent is of the other kind.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    values = {"id": new_id(), "parent_id": parent_id, "kind": kind.value, "name": _name(name)}
    with tenant_transaction(context) as db:
        return create_row(db, CATEGORY, "category.created", values)


def rename_category(
    context: TenantContext, category_id: UUID, name: str, version: str | None = None
) -> None:
    """Give a category another name.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such category.
        Outdated: somebody was faster.
        Conflict: there is one of this name in the same place.
        InvalidInput: the name is missing or too long.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    _change(context, category_id, "category.renamed", {"name": _name(name)}, version)


def move_category(
    context: TenantContext, category_id: UUID, parent_id: UUID | None, version: str | None = None
) -> None:
    """Move a category with all below it under another of its kind, None for the top.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such category.
        Outdated: somebody was faster.
        Conflict: there is one of this name in the new place.
        InvalidInput: the new place is below itself, or of the other kind.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    _change(context, category_id, "category.moved", {"parent_id": parent_id}, version)


def archive_category(context: TenantContext, category_id: UUID, version: str | None = None) -> None:
    """Stop offering a category; what is under it stays.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such category.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    _change(context, category_id, "category.archived", {"archived_at": func.now()}, version)


def reopen_category(context: TenantContext, category_id: UUID, version: str | None = None) -> None:
    """Offer an archived category again.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such category.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    _change(context, category_id, "category.reopened", {"archived_at": None}, version)


def delete_category(context: TenantContext, category_id: UUID, version: str | None = None) -> None:
    """Delete a category that nothing uses in the accounts that the member sees.

    Whoever uses it in an account of his own keeps it there, archived.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such category.
        Outdated: somebody was faster.
        Conflict: it is in use; the sentence offers to archive it.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    with tenant_transaction(context) as db:
        name = held_state(db, CATEGORY, category_id, version)["name"]
        if db.scalars(_uses(category_id)).one():
            raise Conflict(f"{name} is in use. Archive it, or move what is under it first.")
        delete_row(db, CATEGORY, category_id, "category.deleted", version)


def _name(name: str) -> str:
    return required(neutral(name), "name of the category", LONGEST_NAME)


def _change(
    context: TenantContext,
    category_id: UUID,
    action: str,
    values: dict[str, Any],
    version: str | None,
) -> None:
    with tenant_transaction(context) as db:
        change_row(db, CATEGORY, category_id, action, values, version)


def _uses(category_id: UUID) -> Select[bool]:
    child = aliased(Category)
    columns = (
        (Transaction.id, Transaction.category_id),
        (Posting.id, Posting.category_id),
        (Payee.id, Payee.category_id),
        (Rule.id, Rule.category_id),
        (Budget.id, Budget.category_id),
        (Recurring.id, Recurring.category_id),
        (child.id, child.parent_id),
    )
    return select(or_(*(select(id_).where(ref == category_id).exists() for id_, ref in columns)))
