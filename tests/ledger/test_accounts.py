"""Accounts: opening, seeing, changing, archiving and deleting them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.accounts import (
    ACCOUNTS,
    AccountChange,
    AccountKind,
    NewAccount,
    Side,
    Visibility,
    account,
    account_named,
    accounts,
    archive_account,
    create_account,
    delete_account,
    reopen_account,
    update_account,
)
from fintrack.ledger.recording import blank
from fintrack.ledger.snapshots import insert_snapshots
from fintrack.schema import Account, new_id
from tests.databases import Database
from tests.ledger.conftest import Record, wait_until_somebody_waits

OPENED = date(2026, 1, 1)


def test_an_account_shows_its_opening_balance_and_its_transactions(
    ana: TenantContext, giro: UUID, record: Record
) -> None:
    record(1, -4200)
    record(2, 1200)
    found = account(ana, giro)
    assert (found.balance, found.last_booked_on) == (7000, date(2026, 3, 2))


def test_an_account_without_transactions_keeps_the_promised_shape(
    ana: TenantContext, giro: UUID
) -> None:
    frame = accounts(ana)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == ACCOUNTS
    assert frame["last_booked_on"].isna().all()


def test_no_accounts_keep_the_promised_shape(ana: TenantContext) -> None:
    frame = accounts(ana)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == ACCOUNTS


@pytest.mark.parametrize(
    ("kind", "side"),
    [(AccountKind.CREDIT_CARD, Side.LIABILITY), (AccountKind.SAVINGS, Side.ASSET)],
)
def test_a_side_that_is_not_said_follows_the_kind(
    ana: TenantContext, kind: AccountKind, side: Side
) -> None:
    card = create_account(ana, NewAccount("New", kind, "EUR", OPENED))
    assert account(ana, card).side is side


def test_a_viewer_may_not_open_an_account(ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied, match="may not change the books"):
        create_account(ben, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))


def test_two_shared_accounts_have_two_names(ana: TenantContext, giro: UUID) -> None:
    with pytest.raises(Conflict, match="of this name"):
        create_account(ana, NewAccount("  giro ", AccountKind.CASH, "EUR", OPENED))


def test_a_private_accounts_name_can_be_used_by_somebody_else(
    eli: TenantContext, secret: UUID
) -> None:
    create_account(eli, NewAccount("Secret", AccountKind.CASH, "EUR", OPENED))
    assert "Secret" in accounts(eli)["name"].tolist()


@pytest.mark.parametrize("currency", ["XYZ", "eur", ""])
def test_an_unknown_currency_is_refused(ana: TenantContext, currency: str) -> None:
    with pytest.raises(InvalidInput, match="currency"):
        create_account(ana, NewAccount("New", AccountKind.CASH, currency, OPENED))


@pytest.mark.parametrize("amount", [10**15 + 1, 10**18, 10**30])
def test_an_opening_balance_that_cannot_be_kept_is_refused(ana: TenantContext, amount: int) -> None:
    with pytest.raises(InvalidInput, match="too large"):
        create_account(ana, NewAccount("New", AccountKind.CASH, "EUR", OPENED, amount))


@pytest.mark.parametrize("name", ["", "  \x00 ", "x" * 81])
def test_a_name_that_cannot_be_kept_is_refused(ana: TenantContext, name: str) -> None:
    with pytest.raises(InvalidInput, match="name of the account"):
        create_account(ana, NewAccount(name, AccountKind.CASH, "EUR", OPENED))


def test_a_private_account_is_seen_by_its_owner_only(
    ana: TenantContext, dora: TenantContext, secret: UUID
) -> None:
    assert accounts(ana)["name"].tolist() == ["Secret"]
    assert accounts(dora).empty
    with pytest.raises(NotFound):
        account(dora, secret)


def test_an_outsider_sees_no_account(cleo: TenantContext, giro: UUID) -> None:
    assert accounts(cleo).empty
    with pytest.raises(NotFound):
        account(cleo, giro)


def test_an_account_is_found_by_its_name(ana: TenantContext, giro: UUID) -> None:
    assert account_named(ana, " GIRO ").id == giro


def test_a_name_that_no_account_has_is_not_found(ana: TenantContext) -> None:
    with pytest.raises(NotFound):
        account_named(ana, "Nowhere")


def test_a_change_keeps_what_it_does_not_name(ana: TenantContext, giro: UUID) -> None:
    change = AccountChange(name="Joint", number="ES91 2100", opening_balance=5)
    update_account(ana, giro, change, 1)
    found = account(ana, giro)
    assert (found.name, found.number, found.balance, found.version) == ("Joint", "ES91 2100", 5, 2)
    assert found.kind is AccountKind.CHECKING


def test_a_change_against_an_old_version_is_refused(ana: TenantContext, giro: UUID) -> None:
    update_account(ana, giro, AccountChange(name="Joint"), 1)
    with pytest.raises(Conflict, match="in the meantime"):
        update_account(ana, giro, AccountChange(name="Mine"), 1)


def test_a_change_at_the_same_moment_is_told_that_somebody_was_faster(
    ana: TenantContext, giro: UUID, database: Database
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with tenant_transaction(ana) as db:
            faster = update(Account).where(Account.id == giro).values(name="First", version=2)
            db.execute(faster.execution_options(synchronize_session=False))
            slower = pool.submit(update_account, ana, giro, AccountChange(name="Second"), 1)
            wait_until_somebody_waits(database)
        with pytest.raises(Conflict, match="in the meantime"):
            slower.result()
    assert account(ana, giro).name == "First"


def test_only_the_owner_hides_an_account(eli: TenantContext, giro: UUID) -> None:
    with pytest.raises(PermissionDenied, match="Only the owner"):
        update_account(eli, giro, AccountChange(visibility=Visibility.PRIVATE), 1)


def test_an_archived_account_is_shown_only_when_asked_for(ana: TenantContext, giro: UUID) -> None:
    archive_account(ana, giro)
    assert accounts(ana).empty
    assert accounts(ana, archived=True)["archived"].tolist() == [True]


def test_an_archived_account_takes_no_transactions_until_it_is_reopened(
    ana: TenantContext, giro: UUID, record: Record
) -> None:
    archive_account(ana, giro)
    with pytest.raises(Conflict, match="Reopen it first"):
        record(1, -100)
    reopen_account(ana, giro)
    record(1, -100)
    assert account(ana, giro).balance == 9900


def test_an_account_with_transactions_is_kept_and_archiving_offered(
    ana: TenantContext, giro: UUID, record: Record
) -> None:
    record(1, -100)
    with pytest.raises(Conflict, match="Archive it instead"):
        delete_account(ana, giro)


def test_an_account_that_gets_a_transaction_at_the_same_moment_is_kept(
    ana: TenantContext, giro: UUID, database: Database
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with tenant_transaction(ana) as db:
            insert_snapshots(db, [blank(new_id(), giro, "EUR", OPENED, -100)])
            deletion = pool.submit(delete_account, ana, giro)
            wait_until_somebody_waits(database)
        with pytest.raises(Conflict, match="Archive it instead"):
            deletion.result()
    assert account(ana, giro).balance == 9900


def test_an_unused_account_can_be_deleted(ana: TenantContext, giro: UUID) -> None:
    delete_account(ana, giro)
    assert accounts(ana, archived=True).empty


def test_an_account_that_is_not_there_cannot_be_deleted(ana: TenantContext) -> None:
    with pytest.raises(NotFound):
        delete_account(ana, uuid4())
