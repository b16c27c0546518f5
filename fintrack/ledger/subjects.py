"""Subjects: rows of which the activity keeps every change, and a version tells what was seen."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Label, delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from fintrack import audit
from fintrack.access.versions import require_seen
from fintrack.db import hold_books
from fintrack.errors import NotFound
from fintrack.ledger.refusals import refusals
from fintrack.ledger.rows import plain
from fintrack.schema import TenantRow

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Rows by their id, with the columns that are kept of them; `missing` says that there is none.

    Those columns are what a version tells apart as well.
    """

    id: InstrumentedAttribute[UUID]
    columns: tuple[InstrumentedAttribute[Any] | Label[Any], ...]
    missing: str

    @property
    def table(self) -> type[TenantRow]:
        """Return the table of the rows."""
        return self.id.class_  # type: ignore[return-value]  # no alias

    @property
    def values(self) -> tuple[str, ...]:
        """Return the names of what is kept."""
        return tuple(str(each.key) for each in self.columns)


def state_of(db: Session, subject: Subject, row_id: UUID) -> State:
    """Return the row as the activity keeps it.

    Raises:
        NotFound: the member sees no such row.
    """
    statement = select(*subject.columns).where(subject.id == row_id)
    row = db.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(subject.missing)
    return plain(row)


def held_state(db: Session, subject: Subject, row_id: UUID, version: str | None) -> State:
    """Return the row as it is once nobody else writes; nobody does until the commit.

    Raises:
        NotFound: the member sees no such row.
        Outdated: somebody was faster.
    """
    hold_books(db)
    state = state_of(db, subject, row_id)
    require_seen(state, subject.values, version)
    return state


def create_row(db: Session, subject: Subject, action: str, values: State) -> UUID:
    """Insert the row, record it, and return its id.

    Raises:
        FinTrackError: what the table refuses, in one sentence.
    """
    row_id: UUID = values["id"]
    with refusals():
        db.execute(insert(subject.table), [values])
    audit.record(db, action, subject_id=row_id, after=state_of(db, subject, row_id))
    return row_id


def change_row(
    db: Session, subject: Subject, row_id: UUID, action: str, values: State, version: str | None
) -> State:
    """Change the row, record it, and return how it was before; of no values nothing comes.

    Raises:
        NotFound: the member sees no such row.
        Outdated: somebody was faster.
        FinTrackError: what the table refuses, in one sentence.
    """
    before = held_state(db, subject, row_id, version)
    if values:
        statement = update(subject.table).where(subject.id == row_id).values(**values)
        with refusals():
            db.execute(statement)
        after = state_of(db, subject, row_id)
        audit.record(db, action, subject_id=row_id, before=before, after=after)
    return before


def delete_row(
    db: Session, subject: Subject, row_id: UUID, action: str, version: str | None
) -> None:
    """Delete the row and record it.

    Raises:
        NotFound: the member sees no such row.
        Outdated: somebody was faster.
    """
    before = held_state(db, subject, row_id, version)
    audit.record(db, action, subject_id=row_id, before=before)
    db.execute(delete(subject.table).where(subject.id == row_id))
