"""Group C: a private account, and everything by which it might be noticed all the same."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update

from fintrack.access.memberships import hand_over_account, remove_member
from fintrack.access.sharing import (
    ShareLevel,
    account_shares,
    share_account,
    shared_balances,
    show_account,
    unshare_account,
)
from fintrack.analytics.spending import spending
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound, NotSignedIn, PermissionDenied
from fintrack.ledger.accounts import (
    AccountChange,
    AccountKind,
    NewAccount,
    Visibility,
    account,
    account_named,
    account_names,
    accounts,
    archive_account,
    create_account,
    delete_account,
    update_account,
)
from fintrack.ledger.categories import categories, delete_category
from fintrack.ledger.change_sets import change_sets
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.payees import create_payee, rename_payee
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import account_register, transactions
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.ledger.undo import undo
from fintrack.schema import Account
from fintrack.statements.history import import_rows
from tests.access.test_departures import GOING
from tests.isolation.private_accounts import (
    APRIL,
    FILE,
    MARCH,
    Asking,
    activity,
    all_answers,
    answer,
    category_named,
    changed,
    filled,
    said,
)
from tests.statements.importing import exported, imported

pytestmark = pytest.mark.one_server


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    """An account that everyone sees."""
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", MARCH, 10000))


@pytest.fixture
def secret(eli: TenantContext) -> UUID:
    """Eli's account that nobody else sees, with a transaction."""
    return filled(eli)


@pytest.mark.parametrize("who", ["ana", "dora"])
def test_c1_owner_and_admin_learn_nothing_of_a_private_account(
    request: pytest.FixtureRequest, giro: UUID, eli: TenantContext, who: str
) -> None:
    me: TenantContext = request.getfixturevalue(who)
    record_transaction(me, NewTransaction(giro, MARCH, -4200, "Grocer"))
    before = all_answers(me)
    own = filled(eli)
    imported(eli, FILE, account_id=own)
    undo(eli, changed(eli, own))
    assert all_answers(me) == before


@pytest.mark.parametrize(
    "ask",
    [
        account,
        delete_account,
        account_register,
        lambda me, it: transactions(me, TransactionFilter(account_id=it)),
        lambda me, it: record_transaction(me, NewTransaction(it, MARCH, -1)),
        lambda me, it: imported(me, FILE, account_id=it),
        lambda me, it: share_account(me, it, me.user_id, ShareLevel.WRITE),
        lambda me, it: show_account(me, it, None),
        lambda me, it: hand_over_account(me, it, me.user_id),
    ],
)
def test_c1_its_id_is_answered_like_one_that_is_missing(
    ana: TenantContext, secret: UUID, ask: Asking
) -> None:
    assert answer(ana, secret, ask) == answer(ana, uuid4(), ask)


@pytest.mark.parametrize(
    "ask",
    [
        transaction,
        lambda me, it: change_transaction(me, it, TransactionChange(note="mine"), 1),
    ],
)
def test_c1_the_id_of_its_transaction_is_answered_like_one_that_is_missing(
    ana: TenantContext,
    eli: TenantContext,
    secret: UUID,
    ask: Asking,
) -> None:
    hidden = record_transaction(eli, NewTransaction(secret, MARCH, -1))
    assert answer(ana, hidden, ask) == answer(ana, uuid4(), ask)


@pytest.mark.parametrize("ask", [undo, import_rows])
def test_c1_the_id_of_its_change_or_import_is_answered_like_one_that_is_missing(
    ana: TenantContext,
    eli: TenantContext,
    secret: UUID,
    ask: Asking,
) -> None:
    batch = imported(eli, FILE, account_id=secret).import_id
    hidden = changed(eli, secret) if ask is undo else batch
    assert answer(ana, hidden, ask) == answer(ana, uuid4(), ask)


def test_c1_a_change_undone_out_of_sight_is_answered_like_one_that_is_missing(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    hidden = changed(eli, secret)
    undo(eli, hidden)
    assert answer(ana, hidden, undo) == answer(ana, uuid4(), undo)


def test_c1_its_name_can_be_taken_by_everybody(ana: TenantContext, secret: UUID) -> None:
    for visibility in Visibility:
        new = NewAccount("Secret", AccountKind.CASH, "EUR", MARCH, visibility=visibility)
        create_account(ana, new)
    assert account_named(ana, "secret").visibility is Visibility.EVERYONE


def test_c1_whoever_hands_over_learns_nothing_of_the_heirs_own_names(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    filled(ana)
    hand_over_account(eli, secret, ana.user_id)
    assert sorted(accounts(ana)["name"]) == ["Secret", "Secret 2"]


def test_c1_whoever_renames_anothers_account_learns_nothing_of_its_owners_other_names(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    new = NewAccount("Gift", AccountKind.CASH, "EUR", MARCH, visibility=Visibility.PRIVATE)
    gift = create_account(eli, new)
    share_account(eli, gift, ana.user_id, ShareLevel.WRITE)
    update_account(ana, gift, AccountChange(name="Secret"), account(ana, gift).version)
    assert accounts(ana)["name"].tolist() == ["Secret 2"]


def test_c1_deleting_a_category_does_not_tell_that_it_is_used_in_secret(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    taxes = category_named(ana, "Taxes")
    record_transaction(eli, NewTransaction(secret, MARCH, -1, category_id=taxes))
    delete_category(ana, taxes)
    assert "Taxes" not in set(categories(ana)["name"])
    assert "Taxes" in spending(eli, MARCH, APRIL)["category"].tolist()


def test_c1_renaming_a_payee_does_not_tell_where_it_occurs_in_secret(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    payee = create_payee(ana, "Grocer")
    rename_payee(ana, payee, "Greengrocer")
    assert change_sets(ana).empty
    assert transactions(eli).frame["payee"].tolist() == ["Grocer"]


def test_c1_a_transfer_does_not_name_the_account_out_of_sight(
    ana: TenantContext, eli: TenantContext, secret: UUID, giro: UUID
) -> None:
    record_transfer(eli, NewTransfer(giro, secret, 500, MARCH))
    assert "Secret" not in said(transactions(ana)) + exported(ana).decode() + activity(ana)
    assert "Giro" in transactions(eli, TransactionFilter(account_id=secret)).frame["payee"].tolist()


def test_c1_of_a_change_set_one_sees_and_undoes_the_part_in_sight(
    ana: TenantContext, eli: TenantContext, secret: UUID, giro: UUID
) -> None:
    record_transaction(eli, NewTransaction(giro, MARCH, -1, "Grocer"))
    both = rename_payee(eli, create_payee(eli, "Grocer"), "Greengrocer")
    newest = change_sets(ana).iloc[0]
    assert (newest["id"], newest["changes"], newest["undone"]) == (str(both), 1, False)
    assert str(secret) not in activity(ana)
    undo(ana, both)
    assert change_sets(ana).set_index("id").loc[str(both), "undone"]
    assert not change_sets(eli).set_index("id").loc[str(both), "undone"]
    undo(eli, both)
    assert transactions(eli).frame["payee"].tolist() == ["Grocer", "Grocer"]


def test_c1_what_moves_out_of_sight_is_gone_and_says_not_where_to(
    ana: TenantContext, eli: TenantContext, secret: UUID, giro: UUID
) -> None:
    moving = record_transaction(eli, NewTransaction(giro, MARCH, -1, "Grocer"))
    moved = change_transaction(eli, moving, TransactionChange(account_id=secret), 1)
    assert str(secret) not in activity(ana)
    with pytest.raises(PermissionDenied, match="do not see"):
        undo(ana, moved)
    undo(eli, moved)
    assert transactions(ana).frame["id"].tolist() == [str(moving)]


def test_c1_a_balance_share_shows_name_owner_and_balance_and_nothing_else(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    before = all_answers(ana)
    share_account(eli, secret, ana.user_id, ShareLevel.BALANCE)
    given = shared_balances(ana)
    assert given.drop(columns="id").values.tolist() == [["Secret", "Eli", "EUR", -990]]
    assert all_answers(ana) == before | {"balances given": said(given)}
    assert answer(ana, secret, account) == answer(ana, uuid4(), account)
    archive_account(eli, secret)
    assert all_answers(ana) == before


def test_c2_a_read_share_cannot_write(ana: TenantContext, eli: TenantContext, secret: UUID) -> None:
    share_account(eli, secret, ana.user_id, ShareLevel.READ)
    with pytest.raises(PermissionDenied):
        record_transaction(ana, NewTransaction(secret, MARCH, -1))
    with pytest.raises(PermissionDenied):
        delete_account(ana, secret)
    assert account_names(ana)["writable"].tolist() == [False]


def test_c3_a_transaction_is_not_moved_into_an_account_that_one_may_not_write_to(
    ana: TenantContext, eli: TenantContext, secret: UUID, giro: UUID
) -> None:
    own = record_transaction(ana, NewTransaction(giro, MARCH, -1))
    change = TransactionChange(account_id=secret)
    with pytest.raises(NotFound):
        change_transaction(ana, own, change, 1)
    share_account(eli, secret, ana.user_id, ShareLevel.READ)
    with pytest.raises(PermissionDenied):
        change_transaction(ana, own, change, 1)
    assert transactions(ana, TransactionFilter(account_id=giro)).frame["id"].tolist() == [str(own)]


@pytest.mark.parametrize("level", ShareLevel)
def test_c4_only_the_owner_shares(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, secret: UUID, level: ShareLevel
) -> None:
    share_account(eli, secret, dora.user_id, level)
    attempts: tuple[Callable[[], None], ...] = (
        lambda: share_account(dora, secret, ana.user_id, ShareLevel.READ),
        lambda: share_account(dora, secret, dora.user_id, ShareLevel.WRITE),
        lambda: unshare_account(dora, secret, dora.user_id),
        lambda: show_account(dora, secret, {}),
        lambda: show_account(dora, secret, None),
    )
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert accounts(ana).empty
    assert account_shares(eli, secret)["level"].tolist() == [level]


def test_c4_whom_else_it_is_shared_with_is_not_told(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    show_account(eli, secret, {ana.user_id: ShareLevel.READ, dora.user_id: ShareLevel.WRITE})
    assert account_shares(dora, secret)["user_id"].tolist() == [str(dora.user_id)]
    assert str(ana.user_id) not in activity(dora, "account.shared")
    assert str(ana.user_id) in activity(eli, "account.shared")


def test_c5_a_share_taken_back_acts_at_the_next_transaction(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    before = all_answers(ana)
    share_account(eli, secret, ana.user_id, ShareLevel.WRITE)
    assert said(transactions(ana)) != before["every row"]
    show_account(eli, secret, {})
    assert all_answers(ana) == before


def test_c5_an_account_that_everyone_saw_can_be_taken_out_of_sight(
    ana: TenantContext, eli: TenantContext
) -> None:
    before = all_answers(ana)
    own = filled(eli)
    show_account(eli, own, None)
    assert accounts(ana)["name"].tolist() == ["Secret"]
    show_account(eli, own, {})
    assert all_answers(ana) == before


def test_c6_a_private_account_is_not_deleted_by_whoever_may_not_write_to_it(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    share_account(eli, secret, ana.user_id, ShareLevel.READ)
    with tenant_transaction(ana) as db:
        for statement in (delete(Account), update(Account).values(name="Mine")):
            found: Any = db.execute(statement, execution_options={"synchronize_session": False})
            assert found.rowcount == 0
    assert account(eli, secret).name == "Secret"


def test_c7_an_account_is_shared_with_members_only(
    eli: TenantContext, cleo: TenantContext, secret: UUID
) -> None:
    for people in ({cleo.user_id: ShareLevel.READ}, {uuid4(): ShareLevel.READ}):
        with pytest.raises(NotFound):
            show_account(eli, secret, people)
    assert account_shares(eli, secret).empty


@pytest.mark.parametrize("way", ["leaving", "removed", "erased"])
def test_c8_what_only_a_leaver_saw_is_sealed(
    ana: TenantContext, eli: TenantContext, giro: UUID, secret: UUID, way: str
) -> None:
    before = all_answers(ana)
    GOING[way](ana, eli)
    assert all_answers(ana) == before
    with pytest.raises((NotFound, NotSignedIn)):
        accounts(eli)


def test_c8_what_a_leaver_shared_stays_shared(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    share_account(eli, secret, dora.user_id, ShareLevel.READ)
    remove_member(ana, eli.user_id)
    assert accounts(dora)["name"].tolist() == ["Secret"]
    assert accounts(ana).empty
