"""Categories, payees and tags: the names under which transactions are put."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import MISSING

from fintrack.access.versions import version_of
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Given, Name, optional_day, optional_id
from fintrack.api.movements import Category, TagTold
from fintrack.api.pages import Page, Paging, page, row_of
from fintrack.api.versions import IfMatch, Versioned, tagged
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.categories import (
    CATEGORY,
    NO_CATEGORY,
    CategoryKind,
    archive_category,
    categories,
    create_category,
    delete_category,
    move_category,
    rename_category,
    reopen_category,
)
from fintrack.ledger.payees import (
    NO_PAYEE,
    PAYEE,
    create_payee,
    delete_payee,
    payees,
    rename_payee,
    set_payee_category,
)
from fintrack.ledger.tags import NO_TAG, TAG, create_tag, delete_tag, rename_tag, tags

ONE = "Change one thing at a time: each is kept in the activity on its own."
router = APIRouter(tags=["names"], route_class=Call)


class CategoryGiven(Given):
    """A category, below another of its kind or at the top."""

    name: Name
    kind: CategoryKind
    parent: UUID | None = None


class CategoryPatch(Given):
    """One of: another name, another place (null is the top), archived or not."""

    name: Name | MISSING = MISSING
    parent: UUID | MISSING | None = MISSING
    archived: bool | MISSING = MISSING


class CategoryTold(Versioned):
    """A category; `path` is its full name, `depth` 0 at the top."""

    id: UUID
    parent: UUID | None
    kind: CategoryKind
    name: str
    path: str
    depth: int
    archived: bool


class PayeeGiven(Given):
    """A payee, and the category that its transactions usually get."""

    name: Name
    category: Category = None


class PayeePatch(Given):
    """One of: another name, also on its transactions, or another usual category."""

    name: Name | MISSING = MISSING
    category: UUID | MISSING | None = MISSING


class PayeeTold(Versioned):
    """A named payee and its use in the transactions that I see."""

    id: UUID
    name: str
    category: UUID | None
    transactions: int
    last_booked_on: date | None


class TagGiven(Given):
    """A tag's name."""

    name: Name


class TagInFull(Versioned, TagTold):
    """A tag with its version."""


@router.get("/categories")
def list_categories(context: Member, wanted: Paging) -> Page[CategoryTold]:
    """List the trees, income first, each parent before its children."""
    rows = categories(context).to_dict("records")
    return page(context.tenant_id, "categories", [_category_told(row) for row in rows], wanted)


@router.post("/categories", status_code=201)
def add_category(context: Member, given: CategoryGiven, response: Response) -> CategoryTold:
    """Add a category."""
    category_id = create_category(context, given.name, given.kind, given.parent)
    return tagged(response, _category(context, category_id))


@router.get("/categories/{category_id}")
def show_category(context: Member, category_id: UUID, response: Response) -> CategoryTold:
    """Return one category."""
    return tagged(response, _category(context, category_id))


@router.patch("/categories/{category_id}")
def change_category(
    context: Member, category_id: UUID, given: CategoryPatch, version: IfMatch, response: Response
) -> CategoryTold:
    """Rename, move, archive or reopen a category."""
    match _one(given):
        case {"name": name}:
            rename_category(context, category_id, name, version)
        case {"parent": parent}:
            move_category(context, category_id, parent, version)
        case {"archived": archived}:
            (archive_category if archived else reopen_category)(context, category_id, version)
    return tagged(response, _category(context, category_id))


@router.delete("/categories/{category_id}", status_code=204)
def remove_category(context: Member, category_id: UUID, version: IfMatch) -> Response:
    """Delete a category that nothing uses."""
    delete_category(context, category_id, version)
    return Response(status_code=204)


@router.get("/payees")
def list_payees(context: Member, wanted: Paging) -> Page[PayeeTold]:
    """List the named payees by name."""
    rows = payees(context).to_dict("records")
    return page(context.tenant_id, "payees", [_payee_told(row) for row in rows], wanted)


@router.post("/payees", status_code=201)
def add_payee(context: Member, given: PayeeGiven, response: Response) -> PayeeTold:
    """Name a payee."""
    payee_id = create_payee(context, given.name, given.category)
    return tagged(response, _payee(context, payee_id))


@router.get("/payees/{payee_id}")
def show_payee(context: Member, payee_id: UUID, response: Response) -> PayeeTold:
    """Return one payee."""
    return tagged(response, _payee(context, payee_id))


@router.patch("/payees/{payee_id}")
def change_payee(
    context: Member, payee_id: UUID, given: PayeePatch, version: IfMatch, response: Response
) -> PayeeTold:
    """Rename a payee, or set its usual category."""
    match _one(given):
        case {"name": name}:
            rename_payee(context, payee_id, name, version)
        case {"category": category}:
            set_payee_category(context, payee_id, category, version)
    return tagged(response, _payee(context, payee_id))


@router.delete("/payees/{payee_id}", status_code=204)
def remove_payee(context: Member, payee_id: UUID, version: IfMatch) -> Response:
    """Forget the name; the transactions keep their text."""
    delete_payee(context, payee_id, version)
    return Response(status_code=204)


@router.get("/tags")
def list_tags(context: Member, wanted: Paging) -> Page[TagInFull]:
    """List the tags by name."""
    rows = tags(context).to_dict("records")
    return page(context.tenant_id, "tags", [_tag_told(row) for row in rows], wanted)


@router.post("/tags", status_code=201)
def add_tag(context: Member, given: TagGiven, response: Response) -> TagInFull:
    """Add a tag."""
    tag_id = create_tag(context, given.name)
    return tagged(response, _tag(context, tag_id))


@router.get("/tags/{tag_id}")
def show_tag(context: Member, tag_id: UUID, response: Response) -> TagInFull:
    """Return one tag."""
    return tagged(response, _tag(context, tag_id))


@router.patch("/tags/{tag_id}")
def change_tag(
    context: Member, tag_id: UUID, given: TagGiven, version: IfMatch, response: Response
) -> TagInFull:
    """Rename a tag, on every transaction at once."""
    rename_tag(context, tag_id, given.name, version)
    return tagged(response, _tag(context, tag_id))


@router.delete("/tags/{tag_id}", status_code=204)
def remove_tag(context: Member, tag_id: UUID, version: IfMatch) -> Response:
    """Delete a tag; the transactions lose it and stay."""
    delete_tag(context, tag_id, version)
    return Response(status_code=204)


def _one(given: CategoryPatch | PayeePatch) -> dict[str, Any]:
    values = given.model_dump()
    if len(values) > 1:
        raise InvalidInput(ONE)
    return values


def _category(context: TenantContext, category_id: UUID) -> CategoryTold:
    return _category_told(row_of(categories(context), category_id, NO_CATEGORY))


def _category_told(row: dict[Any, Any]) -> CategoryTold:
    parent, version = optional_id(row["parent_id"]), version_of(row, CATEGORY.values)
    return CategoryTold(parent=parent, version=version, **row)


def _payee(context: TenantContext, payee_id: UUID) -> PayeeTold:
    return _payee_told(row_of(payees(context), payee_id, NO_PAYEE))


def _payee_told(row: dict[Any, Any]) -> PayeeTold:
    last, version = optional_day(row["last_booked_on"]), version_of(row, PAYEE.values)
    category = optional_id(row["category_id"])
    return PayeeTold(category=category, version=version, **{**row, "last_booked_on": last})


def _tag(context: TenantContext, tag_id: UUID) -> TagInFull:
    return _tag_told(row_of(tags(context), tag_id, NO_TAG))


def _tag_told(row: dict[Any, Any]) -> TagInFull:
    return TagInFull(version=version_of(row, TAG.values), **row)
