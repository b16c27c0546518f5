"""A part of a book in one file: filtered transactions and all names as CSV tables in a zip."""

import io
from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fintrack.context import Permission, TenantContext
from fintrack.ledger.accounts import accounts
from fintrack.ledger.categories import categories
from fintrack.ledger.exports import export_transactions, frame_csv
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.payees import payees
from fintrack.ledger.tags import tags

Entry = tuple[str, Iterable[bytes]]


def export_extract(context: TenantContext, wanted: TransactionFilter) -> Iterator[bytes]:
    """Return a zip of what the member sees, in chunks: the filtered transactions and all names.

    Raises:
        PermissionDenied: the member may not export.
    """
    context.require(Permission.EXPORT)
    names = {
        "accounts.csv": accounts(context, archived=True),
        "categories.csv": categories(context),
        "payees.csv": payees(context),
        "tags.csv": tags(context),
    }
    tables = [(name, [frame_csv(rows)]) for name, rows in names.items()]
    return _zipped([("transactions.csv", export_transactions(context, wanted)), *tables])


def _zipped(entries: Iterable[Entry]) -> Iterator[bytes]:
    sink = _Sink()
    with ZipFile(sink, "w") as book:
        for name, content in entries:
            # A ZipInfo of its own carries no time, so that equal books are equal files.
            table = ZipInfo(name)
            table.compress_type = ZIP_DEFLATED
            with book.open(table, "w", force_zip64=True) as entry:
                for block in content:
                    entry.write(block)
                    yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What was written and not yet sent; a zip can be written without going back."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, block: object) -> int:
        written = bytes(block)  # type: ignore[call-overload]  # whatever has the bytes of a buffer
        self._blocks.append(written)
        return len(written)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        blocks = b"".join(self._blocks)
        self._blocks.clear()
        return blocks
