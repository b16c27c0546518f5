"""What the file of a book says of each transaction, kept as the rows of an import."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from fintrack.import_schema import ImportBatch, ImportRow
from fintrack.ledger.rows import add
from fintrack.ledger.snapshots import Snapshot
from fintrack.schema import new_id
from fintrack.statements.books.book import Book, Written
from fintrack.statements.plans import BOOK_FORMAT
from fintrack.statements.statement import RAW_LENGTH
from fintrack.statements.summaries import RowState
from fintrack.texts import plain

_BATCH = (
    "id account_id new_count duplicate_count rejected_count balance_before balance_after".split()
)
_ROW = "batch_id account_id ordinal line raw transaction_id".split()


@dataclass(frozen=True, slots=True)
class BookFile:
    """The file that a book came in, by its name and the SHA-256 of its bytes."""

    name: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """How many transactions an account brought, and what it held before and after them."""

    count: int
    opening: int
    balance: int


def write_batches(db: Session, file: BookFile, accounts: Mapping[UUID, Brought]) -> dict[str, str]:
    """Write one import of the file with all these accounts; return its batches by account."""
    batches = [
        {
            "id": str(new_id()),
            "account_id": str(account_id),
            "new_count": each.count,
            "duplicate_count": 0,
            "rejected_count": 0,
            "balance_before": each.opening,
            "balance_after": each.balance,
        }
        for account_id, each in accounts.items()
        if each.count
    ]
    of_file = {"file_name": file.name, "file_hash": file.digest, "format": BOOK_FORMAT}
    add(db, ImportBatch, _BATCH, batches, import_id=new_id(), **of_file)
    return {str(each["account_id"]): str(each["id"]) for each in batches}


def kept_texts(book: Book) -> Iterator[Written | None]:
    """Yield what of each transaction's text its account may tell of it.

    Whoever sees an account need not see the others that its entry or its transfer names.
    """
    accounts: dict[int, set[str]] = defaultdict(set)
    for each in book.transactions:
        accounts[id(each.written)].add(each.account)
    for each in book.transactions:
        is_shared = each.transfer is not None or len(accounts[id(each.written)]) > 1
        yield each.written.of_one_account() if each.written and is_shared else each.written


def write_rows(
    db: Session,
    batches: Mapping[str, str],
    done: int,
    written: Sequence[tuple[Written | None, Snapshot]],
) -> None:
    """Write what stands in the file for each transaction, numbered after the `done` ones."""
    rows = [
        {
            "batch_id": batches[snapshot["account_id"]],
            "account_id": snapshot["account_id"],
            "ordinal": ordinal,
            "line": each.line,
            "raw": plain(each.text[:RAW_LENGTH]),
            "transaction_id": snapshot["id"],
        }
        for ordinal, (each, snapshot) in enumerate(written, start=done + 1)
        if each
    ]
    add(db, ImportRow, _ROW, rows, state=RowState.NEW.value)
