"""Leaving and being removed: what passes on, what is sealed, and that no figure changes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import update

from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.memberships import (
    change_role,
    hand_over_account,
    leave_tenant,
    members,
    remove_member,
    suspend_member,
)
from fintrack.access.sharing import ShareLevel, share_account
from fintrack.analytics.net_worth import net_worth
from fintrack.analytics.periods import Interval
from fintrack.context import Role, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, accounts, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.schema import Membership
from tests.access.test_persons import erase
from tests.conftest import share_ownership
from tests.databases import Database
from tests.ledger.conftest import wait_until_somebody_waits

OPENED = date(2026, 1, 1)
MARCH = date(2026, 3, 1)
EVERYONE, PRIVATE = Visibility.EVERYONE, Visibility.PRIVATE


def account(
    owner: TenantContext, name: str, sight: Visibility = EVERYONE, currency: str = "EUR"
) -> UUID:
    """Open an account with 100.00 and spend 42.17 of it."""
    new = NewAccount(name, AccountKind.CHECKING, currency, OPENED, 10_000, visibility=sight)
    account_id = create_account(owner, new)
    record_transaction(owner, NewTransaction(account_id, MARCH, -4217, "Grocer"))
    return account_id


def balances(context: TenantContext) -> dict[str, int]:
    """Return what the member sees of every account, by name."""
    table = accounts(context, archived=True)
    return dict(zip(table["name"], table["balance"], strict=True))


def owner_of(context: TenantContext, name: str) -> UUID:
    """Return whose account it is."""
    table = accounts(context, archived=True)
    return UUID(table.loc[table["name"] == name, "owner_id"].item())


def total(database: Database) -> object:
    """Return every account's balance summed for each currency, past all sight."""
    query = (
        "select currency, sum(amount) from (select currency, opening_balance as amount "
        "from app.account union all select currency, amount from app.transaction) moved "
        "group by currency order by currency"
    )
    with database.administrator() as admin:
        return admin.execute(query).fetchall()


GOING: dict[str, Callable[[TenantContext, TenantContext], None]] = {
    "removed": lambda owner, leaver: remove_member(owner, leaver.user_id),
    "leaving": lambda _owner, leaver: leave_tenant(leaver),
    "giving": lambda owner, leaver: leave_tenant(leaver, owner.user_id, give_private=True),
    "erased": lambda _owner, leaver: erase(leaver.session),
}


@pytest.mark.parametrize("way", GOING)
def test_whoever_goes_changes_no_total_in_any_currency(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, database: Database, way: str
) -> None:
    for currency in ("EUR", "USD", "JPY"):
        account(eli, f"Card in {currency}", currency=currency)
        account(eli, f"Secret in {currency}", PRIVATE, currency)
        joint = account(eli, f"Joint in {currency}", PRIVATE, currency)
        share_account(eli, joint, dora.user_id, ShareLevel.READ)
    sum_of_all, worth = total(database), worth_of(dora)
    GOING[way](ana, eli)
    assert total(database) == sum_of_all
    assert worth_of(dora) == worth
    assert {owner_of(ana, f"Card in {each}") for each in ("EUR", "USD", "JPY")} == {ana.user_id}


def worth_of(context: TenantContext) -> list[tuple[str, int]]:
    """Return what the member sees of the net worth in each currency."""
    table = net_worth(context, OPENED, date(2026, 4, 1), Interval.MONTH)
    last = table[table["on"] == table["on"].max()]
    return list(zip(last["currency"], last["net"], strict=True))


def test_removal_hands_over_without_changing_a_cent(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, database: Database
) -> None:
    account(eli, "Card")
    account(eli, "Secret", PRIVATE)
    account(ana, "Giro")
    seen, sum_of_all = balances(ana), total(database)
    remove_member(ana, eli.user_id, dora.user_id)
    assert balances(ana) == balances(dora) == seen == {"Card": 5783, "Giro": 5783}
    assert total(database) == sum_of_all
    assert owner_of(ana, "Card") == dora.user_id


def test_without_an_heir_removal_hands_over_to_who_removes(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    account(eli, "Card")
    remove_member(dora, eli.user_id)
    assert owner_of(ana, "Card") == dora.user_id


@pytest.mark.parametrize("who", ["Ben", "Hal", "Cleo"])
def test_an_heir_is_an_active_member_who_may_change_the_books(
    ana: TenantContext, ben: TenantContext, dora: TenantContext, eli: TenantContext,
    cleo: TenantContext, who: str,
) -> None:  # fmt: skip
    account(eli, "Card")
    suspend_member(ana, dora.user_id)
    heir = {"Ben": ben, "Hal": dora, "Cleo": cleo}[who]
    with pytest.raises((InvalidInput, NotFound)):
        remove_member(ana, eli.user_id, heir.user_id)
    assert owner_of(ana, "Card") == eli.user_id
    assert "Eli" in members(ana)["name"].tolist()


def test_a_removed_member_is_out_with_every_share(ana: TenantContext, eli: TenantContext) -> None:
    account_id = account(ana, "Secret", PRIVATE)
    share_account(ana, account_id, eli.user_id, ShareLevel.WRITE)
    remove_member(ana, eli.user_id)
    with pytest.raises(NotFound):
        accounts(eli)
    back = accept_invitation(eli.session, invite_member(ana, eli.session.email, Role.MEMBER))
    assert balances(back) == {}


def test_c8_private_accounts_of_a_leaver_are_sealed_until_he_comes_back(
    ana: TenantContext, eli: TenantContext
) -> None:
    account(eli, "Secret", PRIVATE)
    leave_tenant(eli)
    assert balances(ana) == {}
    back = accept_invitation(eli.session, invite_member(ana, eli.session.email, Role.MEMBER))
    assert balances(back) == {"Secret": 5783}


def test_c8_what_a_leaver_shared_stays_with_those_who_have_it(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    account_id = account(eli, "Joint", PRIVATE)
    share_account(eli, account_id, dora.user_id, ShareLevel.WRITE)
    remove_member(ana, eli.user_id)
    assert balances(dora) == {"Joint": 5783}
    assert balances(ana) == {}


@pytest.mark.parametrize(
    ("change", "refused"), [({"status": "LEFT"}, NotFound), ({"role": Role.VIEWER}, InvalidInput)]
)
def test_an_account_passes_to_nobody_who_ceases_to_be_an_heir_meanwhile(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, database: Database,
    change: dict[str, object], refused: type[Exception],
) -> None:  # fmt: skip
    account_id = account(eli, "Secret", PRIVATE)
    with ThreadPoolExecutor(1) as pool:
        with tenant_transaction(ana) as db:
            of_dora = update(Membership).where(Membership.user_id == dora.user_id)
            db.execute(of_dora.values(change))
            handed = pool.submit(hand_over_account, eli, account_id, dora.user_id)
            wait_until_somebody_waits(database)
        with pytest.raises(refused):
            handed.result()
    assert owner_of(eli, "Secret") == eli.user_id


def test_leaving_hands_over_to_the_chosen_heir(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    account(eli, "Card")
    account(eli, "Secret", PRIVATE)
    leave_tenant(eli, dora.user_id)
    assert owner_of(ana, "Card") == dora.user_id
    assert balances(dora) == {"Card": 5783}


def test_a_leaver_may_give_private_accounts_too(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, database: Database
) -> None:
    account(eli, "Card")
    account(eli, "Secret", PRIVATE)
    sum_of_all = total(database)
    leave_tenant(eli, dora.user_id, give_private=True)
    assert balances(dora) == {"Card": 5783, "Secret": 5783}
    assert balances(ana) == {"Card": 5783}
    assert total(database) == sum_of_all


def test_a_private_account_beside_one_of_its_name_is_given_another(
    dora: TenantContext, eli: TenantContext
) -> None:
    account(dora, "Secret", PRIVATE)
    for name in ("Secret", "Secret 2"):
        account(eli, name, PRIVATE)
    leave_tenant(eli, dora.user_id, give_private=True)
    assert "Secret" in balances(dora)
    assert list(balances(dora).values()) == [5783] * 3


def test_a_viewer_who_leaves_hands_over_to_the_longest_owner(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    account(eli, "Card")
    share_ownership(ana, dora)
    change_role(ana, eli.user_id, Role.VIEWER)
    leave_tenant(eli)
    assert owner_of(ana, "Card") == ana.user_id
    assert balances(ana) == {"Card": 5783}


def test_a_viewer_names_no_heir(
    ana: TenantContext, dora: TenantContext, ben: TenantContext
) -> None:
    with pytest.raises(PermissionDenied):
        leave_tenant(ben, dora.user_id)
    assert "Ben" in members(ana)["name"].tolist()


def test_every_account_handed_over_is_an_event(
    ana: TenantContext, eli: TenantContext, database: Database
) -> None:
    account_id = account(eli, "Card")
    leave_tenant(eli)
    query = (
        "select before ->> 'owner_id', after ->> 'owner_id', actor_id from app.audit_event "
        "where action = 'account.handed_over' and account_id = %s"
    )
    with database.administrator() as admin:
        events = admin.execute(query, [account_id]).fetchall()
    assert events == [(str(eli.user_id), str(ana.user_id), eli.user_id)]


def test_an_account_is_handed_over_by_its_owner_and_those_above(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    card, secret = account(eli, "Card"), account(eli, "Secret", PRIVATE)
    hand_over_account(dora, card, ana.user_id)
    with pytest.raises(NotFound):
        hand_over_account(dora, secret, ana.user_id)
    with pytest.raises(PermissionDenied):
        hand_over_account(eli, card, eli.user_id)
    hand_over_account(eli, secret, ana.user_id)
    assert balances(ana) == {"Card": 5783, "Secret": 5783}
