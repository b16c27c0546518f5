"""Private accounts on the screens: who sees them, said by their owner, and how little else."""

from datetime import date
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.access.sharing import ShareLevel, account_shares, share_account, shared_balances
from fintrack.analytics.periods import today_of
from fintrack.context import TenantContext
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    account,
    accounts,
    create_account,
)
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ui.account_sight import Sight
from tests.pages.opening import open_dialog, open_page
from tests.pages.test_tenants import words

OPENED = date(2026, 1, 1)


@pytest.fixture
def secret(eli: TenantContext) -> UUID:
    """Eli's account that nobody else sees."""
    new = NewAccount("Secret", AccountKind.CASH, "EUR", OPENED, 777, visibility=Visibility.PRIVATE)
    account_id = create_account(eli, new)
    record_transaction(eli, NewTransaction(account_id, today_of(eli), -100, "Jeweller"))
    return account_id


def press(page: AppTest, label: str) -> AppTest:
    next(each for each in page.button if each.label == label).click()
    return page.run()


def everything(page: AppTest) -> str:
    """Return all that the page's elements hold, tables and choices too."""
    assert not page.exception
    return "\n".join(str(each.proto) for each in page.main)


def new_account() -> None:
    """Open the dialog of a new account."""
    from fintrack.ui.account_forms import new_account_dialog  # noqa: PLC0415 - a script of its own
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above

    new_account_dialog(tenant_context())


def handing_over() -> None:
    """Open the dialog that hands the only account over."""
    from uuid import UUID  # noqa: PLC0415 - a script of its own

    from fintrack.ledger.accounts import account, accounts  # noqa: PLC0415 - as above
    from fintrack.ui.departures import hand_over_dialog  # noqa: PLC0415 - as above
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above

    context = tenant_context()
    for account_id in accounts(context)["id"]:
        hand_over_dialog(context, account(context, UUID(account_id)))


def sharing() -> None:
    """Open the dialog that says who sees the only account."""
    from uuid import UUID  # noqa: PLC0415 - a script of its own

    from fintrack.ledger.accounts import account, accounts  # noqa: PLC0415 - as above
    from fintrack.ui.account_sight import sight_dialog  # noqa: PLC0415 - as above
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above

    context = tenant_context()
    sight_dialog(context, account(context, UUID(accounts(context)["id"].iloc[0])))


def test_an_account_is_added_for_chosen_people(
    ana: TenantContext, eli: TenantContext, ben: TenantContext
) -> None:
    page = open_dialog(eli, new_account)
    next(each for each in page.text_input if each.label == "Name").input("Secret")
    page.button_group(key="sight").set_value(Sight.CHOSEN).run()
    page.selectbox(key=f"level {ana.user_id}").set_value(ShareLevel.READ)
    page.selectbox(key=f"level {ben.user_id}").set_value(ShareLevel.BALANCE)
    press(page, "Add the account")
    assert accounts(ana)["name"].tolist() == ["Secret"]
    assert accounts(ben).empty
    assert shared_balances(ben)["name"].tolist() == ["Secret"]


def test_the_owner_shares_an_account_and_takes_it_back(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    page = open_dialog(eli, sharing)
    assert page.button_group(key="sight").value == Sight.OWNER
    page.button_group(key="sight").set_value(Sight.CHOSEN).run()
    page.selectbox(key=f"level {ana.user_id}").set_value(ShareLevel.WRITE)
    press(page, "Save")
    assert account_shares(eli, secret)["level"].tolist() == ["WRITE"]
    page = open_dialog(eli, sharing)
    assert page.button_group(key="sight").value == Sight.CHOSEN
    assert page.selectbox(key=f"level {ana.user_id}").value == ShareLevel.WRITE
    page.button_group(key="sight").set_value(Sight.OWNER).run()
    press(page, "Save")
    assert accounts(ana).empty


def test_the_owner_shows_an_account_to_everyone(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    page = open_dialog(eli, sharing)
    page.button_group(key="sight").set_value(Sight.EVERYONE).run()
    press(page, "Save")
    assert account(ana, secret).visibility is Visibility.EVERYONE


def test_a_viewer_is_not_offered_to_change_an_account(
    eli: TenantContext, ben: TenantContext, secret: UUID
) -> None:
    page = open_dialog(eli, sharing)
    page.button_group(key="sight").set_value(Sight.CHOSEN).run()
    offered = page.selectbox(key=f"level {ben.user_id}").options
    assert offered == ["Does not see it", "Sees the balance alone", "Sees everything"]


def test_only_the_owner_is_offered_to_share(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    share_account(eli, secret, ana.user_id, ShareLevel.WRITE)
    labels = [
        {each.label for each in open_page(me, "accounts", account=str(secret)).button}
        for me in (eli, ana)
    ]
    assert ["Sharing" in each for each in labels] == [True, False]
    assert ["Edit" in each for each in labels] == [True, True]


def test_who_may_only_read_is_offered_no_change(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    share_account(eli, secret, ana.user_id, ShareLevel.READ)
    page = open_page(ana, "accounts", account=str(secret))
    assert not {"Edit", "Archive", "Sharing", "Delete the account"} & {
        each.label for each in page.button
    }
    assert "Shared by Eli" in words(page)


@pytest.mark.parametrize("name", ["", "accounts"])
def test_a_balance_stands_with_its_owner_and_nothing_else(
    ana: TenantContext, eli: TenantContext, secret: UUID, name: str
) -> None:
    create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10_000))
    share_account(eli, secret, ana.user_id, ShareLevel.BALANCE)
    page = open_page(ana, name)
    assert "Secret" in words(page)
    assert "Eli" in words(page)
    assert "6.77" in words(page).replace("\\", "")
    assert "Jeweller" not in everything(page)
    assert str(secret) not in everything(page)


@pytest.mark.parametrize("name", ["transactions", "analytics", "import"])
def test_a_balance_is_nowhere_else(
    ana: TenantContext, eli: TenantContext, secret: UUID, name: str
) -> None:
    create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10_000))
    share_account(eli, secret, ana.user_id, ShareLevel.BALANCE)
    page = open_page(ana, name)
    assert "Secret" not in everything(page)
    assert "Jeweller" not in everything(page)


def test_whoever_has_nothing_but_a_balance_sees_it_on_home(
    ben: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    share_account(eli, secret, ben.user_id, ShareLevel.BALANCE)
    assert "Secret" in words(open_page(ben, ""))
    assert "Secret" in words(open_page(ben, "accounts"))


@pytest.mark.parametrize("name", ["", "accounts", "analytics", "tenants"])
def test_totals_say_that_they_are_of_what_one_sees_whether_something_is_hidden_or_not(
    ana: TenantContext, eli: TenantContext, name: str
) -> None:
    create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10_000))
    before = everything(open_page(ana, name))
    assert "of what you can see" in before
    new = NewAccount("Secret", AccountKind.CASH, "EUR", OPENED, visibility=Visibility.PRIVATE)
    create_account(eli, new)
    assert everything(open_page(ana, name)) == before


@pytest.mark.parametrize("name", ["", "accounts", "analytics", "tenants"])
def test_whoever_is_alone_sees_all_there_is(ana: TenantContext, name: str) -> None:
    create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10_000))
    assert "of what you can see" not in everything(open_page(ana, name))


def test_nobody_has_to_ask_to_be_shown_what_everyone_sees(eli: TenantContext) -> None:
    create_account(eli, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))
    (said,) = open_dialog(eli, handing_over).caption
    assert said.value == "The new owner decides who sees it from then on."


def test_a_private_account_is_handed_over_by_its_owner(
    ana: TenantContext, eli: TenantContext, secret: UUID
) -> None:
    shown = open_page(eli, "accounts", account=str(secret))
    assert "Hand over" in [each.label for each in shown.button]
    page = open_dialog(eli, handing_over)
    assert "Ask to have it shown to you." in page.caption[0].value
    page.selectbox(key="hand over heir").set_value(ana.user_id)
    page.button(key="hand over").click().run()
    assert not page.exception
    assert accounts(eli).empty
    assert account(ana, secret).owner_id == ana.user_id
