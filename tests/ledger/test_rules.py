"""What the database itself refuses, whatever the code above it would let pass."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import FinTrackError, InvalidInput
from fintrack.ledger.accounts import AccountKind, NewAccount, account, create_account
from fintrack.ledger.categories import categories
from fintrack.ledger.recording import SplitLine
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.schema import Account, Posting, TenantRow, Transaction, new_id
from tests.databases import Database
from tests.ledger.conftest import MARCH, Record

UNTRACKED = {"synchronize_session": False}
WHOLE: dict[str, Any] = {
    "currency": "EUR",
    "booked_on": MARCH,
    "amount": -100,
    "payee": "",
    "description": "",
    "note": "",
    "status": "CLEARED",
    "is_split": False,
    "words": [],
}
Attempt = Callable[[Session], None]


def put(db: Session, table: type[TenantRow], **values: Any) -> None:  # noqa: ANN401 - columns
    """Insert one row as it is."""
    db.execute(insert(table), [{"id": new_id(), **values}])


def change(db: Session, table: type[TenantRow], row: Any, **values: Any) -> None:  # noqa: ANN401
    """Update the rows of a condition as they are."""
    db.execute(update(table).where(row).values(**values), execution_options=UNTRACKED)


def remove(db: Session, table: type[TenantRow], row: Any) -> None:  # noqa: ANN401 - a condition
    """Delete the rows of a condition."""
    db.execute(delete(table).where(row), execution_options=UNTRACKED)


def refused(context: TenantContext, attempt: Attempt) -> Exception:
    """Return how the database refuses what is attempted, at the latest when it is committed."""
    with (
        pytest.raises((FinTrackError, IntegrityError)) as caught,
        tenant_transaction(context) as db,
    ):
        attempt(db)
    return caught.value


def constraint(error: Exception) -> str:
    """Return the name of the constraint that refused."""
    assert isinstance(error, IntegrityError)
    return str(error.orig.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's own


MISSED: dict[str, Attempt] = {
    "a line is a minor unit less": lambda db: change(db, Posting, Posting.line == 2, amount=-39),
    "a line is a minor unit more": lambda db: change(db, Posting, Posting.line == 2, amount=-41),
    "the amount is a minor unit more": lambda db: change(
        db, Transaction, Transaction.is_split, amount=-101
    ),
    "a line goes": lambda db: remove(db, Posting, Posting.line == 1),
    "all lines go": lambda db: remove(db, Posting, Posting.line > 0),
    "the split becomes whole beside its lines": lambda db: change(
        db, Transaction, Transaction.is_split, is_split=False
    ),
}


@pytest.mark.parametrize("name", MISSED)
def test_a_split_adds_up_to_its_amount(ana: TenantContext, record: Record, name: str) -> None:
    record(1, -100, lines=(SplitLine(None, -60), SplitLine(None, -40)))
    assert isinstance(refused(ana, MISSED[name]), InvalidInput)


def test_a_new_split_needs_its_lines(ana: TenantContext, giro: UUID) -> None:
    split = {**WHOLE, "account_id": giro, "is_split": True}
    assert isinstance(refused(ana, lambda db: put(db, Transaction, **split)), InvalidInput)


def test_a_line_that_moves_leaves_neither_split_wrong(ana: TenantContext, record: Record) -> None:
    record(1, -100, lines=(SplitLine(None, -60), SplitLine(None, -40)))
    other = record(1, -40, lines=(SplitLine(None, -40),))
    moved = refused(
        ana,
        lambda db: change(db, Posting, Posting.amount == -60, transaction_id=other, line=2),
    )
    assert isinstance(moved, InvalidInput)


LAME: dict[str, Attempt] = {
    "a leg goes": lambda db: remove(db, Transaction, Transaction.amount < 0),
    "a leg is another amount": lambda db: change(
        db, Transaction, Transaction.amount < 0, amount=-2499
    ),
    "a leg forgets its transfer": lambda db: change(
        db, Transaction, Transaction.amount < 0, transfer_id=None
    ),
    "both legs leave": lambda db: change(db, Transaction, Transaction.amount > 0, amount=-2500),
    "a leg joins another transfer": lambda db: change(
        db, Transaction, Transaction.amount < 0, transfer_id=new_id()
    ),
}


@pytest.mark.parametrize("name", LAME)
def test_a_leg_keeps_its_partner(ana: TenantContext, giro: UUID, savings: UUID, name: str) -> None:
    record_transfer(ana, NewTransfer(giro, savings, 2500, MARCH))
    assert isinstance(refused(ana, LAME[name]), InvalidInput)
    assert account(ana, savings).balance == 2500


def test_a_leg_is_not_made_alone(ana: TenantContext, giro: UUID) -> None:
    leg = {**WHOLE, "account_id": giro, "transfer_id": new_id()}
    assert isinstance(refused(ana, lambda db: put(db, Transaction, **leg)), InvalidInput)


def test_a_transfer_has_no_third_leg(ana: TenantContext, giro: UUID, savings: UUID) -> None:
    third = {
        **WHOLE,
        "account_id": giro,
        "transfer_id": record_transfer(ana, NewTransfer(giro, savings, 2500, MARCH)),
    }
    assert isinstance(refused(ana, lambda db: put(db, Transaction, **third)), InvalidInput)


def test_both_legs_are_not_in_one_account(ana: TenantContext, giro: UUID, savings: UUID) -> None:
    record_transfer(ana, NewTransfer(giro, savings, 2500, MARCH))
    joined = refused(
        ana, lambda db: change(db, Transaction, Transaction.amount > 0, account_id=giro)
    )
    assert isinstance(joined, InvalidInput)


def test_a_transaction_is_in_its_accounts_currency(ana: TenantContext, giro: UUID) -> None:
    foreign = {**WHOLE, "account_id": giro, "currency": "USD"}
    error = refused(ana, lambda db: put(db, Transaction, **foreign))
    assert constraint(error) == "transaction_tenant_id_account_id_currency_fkey"


def test_an_account_with_transactions_keeps_its_currency(
    ana: TenantContext, record: Record
) -> None:
    record(1, -100)
    error = refused(ana, lambda db: change(db, Account, Account.name == "Giro", currency="USD"))
    assert constraint(error) == "transaction_tenant_id_account_id_currency_fkey"


def test_another_tenants_account_does_not_exist(ana: TenantContext, cleo: TenantContext) -> None:
    foreign = create_account(cleo, NewAccount("Giro", AccountKind.CHECKING, "EUR", MARCH))
    answers = set()
    for account_id in (foreign, new_id()):
        spent = {**WHOLE, "account_id": account_id}
        answers.add(str(refused(ana, partial(put, table=Transaction, **spent))))
    assert len(answers) == 1


def test_another_tenants_category_does_not_exist(
    ana: TenantContext, cleo: TenantContext, giro: UUID
) -> None:
    foreign = UUID(categories(cleo)["id"].iloc[0])
    spent = {**WHOLE, "account_id": giro, "category_id": foreign}
    error = refused(ana, lambda db: put(db, Transaction, **spent))
    assert constraint(error) == "transaction_tenant_id_category_id_fkey"


@pytest.mark.parametrize("amount", [10**15 + 1, -(10**15) - 1, 2**63 - 1])
def test_an_amount_beyond_the_ledger_is_refused(
    ana: TenantContext, giro: UUID, amount: int
) -> None:
    huge = {**WHOLE, "account_id": giro, "amount": amount}
    error = refused(ana, lambda db: put(db, Transaction, **huge))
    assert constraint(error) == "transaction_amount_check"


def test_an_amount_beyond_the_column_is_refused(ana: TenantContext, giro: UUID) -> None:
    huge = {**WHOLE, "account_id": giro, "amount": 2**63}
    assert "too large" in str(refused(ana, lambda db: put(db, Transaction, **huge)))


def test_a_user_is_a_member_of_a_tenant_once(ana: TenantContext, database: Database) -> None:
    again = "insert into app.membership (tenant_id, user_id, role) values (%s, %s, 'VIEWER')"
    with database.administrator() as admin, pytest.raises(Exception, match="membership_pkey"):
        admin.execute(again, [ana.tenant_id, ana.user_id])
