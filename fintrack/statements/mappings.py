"""The columns of a bank's table, remembered by header, and apart where accounts differ."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.schema import ColumnMapping
from fintrack.statements.mapping import Mapping


def remembered_mappings(db: Session, fingerprint: str) -> dict[UUID, Mapping]:
    """Return by account how files with this header were read, for the accounts one sees."""
    statement = select(ColumnMapping.account_id, ColumnMapping.mapping).where(
        ColumnMapping.fingerprint == fingerprint
    )
    return {
        row.account_id: Mapping.from_json(json.dumps(row.mapping)) for row in db.execute(statement)
    }


def remember_mapping(db: Session, account_id: UUID, mapping: Mapping) -> None:
    """Keep the mapping for the next file of this account; where its table stands may differ."""
    if not mapping.header_fingerprint:
        return
    anywhere = replace(mapping, sheet=None, header_row=None, first_row=None, last_row=None)
    kept = json.loads(anywhere.to_json())
    values = {
        "account_id": account_id,
        "fingerprint": mapping.header_fingerprint,
        "mapping": kept,
    }
    statement = insert(ColumnMapping).values(values)
    before = _kept(db, account_id, mapping.header_fingerprint)
    if before == kept:
        return
    db.execute(
        statement.on_conflict_do_update(
            constraint="column_mapping_pkey", set_={"mapping": statement.excluded.mapping}
        )
    )
    audit.record(
        db, "mapping.remembered", subject_id=account_id, account_id=account_id, before=before,
        after=kept,
    )  # fmt: skip


def _kept(db: Session, account_id: UUID, fingerprint: str) -> dict[str, Any] | None:
    statement = select(ColumnMapping.mapping).where(
        ColumnMapping.account_id == account_id, ColumnMapping.fingerprint == fingerprint
    )
    return db.scalars(statement).one_or_none()
