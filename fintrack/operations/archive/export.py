"""A whole book, as one member sees it, into one file with flat memory."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID
from zipfile import ZipFile, ZipInfo

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.tenants import TenantSettings, tenant_settings
from fintrack.attachment_schema import Attachment
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_snapshot, tenant_transaction
from fintrack.money import decimal_text
from fintrack.operations.archive.attached import attached_files, attached_hashes
from fintrack.operations.archive.frame import packing_of
from fintrack.operations.archive.manifest import (
    FORMAT,
    MANIFEST,
    SEAL,
    VERSION,
    AccountSum,
    AttachedFile,
    CurrencySum,
    File,
    Manifest,
    attachment_file,
    content_hash,
    seal,
    stated_hashes,
    table_file,
    written,
)
from fintrack.operations.archive.tables import (
    LEFT_OUT,
    TABLES,
    ArchiveTable,
    account_name,
    has_other_leg,
    in_book,
    statement_of,
)
from fintrack.schema import Account, Transaction
from fintrack.statements.openings import is_of_an_import
from fintrack.streams import blocks_of, copy_out

SETTINGS = "name type currency country locale time_zone fiscal_year_start colour".split()
ALONE = "Everything in the books: nobody but {name} was ever a member."
SHARED = "What {name} sees as {role}. Accounts that others keep to themselves are not in it."


def export_book(context: TenantContext) -> Iterator[bytes]:
    """Return the book that the member sees as a zip, in blocks: a CSV a table, and a manifest.

    All tables are of one moment. The file is finished on disk before its first block is given, so
    that nobody gets half of one and a slow reader holds no connection.

    Raises:
        PermissionDenied: the member may not export.
    """
    context.require(Permission.EXPORT)
    settings = tenant_settings(context)
    with tenant_transaction(context) as db:
        audit.record(db, "book.exported")
    with ExitStack() as stack:
        spool = stack.enter_context(tempfile.TemporaryFile())
        with tenant_snapshot(context) as db, ZipFile(spool, "w") as archive:
            tables = {each.name: _add_table(archive, db, each, context) for each in _tables(db)}
            attached = {key: _add_attached(archive, key, file) for key, file in attached_files(db)}
            manifest = written(_manifest(db, context, settings, tables, attached))
            _add(archive, MANIFEST, [manifest])
            _add(archive, SEAL, [seal(manifest)])
        stack.pop_all()
    spool.seek(0)
    return blocks_of(spool)


def file_hashes(db: Session, reader_id: UUID) -> dict[str, str]:
    """Return the SHA-256 of each file of the book as it would be exported now."""
    tables = {
        table_file(each.name): _hash(copy_out(db, statement_of(each, reader_id)))
        for each in _tables(db)
    }
    return tables | attached_hashes(db)


def account_sums(db: Session, reader_id: UUID) -> list[AccountSum]:
    """Return how much is in each account that the member sees, by id."""
    count, total = func.count(), func.sum(Transaction.amount)
    name = account_name(reader_id).label("name")
    opened = is_of_an_import().label("opened_by_import")
    named = select(Account.id, name, Account.currency, Account.opening_balance, opened).subquery()
    sums = (
        select(Transaction.account_id, count.label("transactions"), total.label("total"))
        .group_by(Transaction.account_id)
        .subquery()
    )
    statement = (
        select(
            *named.c,
            func.coalesce(sums.c.transactions, 0).label("transactions"),
            func.coalesce(sums.c.total, 0).label("total"),
        )
        .outerjoin(sums, sums.c.account_id == named.c.id)
        .order_by(named.c.id)
    )
    return list(map(_account_sum, db.execute(statement)))


def _tables(db: Session) -> list[ArchiveTable]:
    """Return the tables of the book; one without attachments has no table of them."""
    return [each for each in TABLES if each.table is not Attachment or _count(db, each)]


def _count(db: Session, each: ArchiveTable) -> int:
    statement = select(func.count()).select_from(each.table).where(in_book(each))
    return db.scalars(statement).one()


def _add_table(archive: ZipFile, db: Session, each: ArchiveTable, context: TenantContext) -> File:
    statement = statement_of(each, context.user_id)
    size, digest = _add(archive, table_file(each.name), copy_out(db, statement))
    return File(_count(db, each), size, digest)


def _add_attached(archive: ZipFile, attachment_id: str, content: bytes) -> AttachedFile:
    return AttachedFile(*_add(archive, attachment_file(attachment_id), [content]))


def _add(archive: ZipFile, name: str, blocks: Iterable[bytes]) -> tuple[int, str]:
    """Write one member of the zip; return its size and its hash."""
    # A ZipInfo of its own carries no time, so that equal tables are equal bytes.
    place = ZipInfo(name)
    place.compress_type = packing_of(name)
    size, digest = 0, sha256()
    with archive.open(place, "w", force_zip64=True) as entry:
        for block in blocks:
            entry.write(block)
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def _hash(blocks: Iterable[bytes]) -> str:
    digest = sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _manifest(
    db: Session,
    context: TenantContext,
    settings: TenantSettings,
    tables: dict[str, File],
    attached: dict[str, AttachedFile],
) -> Manifest:
    accounts = account_sums(db, context.user_id)
    sight = SHARED if context.is_shared else ALONE
    book = Manifest(
        format=FORMAT,
        version=VERSION,
        as_of=datetime.now(UTC).isoformat(timespec="seconds"),
        sight=sight.format(name=context.session.name, role=context.role),
        tenant={name: getattr(settings, name) for name in SETTINGS},
        tables=tables,
        accounts=accounts,
        currencies=_currency_sums(accounts),
        cut_transfers=db.scalars(_cut_transfers()).one(),
        left_out={table.__tablename__: why for table, why in LEFT_OUT.items()},
        content_hash="",
        attachments=attached,
    )
    return replace(book, content_hash=content_hash(stated_hashes(book)))


def _account_sum(row: Row[*tuple[Any, ...]]) -> AccountSum:
    opening, total = row.opening_balance, int(row.total)
    opened_with, moved, held = (
        decimal_text(each, row.currency) for each in (opening, total, opening + total)
    )
    return AccountSum(
        id=str(row.id),
        name=row.name,
        currency=row.currency,
        opening_balance=opened_with,
        transactions=row.transactions,
        sum=moved,
        balance=held,
        opened_by_import=row.opened_by_import,
    )


def _currency_sums(accounts: Iterable[AccountSum]) -> list[CurrencySum]:
    ordered = sorted(accounts, key=lambda each: each.currency)
    return [
        _currency_sum(currency, list(group))
        for currency, group in groupby(ordered, key=lambda each: each.currency)
    ]


def _currency_sum(currency: str, accounts: list[AccountSum]) -> CurrencySum:
    moved = sum(Decimal(each.sum) for each in accounts)
    balance = sum(Decimal(each.balance) for each in accounts)
    count = sum(each.transactions for each in accounts)
    return CurrencySum(currency, len(accounts), count, f"{moved:f}", f"{balance:f}")


def _cut_transfers() -> Select[int]:
    count = select(func.count(Transaction.id))
    return count.where(Transaction.transfer_id.is_not(None), ~has_other_leg())
