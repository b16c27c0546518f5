"""What the books already hold of a file: its duplicates, and balances before and after."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from fintrack.import_schema import ImportBatch, ImportRow
from fintrack.ledger.filters import Status
from fintrack.ledger.moved import moved_in_all, moved_through
from fintrack.ledger.rows import one_of
from fintrack.schema import Account, Transaction
from fintrack.statements.likeness import Deleted, Likeness
from fintrack.statements.matching import Book, Known, book_of
from fintrack.statements.plans import Plan, Planned, total_until
from fintrack.statements.references import DAYS, near


@dataclass(frozen=True, slots=True)
class Balances:
    """What an account holds without a plan: now, at the end of its balance day, before its first.

    The account that is yet to be made holds nothing.
    """

    now: int = 0
    then: int = 0
    first: int = 0

    def __add__(self, amount: int) -> "Balances":
        """Return what an account holds that has more from the start."""
        return Balances(self.now + amount, self.then + amount, self.first + amount)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan beside its account's book and balances.

    Beside the plan's rows stand, or None: in `duplicates` the transaction that a row repeats, in
    `likenesses` the one that it probably is, or was.
    """

    plan: Plan
    duplicates: tuple[UUID | None, ...]
    likenesses: tuple[Likeness | Deleted | None, ...]
    book: Book
    balances: Balances

    @property
    def rows(self) -> Iterator[tuple[Planned, UUID | None, Likeness | Deleted | None]]:
        """Return each row with what it repeats and what it probably is."""
        return zip(self.plan.planned, self.duplicates, self.likenesses, strict=True)


def outcomes(
    db: Session, plans: Sequence[Plan], accounts: Mapping[str, UUID | None], file_format: str
) -> list[Outcome]:
    """Return each plan's outcome for its account; None is an account that is yet to be made.

    Plans of one account share its book, so that no transaction answers for two rows. `file_format`
    is the one under which the import would be kept.
    """
    found = {key: account_id for key, account_id in accounts.items() if account_id is not None}
    books = _books(db, plans, found, file_format)
    balances = _balances(db, plans, found)
    own = own_ids(db, plans)
    exact = [_outcome(plan, found.get(plan.key), books, balances, own) for plan in plans]
    deleted = _deleted(db, set(found.values()))
    gone = [deleted.get(found.get(each.plan.key), Counter()) for each in exact]
    return [
        replace(each, likenesses=_likenesses(each, left))
        for each, left in zip(exact, gone, strict=True)
    ]


def differences(
    plan: Plan, held: Balances, rows: Iterable[Planned]
) -> tuple[int | None, int | None]:
    """Return by how much an account that holds this and gets the rows is above the file.

    First at its closing balance, then at its opening one; None of one that it does not state.
    """
    closing = held.then + total_until(plan.balance_day, rows)
    opening = held.first + total_until(plan.day_before, rows)
    return (
        None if plan.closing is None else closing - plan.closing,
        None if plan.opening is None else opening - plan.opening,
    )


def holds(plan: Plan, held: Balances, rows: Iterable[Planned]) -> bool:
    """Say whether the file states a balance, and the account has it once it gets the rows."""
    closing, opening = differences(plan, held, rows)
    return opening == 0 if closing is None else closing == 0


def own_ids(db: Session, plans: Sequence[Plan]) -> frozenset[UUID]:
    """Return the ids of exported rows that the member sees in these books, in any account."""
    ids = [row.movement.own_id for plan in plans for row in plan.planned if row.movement.own_id]
    if not ids:
        return frozenset()
    statement = select(Transaction.id).where(one_of(Transaction.id, ids))
    return frozenset(db.scalars(statement))


def _outcome(
    plan: Plan,
    account_id: UUID | None,
    books: Mapping[UUID, Book],
    balances: Mapping[UUID, Mapping[str, Balances]],
    own: frozenset[UUID],
) -> Outcome:
    book = books[account_id] if account_id else Book()
    movements = [each.movement for each in plan.planned]
    # An exported transaction that was moved to another account is still the same one.
    duplicates = tuple(
        known or (movement.own_id if movement.own_id in own else None)
        for known, movement in zip(book.duplicates(movements), movements, strict=True)
    )
    held = balances[account_id][plan.key] if account_id else Balances()
    return Outcome(plan, duplicates, (), book, held)


def _likenesses(outcome: Outcome, deleted: Counter[str]) -> tuple[Likeness | Deleted | None, ...]:
    """Return what the rows probably are; of rows that are nothing, those of `deleted` are taken."""
    rows = outcome.plan.planned
    alike = near([row.movement for row in rows], outcome.book, outcome.duplicates)
    found: list[Likeness | Deleted | None] = list(alike)
    for at, (row, known) in enumerate(zip(rows, outcome.duplicates, strict=True)):
        like = alike[at]
        if known is None and not (like and like.is_close) and deleted[row.raw]:
            deleted[row.raw] -= 1
            found[at] = Deleted()
    return tuple(found)


def _deleted(db: Session, accounts: Collection[UUID]) -> dict[UUID | None, Counter[str]]:
    """Return by account the rows, as files wrote them, whose transactions members deleted."""
    statement = (
        select(ImportRow.account_id, ImportRow.raw, func.count())
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(
            one_of(ImportBatch.account_id, accounts),
            ImportBatch.undone_at.is_(None),
            # Written out, so that the index of these rows is known to hold them.
            ImportRow.state == literal("NEW", literal_execute=True),
            ImportRow.transaction_id.is_(None),
            ImportRow.raw != "",
        )
        .group_by(ImportRow.account_id, ImportRow.raw)
    )
    found: dict[UUID | None, Counter[str]] = defaultdict(Counter)
    for account_id, raw, count in db.execute(statement) if accounts else ():
        found[account_id][raw] = count
    return found


def _books(
    db: Session, plans: Sequence[Plan], accounts: Mapping[str, UUID], file_format: str
) -> dict[UUID, Book]:
    known: dict[UUID, list[Known]] = {account_id: [] for account_id in accounts.values()}
    parts = [_part(plan, accounts[plan.key]) for plan in plans if plan.key in accounts]
    if parts:
        statement = (
            select(
                Transaction.account_id,
                Transaction.id,
                Transaction.booked_on,
                Transaction.amount,
                Transaction.payee,
                Transaction.description,
                Transaction.import_key,
                Transaction.status == Status.PENDING,
                Transaction.transfer_id.is_not(None),
                func.coalesce(_key_format() != file_format, false()),
            )
            .outerjoin(ImportBatch, ImportBatch.id == Transaction.batch_id)
            .where(or_(*parts))
            .order_by(Transaction.booked_on, Transaction.id)
        )
        for account_id, *each in db.execute(statement):
            known[account_id].append(Known(*each))
    return {account_id: book_of(rows) for account_id, rows in known.items()}


def _key_format() -> ColumnElement[str]:
    """Return the format that a transaction has its key from: that of the file which matched it."""
    matching = aliased(ImportBatch)
    matched = (
        select(matching.format)
        .join(ImportRow, ImportRow.batch_id == matching.id)
        .where(
            ImportRow.tenant_id == Transaction.tenant_id,
            ImportRow.transaction_id == Transaction.id,
            ImportRow.gives_key,
            matching.undone_at.is_(None),
        )
        .order_by(matching.created_at)
        .limit(1)
        .correlate(Transaction)
        .scalar_subquery()
    )
    # What a file brought and nobody changed since is spared the look.
    is_matched = or_(Transaction.version > 1, Transaction.batch_id.is_(None))
    return func.coalesce(case((is_matched, matched)), ImportBatch.format)


def _part(plan: Plan, account_id: UUID) -> ColumnElement[bool]:
    """The days around the plan and, since members may have moved a row further, its keys."""
    first, last = plan.days
    around = timedelta(DAYS)
    return and_(
        Transaction.account_id == account_id,
        or_(
            Transaction.booked_on.between(first - around, last + around),
            one_of(Transaction.import_key, plan.import_keys),
        ),
    )


def _balances(
    db: Session, plans: Sequence[Plan], accounts: Mapping[str, UUID]
) -> dict[UUID, dict[str, Balances]]:
    """What each account holds now and, per plan, on its balance day and before its first."""
    days = {plan.key: (plan.balance_day, plan.day_before) for plan in plans if plan.key in accounts}
    if not days:
        return {}
    asked = func.unnest(literal(sorted(set(chain(*days.values()))), ARRAY(Date())))
    each = select(asked.label("day")).subquery("asked")
    opening = Account.opening_balance
    statement = (
        select(
            Account.id, opening + moved_in_all(), each.c.day, opening + moved_through(each.c.day)
        )
        .join_from(Account, each, true())
        .where(one_of(Account.id, accounts.values()))
    )
    now: dict[UUID, int] = {}
    held: dict[tuple[UUID, date], int] = {}
    for account_id, balance, on, then in db.execute(statement):
        now[account_id], held[account_id, on] = int(balance), int(then)
    return {
        account_id: {
            key: Balances(balance, held[account_id, last], held[account_id, first])
            for key, (last, first) in days.items()
        }
        for account_id, balance in now.items()
    }
