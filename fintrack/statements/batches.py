"""Writing one statement into one account: its rows, and what became of each."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from fintrack.import_schema import ImportRow
from fintrack.ledger.filters import Status
from fintrack.ledger.rows import add, encoded
from fintrack.ledger.search import words_of
from fintrack.money import decimal_text, rounded_minor_units
from fintrack.schema import Posting, Transaction, TransactionTag, new_id
from fintrack.statements.plans import NOTE_LENGTH, Planned, Refused
from fintrack.statements.summaries import RowState

CHUNK = 5_000
MEMO_LENGTH = 200
_STATUSES = frozenset(Status)
TRANSACTION = (
    "id booked_on valued_on amount payee description note status category_id is_split transfer_id "
    "import_key words"
).split()
POSTING = "id transaction_id booked_on line category_id amount memo".split()
TRANSACTION_TAG = "transaction_id tag_id booked_on".split()
IMPORT_ROW = "ordinal line state reason raw transaction_id gives_key".split()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of one statement go."""

    batch_id: UUID
    account_id: UUID
    currency: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a row: `known` is what a duplicate repeats.

    `import_key` is that of a new row, or what the known transaction gets from the bank.
    """

    row: Planned | Refused
    state: RowState
    reason: str
    known: UUID | None = None
    import_key: str | None = None


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that becomes a transaction of the account."""

    row: Planned
    account_id: UUID
    currency: str
    import_key: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """By ordinal: the new rows' ids, and what rows mean beyond their money.

    `lines` are the categories of a split's lines, `tags` the ids of a row's tags.
    """

    ids: Mapping[int, UUID]
    categories: Mapping[int, UUID]
    transfers: Mapping[int, UUID]
    lines: Mapping[int, Sequence[UUID | None]]
    tags: Mapping[int, Sequence[UUID]]


def new_rows(place: Place, rows: Sequence[Decided]) -> list[NewRow]:
    """Return those of the rows that become transactions."""
    return [
        NewRow(each.row, place.account_id, place.currency, each.import_key)
        for each in rows
        if each.known is None and each.import_key is not None and isinstance(each.row, Planned)
    ]


def write_rows(
    db: Session, place: Place, rows: Sequence[Decided], meaning: Meaning
) -> Iterator[int]:
    """Write the rows in chunks; yields how many rows each chunk had."""
    chunks = (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
    there = {"account_id": place.account_id}
    of_batch = {**there, "batch_id": place.batch_id}
    for chunk in _ahead(_chunk(place, each, meaning) for each in chunks):
        of_place = {**of_batch, "currency": place.currency}
        add(db, Transaction, TRANSACTION, chunk.transactions, **of_place)
        add(db, Posting, POSTING, chunk.postings, **there)
        add(db, TransactionTag, TRANSACTION_TAG, chunk.tags, **there)
        add(db, ImportRow, IMPORT_ROW, chunk.rows, **of_batch)
        yield chunk.count


def status_of(row: Planned) -> str:
    """Return the status that the row gives; what a bank lists without one is cleared."""
    return row.entry.status if row.entry.status in _STATUSES else Status.CLEARED.value


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows ready to be sent, and how many rows of the file they come from."""

    count: int
    transactions: str
    postings: str
    tags: str
    rows: str


def _ahead(chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """Yield each chunk while the next one is made already, beside the work of the database."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(lambda: next(chunks, None))
        while (chunk := coming.result()) is not None:
            coming = pool.submit(lambda: next(chunks, None))
            yield chunk


def _chunk(place: Place, rows: Sequence[Decided], meaning: Meaning) -> _Chunk:
    new = new_rows(place, rows)
    return _Chunk(
        count=len(rows),
        transactions=encoded([_transaction(each, meaning) for each in new]),
        postings=encoded([line for each in new for line in _postings(each, meaning)]),
        tags=encoded([tag for each in new for tag in _tags(each, meaning)]),
        rows=encoded([_import_row(each, meaning) for each in rows]),
    )


def _transaction(new: NewRow, meaning: Meaning) -> dict[str, Any]:
    row = new.row
    payee, text, note = row.movement.payee, row.movement.text, row.entry.note[:NOTE_LENGTH]
    amount = decimal_text(row.amount, new.currency)
    transfer_id = meaning.transfers.get(row.ordinal)
    is_split = row.ordinal in meaning.lines
    is_whole = not (is_split or transfer_id)
    return {
        "id": str(meaning.ids[row.ordinal]),
        "booked_on": row.movement.booked_on.isoformat(),
        "valued_on": row.entry.valued_on.isoformat() if row.entry.valued_on else None,
        "amount": row.amount,
        "payee": payee,
        "description": text,
        "note": note,
        "status": status_of(row),
        "category_id": _text(meaning.categories.get(row.ordinal)) if is_whole else None,
        "is_split": is_split,
        "transfer_id": _text(transfer_id),
        "import_key": new.import_key,
        "words": words_of(payee, text, note, amount),
    }


def _postings(new: NewRow, meaning: Meaning) -> list[dict[str, Any]]:
    row = new.row
    categories = meaning.lines.get(row.ordinal, ())
    return [
        {
            **_place(new, meaning),
            "id": str(new_id()),
            "line": number,
            "category_id": _text(category_id),
            "amount": rounded_minor_units(line.amount, new.currency),
            "memo": line.memo[:MEMO_LENGTH],
        }
        for number, (line, category_id) in enumerate(
            zip(row.entry.lines, categories, strict=False), start=1
        )
    ]


def _tags(new: NewRow, meaning: Meaning) -> list[dict[str, Any]]:
    tags = meaning.tags.get(new.row.ordinal, ())
    return [{**_place(new, meaning), "tag_id": str(tag_id)} for tag_id in tags]


def _place(new: NewRow, meaning: Meaning) -> dict[str, Any]:
    """Return where the parts of a transaction hang."""
    return {
        "transaction_id": str(meaning.ids[new.row.ordinal]),
        "booked_on": new.row.movement.booked_on.isoformat(),
    }


def _import_row(decided: Decided, meaning: Meaning) -> dict[str, Any]:
    row = decided.row
    return {
        "ordinal": row.ordinal,
        "line": row.line,
        "state": decided.state.value,
        "reason": decided.reason,
        "raw": row.raw,
        "transaction_id": _text(decided.known or meaning.ids.get(row.ordinal)),
        "gives_key": decided.known is not None and decided.import_key is not None,
    }


def _text(identifier: UUID | None) -> str | None:
    return str(identifier) if identifier else None
