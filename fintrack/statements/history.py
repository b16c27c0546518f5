"""Which files were imported, and what became of their rows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    and_,
    cast,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound
from fintrack.frames import Shape, read_frame
from fintrack.import_schema import ImportBatch, ImportRow
from fintrack.ledger.recording import NO_ACCOUNT
from fintrack.schema import Account, AuditEvent, Transaction
from fintrack.statements.openings import balance_then
from fintrack.statements.plans import BOOK_FORMAT
from fintrack.statements.summaries import RowState

IMPORTS: Shape = {
    "import_id": "str",
    "batch_id": "str",
    "account_id": "str",
    "account": "str",
    "currency": "str",
    "file_name": "str",
    "imported_at": "datetime64[s]",
    "new": "int64",
    "duplicate": "int64",
    "rejected": "int64",
    "balance_before": "int64",
    "balance_after": "int64",
    "file_balance": "Int64",
    "file_balance_on": "datetime64[s]",
    "difference": "Int64",
    "undone": "bool",
}
IMPORT_ROWS: Shape = {
    "batch_id": "str",
    "ordinal": "int64",
    "account": "str",
    "line": "int64",
    "state": "str",
    "reason": "str",
    "raw": "str",
    "transaction_id": "str",
}
UNDONE, GONE = "import.undone", "gone"
KEPT_COUNTS = "new duplicate rejected balance_before balance_after".split()
_AT = cast(AuditEvent.before[GONE]["at"].astext, DateTime(timezone=True))
# Written out, so that the index of these few events is known to hold them.
IS_GONE = and_(
    AuditEvent.action == literal(UNDONE, literal_execute=True),
    AuditEvent.before.has_key(literal(GONE, literal_execute=True)),
)
MOST = 201
MOST_ROWS = 100_000


def imports(
    context: TenantContext,
    limit: int = 20,
    import_id: UUID | None = None,
    *,
    after: UUID | None = None,
) -> pd.DataFrame:
    """Return the statements of the newest imports, or of one, newest first: `IMPORTS`.

    After an import come those that are older. Times are the tenant's own; a file of several
    accounts has a row each, with one import_id. A whole book is not among the newest.
    `difference` is by how much the books are now above the closing balance that the file states
    for the end of the day `file_balance_on`. An import that was undone with the account which it
    had opened has no account_id; who may not read the activity is not told of it.
    """
    context.require(Permission.READ)
    one = select(literal(import_id)) if import_id else _newest(context, limit, after)
    there = _there(context).where(ImportBatch.import_id.in_(one))
    gone = _gone(context).where(AuditEvent.subject_id.in_(one))
    every = (union_all(there, gone) if _tells_gone(context) else there).subquery()
    *columns, at = every.c
    order = at.desc(), columns[0].desc(), columns[1]
    with tenant_transaction(context) as db:
        return read_frame(db, select(*columns).order_by(*order), IMPORTS)


def is_balance_kept(context: TenantContext, account_id: UUID, balance: int, on: date) -> bool:
    """Return whether an import that stands stated this balance of the account for this day.

    Raises:
        NotFound: the member sees no such account.
    """
    context.require(Permission.READ)
    kept = select(ImportBatch.id).where(
        ImportBatch.account_id == account_id,
        ImportBatch.file_balance == balance,
        ImportBatch.file_balance_on == on,
        ImportBatch.undone_at.is_(None),
    )
    with tenant_transaction(context) as db:
        found = db.scalar(select(kept.exists()).where(Account.id == account_id))
    if found is None:
        raise NotFound(NO_ACCOUNT)
    return found


def import_rows(
    context: TenantContext,
    import_id: UUID,
    state: RowState | None = None,
    *,
    limit: int = MOST_ROWS,
    after: int = 0,
) -> pd.DataFrame:
    """Return rows of one imported file, in its order and after an ordinal: `IMPORT_ROWS`.

    Raises:
        NotFound: the member sees no such import.
    """
    context.require(Permission.READ)
    statement = (
        select(
            ImportRow.batch_id,
            ImportRow.ordinal,
            Account.name,
            ImportRow.line,
            ImportRow.state,
            ImportRow.reason,
            ImportRow.raw,
            ImportRow.transaction_id,
        )
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .join(Account, Account.id == ImportRow.account_id)
        .where(ImportBatch.import_id == import_id, ImportRow.ordinal > after)
        .order_by(ImportRow.ordinal)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(ImportRow.state == state.value)
    with tenant_transaction(context) as db:
        _require_import(context, db, import_id)
        return read_frame(db, statement, IMPORT_ROWS)


def import_days(context: TenantContext, import_id: UUID) -> tuple[date, date] | None:
    """Return the first and the last day of what the import added or found; None of nothing.

    Raises:
        NotFound: the member sees no such import.
    """
    context.require(Permission.READ)
    days = (
        select(func.min(Transaction.booked_on), func.max(Transaction.booked_on))
        .join(ImportRow, ImportRow.transaction_id == Transaction.id)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportBatch.import_id == import_id)
        .having(func.count() > 0)
    )
    with tenant_transaction(context) as db:
        _require_import(context, db, import_id)
        found = db.execute(days).one_or_none()
        return None if found is None else (found[0], found[1])


def _require_import(context: TenantContext, db: Session, import_id: UUID) -> None:
    known = select(ImportBatch.id).where(ImportBatch.import_id == import_id).limit(1)
    gone = _gone(context).where(AuditEvent.subject_id == import_id).limit(1)
    if db.scalar(known) is None and not (_tells_gone(context) and db.execute(gone).first()):
        raise NotFound("There is no such import.")


def _there(context: TenantContext) -> Select[*tuple[Any, ...]]:
    """Return `IMPORTS` of accounts that are there, and the exact moment of each last."""
    statement = select(
        ImportBatch.import_id,
        ImportBatch.id,
        ImportBatch.account_id,
        Account.name,
        Account.currency,
        ImportBatch.file_name,
        _local(context, ImportBatch.created_at),
        ImportBatch.new_count,
        ImportBatch.duplicate_count,
        ImportBatch.rejected_count,
        ImportBatch.balance_before,
        ImportBatch.balance_after,
        ImportBatch.file_balance,
        ImportBatch.file_balance_on,
        cast(balance_then() - ImportBatch.file_balance, BigInteger),
        ImportBatch.undone_at.is_not(None),
        ImportBatch.created_at,
    )
    return statement.join(Account, Account.id == ImportBatch.account_id)


def _gone(context: TenantContext) -> Select[*tuple[Any, ...]]:
    """Return the same of accounts that went with their import, as the activity keeps it."""
    told = AuditEvent.before[GONE]
    counts = [cast(told[name].astext, BigInteger) for name in KEPT_COUNTS]
    columns = [
        AuditEvent.subject_id,
        AuditEvent.id,
        null(),
        *(told[name].astext for name in ("account", "currency", "file_name")),
        _local(context, _AT),
        *counts,
        *(null(), null(), null()),
        true(),
    ]
    return select(*columns, _AT).where(IS_GONE)


def _tells_gone(context: TenantContext) -> bool:
    return context.may(Permission.READ_ACTIVITY)


def _newest(context: TenantContext, limit: int, after: UUID | None) -> Select[UUID]:
    """Return the ids of files; the statements of one have one time."""
    kinds: list[tuple[Any, Any, ColumnElement[bool]]] = [
        (ImportBatch.import_id, ImportBatch.created_at, ImportBatch.format != BOOK_FORMAT)
    ]
    if _tells_gone(context):
        kinds.append((AuditEvent.subject_id, _AT, IS_GONE))
    moments = [
        select(at).where(named == after, condition).limit(1).scalar_subquery()
        for named, at, condition in kinds
    ]
    most, before = max(1, min(limit, MOST)), tuple_(func.coalesce(*moments), after)
    # The newest of each kind first, so that an index gives them, however many there are.
    parts = [
        select(named.label("named"), at.label("at"))
        .where(condition, true() if after is None else tuple_(at, named) < before)
        .group_by(named, at)
        .order_by(at.desc(), named.desc())
        .limit(most)
        for named, at, condition in kinds
    ]
    every = union_all(*parts).subquery()
    return select(every.c.named).order_by(every.c.at.desc(), every.c.named.desc()).limit(most)


def _local(context: TenantContext, moment: SQLCoreOperations[datetime]) -> ColumnElement[datetime]:
    return func.date_trunc("second", func.timezone(context.time_zone, moment))
