"""The activity on a screen: who changed this, and the way back."""

from datetime import date
from uuid import UUID

from streamlit.testing.v1 import AppTest

from fintrack.access.memberships import change_role
from fintrack.context import Role, TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.activity import activity
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transactions import transactions
from fintrack.ui.activity import PAGE_SIZE
from tests.pages.opening import open_page
from tests.statements.importing import csv_file, imported

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


def test_an_imported_transaction_says_who_imported_it(ana: TenantContext) -> None:
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))
    imported(ana, csv_file(), account_id=giro)
    row = str(transactions(ana).frame["id"].iloc[0])
    page = open_page(ana, "transactions", transaction=row)
    assert "**Ana** imported: march.csv" in words(page).replace("\\", "")


def test_what_was_changed_since_stays_and_the_screen_says_why(ana: TenantContext) -> None:
    row = recorded(ana)
    first, later = (TransactionChange(note=note) for note in ("milk", "cheese"))
    change_set = change_transaction(ana, row, first, transaction(ana, row).version)
    change_transaction(ana, row, later, transaction(ana, row).version)
    events = activity(ana).frame
    (event,) = events.loc[events["change_set_id"] == str(change_set), "id"]
    page = open_page(ana, "members", section="Activity")
    page.button(key=f"undo {event}").click().run()
    assert [each.value for each in page.error] == [
        "Something of this was changed again since, so it cannot be undone. Undo that first."
    ]
    assert transaction(ana, row).note == "cheese"


def test_the_activity_is_filtered_and_paged(ana: TenantContext, eli: TenantContext) -> None:
    for number in range(PAGE_SIZE + 5):
        create_tag(ana, f"tag {number}")
    page = open_page(ana, "members", section="Activity")
    assert f"tag {PAGE_SIZE + 4}" in words(page)
    assert "tag 3" not in words(page).split()
    page.button(key="older").click().run()
    assert "tag 3" in words(page)
    page.selectbox(key="activity what").set_value("member").run()
    assert "created tag" not in words(page)
    assert "**Eli** joined" in words(page)
    page.selectbox(key="activity who").set_value(str(ana.user_id)).run()
    assert "**Eli** joined" not in words(page)


def test_the_activity_names_the_person_that_a_change_was_about(
    ana: TenantContext, eli: TenantContext
) -> None:
    change_role(ana, eli.user_id, Role.VIEWER)
    page = open_page(ana, "members", section="Activity")
    assert "**Ana** changed the role of Eli" in words(page)


def test_a_viewer_is_not_shown_who_changed_it(ana: TenantContext, ben: TenantContext) -> None:
    row = recorded(ana)
    page = open_page(ben, "transactions", transaction=str(row))
    assert not page.exception
    assert "changed transaction" not in words(page)
