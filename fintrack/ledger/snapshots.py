"""Transactions with their lines and tags as JSON: what the activity keeps and undo restores."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from fintrack.errors import NotFound, PermissionDenied
from fintrack.import_schema import ImportRow
from fintrack.ledger.refusals import NOT_WRITABLE, refusals
from fintrack.ledger.rows import add, given, one_of, plain
from fintrack.ledger.search import words_of
from fintrack.money import decimal_text
from fintrack.schema import Posting, Transaction, TransactionTag, new_id

Snapshot = dict[str, Any]
NO_TRANSACTION = "There is no such transaction."

EDITABLE = (
    "account_id currency booked_on valued_on amount payee description note status category_id "
    "is_split transfer_id import_key".split()
)
KEPT = ["id", *EDITABLE, "batch_id"]
LINE = ["line", "category_id", "amount", "memo"]


def snapshots(db: Session, ids: Collection[UUID]) -> dict[UUID, Snapshot]:
    """Return those of the transactions that the member sees, by id, in the order of `ids`."""
    columns = [getattr(Transaction, name) for name in KEPT]
    found = {
        row["id"]: {**plain(row), "lines": [], "tags": []}
        for row in db.execute(select(*columns).where(one_of(Transaction.id, ids))).mappings()
    }
    for row in db.execute(_lines(ids)).mappings():
        line = plain(row)
        found[UUID(line.pop("transaction_id"))]["lines"].append(line)
    for transaction_id, tag_id in db.execute(_tags(ids)):
        found[transaction_id]["tags"].append(str(tag_id))
    return {each: found[each] for each in dict.fromkeys(ids) if each in found}


def locked(db: Session, ids: Collection[UUID]) -> dict[UUID, Snapshot]:
    """Return all the transactions, held for this member to change until the commit.

    Raises:
        NotFound: the member does not see one of them.
        PermissionDenied: the member may look at one of them but not change it.
    """
    lock = select(Transaction.id).where(one_of(Transaction.id, ids)).order_by(Transaction.id)
    held = set(db.scalars(lock.with_for_update(key_share=True)))
    found = snapshots(db, ids)
    if len(found) < len(set(ids)):
        raise NotFound(NO_TRANSACTION)
    if len(held) < len(found):
        raise PermissionDenied(NOT_WRITABLE)
    return found


def locked_with_partners(db: Session, ids: Collection[UUID]) -> dict[UUID, Snapshot]:
    """Return the transactions and the other legs of their transfers, held for changing.

    Raises:
        NotFound: the member does not see one of the transactions.
        PermissionDenied: the member may not change one of them, or the other leg of one.
    """
    found = locked(db, ids)
    transfers = {UUID(each["transfer_id"]) for each in found.values() if each["transfer_id"]}
    if not transfers:
        return found
    legs = select(Transaction.id).where(one_of(Transaction.transfer_id, transfers))
    partners = set(db.scalars(legs)) - set(found)
    found |= locked(db, partners) if partners else {}
    if sum(each["transfer_id"] is not None for each in found.values()) < 2 * len(transfers):
        raise PermissionDenied("The other side of a transfer is in an account you may not change.")
    return found


def with_sources(db: Session, held: Mapping[UUID, Snapshot]) -> dict[UUID, Snapshot]:
    """Return the snapshots of what is about to go with the rows of files behind it."""
    found = {each: dict(state) for each, state in held.items()}
    columns = ImportRow.transaction_id, ImportRow.batch_id, ImportRow.ordinal
    behind = select(*columns).where(one_of(ImportRow.transaction_id, list(held))).order_by(*columns)
    for transaction_id, *row in db.execute(behind):
        if transaction_id is not None:
            place = dict(zip(("batch_id", "ordinal"), map(str, row), strict=True))
            found[transaction_id].setdefault("rows", []).append(place)
    return found


def insert_snapshots(db: Session, wanted: Sequence[Snapshot]) -> None:
    """Write new transactions with their lines, tags, search words and the rows behind them.

    Raises:
        FinTrackError: what the tables refuse, in one sentence.
    """
    with refusals():
        add(db, Transaction, [*KEPT, "words"], [_with_words(each) for each in wanted])
        _insert_parts(db, wanted)
        _link_sources(db, wanted)


def update_snapshots(db: Session, wanted: Sequence[Snapshot]) -> None:
    """Write existing transactions anew, with their lines, tags and search words.

    Raises:
        FinTrackError: what the tables refuse, in one sentence.
    """
    if not wanted:
        return
    ids = [UUID(each["id"]) for each in wanted]
    new = given(Transaction, ["id", *EDITABLE, "words"], [_with_words(each) for each in wanted])
    values = {name: new.c[name] for name in [*EDITABLE, "words"]}
    statement = update(Transaction).where(Transaction.id == new.c.id)
    with refusals():
        _delete_parts(db, ids)
        db.execute(statement.values(**values, version=Transaction.version + 1))
        _insert_parts(db, wanted)


def delete_snapshots(db: Session, ids: Collection[UUID]) -> None:
    """Delete the transactions; their lines, tags and search words go with them."""
    db.execute(delete(Transaction).where(one_of(Transaction.id, ids)))


def _with_words(snapshot: Snapshot) -> Snapshot:
    amount = decimal_text(snapshot["amount"], snapshot["currency"])
    texts = (snapshot["payee"], snapshot["description"], snapshot["note"])
    return {**snapshot, "words": words_of(*texts, amount)}


def _insert_parts(db: Session, wanted: Sequence[Snapshot]) -> None:
    place = ["account_id", "booked_on"]
    lines = [
        {**line, "id": str(new_id()), **_owner(each)} for each in wanted for line in each["lines"]
    ]
    add(db, Posting, ["id", "transaction_id", *place, *LINE], lines)
    tags = [{"tag_id": tag, **_owner(each)} for each in wanted for tag in each["tags"]]
    add(db, TransactionTag, ["transaction_id", "tag_id", *place], tags)


def _link_sources(db: Session, wanted: Sequence[Snapshot]) -> None:
    rows = [
        {**row, "transaction_id": each["id"]} for each in wanted for row in each.get("rows", ())
    ]
    if rows:
        new = given(ImportRow, ["batch_id", "ordinal", "transaction_id"], rows)
        behind = (ImportRow.batch_id == new.c.batch_id, ImportRow.ordinal == new.c.ordinal)
        db.execute(update(ImportRow).where(*behind).values(transaction_id=new.c.transaction_id))


def _owner(snapshot: Snapshot) -> Snapshot:
    return {
        "transaction_id": snapshot["id"],
        "account_id": snapshot["account_id"],
        "booked_on": snapshot["booked_on"],
    }


def _delete_parts(db: Session, ids: Collection[UUID]) -> None:
    for table in (Posting, TransactionTag):
        db.execute(delete(table).where(one_of(table.transaction_id, ids)))


def _lines(ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    columns = [Posting.transaction_id, *(getattr(Posting, name) for name in LINE)]
    ordered = select(*columns).order_by(Posting.transaction_id, Posting.line)
    return ordered.where(one_of(Posting.transaction_id, ids))


def _tags(ids: Collection[UUID]) -> Select[UUID, UUID]:
    columns = (TransactionTag.transaction_id, TransactionTag.tag_id)
    ordered = select(*columns).order_by(*columns)
    return ordered.where(one_of(TransactionTag.transaction_id, ids))
