"""The activity on a screen: who changed this, and the way back."""

from datetime import date
from uuid import UUID

from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.pages.opening import open_page

OPENED = date(2026, 1, 1)


def recorded(context: TenantContext) -> UUID:
    """Record a transaction and change its note."""
    giro = create_account(context, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))
    row = record_transaction(context, NewTransaction(giro, OPENED, -4200, "Grocer"))
    change_transaction(context, row, TransactionChange(note="bread"), 1)
    return row


def words(page: AppTest) -> str:
    """Return every word of a page's text."""
    return "\n".join(each.value for each in page.markdown)


def test_a_transaction_says_who_changed_it(ana: TenantContext) -> None:
    row = recorded(ana)
    page = open_page(ana, "transactions", transaction=str(row))
    assert not page.exception
    assert "**Ana** changed transaction: Grocer" in words(page)
    assert "**Ana** recorded transaction: Grocer" in words(page)


def test_a_viewer_is_not_shown_who_changed_it(ana: TenantContext, ben: TenantContext) -> None:
    row = recorded(ana)
    page = open_page(ben, "transactions", transaction=str(row))
    assert not page.exception
    assert "changed transaction" not in words(page)
