"""Books that somebody changed, or made up, after FinTrack wrote them: found, and never restored."""

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.operations.archive import tables
from fintrack.operations.archive.pack import is_archive
from tests.operations.books import (
    Change,
    exported_book,
    kept_book,
    manifest_of,
    members_of,
    packed,
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
