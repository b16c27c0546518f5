"""Bringing a whole book on the Import page."""

from streamlit.testing.v1 import AppTest

from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext
from fintrack.ledger.accounts import accounts
from fintrack.ui.whole_books import PANEL
from tests.operations.books import exported_book, keep_book
from tests.pages.opening import open_page
from tests.pages.test_look import look
from tests.pages.test_tenants import words

JOURNAL = b"2026-01-01 * Shop\n    Assets:Giro  $-5.00\n    Expenses:Food\n"


def dropped(me: TenantContext, content: bytes, name: str) -> AppTest:
    page = open_page(me, "import")
    page.session_state[PANEL] = True
    page.run()
    page.file_uploader(key="book upload").set_value((name, content, "text/plain"))
    return page.run()


def brought(me: TenantContext, content: bytes, name: str = "book") -> AppTest:
    page = dropped(me, content, name)
    page.button(key="bring book").click()
    return page.run()


def test_a_book_becomes_a_tenant_and_says_what_came(ana: TenantContext) -> None:
    page = brought(ana, JOURNAL)
    assert page.success[0].value == (
        "ledger is ready: 1 account and 1 transaction from ledger, each as it was."
    )
    table = page.dataframe[0].value
    assert table[["count before", "count after"]].values.tolist() == [[1, 1]]
    assert "$ was read as USD" in words(page)
    (new,) = [each for each in my_tenants(ana.session) if each.slug != ana.slug]
    assert accounts(new)["balance"].tolist() == [-500]


def test_the_new_tenant_is_opened_by_one_click(ana: TenantContext) -> None:
    page = brought(ana, JOURNAL)
    page.button(key="open book").click()
    page.run()
    (new,) = [each for each in my_tenants(ana.session) if each.slug != ana.slug]
    assert page.query_params["tenant"] == new.slug


def test_fintracks_own_book_comes_in_the_same_way(ana: TenantContext) -> None:
    keep_book(ana)
    page = brought(ana, exported_book(ana), "rivera.zip")
    assert "3 accounts and 9 transactions from FinTrack" in page.success[0].value
    assert "Content hash" in words(page)


def test_what_is_no_book_is_refused_in_one_sentence(ana: TenantContext) -> None:
    page = brought(ana, b"hello")
    assert page.error[0].value.startswith("This is no whole book that FinTrack knows.")
    assert len(my_tenants(ana.session)) == 1


def test_whoever_may_not_import_is_offered_no_book(ben: TenantContext) -> None:
    assert "Bring a whole book" not in [each.label for each in open_page(ben, "import").expander]


def test_whoever_looks_with_other_eyes_is_offered_no_book(
    dora: TenantContext, eli: TenantContext
) -> None:
    page = look(dora, eli, "import")
    assert "Bring a whole book" not in [each.label for each in page.expander]
