"""The columns of a bank's table, remembered by account and header."""

import json
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fintrack.schema import ColumnMapping
from fintrack.statements.mapping import Mapping


@dataclass(frozen=True, slots=True)
class Remembered:
    """How a member once confirmed this header; `only_account` when it was for one account."""

    mapping: Mapping
    only_account: UUID | None


def remembered_mapping(db: Session, fingerprint: str, account_id: UUID | None) -> Remembered | None:
    """Return how files with this header are read for the account, or for any visible one."""
    statement = (
        select(ColumnMapping.account_id, ColumnMapping.mapping)
        .where(ColumnMapping.fingerprint == fingerprint)
        .order_by(ColumnMapping.account_id.desc())
    )
    found = {row.account_id: row.mapping for row in db.execute(statement)}
    if not found:
        return None
    newest = next(iter(found))
    text = json.dumps(found[account_id if account_id in found else newest])
    return Remembered(Mapping.from_json(text), newest if len(found) == 1 else None)


def remember_mapping(db: Session, account_id: UUID, mapping: Mapping) -> None:
    """Keep the mapping for the next file of this account; where its table begins may differ."""
    if not mapping.header_fingerprint:
        return
    kept = json.loads(replace(mapping, header_row=None, first_row=None).to_json())
    values = {
        "account_id": account_id,
        "fingerprint": mapping.header_fingerprint,
        "mapping": kept,
    }
    statement = insert(ColumnMapping).values(values)
    db.execute(
        statement.on_conflict_do_update(
            constraint="column_mapping_pkey", set_={"mapping": statement.excluded.mapping}
        )
    )
