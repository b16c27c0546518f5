"""What a file calls its account, beside what the books call the one that takes it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fintrack.db import rows_changed
from fintrack.import_schema import ImportBatch
from fintrack.ledger.account_states import record_state, state_of
from fintrack.ledger.accounts import LONGEST_NUMBER
from fintrack.ledger.rows import one_of
from fintrack.schema import Account, AuditEvent
from fintrack.statements.plans import Plan
from fintrack.statements.targets import (
    LedgerAccount,
    is_number,
    matching_account,
    writable_accounts,
)

NUMBERED = "account.changed"


def naming_note(plan: Plan, account: LedgerAccount, ledger: Sequence[LedgerAccount]) -> str:
    """Return what a member should know of the file's name for the account; empty if they agree."""
    label = plan.label
    if not label or matching_account(label, account.currency, [account]):
        return ""
    if _given_number(plan, account, ledger):
        return f"{account.name} has no number yet and gets the one of the file: {label}."
    called = "number" if is_number(label) else "name"
    return f"The file gives its account the {called} {label}, but it goes into {account.name}."


def give_numbers(db: Session, plans: Iterable[tuple[Plan, LedgerAccount]]) -> None:
    """Let the next file of a number find the account that has none yet, and no other file it."""
    ledger = writable_accounts(db)
    numbers: dict[LedgerAccount, str] = {}
    for plan, account in plans:
        if number := _given_number(plan, account, ledger):
            numbers.setdefault(account, number)
    for account, number in numbers.items():
        before = state_of(db, account.id)
        numbered = update(Account).where(Account.id == account.id, Account.number == "")
        # No new version: what an import makes of its own account is no member's change.
        db.execute(numbered.values(number=number[:LONGEST_NUMBER]))
        record_state(db, NUMBERED, account.id, before)


def take_numbers_back(db: Session, import_id: UUID, account_ids: Sequence[UUID]) -> None:
    """Take from these accounts the numbers that the import gave them, but for changed ones."""
    moment = select(func.min(ImportBatch.created_at)).where(ImportBatch.import_id == import_id)
    events = select(AuditEvent.account_id, AuditEvent.after).where(
        AuditEvent.at == moment.scalar_subquery(),
        AuditEvent.action == NUMBERED,
        AuditEvent.before["number"].astext == "",
        one_of(AuditEvent.account_id, account_ids),
    )
    for account_id, after in db.execute(events).all():
        before = state_of(db, account_id)
        given = update(Account).where(Account.id == account_id, Account.number == after["number"])
        if rows_changed(db, given.values(number="")):
            record_state(db, NUMBERED, account_id, before)


def _given_number(plan: Plan, account: LedgerAccount, ledger: Sequence[LedgerAccount]) -> str:
    """Return the number that an account without one gets, empty where another account has it."""
    is_free = not account.number and is_number(plan.label)
    return plan.label if is_free and not matching_account(plan.label, plan.currency, ledger) else ""
