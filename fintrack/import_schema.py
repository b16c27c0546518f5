"""The tables of imports as typed columns: statements, their rows, and how files are read."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed
from sqlalchemy.orm import Mapped, mapped_column

from fintrack.schema import FILLED, TenantRow


class ImportBatch(TenantRow):
    """One statement of an imported file, as it went into one account."""

    __tablename__ = "import_batch"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID]
    account_id: Mapped[UUID]
    file_name: Mapped[str]
    file_hash: Mapped[bytes]
    format: Mapped[str]
    new_count: Mapped[int]
    duplicate_count: Mapped[int]
    rejected_count: Mapped[int]
    balance_before: Mapped[int]
    balance_after: Mapped[int]
    file_balance: Mapped[int | None]
    file_balance_on: Mapped[date | None]
    covers_from: Mapped[date | None]
    mapping: Mapped[dict[str, Any] | None]
    header_fingerprint: Mapped[str | None] = mapped_column(
        Computed("mapping ->> 'header_fingerprint'", persisted=True)
    )
    created_by: Mapped[UUID] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    undone_at: Mapped[datetime | None]


class ImportRow(TenantRow):
    """One row of an imported statement and what became of it."""

    __tablename__ = "import_row"

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    line: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str]
    raw: Mapped[str]
    transaction_id: Mapped[UUID | None]
    gives_key: Mapped[bool]


class ColumnMapping(TenantRow):
    """How members said that files with this header are read, in whatever account."""

    __tablename__ = "column_mapping"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[dict[str, Any]]
