"""Saved pivots: rows, columns and measure that a member keeps for himself under a name."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.versions import version_of
from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.pivots import Measure, require_two
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.ledger.refusals import refusals
from fintrack.ledger.subjects import Subject, held_state
from fintrack.plan_schema import SavedPivot
from fintrack.schema import new_id
from fintrack.texts import neutral, required

SAVED_PIVOTS: Shape = {
    "id": "str",
    "name": "str",
    "rows": "str",
    "columns": "str",
    "measure": "str",
}
NO_PIVOT = "You have no such pivot."
PIVOT = Subject(
    SavedPivot.id,
    (SavedPivot.name, SavedPivot.rows, SavedPivot.columns, SavedPivot.measure),
    NO_PIVOT,
)
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class View:
    """What a pivot is made of, whatever its period."""

    rows: Dimension
    columns: Dimension
    measure: Measure


@dataclass(frozen=True, slots=True)
class PivotChange:
    """New values of a saved pivot; what is None stays."""

    name: str | None = None
    rows: Dimension | None = None
    columns: Dimension | None = None
    measure: Measure | None = None


def saved_pivots(context: TenantContext) -> pd.DataFrame:
    """Return the member's own pivots by name: `SAVED_PIVOTS`; nobody else sees them."""
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return _own(db)


def save_pivot(context: TenantContext, name: str, view: View) -> UUID:
    """Keep a pivot under a name and return its id.

    Raises:
        PermissionDenied: the member only looks, with a token or in a tenant that is closing.
        Conflict: the member has a pivot of this name.
        InvalidInput: the name is missing or too long, or rows and columns are the same.
    """
    context.require(Permission.SAVE_PIVOTS)
    require_two(view.rows, view.columns)
    pivot_id, values = new_id(), {"name": _name(name), **asdict(view)}
    with tenant_transaction(context) as db:
        with refusals():
            db.execute(insert(SavedPivot), [{"id": pivot_id, **values}])
        audit.record(db, "pivot.saved", subject_id=pivot_id, after=_told(values))
    return pivot_id


def change_pivot(
    context: TenantContext, pivot_id: UUID, change: PivotChange, version: str | None = None
) -> pd.DataFrame:
    """Give a saved pivot another name, or make it of something else; returns `saved_pivots` then.

    Raises:
        PermissionDenied: the member only looks, with a token or in a tenant that is closing.
        NotFound: the member has no such pivot.
        Outdated: somebody was faster.
        Conflict: the member has a pivot of this name.
        InvalidInput: the name is missing or too long, or rows and columns are the same.
    """
    context.require(Permission.SAVE_PIVOTS)
    values = {key: value for key, value in asdict(change).items() if value is not None}
    if "name" in values:
        values["name"] = _name(values["name"])
    statement = update(SavedPivot).where(SavedPivot.id == pivot_id).values(**values)
    with tenant_transaction(context) as db:
        before = held_state(db, PIVOT, pivot_id, version)
        after = {**before, **values}
        require_two(Dimension(after["rows"]), Dimension(after["columns"]))
        if after != before:
            with refusals():
                db.execute(statement)
            was, now = _told(before), _told(after)
            audit.record(db, "pivot.changed", subject_id=pivot_id, before=was, after=now)
        return _own(db)


def remove_pivot(context: TenantContext, pivot_id: UUID, version: str | None = None) -> None:
    """Forget a saved pivot.

    Raises:
        PermissionDenied: the member only looks, with a token or in a tenant that is closing.
        NotFound: the member has no such pivot.
        Outdated: somebody was faster.
    """
    context.require(Permission.SAVE_PIVOTS)
    statement = delete(SavedPivot).where(SavedPivot.id == pivot_id)
    with tenant_transaction(context) as db:
        before = held_state(db, PIVOT, pivot_id, version)
        db.execute(statement)
        audit.record(db, "pivot.removed", subject_id=pivot_id, before=_told(before))


def _own(db: Session) -> pd.DataFrame:
    columns = [getattr(SavedPivot, name) for name in SAVED_PIVOTS]
    return read_frame(db, select(*columns).order_by(func.lower(SavedPivot.name)), SAVED_PIVOTS)


def _told(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without its words: the activity outlives its member, and forgets nothing."""
    values = {name: value for name, value in state.items() if name != "name"}
    return {**values, "version": version_of(state, PIVOT.values)}


def _name(name: str) -> str:
    return required(neutral(name), "name of the pivot", LONGEST_NAME)
