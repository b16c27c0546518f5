"""The files of a transaction in its dialog: who sees them, who adds and removes them."""

from datetime import date
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.attachments import add_attachment, attachments
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.pages.opening import open_page, unescaped

DAY = date(2026, 3, 1)
RECEIPT = ("*receipt*.pdf", b"%PDF-1.7 " + bytes(1_250_000), "application/pdf")


@pytest.fixture
def lunch(ana: TenantContext) -> UUID:
    """A transaction of Ana's that the whole family sees."""
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", DAY))
    return record_transaction(ana, NewTransaction(giro, DAY, -4_200, "Grocer"))


@pytest.fixture
def receipt(ana: TenantContext, lunch: UUID) -> UUID:
    """Its receipt."""
    return add_attachment(ana, lunch, *RECEIPT[:2]).id


def opened(me: TenantContext, transaction_id: UUID) -> AppTest:
    return open_page(me, "transactions", transaction=str(transaction_id))


def listed(page: AppTest) -> list[str]:
    """Return the name on the button of each file."""
    return [unescaped(each.label) for each in page.button if str(each.key).startswith("fetch ")]


def names(me: TenantContext, transaction_id: UUID) -> list[str]:
    return [each.name for each in attachments(me, transaction_id)]


def test_a_transaction_without_files_says_so_in_one_line(ana: TenantContext, lunch: UUID) -> None:
    page = opened(ana, lunch)
    assert "No receipt or invoice yet." in [each.value for each in page.caption]
    assert [each.label for each in page.file_uploader] == ["Add files"]


def test_a_file_stands_there_with_its_name_as_words_and_its_size(
    ana: TenantContext, lunch: UUID, receipt: UUID
) -> None:
    page = opened(ana, lunch)
    assert listed(page) == ["*receipt*.pdf"]
    assert "1.2 MB" in [unescaped(each.value) for each in page.caption]


def test_a_viewer_sees_and_fetches_files_and_changes_none(
    ben: TenantContext, lunch: UUID, receipt: UUID
) -> None:
    page = opened(ben, lunch)
    assert len(listed(page)) == 1
    assert not page.file_uploader
    assert "Remove" not in [each.label for each in page.button]
    page.button(key=f"fetch {receipt}").click().run()
    assert not page.error


def test_files_that_are_dropped_are_taken_once(ana: TenantContext, lunch: UUID) -> None:
    page = opened(ana, lunch)
    page.file_uploader[0].set_value([RECEIPT, ("note.txt", b"Lunch with Ben.", "text/plain")])
    page.run()
    assert not page.exception
    assert names(ana, lunch) == ["*receipt*.pdf", "note.txt"]
    assert not page.file_uploader[0].value
    assert len(listed(page)) == 2


def test_a_file_that_is_refused_is_told_and_the_others_are_taken(
    ana: TenantContext, lunch: UUID
) -> None:
    page = opened(ana, lunch)
    page.file_uploader[0].set_value([("none.txt", b"", "text/plain"), RECEIPT])
    page.run()
    assert [unescaped(each.value) for each in page.error] == [
        "none.txt: The file is empty. Choose another one."
    ]
    assert names(ana, lunch) == ["*receipt*.pdf"]
    assert not page.run().error


def test_a_removed_file_can_be_taken_back(ana: TenantContext, lunch: UUID, receipt: UUID) -> None:
    page = opened(ana, lunch)
    page.button(key=f"remove {receipt}").click().run()
    assert names(ana, lunch) == []
    assert "transaction" not in page.query_params
    page.button(key="undo").click().run()
    assert names(ana, lunch) == ["*receipt*.pdf"]
