"""Attachments: added, read, limited, removed and put back, and where their transaction is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import update

from fintrack.attachment_schema import Attachment
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger import attachments as module
from fintrack.ledger.activity import ActivityFilter, activity
from fintrack.ledger.attachments import (
    add_attachment,
    attachment_file,
    attachments,
    remove_attachment,
    restore_attachment,
)
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.media_types import media_type_of
from fintrack.ledger.undo import undo
from fintrack.operations.erasure import erase_removed_files
from tests.databases import Database
from tests.ledger.conftest import Record, wait_until_somebody_waits

PNG = b"\x89PNG\r\n\x1a\n pixels"


def names(context: TenantContext, transaction_id: UUID) -> list[str]:
    """Return the names of a transaction's files."""
    return [each.name for each in attachments(context, transaction_id)]


@pytest.fixture
def groceries(record: Record) -> UUID:
    """A transaction on the current account."""
    return record(1, -4200, "Grocer")


@pytest.fixture
def receipt(ana: TenantContext, groceries: UUID) -> UUID:
    """The receipt of the groceries."""
    return add_attachment(ana, groceries, "receipt.png", PNG).id


def test_files_are_listed_oldest_first_and_come_back_as_they_were(
    ana: TenantContext, ben: TenantContext, groceries: UUID, receipt: UUID
) -> None:
    note = add_attachment(ana, groceries, "note.html", b"<script>alert(1)</script>")
    first, second = attachments(ben, groceries)
    assert (first.id, first.name, first.media_type, first.size) == (
        receipt, "receipt.png", "image/png", len(PNG),
    )  # fmt: skip
    assert (first.transaction_id, first.added_by, len(first.sha256)) == (groceries, "Ana", 64)
    assert (second, second.media_type) == (note, "text/plain")
    assert attachment_file(ben, receipt) == (first, PNG)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7 page", "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0 picture", "image/jpeg"),
        (b"GIF89a picture", "image/gif"),
        (b"RIFF\x04\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
        ("Bäcker\r\n1,20 €\t".encode(), "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"<svg onload='alert(1)'/>", "text/plain"),
        ("Bäcker".encode("latin-1"), "application/octet-stream"),
        (b"PK\x03\x04 a workbook", "application/octet-stream"),
        (b"text with a \x00 in it", "application/octet-stream"),
        (b"RIFF\x04\0\0\0WAVEfmt ", "application/octet-stream"),
    ],
)
def test_the_content_says_what_it_is(content: bytes, media_type: str) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  march \n receipt.pdf ", "march receipt.pdf"),
        ("C:\\Users\\Ana\\receipt.pdf", "receipt.pdf"),
        ("../../etc/passwd", "passwd"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\x1b.txt", "a b .txt"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_name_is_kept_without_folders_and_control_signs(
    ana: TenantContext, groceries: UUID, given: str, kept: str
) -> None:
    assert add_attachment(ana, groceries, given, b"milk").name == kept


@pytest.mark.parametrize("name", ["", " ", "folder/", "\x01\u202e", "x" * 201])
def test_a_name_is_needed_and_short(ana: TenantContext, groceries: UUID, name: str) -> None:
    with pytest.raises(InvalidInput, match="name of the file"):
        add_attachment(ana, groceries, name, b"milk")


def test_a_file_is_neither_empty_nor_too_large(ana: TenantContext, groceries: UUID) -> None:
    with pytest.raises(InvalidInput, match="is empty"):
        add_attachment(ana, groceries, "empty.txt", b"")
    with pytest.raises(InvalidInput, match="larger than 10 MB"):
        add_attachment(ana, groceries, "large.txt", b"x" * (10 * 1024 * 1024 + 1))
    assert add_attachment(ana, groceries, "most.txt", b"x" * (10 * 1024 * 1024)).size == 10485760


def test_the_same_content_is_kept_once(ana: TenantContext, groceries: UUID, receipt: UUID) -> None:
    assert add_attachment(ana, groceries, "again.png", PNG).id == receipt
    assert names(ana, groceries) == ["receipt.png"]


def test_a_transaction_has_only_so_many_with_those_that_were_removed(
    ana: TenantContext, groceries: UUID, receipt: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    add_attachment(ana, groceries, "second.txt", b"2")
    remove_attachment(ana, receipt)
    with pytest.raises(Conflict, match="at most 20 files, removed ones too"):
        add_attachment(ana, groceries, "third.txt", b"3")
    restore_attachment(ana, receipt)
    assert names(ana, groceries) == ["receipt.png", "second.txt"]


def test_books_hold_only_so_much(
    ana: TenantContext, groceries: UUID, receipt: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_GIGABYTES", 0)
    with pytest.raises(Conflict, match="hold 1 GB of files"):
        add_attachment(ana, groceries, "second.txt", b"2")
    assert add_attachment(ana, groceries, "again.png", PNG).id == receipt


def test_a_removed_one_is_gone_and_can_be_put_back(
    ana: TenantContext, groceries: UUID, receipt: UUID
) -> None:
    remove_attachment(ana, receipt)
    assert attachments(ana, groceries) == []
    for ask in (attachment_file, remove_attachment):
        with pytest.raises(NotFound, match="no such attachment"):
            ask(ana, receipt)
    restore_attachment(ana, receipt)
    restore_attachment(ana, receipt)
    assert attachment_file(ana, receipt)[1] == PNG
    remove_attachment(ana, receipt)
    add_attachment(ana, groceries, "again.png", PNG)
    assert names(ana, groceries) == ["receipt.png"]


def test_a_removed_one_is_erased_after_thirty_days(
    ana: TenantContext, groceries: UUID, receipt: UUID, database: Database
) -> None:
    kept = add_attachment(ana, groceries, "kept.txt", b"kept").id
    remove_attachment(ana, receipt)
    assert erase_removed_files() == 0
    with database.administrator() as admin:
        admin.execute("update app.attachment set removed_at = removed_at - interval '31 days'")
    assert erase_removed_files() == 1
    with pytest.raises(NotFound, match="no such attachment"):
        restore_attachment(ana, receipt)
    assert [each.id for each in attachments(ana, groceries)] == [kept]


def while_all_are_erased(database: Database, ask: Callable[[], object]) -> None:
    """Ask while the worker erases all files."""
    with ThreadPoolExecutor(1) as pool, database.administrator() as admin:
        with admin.transaction():
            admin.execute("delete from app.attachment")
            asked = pool.submit(ask)
            wait_until_somebody_waits(database)
        asked.result()


def test_one_that_is_erased_meanwhile_is_not_put_back(
    ana: TenantContext, groceries: UUID, receipt: UUID, database: Database
) -> None:
    remove_attachment(ana, receipt)
    with pytest.raises(NotFound, match="no such attachment"):
        while_all_are_erased(database, lambda: restore_attachment(ana, receipt))
    told = activity(ana, ActivityFilter(subject_id=groceries, kind="attachment")).frame
    assert "attachment.restored" not in list(told["action"])


def test_one_that_is_erased_while_it_is_given_again_is_kept_anew(
    ana: TenantContext, groceries: UUID, receipt: UUID, database: Database
) -> None:
    remove_attachment(ana, receipt)
    while_all_are_erased(database, lambda: add_attachment(ana, groceries, "again.png", PNG))
    (again,) = attachments(ana, groceries)
    assert again.name == "again.png"
    assert attachment_file(ana, again.id)[1] == PNG


def test_one_that_is_put_back_now_is_not_erased(
    ana: TenantContext, groceries: UUID, receipt: UUID, database: Database
) -> None:
    other = add_attachment(ana, groceries, "other.txt", b"other").id
    for each in (receipt, other):
        remove_attachment(ana, each)
    with database.administrator() as admin:
        admin.execute("update app.attachment set removed_at = removed_at - interval '31 days'")
        with admin.transaction():
            admin.execute("update app.attachment set removed_at = null where id = %s", [receipt])
            assert erase_removed_files() == 1
    assert names(ana, groceries) == ["receipt.png"]


def test_one_that_is_put_back_stays_whose_it_was(
    ana: TenantContext, eli: TenantContext, groceries: UUID, receipt: UUID
) -> None:
    before = attachments(ana, groceries)
    remove_attachment(eli, receipt)
    restore_attachment(eli, receipt)
    assert attachments(ana, groceries) == before


def test_to_take_back_the_recording_asks_for_the_files_first(
    ana: TenantContext, groceries: UUID, receipt: UUID
) -> None:
    recorded = activity(ana, ActivityFilter(subject_id=groceries)).frame["change_set_id"].iloc[-1]
    with pytest.raises(Conflict, match="It has files"):
        undo(ana, UUID(recorded))
    assert attachment_file(ana, receipt)[1] == PNG
    remove_attachment(ana, receipt)
    undo(ana, UUID(recorded))


def test_each_change_is_told_in_the_activity_of_the_transaction(
    ana: TenantContext, groceries: UUID, receipt: UUID
) -> None:
    remove_attachment(ana, receipt)
    restore_attachment(ana, receipt)
    told = activity(ana, ActivityFilter(subject_id=groceries, kind="attachment")).frame
    assert list(told["action"]) == [
        "attachment.restored", "attachment.removed", "attachment.added",
    ]  # fmt: skip
    assert all(str(receipt) in each for each in told["after"])
    assert not told["may_be_undone"].any()


def test_it_comes_back_with_the_transaction_that_was_deleted(
    ana: TenantContext, groceries: UUID, receipt: UUID
) -> None:
    gone = add_attachment(ana, groceries, "gone.txt", b"gone").id
    remove_attachment(ana, gone)
    deletion = delete_transactions(ana, [groceries])
    for ask in (attachment_file, remove_attachment, restore_attachment):
        for each in (receipt, gone):
            with pytest.raises(NotFound, match="no such attachment"):
                ask(ana, each)
    with pytest.raises(NotFound, match="no such transaction"):
        attachments(ana, groceries)
    with pytest.raises(NotFound, match="no such transaction"):
        add_attachment(ana, groceries, "late.txt", b"late")
    undo(ana, deletion)
    assert attachment_file(ana, receipt)[1] == PNG
    restore_attachment(ana, gone)
    assert names(ana, groceries) == ["receipt.png", "gone.txt"]


def test_it_follows_its_transaction_into_another_account(
    ana: TenantContext, eli: TenantContext, groceries: UUID, receipt: UUID, secret: UUID
) -> None:
    gone = add_attachment(ana, groceries, "gone.txt", b"gone").id
    remove_attachment(ana, gone)
    move = change_transaction(ana, groceries, TransactionChange(account_id=secret), 1)
    restore_attachment(ana, gone)
    assert names(ana, groceries) == ["receipt.png", "gone.txt"]
    for each in (receipt, gone):
        with pytest.raises(NotFound):
            attachment_file(eli, each)
    undo(ana, move)
    assert attachment_file(eli, receipt)[1] == PNG


def test_what_is_in_a_private_account_or_another_tenant_does_not_exist(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext, record: Record, secret: UUID
) -> None:
    hidden = record(2, -100, "Jeweller", account_id=secret)
    ring = add_attachment(ana, hidden, "ring.png", PNG).id
    asks: list[Callable[[TenantContext], object]] = [
        lambda context: attachments(context, hidden),
        lambda context: add_attachment(context, hidden, "mine.txt", b"mine"),
        lambda context: attachment_file(context, ring),
        lambda context: remove_attachment(context, ring),
        lambda context: restore_attachment(context, ring),
    ]
    for context in (eli, cleo):
        for ask in asks:
            with pytest.raises(NotFound):
                ask(context)
    assert names(ana, hidden) == ["ring.png"]


def test_a_viewer_reads_and_changes_nothing(
    ben: TenantContext, groceries: UUID, receipt: UUID
) -> None:
    asks: list[Callable[[], object]] = [
        lambda: add_attachment(ben, groceries, "mine.txt", b"mine"),
        lambda: remove_attachment(ben, receipt),
        lambda: restore_attachment(ben, receipt),
    ]
    for ask in asks:
        with pytest.raises(PermissionDenied):
            ask()
    assert names(ben, groceries) == ["receipt.png"]


@pytest.mark.parametrize("change", [{"name": "x.txt"}, {"content": b"x"}, {"account_id": None}])
def test_neither_what_it_is_nor_where_is_rewritten(
    ana: TenantContext, receipt: UUID, savings: UUID, change: dict[str, object]
) -> None:
    values = {name: value or savings for name, value in change.items()}
    statement = update(Attachment).where(Attachment.id == receipt).values(values)
    with pytest.raises(PermissionDenied), tenant_transaction(ana) as db:
        db.execute(statement, execution_options={"synchronize_session": False})
