"""Saved pivots: what a member takes apart again and again, kept for himself alone."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import MISSING

from fintrack.access.versions import version_of
from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.pivots import Measure
from fintrack.analytics.saved_pivots import (
    NO_PIVOT,
    PIVOT,
    PivotChange,
    View,
    change_pivot,
    remove_pivot,
    save_pivot,
    saved_pivots,
)
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Given, Name
from fintrack.api.pages import Page, Paging, page, row_of
from fintrack.api.versions import IfMatch, Versioned, tagged
from fintrack.context import TenantContext

router = APIRouter(prefix="/pivots", tags=["pivots"], route_class=Call)


class PivotGiven(Given):
    """Two different dimensions and a figure; ask GET /reports/pivot for the cells."""

    name: Name
    rows: Dimension
    columns: Dimension
    measure: Measure = Measure.SPENDING


class PivotPatch(Given):
    """Another name, other rows, columns or figures."""

    name: Name | MISSING = MISSING
    rows: Dimension | MISSING = MISSING
    columns: Dimension | MISSING = MISSING
    measure: Measure | MISSING = MISSING


class PivotTold(Versioned):
    """A pivot that I saved; nobody else sees it."""

    id: UUID
    name: str
    rows: Dimension
    columns: Dimension
    measure: Measure


@router.get("")
def list_pivots(context: Member, wanted: Paging) -> Page[PivotTold]:
    """List my pivots by name."""
    rows = saved_pivots(context).to_dict("records")
    return page(context.tenant_id, "pivots", [_told(row) for row in rows], wanted)


@router.post("", status_code=201)
def add_pivot(context: Member, given: PivotGiven, response: Response) -> PivotTold:
    """Save a pivot for myself."""
    view = View(given.rows, given.columns, given.measure)
    return tagged(response, _pivot(context, save_pivot(context, given.name, view)))


@router.get("/{pivot_id}")
def show_pivot(context: Member, pivot_id: UUID, response: Response) -> PivotTold:
    """Return one of my pivots."""
    return tagged(response, _pivot(context, pivot_id))


@router.patch("/{pivot_id}")
def change_one_pivot(
    context: Member, pivot_id: UUID, given: PivotPatch, version: IfMatch, response: Response
) -> PivotTold:
    """Change one of my pivots; what is not named stays."""
    changed = change_pivot(context, pivot_id, PivotChange(**given.model_dump()), version)
    return tagged(response, _told(row_of(changed, pivot_id, NO_PIVOT)))


@router.delete("/{pivot_id}", status_code=204)
def forget_pivot(context: Member, pivot_id: UUID, version: IfMatch) -> Response:
    """Forget one of my pivots."""
    remove_pivot(context, pivot_id, version)
    return Response(status_code=204)


def _pivot(context: TenantContext, pivot_id: UUID) -> PivotTold:
    return _told(row_of(saved_pivots(context), pivot_id, NO_PIVOT))


def _told(row: dict[Any, Any]) -> PivotTold:
    return PivotTold(version=version_of(row, PIVOT.values), **row)
