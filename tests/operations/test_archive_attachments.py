"""Attachments go with their book: each file proved by its hash, and back again in a new one."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.attachments import attachment_file, attachments, remove_attachment
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.operations.archive.manifest import (
    MANIFEST,
    SEAL,
    content_hash,
    read,
    seal,
    stated_hashes,
)
from tests.operations.books import (
    DAY,
    FILES,
    attach,
    exported_book,
    manifest_of,
    members_of,
    packed,
    repacked,
    restored,
    verified,
    with_manifest,
    with_table,
)

HIDDEN = NewAccount("Purse", AccountKind.CASH, "EUR", DAY, visibility=Visibility.PRIVATE)


@pytest.fixture
def lunch(ana: TenantContext) -> UUID:
    """A transaction of Ana's with two files, in an account that nobody else sees."""
    made = record_transaction(ana, NewTransaction(create_account(ana, HIDDEN), DAY, -4200))
    attach(ana, made)
    return made


@pytest.fixture
def book(ana: TenantContext, lunch: UUID) -> bytes:
    """The whole book, with both files."""
    return exported_book(ana)


def places(book: bytes) -> list[str]:
    return [name for name in members_of(book) if name.startswith("attachments")]


def contents(me: TenantContext, transaction_id: UUID) -> dict[str, bytes]:
    found = attachments(me, transaction_id)
    return {each.name: attachment_file(me, each.id)[1] for each in found}


def test_a_restored_book_has_every_file_and_the_same_content_hash(
    ana: TenantContext, cleo: TenantContext, lunch: UUID, book: bytes
) -> None:
    assert verified(book).problems == ()
    report = restored(cleo, book)
    assert contents(report.context, lunch) == FILES
    again = exported_book(report.context)
    assert manifest_of(again)["content_hash"] == manifest_of(book)["content_hash"]
    assert manifest_of(again)["attachments"] == manifest_of(book)["attachments"]


def test_a_changed_byte_of_a_file_is_told_by_its_name(book: bytes) -> None:
    members = members_of(book)
    _, first, _ = places(book)
    members[first] = members[first][:-1] + b"!"
    changed = "The attachment =receipt.pdf was changed after FinTrack wrote it."
    assert verified(packed(members)).problems == (changed,)
    broken = bytearray(book)
    broken[book.index(b"noodles")] ^= 1
    changed = "The attachment ラーメン.txt was changed after FinTrack wrote it."
    assert verified(bytes(broken)).problems == (changed,)


def test_a_missing_file_is_told(cleo: TenantContext, book: bytes) -> None:
    members = members_of(book)
    _, first, _ = places(book)
    del members[first]
    for ask in (verified, lambda content: restored(cleo, content)):
        with pytest.raises(InvalidInput, match=f"{first} is missing from the book"):
            ask(packed(members))


def test_a_file_that_nobody_named_is_refused(book: bytes) -> None:
    more = packed(members_of(book) | {"attachments/evil": b"1"})
    with pytest.raises(InvalidInput, match="other files than its manifest names"):
        verified(more)


def forget_first(said: dict[str, Any]) -> None:
    del said[min(said)]


@pytest.mark.parametrize(
    "change",
    [
        forget_first,
        lambda said: said[min(said)].update(bytes=1),
        lambda said: said[min(said)].update(bytes=1 << 40),
        lambda said: said[min(said)].update(sha256="0" * 64),
        lambda said: said.update({"../evil": said[min(said)]}),
        lambda said: said.clear(),
    ],
)
def test_a_manifest_that_names_other_files_is_refused(
    cleo: TenantContext, book: bytes, change: Callable[[dict[str, Any]], None]
) -> None:
    raw: dict[str, Any] = manifest_of(book)
    change(raw["attachments"])
    with suppress(InvalidInput):
        stated = stated_hashes(read(json.dumps(raw).encode()))
        raw["content_hash"] = content_hash(stated)
    forged = with_manifest(book, raw)
    with pytest.raises(InvalidInput):
        restored(cleo, forged)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b",13,", b",14,"), (b",13,", b",x,"), (b",text/plain,", b",text/html,"), (b"\n", b"\n\n")],
)
def test_a_table_that_describes_other_files_is_refused(
    cleo: TenantContext, book: bytes, old: bytes, new: bytes
) -> None:
    forged = with_table(book, "attachments", lambda rows: rows.replace(old, new))
    assert forged != book
    with pytest.raises(InvalidInput):
        restored(cleo, forged)


def test_only_files_that_are_still_there_go_along(ana: TenantContext, lunch: UUID) -> None:
    first, second = attachments(ana, lunch)
    remove_attachment(ana, first.id)
    assert places(exported_book(ana)) == ["attachments.csv", f"attachments/{second.id}"]
    delete_transactions(ana, [lunch])
    assert places(exported_book(ana)) == []


def test_files_of_hidden_accounts_stay_behind(dora: TenantContext, lunch: UUID) -> None:
    assert places(exported_book(dora)) == []


def test_a_book_of_before_there_were_attachments_is_proved_and_restored(
    ana: TenantContext, cleo: TenantContext
) -> None:
    create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1)))
    members = members_of(exported_book(ana))
    manifest = json.loads(members[MANIFEST])
    assert manifest.pop("attachments") == {}
    members[MANIFEST] = json.dumps(manifest).encode()
    older = repacked(packed(members | {SEAL: seal(members[MANIFEST])}))
    assert verified(older).problems == ()
    report = restored(cleo, older)
    assert manifest_of(exported_book(report.context))["content_hash"] == manifest["content_hash"]
