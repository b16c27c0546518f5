"""An admin sees the screens with another member's eyes, and only looks."""

from datetime import date
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.access.memberships import remove_member
from fintrack.access.tenants import NewTenant, create_tenant
from fintrack.context import TenantContext, TenantType
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ui.session import LOOK, NEXT, Look, Next
from tests.pages.opening import open_dialog, open_page
from tests.pages.test_sharing import everything, press
from tests.pages.test_tenants import titles, words

OPENED = date(2026, 1, 1)
PAGES = ("", "accounts", "transactions", "import", "analytics", "members", "settings")
BANNER = "sees of the accounts both of you see"
WRITES = ("Add", "Edit", "Save", "Delete", "Undo", "Transfer", "Import", "Export", "CSV", "Remove")


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    """An account that everyone sees, with a transaction."""
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10_000))
    record_transaction(ana, NewTransaction(giro, OPENED, -100, "Grocer"))
    return giro


def look(me: TenantContext, other: TenantContext, name: str = "") -> AppTest:
    """Return the page as the other sees it."""
    page = open_page(me, name)
    page.session_state[LOOK] = Look(other.user_id, other.session.name)
    return page.run()


def on_page(page: AppTest, name: str) -> AppTest:
    """Return another page of the same tab."""
    page._page_hash = next(
        page_hash
        for page_hash, known in page._registered_pages.items()
        if known.get("url_pathname") == name
    )
    return page.run()


def dialog() -> None:
    """Open the dialog that asks whose eyes to take."""
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - a script of its own
    from fintrack.ui.sight import see_as_dialog  # noqa: PLC0415 - as above

    see_as_dialog(tenant_context(), "accounts")


def test_the_menu_leads_an_admin_to_the_others(
    ana: TenantContext, dora: TenantContext, ben: TenantContext
) -> None:
    assert "See as …" in {each.label for each in open_page(dora, "").button}
    page = open_dialog(dora, dialog)
    assert [each.label for each in page.button] == ["See as Ben"]
    page.button[0].click().run()
    assert page.session_state[NEXT] == Next(
        "accounts", {"tenant": dora.slug}, Look(ben.user_id, "Ben")
    )


def test_the_banner_says_whose_eyes_they_are_on_every_page(
    dora: TenantContext, ben: TenantContext, giro: UUID
) -> None:
    page = look(dora, ben)
    for name in PAGES:
        assert f"You see what **Ben** {BANNER}" in words(on_page(page, name)), name
        assert "Family · Viewer" in words(page)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_offers_to_change_or_to_take_along(
    ana: TenantContext, dora: TenantContext, giro: UUID, name: str
) -> None:
    page = on_page(look(ana, dora), name)
    offered = {each.label for each in page.button if not each.disabled}
    assert not [each for each in offered if each.startswith(WRITES)]
    assert not [each for each in page.get("popover") if each.proto.popover.label in WRITES]
    assert len(page.get("file_uploader")) == 0


def test_what_only_one_of_both_sees_is_not_there(
    dora: TenantContext, eli: TenantContext, giro: UUID
) -> None:
    for me in (dora, eli):
        new = NewAccount(
            f"{me.session.name}'s", AccountKind.CASH, "EUR", OPENED, visibility=Visibility.PRIVATE
        )
        create_account(me, new)
    page = look(dora, eli, "accounts")
    seen = everything(page)
    assert "Giro" in seen
    assert "Dora's" not in seen
    assert "Eli's" not in seen


def test_stop_ends_it(dora: TenantContext, ben: TenantContext, giro: UUID) -> None:
    page = press(look(dora, ben, "accounts"), "Stop")
    assert BANNER not in words(page)
    assert titles(page) == ["Accounts"]
    assert "Add account" in {each.label for each in page.button}


def test_another_tenant_in_the_address_ends_it(
    dora: TenantContext, ben: TenantContext, giro: UUID
) -> None:
    page = look(dora, ben)
    other = create_tenant(
        dora.session, NewTenant("Shop", TenantType.BUSINESS, "EUR", "ES", "en_GB")
    )
    page.query_params["tenant"] = other.slug
    assert BANNER not in words(page.run())
    page.query_params["tenant"] = dora.slug
    assert BANNER not in words(page.run())


def test_a_reload_ends_it(dora: TenantContext, ben: TenantContext, giro: UUID) -> None:
    look(dora, ben)
    assert BANNER not in words(open_page(dora, ""))


def test_it_ends_when_the_other_has_gone(
    ana: TenantContext, dora: TenantContext, ben: TenantContext, giro: UUID
) -> None:
    page = look(dora, ben)
    remove_member(ana, ben.user_id)
    page.session_state["fintrack seen"] = None
    assert BANNER not in words(page.run())


@pytest.mark.parametrize("name", ["account", "tenants"])
def test_ones_own_pages_are_closed_meanwhile(
    dora: TenantContext, ben: TenantContext, giro: UUID, name: str
) -> None:
    page = on_page(look(dora, ben), name)
    assert [each.value for each in page.info] == ["This page is your own. Stop looking to open it."]
    assert titles(page) == []


def test_a_member_is_not_offered_to_look(
    ana: TenantContext, eli: TenantContext, giro: UUID
) -> None:
    assert "See as …" not in {each.label for each in open_page(eli, "").button}


def test_whoever_is_alone_is_not_offered_to_look(ana: TenantContext, giro: UUID) -> None:
    assert "See as …" not in {each.label for each in open_page(ana, "").button}


def test_the_members_page_leads_to_a_look(
    ana: TenantContext, dora: TenantContext, ben: TenantContext, giro: UUID
) -> None:
    page = open_page(dora, "members")
    menus = {
        each.proto.id.rsplit("about ")[-1]: each.proto.options for each in page.get("menu_button")
    }
    assert "See as this person" in menus[str(ben.user_id)]
    assert str(ana.user_id) not in menus
