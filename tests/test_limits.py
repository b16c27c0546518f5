"""Limits: counted exactly, refused in one sentence, and told without what one does not see."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest

from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import Terms, invite_member
from fintrack.access.memberships import change_flags, members
from fintrack.access.tenants import enter_tenant
from fintrack.context import Flag, Role, TenantContext, TenantType
from fintrack.errors import Conflict, FinTrackError, InvalidInput, PermissionDenied
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    accounts,
    create_account,
    delete_account,
)
from fintrack.ledger.activity import activity
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.ledger.undo import undo
from fintrack.limits import MEGABYTE, Limit, Room, allowances, require_import_size
from fintrack.operations.tenants import limits_of, set_limit
from fintrack.statements.undoing import undo_import
from tests.conftest import sign_up
from tests.databases import Database
from tests.statements.importing import csv_file, exported, held, imported, preview

DAY = date(2026, 3, 1)
FULL_OF_ACCOUNTS = (
    "Rivera family has as many accounts as it may have, which is {}. "
    "Delete an empty one, or ask whoever runs this FinTrack for more."
)
FULL_OF_TRANSACTIONS = (
    "Rivera family may keep {} transactions, and this would be more. "
    "Delete some, or ask whoever runs this FinTrack for more."
)


def account(context: TenantContext, name: str, sight: Visibility = Visibility.EVERYONE) -> UUID:
    new = NewAccount(name, AccountKind.CASH, "EUR", DAY, visibility=sight)
    return create_account(context, new)


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return account(ana, "Giro")


def record(context: TenantContext, account_id: UUID, amount: int = -100) -> UUID:
    return record_transaction(context, NewTransaction(account_id, DAY, amount, "Grocer"))


def used(context: TenantContext, limit: Limit) -> int | None:
    """Return how much of the limit the operator sees used."""
    return next(each.used for each in limits_of(context.slug) if each.limit is limit)


def room(context: TenantContext, limit: Limit) -> Room:
    return allowances(context)[limit].room


def succeeded(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except FinTrackError:
        return False
    return True


def at_once(attempts: list[Callable[[], object]]) -> int:
    """Make all attempts at the same moment; return how many succeeded."""
    with ThreadPoolExecutor(len(attempts)) as pool:
        return sum(pool.map(succeeded, attempts))


def test_a_full_tenant_takes_no_account(ana: TenantContext, giro: UUID) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 1)
    with pytest.raises(Conflict) as caught:
        account(ana, "Savings")
    assert str(caught.value) == FULL_OF_ACCOUNTS.format(1)
    delete_account(ana, giro)
    account(ana, "Savings")


def test_accounts_out_of_sight_count_and_are_not_told(
    ana: TenantContext, eli: TenantContext
) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 5)
    for number in range(4):
        account(ana, f"Secret {number}", Visibility.PRIVATE)
    assert room(eli, Limit.ACCOUNTS) is Room.LITTLE
    account(eli, "Purse")
    with pytest.raises(Conflict) as caught:
        account(eli, "Wallet")
    assert str(caught.value) == FULL_OF_ACCOUNTS.format(5)
    assert accounts(eli)["name"].tolist() == ["Purse"]


def test_accounts_made_at_once_do_not_exceed_the_limit(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 5)
    assert at_once([lambda n=n: account(ana, f"Purse {n}") for n in range(8)]) == 5  # type: ignore[misc]
    assert len(accounts(ana)) == 5


def test_members_who_join_at_once_do_not_exceed_the_limit(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.MEMBERS, 3)
    token = invite_member(ana, None, Role.VIEWER, Terms(most_uses=6))
    guests = [sign_up(f"Guest{number}", "Own", TenantType.PERSONAL) for number in range(6)]
    assert at_once([lambda g=g: accept_invitation(g.session, token) for g in guests]) == 2  # type: ignore[misc]
    assert len(members(ana)) == used(ana, Limit.MEMBERS) == 3


def test_a_full_tenant_says_so_to_whoever_would_join(
    ana: TenantContext, cleo: TenantContext
) -> None:
    set_limit(ana.slug, Limit.MEMBERS, 1)
    token = invite_member(ana, cleo.session.email, Role.VIEWER)
    with pytest.raises(Conflict) as caught:
        accept_invitation(cleo.session, token)
    assert str(caught.value) == (
        "Rivera family has as many members as it may have, which is 1. "
        "Its owners can make room, or ask whoever runs this FinTrack for more."
    )


@pytest.fixture
def full(ana: TenantContext, giro: UUID) -> UUID:
    """A transaction of a tenant that may keep just this one."""
    made = record(ana, giro)
    set_limit(ana.slug, Limit.TRANSACTIONS, 1)
    return made


def test_a_full_tenant_takes_no_transaction(ana: TenantContext, giro: UUID, full: UUID) -> None:
    with pytest.raises(Conflict) as caught:
        record(ana, giro)
    assert str(caught.value) == FULL_OF_TRANSACTIONS.format(1)
    assert len(held(ana)) == 1


def test_what_is_there_can_be_changed_and_deleted(ana: TenantContext, full: UUID) -> None:
    change_transaction(ana, full, TransactionChange(amount=-200), 1)
    delete_transactions(ana, [full])
    assert used(ana, Limit.TRANSACTIONS) == 0


def test_a_transfer_that_fits_by_half_is_refused_whole(ana: TenantContext, giro: UUID) -> None:
    set_limit(ana.slug, Limit.TRANSACTIONS, 1)
    with pytest.raises(Conflict):
        record_transfer(ana, NewTransfer(giro, account(ana, "Savings"), 100, DAY))
    assert held(ana) == []
    assert used(ana, Limit.TRANSACTIONS) == 0


def test_an_import_that_does_not_fit_writes_nothing(ana: TenantContext, giro: UUID) -> None:
    set_limit(ana.slug, Limit.TRANSACTIONS, 1)
    with pytest.raises(Conflict) as caught:
        imported(ana, csv_file(), account_id=giro)
    assert str(caught.value) == FULL_OF_TRANSACTIONS.format(1)
    assert held(ana) == []
    set_limit(ana.slug, Limit.TRANSACTIONS, 2)
    report = imported(ana, csv_file(), account_id=giro)
    undo_import(ana, report.import_id)
    assert imported(ana, csv_file(), account_id=giro).new == 2


def test_an_import_opens_no_account_beyond_the_limit(ana: TenantContext, giro: UUID) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 1)
    with pytest.raises(Conflict) as caught:
        imported(ana, csv_file())
    assert str(caught.value) == FULL_OF_ACCOUNTS.format(1)
    assert held(ana) == []


def test_undo_brings_nothing_back_beyond_the_limit(
    ana: TenantContext, giro: UUID, full: UUID
) -> None:
    deletion = delete_transactions(ana, [full])
    other = record(ana, giro)
    with pytest.raises(Conflict) as caught:
        undo(ana, deletion)
    assert str(caught.value) == FULL_OF_TRANSACTIONS.format(1)
    delete_transactions(ana, [other])
    undo(ana, deletion)
    assert len(held(ana)) == 1


def test_what_is_refused_is_not_counted(ana: TenantContext, giro: UUID) -> None:
    set_limit(ana.slug, Limit.TRANSACTIONS, 10)
    crooked = (SplitLine(None, -1), SplitLine(None, -2))
    with pytest.raises(InvalidInput):
        record_transaction(ana, NewTransaction(giro, DAY, -100, lines=crooked))
    with pytest.raises(FinTrackError):
        record(ana, giro, 10**16)
    assert used(ana, Limit.TRANSACTIONS) == 0


def test_transactions_recorded_at_once_do_not_exceed_the_limit(
    ana: TenantContext, giro: UUID
) -> None:
    set_limit(ana.slug, Limit.TRANSACTIONS, 5)
    assert at_once([lambda: record(ana, giro)] * 8) == 5
    assert len(held(ana)) == used(ana, Limit.TRANSACTIONS) == 5


def test_the_counter_is_the_number_of_transactions(ana: TenantContext, giro: UUID) -> None:
    record_transfer(ana, NewTransfer(giro, account(ana, "Savings"), 100, DAY))
    report = imported(ana, csv_file(), account_id=giro)
    undo(ana, delete_transactions(ana, [record(ana, giro), record(ana, giro)]))
    assert len(held(ana)) == used(ana, Limit.TRANSACTIONS) == 6
    undo_import(ana, report.import_id)
    assert len(held(ana)) == used(ana, Limit.TRANSACTIONS) == 4


def test_the_limit_of_one_tenant_is_none_of_another(
    ana: TenantContext, cleo: TenantContext, giro: UUID, full: UUID
) -> None:
    record(cleo, account(cleo, "Till"))
    assert (used(ana, Limit.TRANSACTIONS), used(cleo, Limit.TRANSACTIONS)) == (1, 1)


def test_exports_are_limited_by_the_day(ana: TenantContext, database: Database) -> None:
    set_limit(ana.slug, Limit.EXPORTS_PER_DAY, 2)
    exported(ana)
    exported(ana)
    with pytest.raises(Conflict) as caught:
        export_transactions(ana)
    assert str(caught.value) == (
        "Rivera family has made as many exports as it may in a day, which is 2. "
        "Export again tomorrow, or ask whoever runs this FinTrack for more."
    )
    with database.administrator() as admin:
        admin.execute("update sec.usage set exported_on = exported_on - 1")
    assert exported(ana).startswith(b"id,")
    assert used(ana, Limit.EXPORTS_PER_DAY) == 1


def test_every_export_is_an_event(ana: TenantContext, ben: TenantContext, giro: UUID) -> None:
    change_flags(ana, ben.user_id, [Flag.EXPORT])
    exported(enter_tenant(ben.session, ana.slug))
    event = activity(ana).frame.iloc[0]
    assert (event["actor"], event["action"]) == ("Ben", "transactions.exported")


def test_who_may_not_export_uses_nothing_up(ana: TenantContext, ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        export_transactions(ben)
    assert used(ana, Limit.EXPORTS_PER_DAY) == 0


def test_exports_at_once_do_not_exceed_the_limit(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.EXPORTS_PER_DAY, 3)
    assert at_once([lambda: exported(ana)] * 6) == 3


def test_a_file_is_as_large_as_the_tenant_may_import(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.IMPORT_MB, 1)
    require_import_size(ana, MEGABYTE)
    with pytest.raises(InvalidInput) as caught:
        preview(ana, bytes(MEGABYTE + 1))
    assert str(caught.value) == (
        "The file is larger than 1 MB, the most that Rivera family imports at once; "
        "download a shorter period."
    )


def test_room_becomes_little_from_four_fifths_on(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 5)
    rooms = []
    for number in range(5):
        account(ana, f"Purse {number}")
        rooms.append(room(ana, Limit.ACCOUNTS))
    assert rooms == [Room.ENOUGH] * 3 + [Room.LITTLE, Room.NONE]


def test_every_member_learns_how_close_the_limits_are(
    ana: TenantContext, ben: TenantContext, giro: UUID, full: UUID
) -> None:
    set_limit(ana.slug, Limit.MEMBERS, 9)
    found = allowances(ben)
    assert {limit: each.most for limit, each in found.items()} == {
        Limit.MEMBERS: 9,
        Limit.TRANSACTIONS: 1,
    }
    assert found[Limit.TRANSACTIONS].room is Room.NONE
