"""Shares of private accounts: given and taken back by their owner alone."""

from datetime import date
from uuid import UUID

import pytest

from fintrack.access.sharing import ShareLevel, account_shares, share_account, unshare_account
from fintrack.context import TenantContext
from fintrack.errors import NotFound, PermissionDenied
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, accounts, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction


@pytest.fixture
def secret(ana: TenantContext) -> UUID:
    """An account that only Ana sees."""
    new = NewAccount(
        "Secret", AccountKind.CASH, "EUR", date(2026, 1, 1), visibility=Visibility.PRIVATE
    )
    return create_account(ana, new)


def test_a_read_share_shows_the_account_and_no_more(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    share_account(ana, secret, eli.user_id, ShareLevel.READ)
    assert accounts(eli)["name"].tolist() == ["Secret"]
    with pytest.raises(PermissionDenied):
        record_transaction(eli, NewTransaction(secret, date(2026, 3, 1), -100))


def test_a_write_share_lets_write(ana: TenantContext, eli: TenantContext, secret: UUID) -> None:
    share_account(ana, secret, eli.user_id, ShareLevel.WRITE)
    record_transaction(eli, NewTransaction(secret, date(2026, 3, 1), -100))
    assert accounts(ana)["balance"].tolist() == [-100]


def test_a_share_taken_back_acts_at_the_next_transaction(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    share_account(ana, secret, eli.user_id, ShareLevel.READ)
    unshare_account(ana, secret, eli.user_id)
    assert accounts(eli).empty
    assert account_shares(ana, secret).empty


def test_a_level_can_be_changed(ana: TenantContext, eli: TenantContext, secret: UUID) -> None:
    share_account(ana, secret, eli.user_id, ShareLevel.READ)
    share_account(ana, secret, eli.user_id, ShareLevel.WRITE)
    assert account_shares(ana, secret)["level"].tolist() == ["WRITE"]


def test_an_admin_does_not_share_what_is_not_hers(
    ana: TenantContext, dora: TenantContext, secret: UUID
) -> None:
    with pytest.raises(NotFound):
        share_account(dora, secret, dora.user_id, ShareLevel.READ)
    with pytest.raises(NotFound):
        unshare_account(dora, secret, ana.user_id)


def test_an_account_is_shared_with_members_only(
    ana: TenantContext, cleo: TenantContext, secret: UUID
) -> None:
    with pytest.raises(NotFound):
        share_account(ana, secret, cleo.user_id, ShareLevel.READ)
