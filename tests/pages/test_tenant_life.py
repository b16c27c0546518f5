"""A tenant's life on the screen: its colour, its status, its closing, its end."""

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.access.tenants import enter_tenant, my_tenants, tenant_settings
from fintrack.context import TenantContext, TenantStatus
from fintrack.limits import Limit
from fintrack.operations.tenants import resume_tenant, set_limit, suspend_tenant
from tests.conftest import close, erase, sign_in
from tests.databases import Database
from tests.pages.opening import open_page
from tests.pages.test_account import confirm
from tests.pages.test_front_door import errors, press, words
from tests.pages.test_limits import accounts_of

PAGES = ("", "accounts", "transactions", "import", "analytics", "members", "settings")
CHANGES = ("Add", "Add account", "Transfer", "Import", "Invite people", "Save", "Close", "Undo")


def buttons(page: AppTest) -> list[str]:
    return [each.label for each in page.button if not each.disabled]


def badges(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(each.value for each in page.markdown if "-badge[" in each.value)


def test_a_colour_stands_before_the_name_wherever_one_chooses(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    next(each for each in page.button_group if each.label == "Colour").set_value("violet")
    assert errors(press(page, "Save")) == []
    assert tenant_settings(ana).colour == "violet"
    page = open_page(ana, "tenants")
    assert ":violet[●] **Rivera family**" in buttons(page)
    assert ":violet[●] **Rivera family**" in words(page)
    assert ":violet-badge[Family · Owner]" in badges(page)


def test_settings_say_that_a_tenant_lives_or_when_it_is_erased(ana: TenantContext) -> None:
    assert "Active" in badges(open_page(ana, "settings"))
    close(ana)
    shown = badges(open_page(ana, "settings"))
    assert "Erased on" in shown
    assert "Active" not in shown


def test_closing_asks_for_the_name(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    page.text_input[-1].input("another name")
    assert errors(press(page, "Close")) == [
        "Type the name of the tenant, Rivera family, to close it."
    ]
    assert tenant_settings(ana).status == "ACTIVE"


def test_closing_offers_everything_to_take_along_first(ana: TenantContext) -> None:
    assert "Export everything" in buttons(open_page(ana, "settings"))


@pytest.mark.parametrize("name", PAGES)
def test_a_closing_tenant_is_read_and_exported_on_every_page_and_changed_on_none(
    ana: TenantContext, name: str
) -> None:
    accounts_of(ana, 1)
    close(ana)
    page = open_page(ana, name)
    assert "is closing. Until" in words(page)
    assert {"Export everything", "Reopen"} <= set(buttons(page))
    assert not set(buttons(page)) & set(CHANGES)
    assert not page.file_uploader


def test_nobody_is_offered_what_he_may_not_do_with_a_closing_tenant(
    ana: TenantContext, ben: TenantContext
) -> None:
    close(ana)
    page = open_page(ben, "accounts")
    assert "is closing. Until" in words(page)
    assert not {"Export everything", "Reopen"} & set(buttons(page))


def test_the_books_of_a_closing_tenant_are_exported_after_a_confirmation(
    ana: TenantContext,
) -> None:
    close(ana)
    elsewhere = enter_tenant(sign_in(ana.user_id), ana.slug)
    page = press(open_page(elsewhere, "accounts"), "Export everything")
    assert "Before everything leaves" in words(page)
    assert errors(confirm(page)) == []


def test_a_reopened_tenant_is_written_to_again(ana: TenantContext) -> None:
    close(ana)
    press(open_page(ana, "accounts"), "Reopen")
    assert enter_tenant(ana.session, ana.slug).status is TenantStatus.ACTIVE
    assert "Add account" in buttons(open_page(ana, "accounts"))


def test_an_erased_tenant_is_gone_from_the_screen(ana: TenantContext, database: Database) -> None:
    erase(database, ana)
    page = open_page(ana, "tenants")
    assert "Rivera family" not in words(page)
    assert my_tenants(ana.session) == ()


def test_a_suspended_tenant_is_named_and_nothing_more(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext
) -> None:
    suspend_tenant(ana.slug)
    for name in ("tenants", "accounts"):
        assert "Rivera family is suspended" in words(open_page(ana, name))
    assert "Rivera family is suspended" in words(open_page(eli, "tenants"))
    assert "suspended" not in words(open_page(cleo, "tenants"))
    resume_tenant(ana.slug)
    assert "suspended" not in words(open_page(ana, "tenants"))


def test_what_the_operator_did_stands_in_the_activity(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 7)
    suspend_tenant(ana.slug)
    resume_tenant(ana.slug)
    shown = words(open_page(ana, "members", section="Activity")).replace("\\", "")
    deeds = ("changed a limit of the tenant", "suspended the tenant", "opened the tenant again")
    for deed in deeds:
        assert f"**Whoever runs this FinTrack** {deed}" in shown
