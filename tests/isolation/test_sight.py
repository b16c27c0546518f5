"""Seeing with another member's eyes: both sights at once, reading only, held by the database."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fintrack.access.memberships import change_role, remove_member, suspend_member
from fintrack.access.ownership import offer_ownership, ownership_offers
from fintrack.access.sessions import confirm_session
from fintrack.access.sharing import (
    ShareLevel,
    account_shares,
    share_account,
    shared_balances,
    show_account,
)
from fintrack.access.sight import see_as, seeable_members
from fintrack.access.tenants import enter_tenant
from fintrack.context import LOOKING, Permission, Role, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound, PermissionDenied
from fintrack.ledger.accounts import accounts
from fintrack.ledger.change_sets import change_sets
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.schema import AccountShare
from tests.conftest import PASSWORD
from tests.isolation.private_accounts import MARCH, activity, all_answers, changed, filled

pytestmark = pytest.mark.one_server


@pytest.fixture
def secret(eli: TenantContext) -> UUID:
    """Eli's account that nobody else sees, with a transaction."""
    return filled(eli)


def test_the_transaction_has_the_members_role_and_reads_only(
    dora: TenantContext, ben: TenantContext
) -> None:
    asked = select(text("current_user"), text("current_setting('transaction_read_only')"))
    with tenant_transaction(see_as(dora, ben.user_id)) as db:
        assert db.execute(asked).one() == ("fintrack_viewer", "on")


@pytest.mark.parametrize(
    "words",
    [
        "insert into app.tag (id, name) values (gen_random_uuid(), 'mine')",
        "set transaction read write",
        "select set_config('transaction_read_only', 'off', true)",
        "select sec.note_visit()",
        "select sec.leave()",
    ],
)
def test_nothing_can_be_written_not_even_by_sql(
    dora: TenantContext, eli: TenantContext, words: str
) -> None:
    with tenant_transaction(see_as(dora, eli.user_id)) as db, pytest.raises(DBAPIError):
        db.execute(text(words))


def test_only_what_both_see_is_seen(dora: TenantContext, eli: TenantContext, secret: UUID) -> None:
    filled(dora)
    nobodys = all_answers(see_as(dora, eli.user_id))["the list"]
    share_account(eli, secret, dora.user_id, ShareLevel.READ)
    assert accounts(see_as(dora, eli.user_id))["id"].tolist() == [str(secret)]
    assert "Secret" not in nobodys


def test_what_an_admin_looks_at_does_not_change_with_what_only_the_other_sees(
    dora: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    before = all_answers(see_as(dora, eli.user_id))
    changed(eli, secret)
    filled_again = NewTransaction(secret, MARCH, -7777, "Jeweller")
    record_transaction(eli, filled_again)
    assert all_answers(see_as(dora, eli.user_id)) == before


def test_shares_of_the_other_are_not_shown(
    dora: TenantContext, ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    show_account(eli, secret, {dora.user_id: ShareLevel.READ, ana.user_id: ShareLevel.READ})
    look = see_as(dora, eli.user_id)
    assert account_shares(look, secret).empty
    assert activity(look, "account.shared") == ""
    with tenant_transaction(look) as db:
        assert db.execute(select(AccountShare.user_id)).all() == []


def test_change_sets_out_of_ones_own_sight_are_not_shown(
    dora: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    changed(eli, secret)
    assert change_sets(see_as(dora, eli.user_id)).empty


def test_an_offer_to_the_other_is_not_shown(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    confirm_session(ana.session, PASSWORD)
    offer_ownership(ana, eli.user_id)
    assert len(ownership_offers(eli)) == 1
    assert ownership_offers(see_as(dora, eli.user_id)).empty


def test_a_balance_is_shown_where_both_may_see_it(
    dora: TenantContext, ben: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    share_account(eli, secret, ben.user_id, ShareLevel.BALANCE)
    assert shared_balances(see_as(dora, ben.user_id)).empty
    for level in (ShareLevel.BALANCE, ShareLevel.READ):
        share_account(eli, secret, dora.user_id, level)
        assert shared_balances(see_as(dora, ben.user_id))["balance"].tolist() == [-990]
        assert accounts(see_as(dora, ben.user_id)).empty


@pytest.mark.parametrize("permission", sorted(set(Permission) - LOOKING))
def test_whoever_looks_may_only_read(
    ana: TenantContext, dora: TenantContext, permission: Permission
) -> None:
    with pytest.raises(PermissionDenied, match="Stop looking first"):
        see_as(ana, dora.user_id).require(permission)


def test_members_and_viewers_do_not_see_with_anothers_eyes(
    ben: TenantContext, eli: TenantContext
) -> None:
    for me, other in ((eli, ben), (ben, eli)):
        with pytest.raises(PermissionDenied):
            see_as(me, other.user_id)


def test_nobody_takes_the_eyes_of_a_stronger_or_of_an_outsider(
    ana: TenantContext, dora: TenantContext, cleo: TenantContext
) -> None:
    for other in (ana, cleo, dora):
        with pytest.raises(NotFound):
            see_as(dora, other.user_id)
    assert seeable_members(ana)["name"].tolist() == ["Dora"]


def test_the_database_itself_refuses_forged_looks(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    look = see_as(ana, dora.user_id)
    for forged in (
        replace(look, session=eli.session),
        replace(look, session=dora.session, seen_as=ana.user_id),
    ):
        with pytest.raises(NotFound):
            accounts(forged)


@pytest.mark.parametrize("end", [remove_member, suspend_member])
def test_a_look_ends_when_the_other_goes(
    ana: TenantContext,
    dora: TenantContext,
    ben: TenantContext,
    end: Callable[[TenantContext, UUID], None],
) -> None:
    look = see_as(dora, ben.user_id)
    end(ana, ben.user_id)
    with pytest.raises(NotFound):
        accounts(look)


def test_a_look_ends_when_the_admin_is_none_any_more(
    ana: TenantContext, dora: TenantContext, ben: TenantContext
) -> None:
    look = see_as(dora, ben.user_id)
    change_role(ana, dora.user_id, Role.MEMBER)
    with pytest.raises(NotFound):
        accounts(look)
    with pytest.raises(PermissionDenied):
        see_as(enter_tenant(dora.session, dora.slug), ben.user_id)
