"""An archive into a new tenant: all of it, and the same to the byte, or nothing."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal
from itertools import islice
from typing import IO, Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.tenants import NewTenant, abandon_tenant, create_bare_tenant
from fintrack.attachment_schema import Attachment
from fintrack.context import TenantContext, TenantType, UserSession
from fintrack.db import defer_constraints, tenant_transaction
from fintrack.errors import InvalidInput
from fintrack.import_schema import ImportBatch
from fintrack.ledger.rows import add, given
from fintrack.ledger.search import words_of
from fintrack.money import minor_units
from fintrack.operations.archive.attached import write_attachment
from fintrack.operations.archive.export import account_sums, file_hashes
from fintrack.operations.archive.manifest import AccountSum, Manifest, content_hash, stated_hashes
from fintrack.operations.archive.pack import Pack, opened, rows, tables
from fintrack.operations.archive.tables import ArchiveTable, value_of
from fintrack.operations.archive.verify import require_unaltered
from fintrack.schema import Account, Tenant, Transaction
from fintrack.statements.books.report import AccountOutcome, BookReport
from fintrack.statements.imports import Progress
from fintrack.texts import counted

FORMAT = "FinTrack"
CHUNK = 2_500
DAMAGED = "The file's tables do not fit together, so nothing was restored."
NOT_EQUAL = "{name} did not come out as it went in, so nothing was restored."
TEXTS = ("payee", "description", "note")
# PostgreSQL lets nobody say these when a row is made.
SAID_LATER = frozenset({"undone_at"})


def restore_book(
    session: UserSession, file: IO[bytes], *, name: str = "", progress: Progress | None = None
) -> BookReport:
    """Restore an archive into a new tenant of the user, called `name` or as it was.

    All accounts are the user's own then. `progress` is told how many rows of how many are done.

    Raises:
        InvalidInput: it is no archive, was changed, or does not come out the same.
        Conflict: the tenant would have more than a tenant may have.
    """
    with opened(file) as pack, ExitStack() as failure:
        require_unaltered(pack)
        context = create_bare_tenant(session, _tenant(pack.manifest, name))
        failure.callback(abandon_tenant, session, context.slug)
        accounts = _restored(context, pack, progress)
        failure.pop_all()
    before = pack.manifest
    return BookReport(
        context,
        FORMAT,
        tuple(
            _outcome(*pair) for pair in zip(sorted(before.accounts, key=_id), accounts, strict=True)
        ),
        tuple(_notes(before)),
        before.content_hash,
    )


def _tenant(manifest: Manifest, name: str) -> NewTenant:
    try:
        words = {
            word: str(manifest.tenant[word]) for word in "currency country locale time_zone".split()
        }
        kind = TenantType(manifest.tenant["type"])
        return NewTenant(name or str(manifest.tenant["name"]), kind, **words)  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(DAMAGED) from error


def _restored(
    context: TenantContext, pack: Pack, progress: Progress | None
) -> Sequence[AccountSum]:
    try:
        with tenant_transaction(context) as db:
            defer_constraints(db)
            _write_settings(db, pack.manifest)
            total = sum(file.rows for file in pack.manifest.tables.values())
            for done in _write_tables(db, pack):
                if progress is not None:
                    progress(done, total)
            _require_equal(db, context.user_id, pack.manifest)
            audit.record(db, "book.restored", after={"content_hash": pack.manifest.content_hash})
            return account_sums(db, context.user_id)
    except (DataError, IntegrityError) as error:
        raise InvalidInput(DAMAGED) from error


def _write_settings(db: Session, manifest: Manifest) -> None:
    start, colour = (manifest.tenant.get(name) for name in ("fiscal_year_start", "colour"))
    if not isinstance(start, int) or not isinstance(colour, str | None):
        raise InvalidInput(DAMAGED)
    habits = update(Tenant).values(fiscal_year_start=start, colour=colour)
    db.execute(habits)


def _write_tables(db: Session, pack: Pack) -> Iterator[int]:
    """Write every table in chunks; yields how many rows are done so far."""
    opened = {each.id for each in pack.manifest.accounts if each.opened_by_import}
    currencies: dict[str, str] = {}
    done = 0
    for each in tables(pack):
        cells = rows(pack, each)
        while chunk := list(islice(cells, 1 if each.table is Attachment else CHUNK)):
            if each.name == "accounts":
                currencies |= {row["id"]: row["currency"] for row in chunk}
            values = [_values(each, row, currencies) for row in chunk]
            if each.table is Account:
                # Made at the moment of its imports, a first version passes for made by one of them.
                values = [{**row, "version": 1 if row["id"] in opened else 2} for row in values]
            if each.table is Attachment:
                write_attachment(db, pack, *values)
            else:
                _write(db, each, values)
            done += len(chunk)
            yield done


def _values(each: ArchiveTable, row: dict[str, str], currencies: dict[str, str]) -> dict[str, Any]:
    currency = row.get("currency") or currencies.get(row.get("account_id", ""), "")
    try:
        values = {name: value_of(each, name, cell, currency) for name, cell in row.items()}
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise InvalidInput(DAMAGED) from error
    if each.table is Transaction:
        payee, description, note = (str(values[name]) for name in TEXTS)
        values["words"] = words_of(payee, description, note, row["amount"])
    return values


def _write(db: Session, each: ArchiveTable, values: Sequence[dict[str, Any]]) -> None:
    names = [name for name in values[0] if name not in SAID_LATER]
    add(db, each.table, names, values)
    undone = [row for row in values if row.get("undone_at")]
    if undone:
        said = given(ImportBatch, ["id", "undone_at"], undone)
        statement = update(ImportBatch).where(ImportBatch.id == said.c.id)
        db.execute(statement.values(undone_at=said.c.undone_at))


def _require_equal(db: Session, reader_id: UUID, manifest: Manifest) -> None:
    found, stated = file_hashes(db, reader_id), stated_hashes(manifest)
    for name, digest in found.items():
        if digest != stated.get(name):
            raise InvalidInput(NOT_EQUAL.format(name=name))
    if content_hash(found) != manifest.content_hash:
        raise InvalidInput(DAMAGED)


def _id(account: AccountSum) -> str:
    return account.id


def _outcome(before: AccountSum, after: AccountSum) -> AccountOutcome:
    balances = [minor_units(Decimal(each.balance), before.currency) for each in (before, after)]
    counts = before.transactions, after.transactions
    return AccountOutcome(before.name, before.currency, *counts, *balances)


def _notes(manifest: Manifest) -> Iterator[str]:
    yield manifest.sight
    if manifest.cut_transfers:
        one = "transfer went to an account that is not in the file, and is"
        many = "transfers went to accounts that are not in the file, and are"
        yield f"{counted(manifest.cut_transfers, one, many)} plain now."
