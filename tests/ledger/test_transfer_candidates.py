"""What a transaction could be a transfer with, offered as long as both are free."""

from datetime import date
from uuid import UUID

import pytest

from fintrack.access.sharing import ShareLevel, share_account
from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountChange, archive_account, update_account
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.transfer_candidates import transfer_candidates
from fintrack.ledger.transfers import link_transfer, unlink_transfer
from tests.ledger.conftest import Record


def arrive(me: TenantContext, account_id: UUID, day: int, amount: int = 2500) -> UUID:
    return record_transaction(me, NewTransaction(account_id, date(2026, 3, day), amount, "Me"))


@pytest.fixture
def out(record: Record) -> UUID:
    """What left the current account on the tenth."""
    return record(10, -2500, "To my savings")


def offered(me: TenantContext, transaction_id: UUID) -> list[UUID]:
    return [each.id for each in transfer_candidates(me, transaction_id)]


def test_what_arrived_elsewhere_within_four_days_is_offered_the_nearest_first(
    ana: TenantContext, savings: UUID, out: UUID
) -> None:
    days = {day: arrive(ana, savings, day) for day in (5, 6, 9, 14, 15)}
    assert offered(ana, out) == [days[9], days[6], days[14]]
    (first, *_) = transfer_candidates(ana, out)
    assert (first.account, first.booked_on, first.amount, first.days) == (
        "Savings", date(2026, 3, 9), 2500, 1,
    )  # fmt: skip


def test_either_side_is_offered_the_other(ana: TenantContext, savings: UUID, out: UUID) -> None:
    into = arrive(ana, savings, 12)
    assert (offered(ana, out), offered(ana, into)) == ([into], [out])


def test_what_does_not_fit_is_not_offered(
    ana: TenantContext, giro: UUID, savings: UUID, dollars: UUID, out: UUID
) -> None:
    arrive(ana, giro, 10)
    arrive(ana, dollars, 10)
    for amount in (-2500, 2499):
        arrive(ana, savings, 10, amount)
    assert offered(ana, out) == []


@pytest.mark.parametrize("named", ["To DOLLARS", "Wire US12 3456"])
def test_in_another_currency_a_side_that_names_the_others_account_is_offered_last(
    ana: TenantContext, dollars: UUID, savings: UUID, record: Record, named: str
) -> None:
    update_account(ana, dollars, AccountChange(number="US123456"), 1)
    out = record(10, -2500, named)
    arrived, far = arrive(ana, savings, 13), arrive(ana, dollars, 10, 2710)
    arrive(ana, dollars, 10, -2710)
    assert offered(ana, out) == [arrived, far]
    assert offered(ana, far) == [out]
    link_transfer(ana, out, far)
    assert offered(ana, out) == []


def test_a_name_inside_a_word_names_no_account(
    ana: TenantContext, dollars: UUID, savings: UUID, record: Record
) -> None:
    update_account(ana, dollars, AccountChange(name="Cash"), 1)
    out = record(10, -2500, "Cashback")
    arrive(ana, dollars, 10, 2710)
    assert offered(ana, out) == []


def test_what_moves_nothing_fits_nothing(ana: TenantContext, savings: UUID, record: Record) -> None:
    arrive(ana, savings, 10, 0)
    assert offered(ana, record(10, 0)) == []


def test_a_leg_and_a_split_are_neither_offered_nor_offered_anything(
    ana: TenantContext, savings: UUID, secret: UUID, record: Record, out: UUID
) -> None:
    into = arrive(ana, savings, 10)
    split = record(10, -2500, lines=(SplitLine(None, -2500),))
    assert offered(ana, split) == []
    assert offered(ana, into) == [out]
    transfer_id = link_transfer(ana, out, into).transfer_id
    arrive(ana, secret, 10)
    assert offered(ana, out) == []
    unlink_transfer(ana, transfer_id)
    assert into in offered(ana, out)


def test_an_account_that_one_may_not_write_to_is_not_offered(
    ana: TenantContext, eli: TenantContext, ben: TenantContext, secret: UUID, out: UUID
) -> None:
    into = arrive(ana, secret, 10)
    assert offered(ana, out) == [into]
    assert offered(eli, out) == offered(ben, out) == []
    share_account(ana, secret, eli.user_id, ShareLevel.READ)
    assert offered(eli, out) == offered(eli, into) == []
    share_account(ana, secret, eli.user_id, ShareLevel.WRITE)
    assert (offered(eli, out), offered(eli, into)) == ([into], [out])


def test_an_archived_account_is_not_offered(ana: TenantContext, savings: UUID, out: UUID) -> None:
    arrive(ana, savings, 10)
    archive_account(ana, savings)
    assert offered(ana, out) == []


def test_of_many_only_ten_are_offered(ana: TenantContext, savings: UUID, out: UUID) -> None:
    for _ in range(12):
        arrive(ana, savings, 10)
    assert len(offered(ana, out)) == 10
