"""Books that somebody changed, or made up, after FinTrack wrote them: found, and never restored."""

import csv
import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.operations.archive import tables
from fintrack.operations.archive.frame import is_as_written
from fintrack.operations.archive.pack import is_archive
from tests.operations.books import (
    Change,
    exported_book,
    keep_book,
    kept_book,
    manifest_of,
    members_of,
    packed,
    repacked,
    restored,
    verified,
    with_manifest,
    with_table,
)


def of_first_account(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda raw: raw["accounts"][0].update({name: value})


@pytest.mark.parametrize(
    "forge",
    [
        lambda raw: raw["accounts"].append(raw["accounts"][0]),
        lambda raw: raw["accounts"].pop(),
        of_first_account("currency", "XXX"),
        of_first_account("currency", "JPY"),
        of_first_account("name", "Mine"),
        of_first_account("balance", None),
        of_first_account("balance", [1]),
        of_first_account("balance", "much"),
        lambda raw: raw["tables"]["tags"].update(bytes="x"),
        lambda raw: raw["tenant"].update(fiscal_year_start=[1]),
        lambda raw: raw["tenant"].update(colour={}),
        lambda raw: raw["tenant"].update(type="GUILD"),
        lambda raw: raw["tenant"].update(name="\ud800"),
        lambda raw: raw["tenant"].update(colour="\0"),
        lambda raw: raw.update(accounts=None),
    ],
)
def test_a_manifest_that_somebody_made_up_leaves_no_tenant(
    ana: TenantContext, cleo: TenantContext, forge: Callable[[dict[str, Any]], object]
) -> None:
    book = kept_book(ana)
    raw = manifest_of(book)
    forge(raw)
    before = my_tenants(cleo.session)
    with pytest.raises(InvalidInput):
        restored(cleo, with_manifest(book, raw))
    assert my_tenants(cleo.session) == before


def test_a_cell_as_deep_as_a_well_is_refused(ana: TenantContext, cleo: TenantContext) -> None:
    deep = b"[" * 100_000
    book = with_table(
        kept_book(ana), "column_mappings", lambda old: old.replace(b"{", deep + b"{", 1)
    )
    with pytest.raises(InvalidInput):
        restored(cleo, book)


def test_a_balance_of_no_day_is_refused(ana: TenantContext, cleo: TenantContext) -> None:
    def without_day(table: bytes) -> bytes:
        names, *rows = csv.reader(io.StringIO(table.decode(), newline=""))
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            said = dict(zip(names, row, strict=True)) | {"file_balance": "5.00"}
            writer.writerow((said | {"file_balance_on": ""}).values())
        return written.getvalue().encode()

    with pytest.raises(InvalidInput):
        restored(cleo, with_table(kept_book(ana), "imports", without_day))


@pytest.mark.parametrize("table", [each.name for each in tables.TABLES])
def test_one_changed_byte_is_found(ana: TenantContext, table: str) -> None:
    members = members_of(kept_book(ana))
    name = f"{table}.csv"
    content = bytearray(members[name])
    content[-3] ^= 1
    verdict = verified(packed(members | {name: bytes(content)}))
    assert verdict.problems == (f"{name} was changed after FinTrack wrote it.",)


def test_any_changed_byte_of_the_last_two_hundred_is_refused_at_worst(ana: TenantContext) -> None:
    """Where the zip says where its members stand: an offset below zero is damage like any other."""
    book = kept_book(ana)
    for at in range(len(book) - 200, len(book)):
        for bit in (1, 128):
            broken = bytearray(book)
            broken[at] ^= bit
            is_archive(io.BytesIO(broken))
            with suppress(InvalidInput):
                verified(bytes(broken))


def test_a_sum_that_does_not_fit_is_found(ana: TenantContext) -> None:
    book = kept_book(ana)
    accounts = manifest_of(book)["accounts"]
    assert isinstance(accounts, list)
    accounts[0]["sum"] = "1.00"
    (problem,) = verified(with_manifest(book, {"accounts": accounts})).problems
    assert problem == "The sum of Giro; =1+1 is not what its transactions add up to."


FRAME = "The zip around the tables was changed after FinTrack wrote it. Export the book again."


def frame_problems(book: bytes) -> set[str]:
    """Return what is said of a file whose zip was changed: a problem, or that it is no book."""
    try:
        return set(verified(book).problems)
    except InvalidInput as refusal:
        return {str(refusal)}


@pytest.mark.parametrize(
    "change",
    [
        lambda book: b"#!/bin/sh\n" + book,
        lambda book: book + b"more",
        lambda book: packed(members_of(book)),
        lambda book: repacked(book, comment=b"Paid in full."),
        lambda book: repacked(book, of_member={"comment": b"Paid in full."}),
        lambda book: repacked(book, of_member={"extra": b"\xfe\xca\x04\x00more"}),
        lambda book: repacked(book, of_member={"date_time": (2026, 1, 1, 0, 0, 0)}),
        lambda book: repacked(book, of_member={"external_attr": 0o777 << 16}),
        lambda book: repacked(book, of_member={"create_system": 7}),
        lambda book: repacked(book, between=b"more"),
        lambda book: repacked(book, within=b"more"),
    ],
)
def test_a_zip_with_anything_beside_its_tables_is_not_as_it_was_written(
    ana: TenantContext, change: Change
) -> None:
    assert verified(change(kept_book(ana))).problems == (FRAME,)


def test_a_book_that_is_packed_in_the_same_way_is_as_it_was_written(ana: TenantContext) -> None:
    assert verified(repacked(kept_book(ana))).problems == ()


@pytest.mark.parametrize(
    ("end", "is_whole"), [(b"\x03\x00", True), (b"", False), (b"\xff\xff", False)]
)
def test_what_a_member_is_packed_into_ends_with_its_content(end: bytes, is_whole: bool) -> None:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    content = packer.compress(b"id,name") + packer.flush(zlib.Z_SYNC_FLUSH) + end
    place = ZipInfo("tags.csv")
    place.compress_type = ZIP_DEFLATED
    place.header_offset, place.external_attr = 0, 0o600 << 16
    place.CRC, place.file_size, place.compress_size = 0, len(b"id,name"), len(content)
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        file.write(place.FileHeader(zip64=True) + content)
        archive.filelist.append(place)
        archive.start_dir = file.tell()
    assert is_as_written(file, ZipFile(file)) is is_whole


def test_any_changed_byte_around_the_tables_is_found(ana: TenantContext) -> None:
    book = kept_book(ana)
    ends = range(book.index(b"PK\x01\x02"), len(book))
    for at in (*range(50), *ends):
        broken = bytearray(book)
        broken[at] ^= 1
        assert frame_problems(bytes(broken)), at


def test_a_book_that_an_older_python_packed_is_as_it_was_written(ana: TenantContext) -> None:
    """Before 3.11.4 zipfile wrote the sizes of a member twice, and asked for version 2.0."""
    book = kept_book(ana)
    older = bytearray(book)
    with ZipFile(io.BytesIO(book)) as archive:
        at = archive.start_dir
        for each in archive.infolist():
            sizes = struct.pack("<2L", each.compress_size, each.file_size)
            older[each.header_offset + 4] = older[at + 4] = older[at + 6] = 20
            older[each.header_offset + 18 : each.header_offset + 26] = sizes
            at += 46 + len(each.filename)
    assert verified(bytes(older)).problems == ()
    older[4] = 45
    assert verified(bytes(older)).problems == (FRAME,)


def test_a_second_table_of_one_name_is_refused(ana: TenantContext) -> None:
    file = io.BytesIO(kept_book(ana))
    with ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("tags.csv", b"id,name\n")
    with pytest.raises(InvalidInput, match="other files than its manifest names"):
        verified(file.getvalue())


def test_a_file_of_gigabytes_is_as_it_was_written(
    ana: TenantContext, cleo: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zipfile.ZIP64_LIMIT", 1_000)
    keep_book(ana)
    book = exported_book(ana)
    assert b"PK\x06\x06" in book
    assert verified(book).problems == ()
    assert verified(book + b"more").problems == (FRAME,)
    assert restored(cleo, book).is_equal


def test_a_book_that_was_packed_again_is_restored(ana: TenantContext, cleo: TenantContext) -> None:
    assert restored(cleo, packed(members_of(kept_book(ana)))).is_equal


@pytest.mark.parametrize(
    "damage",
    [
        lambda book: b"",
        lambda book: b"PK\x03\x04 no zip",
        lambda book: book[: len(book) // 2],
        lambda book: book[:200] + bytes(100) + book[300:],
        lambda book: packed({"manifest.json": b"{}"}),
        lambda book: packed(members_of(book) | {"evil.csv": b"1"}),
        lambda book: packed({k: v for k, v in members_of(book).items() if k != "tags.csv"}),
        lambda book: with_manifest(book, {"format": "other"}),
        lambda book: with_manifest(book, {"version": 2}),
        lambda book: with_manifest(book, {"tables": [1, 2]}),
        lambda book: with_manifest(book, {"accounts": {"a": 1}}),
        lambda book: with_manifest(book, {"tenant": {}}),
        lambda book: with_manifest(book, {"content_hash": "0"}),
    ],
)
def test_a_damaged_file_leaves_nothing_behind(ana: TenantContext, damage: Change) -> None:
    book = kept_book(ana)
    with pytest.raises(InvalidInput) as refusal:
        restored(ana, damage(book))
    assert str(refusal.value).endswith(".")
    assert [each.slug for each in my_tenants(ana.session)] == [ana.slug]


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("transactions", b",EUR,", b",XXX,"),
        ("postings", b",-30.00,", b",-30.01,"),
        ("tags", b",trip", b","),
        ("transaction_tags", b"2026-03-01", b"2026-03-02"),
        ("categories", b",EXPENSE,", b",OTHER,"),
        ("accounts", b",CHECKING,", b",\xff,"),
        ("payees", b"'-Grocer", b"-Grocer"),
    ],
)
def test_tables_that_do_not_fit_leave_nothing_behind(
    ana: TenantContext, table: str, old: bytes, new: bytes
) -> None:
    forged = with_table(kept_book(ana), table, lambda rows: rows.replace(old, new))
    with pytest.raises(InvalidInput) as refusal:
        restored(ana, forged)
    assert str(refusal.value).endswith(".")
    assert [each.slug for each in my_tenants(ana.session)] == [ana.slug]


def test_a_table_that_bursts_is_refused(ana: TenantContext) -> None:
    bomb = with_table(exported_book(ana), "tags", lambda rows: rows + bytes(50_000_000))
    with pytest.raises(InvalidInput, match="no book that FinTrack exported"):
        restored(ana, bomb)
