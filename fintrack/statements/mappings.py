"""How the columns of a bank's table were read: in each account, and as members said of its header.

What is said of a header serves the whole tenant, whoever sees the account that it was said for: it
tells what the columns hold, and nothing that a file says of its account or writes in its rows.
"""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.errors import InvalidInput
from fintrack.import_schema import ColumnMapping, ImportBatch
from fintrack.schema import Account
from fintrack.statements.mapping import Mapping

# The table takes nothing else.
TOLD = (
    "encoding", "delimiter", "roles", "date_order", "decimal_mark", "decimal_marks", "inverted",
    "header_fingerprint", "is_said",
)  # fmt: skip


def remembered_mappings(db: Session, fingerprint: str) -> dict[UUID, Mapping]:
    """Return by account how its newest file with this header was read, for the accounts one sees.

    An import that was undone counts: what a member said of its columns still holds.
    """
    newest = (
        select(ImportBatch.mapping)
        .where(
            ImportBatch.tenant_id == Account.tenant_id,
            ImportBatch.account_id == Account.id,
            ImportBatch.header_fingerprint == fingerprint,
        )
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())
        .limit(1)
    )
    kept = db.execute(select(Account.id, newest.scalar_subquery()))
    found = ((account_id, _readable(mapping)) for account_id, mapping in kept if mapping)
    return {account_id: mapping for account_id, mapping in found if mapping is not None}


def said_mapping(db: Session, fingerprint: str) -> Mapping | None:
    """Return what a member of the tenant said last of files with this header."""
    kept = _said(db, fingerprint)
    return _readable(kept) if kept else None


def kept_mapping(mapping: Mapping | None) -> dict[str, Any] | None:
    """Return what an import keeps of how its table was read; where it stands may differ."""
    if mapping is None or not mapping.header_fingerprint:
        return None
    anywhere = replace(mapping, sheet=None, header_row=None, first_row=None, last_row=None)
    return _json(anywhere)


def of_header(mapping: Mapping) -> Mapping:
    """Return what of the mapping holds for its header, whatever the account."""
    return Mapping(**{name: getattr(mapping, name) for name in TOLD})


def remember_mapping(db: Session, mapping: Mapping, account_id: UUID) -> None:
    """Keep for the tenant what a member said; the account's members are told of it.

    Without names columns that are quite different look alike, so nothing is kept of those.
    """
    if not (mapping.is_said and mapping.header_row and mapping.header_fingerprint):
        return
    before, after = _said(db, mapping.header_fingerprint), _told(mapping)
    if before == after:
        return
    statement = insert(ColumnMapping).values(fingerprint=mapping.header_fingerprint, mapping=after)
    db.execute(
        statement.on_conflict_do_update(
            constraint="column_mapping_pkey", set_={"mapping": statement.excluded.mapping}
        )
    )
    audit.record(db, "mapping.remembered", account_id=account_id, before=before, after=after)


def _said(db: Session, fingerprint: str) -> dict[str, Any] | None:
    statement = select(ColumnMapping.mapping).where(ColumnMapping.fingerprint == fingerprint)
    return db.scalars(statement).one_or_none()


def _told(mapping: Mapping) -> dict[str, Any]:
    return {name: value for name, value in _json(mapping).items() if name in TOLD}


def _json(mapping: Mapping) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(mapping.to_json())
    return kept


def _readable(kept: dict[str, Any]) -> Mapping | None:
    """Return what was kept, None of what somebody made up in a book that was restored."""
    try:
        return Mapping.from_json(json.dumps(kept))
    except InvalidInput:
        return None
