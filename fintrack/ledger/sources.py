"""Where a transaction came from: the rows of files that brought it or named it again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fintrack.import_schema import ImportBatch, ImportRow


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A row of an imported file as it stood there; `is_origin` says that it made the transaction.

    `imported_by` is the person's name, empty once it was erased.
    """

    import_id: UUID
    file_name: str
    line: int
    raw: str
    is_origin: bool
    imported_at: datetime
    imported_by: str


def sources(db: Session, transaction_id: UUID) -> tuple[SourceRecord, ...]:
    """Return the rows behind a transaction, of imports in the member's sight, the oldest first."""
    people = func.sec.members().table_valued("user_id", "name").alias("people")
    statement = (
        select(
            ImportBatch.import_id,
            ImportBatch.file_name,
            ImportRow.line,
            ImportRow.raw,
            ImportRow.state == "NEW",
            ImportBatch.created_at,
            func.coalesce(people.c.name, ""),
        )
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .outerjoin(people, people.c.user_id == ImportBatch.created_by)
        .where(ImportRow.transaction_id == transaction_id, ImportBatch.undone_at.is_(None))
        .order_by(ImportBatch.created_at, ImportRow.ordinal)
    )
    return tuple(SourceRecord(*row) for row in db.execute(statement))
