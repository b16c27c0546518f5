"""The books of a member as a journal that other programs read and check."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_snapshot, tenant_transaction
from fintrack.ledger.journals.beancount import beancount_lines
from fintrack.ledger.journals.book import journal_book
from fintrack.ledger.journals.hledger import hledger_lines

LINES = 2_000


class JournalFormat(StrEnum):
    """Whose language a journal is written in; the word is the ending of its file as well."""

    BEANCOUNT = "beancount"
    HLEDGER = "journal"


def export_journal(context: TenantContext, form: JournalFormat) -> Iterator[bytes]:
    """Return everything that the member sees as a journal in UTF-8, in blocks, with flat memory.

    Balances at its end are asserted, so that the program that reads it proves them.

    Raises:
        PermissionDenied: the member may not export.
    """
    context.require(Permission.EXPORT)
    with tenant_transaction(context) as db:
        audit.record(db, "journal.exported")
    with tenant_snapshot(context) as db:
        book = journal_book(db)
    if form is JournalFormat.BEANCOUNT:
        return _blocks(beancount_lines(book, context.name, context.currency))
    return _blocks(hledger_lines(book))


def _blocks(lines: Iterator[str]) -> Iterator[bytes]:
    while block := list(islice(lines, LINES)):
        yield "".join(f"{line}\n" for line in block).encode()
