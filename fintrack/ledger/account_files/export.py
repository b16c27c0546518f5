"""One account of a member as OFX or QIF."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from uuid import UUID

from sqlalchemy import select

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_snapshot, tenant_transaction
from fintrack.ledger.account_files.ofx import ofx_lines
from fintrack.ledger.account_files.qif import Category, qif_lines
from fintrack.ledger.accounts import account
from fintrack.ledger.category_paths import category_tree
from fintrack.ledger.entries import entries
from fintrack.schema import Account

LINES = 2_000


class AccountFormat(StrEnum):
    """A format of bank files; the word is the ending of a file as well."""

    OFX = "ofx"
    QIF = "qif"


def export_account(
    context: TenantContext, account_id: UUID, form: AccountFormat
) -> Iterator[bytes]:
    """Return the account with all its transactions, oldest first, in blocks, with flat memory.

    Raises:
        PermissionDenied: the member may not export.
        NotFound: the member sees no such account.
    """
    context.require(Permission.EXPORT)
    found = account(context, account_id)
    with tenant_transaction(context) as db:
        audit.record(db, "account.exported", account_id=account_id)
    tree = category_tree()
    with tenant_snapshot(context) as db:
        rows = db.execute(select(tree.c.id, tree.c.path, tree.c.kind).order_by(tree.c.place))
        categories = {str(row.id): Category(row.path, row.kind) for row in rows}
        names = {str(key): name for key, name in db.execute(select(Account.id, Account.name))}
        written = entries(db, account_id)
    if form is AccountFormat.OFX:
        return _blocks(ofx_lines(found, written))
    return _blocks(qif_lines(found, written, categories, names))


def _blocks(lines: Iterator[str]) -> Iterator[bytes]:
    while block := list(islice(lines, LINES)):
        yield "".join(f"{line}\n" for line in block).encode()
