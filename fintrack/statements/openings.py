"""The opening balance of an account that an import opened: it is what a file's balance implies.

What came before the rows that such a balance covers is part of the opening, until a file brings it;
so files may come in and go in any order. A balance that the books contradict says nothing of the
opening: other rows are missing first. An account that was opened before its oldest row waits for
what lies between. Once a member has changed the account, its opening balance is his.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from fintrack.import_schema import ImportBatch
from fintrack.ledger.account_states import record_state, state_of
from fintrack.ledger.moved import moved_through
from fintrack.ledger.refusals import refusals
from fintrack.ledger.rows import one_of
from fintrack.schema import Account, Transaction


def held_from() -> ColumnElement[date | None]:
    """Return the day before which an account's rows belong to its opening; None for most.

    It is the first day of the files whose balances the books have.
    """
    of_account = ImportBatch.tenant_id == Account.tenant_id, ImportBatch.account_id == Account.id
    is_stated = exists().where(
        *of_account, ImportBatch.covers_from.is_not(None), ImportBatch.undone_at.is_(None)
    )
    first = select(func.min(ImportBatch.covers_from)).where(*of_account, *_holds())
    return case(
        (not_(and_(is_of_an_import(), is_stated)), None),
        (_waits(), Account.opened_on),
        else_=first.scalar_subquery(),
    )


def is_of_an_import() -> ColumnElement[bool]:
    """Say that the account was made in the transaction of an import, and is as it was made."""
    same_moment = exists().where(
        ImportBatch.tenant_id == Account.tenant_id,
        ImportBatch.account_id == Account.id,
        ImportBatch.created_at == Account.created_at,
    )
    return and_(Account.version == 1, same_moment)


def balance_then() -> ColumnElement[int]:
    """Return what the batch's account holds now at the end of the day of the file's balance."""
    return Account.opening_balance + moved_through(ImportBatch.file_balance_on)


def uncovered(db: Session, batches: list[UUID]) -> list[tuple[UUID, int]]:
    """Return by account the sum of these batches' rows that lie before what others hold to.

    They hold to what the books will have without the batches. What else covers such rows covers
    nothing from now on: its balance is right then, but not by rows of its days.
    """
    undone = aliased(ImportBatch)
    accounts = select(undone.account_id).where(one_of(undone.id, batches))
    first = (
        select(ImportBatch.account_id, func.min(ImportBatch.covers_from).label("day"))
        .join(Account, Account.id == ImportBatch.account_id)
        .where(
            *_holds(_covered(batches)),
            ImportBatch.account_id.in_(accounts),
            not_(one_of(ImportBatch.id, batches)),
        )
        .group_by(ImportBatch.account_id)
        .subquery()
    )
    statement = (
        select(Transaction.account_id, func.sum(Transaction.amount), first.c.day)
        .join(Account, Account.id == Transaction.account_id)
        .join(first, first.c.account_id == Transaction.account_id)
        .where(
            one_of(Transaction.batch_id, batches),
            Transaction.booked_on < first.c.day,
            is_of_an_import(),
            not_(_waits()),
        )
        .group_by(Transaction.account_id, first.c.day)
    )
    found = db.execute(statement).all()
    for account_id, _, day in found:
        _uncover(db, account_id, day, batches)
    return [(account_id, int(total)) for account_id, total, _ in found]


def _uncover(db: Session, account_id: UUID, until: date, batches: list[UUID]) -> None:
    row = exists().where(
        Transaction.tenant_id == ImportBatch.tenant_id,
        Transaction.account_id == ImportBatch.account_id,
        one_of(Transaction.batch_id, batches),
        Transaction.booked_on.between(ImportBatch.covers_from, ImportBatch.file_balance_on),
        Transaction.booked_on < until,
    )
    others = ImportBatch.account_id == account_id, not_(one_of(ImportBatch.id, batches))
    db.execute(update(ImportBatch).where(*others, row).values(covers_from=None))


def carry(db: Session, amounts: Iterable[tuple[UUID, int]]) -> None:
    """Add the amounts to the opening balances of these accounts, of the day of their oldest row.

    Raises:
        InvalidInput: one would be too large.
    """
    for account_id, amount in amounts:
        if not amount:
            continue
        before = state_of(db, account_id)
        # No new version: what an import makes of its own account is no member's change.
        carried = (
            update(Account)
            .where(Account.id == account_id)
            .values(
                opening_balance=Account.opening_balance + amount,
                opened_on=func.coalesce(_oldest(), Account.opened_on),
            )
        )
        with refusals():
            db.execute(carried)
        record_state(db, "account.changed", account_id, before)


def _holds(without: ScalarSelect[int] | None = None) -> tuple[ColumnElement[bool], ...]:
    """Say that the batch stands and that the books have the balance which its file states."""
    held = balance_then() if without is None else balance_then() - without
    agrees = held == ImportBatch.file_balance
    return ImportBatch.undone_at.is_(None), or_(ImportBatch.file_balance.is_(None), agrees)


def _covered(batches: list[UUID]) -> ScalarSelect[int]:
    """Return the sum of these batches' rows on the days that a file's balance speaks of."""
    total = select(func.coalesce(func.sum(Transaction.amount), 0)).where(
        Transaction.tenant_id == ImportBatch.tenant_id,
        Transaction.account_id == ImportBatch.account_id,
        one_of(Transaction.batch_id, batches),
        Transaction.booked_on.between(ImportBatch.covers_from, ImportBatch.file_balance_on),
    )
    return total.scalar_subquery()


def _waits() -> ColumnElement[bool]:
    """Say that the account's opening is older than all that came in."""
    return Account.opened_on < _oldest()


def _oldest() -> ScalarSelect[date]:
    row = aliased(Transaction)
    of_account = row.tenant_id == Account.tenant_id, row.account_id == Account.id
    days = select(func.min(row.booked_on)).where(*of_account, row.batch_id.is_not(None))
    return days.correlate(Account).scalar_subquery()
