"""Tags: words to find transactions by, across categories."""

from uuid import UUID

import pandas as pd
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.versions import require_seen
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound
from fintrack.frames import Shape, read_frame
from fintrack.ledger.refusals import refusals
from fintrack.schema import Tag, new_id
from fintrack.texts import neutral, required

TAGS: Shape = {"id": "str", "name": "str"}
# What a version of a tag tells apart.
TAG_VALUES = ("name",)
NO_TAG = "There is no such tag."
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
    tag_id, kept = new_id(), _name(name)
    with tenant_transaction(context) as db:
        with refusals():
            db.execute(insert(Tag), [{"id": tag_id, "name": kept}])
        audit.record(db, "tag.created", subject_id=tag_id, after={"name": kept})
    return tag_id


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
    kept = _name(name)
    statement = update(Tag).where(Tag.id == tag_id).values(name=kept)
    with tenant_transaction(context) as db:
        before = _held(db, tag_id, version)
        with refusals():
            db.execute(statement)
        audit.record(db, "tag.renamed", subject_id=tag_id, before=before, after={"name": kept})


def delete_tag(context: TenantContext, tag_id: UUID, version: str | None = None) -> None:
    """Delete a tag; the transactions lose it and stay.

    Raises:
        PermissionDenied: the member may not manage tags.
        NotFound: there is no such tag.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    statement = delete(Tag).where(Tag.id == tag_id)
    with tenant_transaction(context) as db:
        before = _held(db, tag_id, version)
        db.execute(statement)
        audit.record(db, "tag.deleted", subject_id=tag_id, before=before)


def _held(db: Session, tag_id: UUID, version: str | None) -> dict[str, str]:
    name = db.scalars(select(Tag.name).where(Tag.id == tag_id).with_for_update()).one_or_none()
    if name is None:
        raise NotFound(NO_TAG)
    state = {"name": name}
    require_seen(state, TAG_VALUES, version)
    return state


def _name(name: str) -> str:
    return required(neutral(name), "name of the tag", LONGEST_NAME)
