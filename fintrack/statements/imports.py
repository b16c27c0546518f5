"""Importing a previewed file: everything of it in one transaction, or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput, NotFound
from fintrack.import_schema import ImportBatch
from fintrack.ledger.accounts import add_account
from fintrack.ledger.refusals import constraint_of, refusals
from fintrack.ledger.rows import one_of
from fintrack.schema import Account, new_id
from fintrack.statements.adoptions import adopt, link
from fintrack.statements.batches import Decided, NewRow, Place, new_rows, write_rows
from fintrack.statements.collecting import without_collection
from fintrack.statements.decisions import Decision, decided, meaning_of_rows
from fintrack.statements.mappings import kept_mapping, remember_mapping
from fintrack.statements.naming import give_numbers
from fintrack.statements.openings import carry
from fintrack.statements.outcomes import Balances, Outcome, holds, outcomes, own_ids
from fintrack.statements.previews import Preview
from fintrack.statements.summaries import KNOWN, RowState, StatementPreview
from fintrack.statements.targets import (
    LedgerAccount,
    carried_back,
    matching_account,
    writable_accounts,
)
from fintrack.statements.transfers import FoundTransfer, made_transfers

Progress = Callable[[int, int], None]
# Somebody imported the same at the same moment; a second look finds what he wrote.
NOTHING = (
    "This file holds no transaction that can be read, so no account is opened for it. "
    "Choose an account, or another file."
)
MADE_MEANWHILE = frozenset(
    {
        "account_shared_name",
        "account_private_name",
        "transaction_tenant_id_account_id_import_key_key",
    }
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What the statement of this key did to its account; balances in minor units."""

    id: UUID
    key: str
    account_id: UUID
    account: str
    currency: str
    new: int
    duplicate: int
    rejected: int
    skipped: int
    balance_before: int
    balance_after: int
    file_balance: int | None
    file_balance_on: date | None
    covers_from: date | None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; `undo_import` takes its id.

    `elsewhere` are exported rows that accounts hold which cannot be imported into; `linked` counts
    the transfers that were found.
    """

    import_id: UUID
    batches: tuple[Batch, ...]
    elsewhere: int
    linked: int

    @property
    def new(self) -> int:
        """Return how many transactions were added."""
        return sum(each.new for each in self.batches)

    @property
    def duplicate(self) -> int:
        """Return how many rows the books held already."""
        return sum(each.duplicate for each in self.batches) + self.elsewhere

    @property
    def rejected(self) -> int:
        """Return how many rows were not understood."""
        return sum(each.rejected for each in self.batches)

    @property
    def skipped(self) -> int:
        """Return how many rows the member left out."""
        return sum(each.skipped for each in self.batches)


@without_collection()
def commit_import(
    context: TenantContext,
    preview: Preview,
    decisions: Mapping[int, Decision] | None = None,
    *,
    progress: Progress | None = None,
) -> ImportReport:
    """Import the file as previewed, in one transaction; `decisions` by the rows' ordinals.

    What somebody else added since the preview counts as a duplicate. `progress` is told how many
    rows of how many are done.

    Raises:
        PermissionDenied: the member may not import.
        InvalidInput: a question about the file is still open, an opening balance would be too
            large, or an account would be opened for rows that cannot be read.
        NotFound: a chosen account is not, or no longer, among those that he may write to.
        Conflict: the name of a new account is taken.
    """
    context.require(Permission.IMPORT)
    if preview.questions or not preview.statements:
        raise InvalidInput("Answer what the file leaves open first.")
    if all(each.opens_for_nothing for each in preview.statements):
        raise InvalidInput(NOTHING)
    wanted = _deliberate(preview, decisions or {})
    try:
        with tenant_transaction(context) as db:
            return _commit(db, preview, wanted, progress)
    except IntegrityError as error:
        if constraint_of(error) not in MADE_MEANWHILE:
            raise
    with tenant_transaction(context) as db, refusals():
        return _commit(db, preview, wanted, progress)


def _deliberate(preview: Preview, decisions: Mapping[int, Decision]) -> dict[int, Decision]:
    """Keep what differs from the preview: taking a row that was new anyway says nothing."""
    known = {
        int(ordinal)
        for each in preview.statements
        for ordinal in each.rows.loc[each.rows["state"].isin(KNOWN), "ordinal"]
    }
    return {
        ordinal: decision
        for ordinal, decision in decisions.items()
        if decision is not Decision.INCLUDE or ordinal in known
    }


def _commit(
    db: Session,
    preview: Preview,
    decisions: Mapping[int, Decision],
    progress: Progress | None,
) -> ImportReport:
    import_id, decisions = _import_id(db, preview, decisions)
    wanted = _wanted(db, preview, decisions)
    accounts = _accounts(db, wanted)
    plans = [each.plan for each in wanted]
    ids = {key: account.id for key, account in accounts.items()}
    found = outcomes(db, plans, ids, preview.batch_format)
    statements = [
        _Statement(each, accounts[each.plan.key], new_id(), decided(each, decisions))
        for each in found
    ]
    batches = _write_batches(db, import_id, preview, statements)
    linked = [each for each in preview.transfers if each.is_agreed(decisions)]
    count = _write_rows(db, preview, statements, linked, progress)
    adopt(db, [row for each in statements for row in each.rows])
    carry(db, ((each.account.id, each.carried) for each in statements))
    give_numbers(db, [(each.outcome.plan, each.account) for each in statements])
    _record(db, import_id, preview, batches)
    if preview.mapping is not None and not preview.is_remembered and statements:
        remember_mapping(db, preview.mapping, statements[0].account.id)
    elsewhere = sum(each.duplicate for each in preview.statements if each not in wanted)
    return ImportReport(import_id, batches, elsewhere, count)


@dataclass(frozen=True, slots=True)
class _Statement:
    outcome: Outcome
    account: LedgerAccount
    batch_id: UUID
    rows: list[Decided]

    @property
    def place(self) -> Place:
        return Place(self.batch_id, self.account.id, self.account.currency)

    @property
    def new(self) -> list[NewRow]:
        return new_rows(self.place, self.rows)

    @property
    def carried(self) -> int:
        is_held = self.account.held_from is not None
        return carried_back(self.account, [each.row for each in self.new]) if is_held else 0

    def count(self, state: RowState) -> int:
        return sum(each.state is state for each in self.rows)


def _import_id(
    db: Session, preview: Preview, decisions: Mapping[int, Decision]
) -> tuple[UUID, Mapping[int, Decision]]:
    """A preview that is confirmed twice adds nothing twice: its known rows stay known."""
    again = select(exists().where(ImportBatch.import_id == preview.import_id))
    if not db.scalar(again):
        return preview.import_id, decisions
    kept = {key: each for key, each in decisions.items() if each is not Decision.INCLUDE}
    return new_id(), kept


def _wanted(
    db: Session, preview: Preview, decisions: Mapping[int, Decision]
) -> list[StatementPreview]:
    """Leave out what would only make an account for exported rows that are in another one."""
    own = own_ids(db, [each.plan for each in preview.statements])
    taken = {ordinal for ordinal, each in decisions.items() if each is Decision.INCLUDE}
    return [
        each
        for each in preview.statements
        if each.account is not None
        or each.plan.refused
        or not each.plan.planned
        or any(row.movement.own_id not in own or row.ordinal in taken for row in each.plan.planned)
    ]


def _accounts(db: Session, statements: Sequence[StatementPreview]) -> dict[str, LedgerAccount]:
    """Return where each statement goes, with the accounts held until the commit."""
    ledger = writable_accounts(db)
    ids = {each.key: _account_id(db, each, ledger) for each in statements}
    lock = select(Account.id).where(one_of(Account.id, set(ids.values()))).order_by(Account.id)
    db.execute(lock.with_for_update(key_share=True))
    # Anew, now that nobody changes them: the preview may be old.
    held = {each.id: each for each in writable_accounts(db)}
    if not held.keys() >= set(ids.values()):
        raise NotFound("There is no such account that you may import into.")
    return {key: held[account_id] for key, account_id in ids.items()}


def _account_id(db: Session, statement: StatementPreview, ledger: Sequence[LedgerAccount]) -> UUID:
    if statement.account is not None:
        return statement.account.id
    new = statement.new_account
    if new is None:
        raise InvalidInput("Choose an account for the file first.")
    seen = {each.id for each in statement.choices}
    fresh = [each for each in ledger if each.id not in seen]
    made = [matching_account(label, new.currency, fresh) for label in (statement.label, new.name)]
    account = next((each for each in made if each is not None), None)
    return account.id if account is not None else add_account(db, new)


def _write_batches(
    db: Session, import_id: UUID, preview: Preview, statements: Sequence[_Statement]
) -> tuple[Batch, ...]:
    batches = []
    moved: dict[UUID, int] = {}
    for each in statements:
        batch = _batch(each, each.outcome.balances + moved.get(each.account.id, 0))
        moved[each.account.id] = batch.balance_after - each.outcome.balances.now
        batches.append(batch)
    if batches:
        rows = [_batch_row(import_id, preview, each) for each in batches]
        db.execute(insert(ImportBatch), rows)
    return tuple(batches)


def _record(db: Session, import_id: UUID, preview: Preview, batches: Sequence[Batch]) -> None:
    for batch in batches:
        after = {"file": preview.file_name, "new": batch.new, "duplicate": batch.duplicate}
        audit.record(
            db, "import.committed", subject_id=import_id, account_id=batch.account_id, after=after
        )


def _batch(statement: _Statement, held: Balances) -> Batch:
    plan = statement.outcome.plan
    rows = [each.row for each in statement.new]
    is_stated = plan.closing is not None or holds(plan, held + statement.carried, rows)
    return Batch(
        id=statement.batch_id,
        key=plan.key,
        account_id=statement.account.id,
        account=statement.account.name,
        currency=statement.account.currency,
        new=statement.count(RowState.NEW),
        duplicate=statement.count(RowState.DUPLICATE),
        rejected=statement.count(RowState.REJECTED),
        skipped=statement.count(RowState.SKIPPED),
        balance_before=held.now,
        balance_after=held.now + statement.carried + sum(row.amount for row in rows),
        file_balance=plan.closing,
        file_balance_on=None if plan.closing is None else plan.balance_day,
        covers_from=plan.days[0] if is_stated else None,
    )


def _batch_row(import_id: UUID, preview: Preview, batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "import_id": import_id,
        "account_id": batch.account_id,
        "file_name": preview.file_name,
        "file_hash": preview.file_hash,
        "format": preview.batch_format,
        "new_count": batch.new,
        "duplicate_count": batch.duplicate,
        "rejected_count": batch.rejected,
        "balance_before": batch.balance_before,
        "balance_after": batch.balance_after,
        "file_balance": batch.file_balance,
        "file_balance_on": batch.file_balance_on,
        "covers_from": batch.covers_from,
        "mapping": kept_mapping(preview.mapping),
    }


def _write_rows(
    db: Session,
    preview: Preview,
    statements: Sequence[_Statement],
    found: Sequence[FoundTransfer],
    progress: Progress | None,
) -> int:
    """Write the rows, and return how many of the found transfers they were linked to."""
    new = [row for each in statements for row in each.new]
    meaning = meaning_of_rows(db, new, is_own_export=preview.is_own_export)
    by_row, by_transaction = made_transfers(db, found, new)
    meaning = replace(meaning, transfers={**meaning.transfers, **by_row})
    done, total = 0, sum(len(each.rows) for each in statements)
    for each in statements:
        for written in write_rows(db, each.place, each.rows, meaning):
            done += written
            if progress is not None:
                progress(done, total)
    link(db, by_transaction)
    return len(set(by_row.values()))
