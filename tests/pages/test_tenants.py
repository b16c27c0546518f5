"""Moving between tenants in one tab, and all of them side by side."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.sessions import confirm_session
from fintrack.access.tenants import NewTenant, close_tenant, create_tenant
from fintrack.analytics.periods import today_of
from fintrack.context import Role, TenantContext, TenantType
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.operations.demo import create_sample
from tests.conftest import PASSWORD
from tests.pages.opening import open_page

OPENED = date(2026, 1, 1)


@pytest.fixture
def shop(ana: TenantContext) -> TenantContext:
    """Ana's second tenant, a business in dollars."""
    return create_tenant(ana.session, NewTenant("Shop", TenantType.BUSINESS, "USD", "US", "en_US"))


def words(page: AppTest) -> str:
    assert not page.exception
    parts = [*page.markdown, *page.caption, *page.title, *page.error, *page.info, *page.warning]
    texts = [part.value for part in parts]
    return "\n".join([*texts, *(f"{each.label} {each.value}" for each in page.metric)])


def titles(page: AppTest) -> list[str]:
    return [each.value for each in page.title]


def account(context: TenantContext, name: str, balance: int) -> None:
    new = NewAccount(name, AccountKind.CASH, context.currency, OPENED, balance)
    spent = NewTransaction(create_account(context, new), today_of(context), -500, "Grocer")
    record_transaction(context, spent)


def test_a_switch_keeps_the_page(ana: TenantContext, shop: TenantContext) -> None:
    account(ana, "Giro", 10_000)
    account(shop, "Till", 20_000)
    page = open_page(ana, "accounts")
    page.button(key=f"switch {shop.slug}").click().run()
    assert page.query_params["tenant"] == shop.slug
    assert titles(page) == ["Accounts"]
    assert "**Till**" in [each.label for each in page.button]
    assert "Giro" not in words(page)


def test_a_switch_forgets_every_input_and_filter(ana: TenantContext, shop: TenantContext) -> None:
    account(ana, "Giro", 10_000)
    account(shop, "Till", 20_000)
    page = open_page(ana, "transactions", q="grocer")
    page.session_state["left behind"] = "by the family"
    page.button(key=f"switch {shop.slug}").click().run()
    assert dict(page.query_params) == {"tenant": shop.slug}
    assert page.text_input(key="q").value == ""
    assert "left behind" not in page.session_state


def test_going_back_into_another_tenant_forgets_as_well(
    ana: TenantContext, shop: TenantContext
) -> None:
    page = open_page(shop, "settings")
    page.session_state["left behind"] = "by the shop"
    page.query_params["tenant"] = ana.slug
    page.run()
    assert titles(page) == ["Settings"]
    assert next(one for one in page.text_input if one.label == "Name").value == "Rivera family"
    assert "left behind" not in page.session_state


def test_two_tabs_show_two_tenants(ana: TenantContext, shop: TenantContext) -> None:
    tabs = {each.name: open_page(each, "settings") for each in (ana, shop)}
    for name, tab in tabs.items():
        assert next(one for one in tab.run().text_input if one.label == "Name").value == name


def test_a_foreign_tenant_and_a_missing_one_are_answered_alike(
    ana: TenantContext, shop: TenantContext, cleo: TenantContext
) -> None:
    answers = []
    for slug in (cleo.slug, "no-such-tenant"):
        page = open_page(ana, "accounts")
        page.query_params["tenant"] = slug
        page.run()
        answers.append(words(page))
        assert [each.value for each in page.error] == ["There is no such tenant among yours."]
    assert answers[0] == answers[1]


def test_all_my_tenants_show_each_and_a_total_for_each_currency(
    ana: TenantContext, shop: TenantContext
) -> None:
    account(ana, "Giro", 10_000)
    account(shop, "Till", 20_000)
    euros = create_tenant(ana.session, NewTenant("Ana", TenantType.PERSONAL, "EUR", "ES", "en_GB"))
    account(euros, "Wallet", 700)
    page = open_page(ana, "tenants")
    assert [each.value for each in page.metric] == [
        "€97.00", "US$195.00", "€2.00", "€95.00", "$195.00",
    ]  # fmt: skip
    assert "3 tenants together, each currency on its own" in words(page)
    assert "In €0.00 · out €10.00 this month" in words(page).replace("\\", "")


def test_a_sample_is_shown_and_in_no_total(ana: TenantContext) -> None:
    account(ana, "Giro", 10_000)
    create_sample(ana.session, today_of(ana))
    page = open_page(ana, "tenants")
    assert "together" not in words(page)
    assert len(page.metric) == 2


def test_a_closing_tenant_says_when_it_is_erased(ana: TenantContext, shop: TenantContext) -> None:
    confirm_session(shop.session, PASSWORD)
    close_tenant(shop, "Shop")
    assert "Erased on" in words(open_page(ana, "tenants"))


def test_roles_and_types_stand_on_the_cards(ana: TenantContext, cleo: TenantContext) -> None:
    accept_invitation(cleo.session, invite_member(ana, cleo.session.email, Role.VIEWER))
    seen = words(open_page(cleo, "tenants"))
    assert "Business · Owner" in seen
    assert "Family · Viewer" in seen


def test_a_card_opens_its_tenant(ana: TenantContext, shop: TenantContext) -> None:
    page = open_page(ana, "tenants")
    page.button(key=f"open {shop.slug}").click().run()
    assert titles(page) == ["Home"]
    assert page.query_params["tenant"] == shop.slug
