"""Whole books on the screens."""

from fintrack.context import TenantContext
from tests.operations.books import keep_book
from tests.pages.opening import open_page
from tests.pages.test_tenants import words


def test_the_settings_offer_the_whole_book(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    assert "whole book" in [each.key for each in page.button]
    assert "bear the seal" in words(page)


def test_whoever_may_not_export_is_offered_no_book(ben: TenantContext) -> None:
    page = open_page(ben, "settings")
    assert "whole book" not in [each.key for each in page.button]


def test_the_book_is_fetched_after_a_confirmation(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    page.button(key="whole book").click().run()
    assert "Before everything leaves in one file" in words(page)


def test_the_settings_offer_journals_tables_and_accounts(ana: TenantContext) -> None:
    keep_book(ana)
    page = open_page(ana, "settings")
    keys = {"journal beancount", "journal journal", "table xlsx", "account ofx", "account qif"}
    assert keys <= {each.key for each in page.button}
    assert page.selectbox(key="account to export").options == ["Yen", "Giro; =1+1", "Dinar"]
