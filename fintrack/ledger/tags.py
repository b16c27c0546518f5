"""Tags: words to find transactions by, across categories."""

from uuid import UUID

import pandas as pd
from sqlalchemy import func, select

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.ledger.subjects import Subject, change_row, create_row, delete_row
from fintrack.schema import Tag, new_id
from fintrack.texts import neutral, required

TAGS: Shape = {"id": "str", "name": "str"}
NO_TAG = "There is no such tag."
TAG = Subject(Tag.id, (Tag.name,), NO_TAG)
LONGEST_NAME = 40


def tags(context: TenantContext) -> pd.DataFrame:
    """Return the tenant's tags by name: `TAGS`."""
    context.require(Permission.READ)
    statement = select(Tag.id, Tag.name).order_by(func.lower(Tag.name))
    with tenant_transaction(context) as db:
        return read_frame(db, statement, TAGS)


def create_tag(context: TenantContext, name: str) -> UUID:
    """Add a tag and return its id.

    Raises:
        PermissionDenied: the member may not manage tags.
        Conflict: there is one of this name.
        InvalidInput: the name is missing or too long.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    values = {"id": new_id(), "name": _name(name)}
    with tenant_transaction(context) as db:
        return create_row(db, TAG, "tag.created", values)


def rename_tag(context: TenantContext, tag_id: UUID, name: str, version: str | None = None) -> None:
    """Give a tag another name, on every transaction at once.

    Raises:
        PermissionDenied: the member may not manage tags.
        NotFound: there is no such tag.
        Outdated: somebody was faster.
        Conflict: there is one of this name.
        InvalidInput: the name is missing or too long.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    values = {"name": _name(name)}
    with tenant_transaction(context) as db:
        change_row(db, TAG, tag_id, "tag.renamed", values, version)


def delete_tag(context: TenantContext, tag_id: UUID, version: str | None = None) -> None:
    """Delete a tag; the transactions lose it and stay.

    Raises:
        PermissionDenied: the member may not manage tags.
        NotFound: there is no such tag.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    with tenant_transaction(context) as db:
        delete_row(db, TAG, tag_id, "tag.deleted", version)


def _name(name: str) -> str:
    return required(neutral(name), "name of the tag", LONGEST_NAME)
