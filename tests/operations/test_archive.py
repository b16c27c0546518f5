"""A book leaves in one file, is verified without a database, and comes back the same."""

import io
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

import pytest

from fintrack.access.memberships import change_flags
from fintrack.access.tenants import (
    NewTenant,
    abandon_tenant,
    change_settings,
    create_bare_tenant,
    enter_tenant,
    my_tenants,
    tenant_settings,
)
from fintrack.context import Flag, TenantContext, TenantType
from fintrack.errors import InvalidInput, PermissionDenied
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.categories import CategoryKind, categories, create_category, delete_category
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.recurring import Every, NewRecurring, create_recurring, recurring
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.operations.archive import manifest, tables
from fintrack.operations.archive.export import export_book
from fintrack.operations.archive.manifest import MANIFEST, SEAL, own_fingerprint, seal
from fintrack.operations.archive.restore import restore_book
from fintrack.operations.archive.verify import Verdict, verify_book
from fintrack.schema import Posting, TenantRow
from fintrack.statements.books.report import BookReport
from tests.operations.books import (
    DAY,
    Change,
    exported_book,
    keep_book,
    kept_book,
    members_of,
    packed,
    share,
)


def restored(me: TenantContext, book: bytes, name: str = "") -> BookReport:
    return restore_book(me.session, io.BytesIO(book), name=name)


def verified(book: bytes) -> Verdict:
    return verify_book(io.BytesIO(book))


def manifest_of(book: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(members_of(book)[MANIFEST])
    return found


def with_manifest(book: bytes, changes: dict[str, object]) -> bytes:
    """Return the book as somebody with a seal of his own would change it."""
    members = members_of(book)
    members[MANIFEST] = json.dumps(manifest_of(book) | changes).encode()
    return packed(members | {SEAL: seal(members[MANIFEST])})


def with_table(book: bytes, table: str, change: Change) -> bytes:
    """Return the book with one table changed, and a manifest and seal that agree with it."""
    members = members_of(book)
    content = change(members[f"{table}.csv"])
    files = manifest.read(members[MANIFEST]).tables
    files[table] = replace(files[table], bytes=len(content), sha256=sha256(content).hexdigest())
    hashes = manifest.content_hash({name: file.sha256 for name, file in files.items()})
    changes: dict[str, object] = {
        "tables": {name: asdict(file) for name, file in files.items()},
        "content_hash": hashes,
    }
    return with_manifest(packed(members | {f"{table}.csv": content}), changes)


def exported_hash(me: TenantContext) -> object:
    return manifest_of(exported_book(me))["content_hash"]


def test_every_table_of_a_tenant_has_a_place_in_the_archive_or_a_reason() -> None:
    kept = {each.table for each in tables.TABLES}
    every = {each for each in TenantRow.__subclasses__() if not each.__dict__.get("__abstract__")}
    assert kept | set(tables.LEFT_OUT) == every
    assert kept.isdisjoint(tables.LEFT_OUT)


def test_every_column_has_a_place_in_the_archive_or_is_made_anew() -> None:
    made = "tenant_id owner_id created_by created_at updated_at version words deleted_at kind"
    for each in tables.TABLES:
        anew = {*made.split(), "payee"} if each.table is Posting else set(made.split())
        assert set(each.table.__table__.c.keys()) - set(each.columns) <= anew


def test_a_restored_book_has_the_same_content_hash(ana: TenantContext, cleo: TenantContext) -> None:
    keep_book(ana)
    book = exported_book(ana)
    report = restored(cleo, book)
    again = exported_book(report.context)
    assert manifest_of(again)["content_hash"] == manifest_of(book)["content_hash"]
    assert report.is_equal
    assert [(each.name, each.balance_after) for each in report.accounts] == [
        ("Giro; =1+1", 146079), ("Yen", -500), ("Dinar", 332),
    ]  # fmt: skip


def test_a_restored_book_is_found_by_its_words(ana: TenantContext, cleo: TenantContext) -> None:
    keep_book(ana)
    context = restored(cleo, exported_book(ana)).context
    found = transactions(context, TransactionFilter(words="market 42")).frame
    assert found["payee"].tolist() == ["Market"]


def test_a_restored_book_keeps_its_settings_under_a_new_name(
    ana: TenantContext, cleo: TenantContext
) -> None:
    wanted = replace(tenant_settings(ana), fiscal_year_start=4, time_zone="Europe/Madrid")
    change_settings(ana, wanted)
    context = restored(cleo, exported_book(ana), "Archive").context
    found = tenant_settings(context)
    assert (found.name, found.fiscal_year_start, found.time_zone) == ("Archive", 4, "Europe/Madrid")


def test_only_what_the_member_sees_leaves(ana: TenantContext, dora: TenantContext) -> None:
    keep_book(ana)
    book = exported_book(dora)
    (names, moves) = (members_of(book)[f"{name}.csv"].decode() for name in ("accounts", "imports"))
    assert "Giro" in names
    assert "Yen" not in names
    assert "ラーメン" not in members_of(book)["transactions.csv"].decode()
    assert len(moves.splitlines()) == 2
    assert manifest_of(book)["sight"] == (
        "What Dora sees as ADMIN. Accounts that others keep to themselves are not in it."
    )


def test_a_transfer_out_of_sight_is_cut_and_said(ana: TenantContext, dora: TenantContext) -> None:
    accounts = keep_book(ana)
    purse = NewAccount("Purse", AccountKind.CASH, "EUR", DAY, visibility=Visibility.PRIVATE)
    hidden = create_account(ana, purse)
    into_the_dark = NewTransfer(accounts["Giro; =1+1"], hidden, 700, DAY)
    record_transfer(ana, into_the_dark)
    book = exported_book(dora)
    report = restored(dora, book)
    assert manifest_of(book)["cut_transfers"] == 1
    assert report.notes[1].startswith("1 transfer went to an account")
    assert exported_hash(report.context) == manifest_of(book)["content_hash"]


def test_private_accounts_of_one_name_are_told_apart(
    ana: TenantContext, dora: TenantContext
) -> None:
    wallet = NewAccount("Wallet", AccountKind.CASH, "EUR", DAY, visibility=Visibility.PRIVATE)
    create_account(ana, wallet)
    share(dora, create_account(dora, wallet), ana)
    report = restored(ana, exported_book(ana))
    own, other = sorted(each.name for each in report.accounts)
    assert own == "Wallet"
    assert other.startswith("Wallet (")


def test_a_deleted_category_that_is_still_used_comes_back_marked_and_archived(
    ana: TenantContext, dora: TenantContext
) -> None:
    wallet = NewAccount("Wallet", AccountKind.CASH, "EUR", DAY, visibility=Visibility.PRIVATE)
    used = create_category(ana, "Hives", CategoryKind.EXPENSE)
    record_transaction(ana, NewTransaction(create_account(ana, wallet), DAY, -1, category_id=used))
    delete_category(dora, used)
    create_category(ana, "Hives", CategoryKind.EXPENSE)
    tree = categories(restored(ana, exported_book(ana)).context)
    hives = tree[tree["name"].str.startswith("Hives")].sort_values("name")
    assert hives["archived"].tolist() == [False, True]
    assert hives["name"].iloc[1].startswith("Hives (deleted ")


def test_a_deleted_category_comes_back_with_what_recurs_in_a_private_account(
    ana: TenantContext, dora: TenantContext
) -> None:
    wallet = NewAccount("Wallet", AccountKind.CASH, "EUR", DAY, visibility=Visibility.PRIVATE)
    used = create_category(ana, "Hives", CategoryKind.EXPENSE)
    rent = NewRecurring(create_account(ana, wallet), "Beekeeper", -1, Every.MONTH, DAY, used)
    create_recurring(ana, rent)
    delete_category(dora, used)
    context = restored(ana, exported_book(ana)).context
    assert recurring(context)["payee"].tolist() == ["Beekeeper"]


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


def test_a_viewer_without_the_flag_may_not_export(ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied, match="may not export"):
        export_book(ben)


def test_an_analyst_exports_what_he_sees(ana: TenantContext, ben: TenantContext) -> None:
    keep_book(ana)
    change_flags(ana, ben.user_id, [Flag.EXPORT])
    assert verified(exported_book(enter_tenant(ben.session, ana.slug))).problems == ()


def test_a_whole_file_is_verified_with_the_seal_of_its_installation(ana: TenantContext) -> None:
    keep_book(ana)
    verdict = verified(exported_book(ana))
    assert (verdict.problems, verdict.signer) == ((), own_fingerprint())


@pytest.mark.parametrize("table", [each.name for each in tables.TABLES])
def test_one_changed_byte_is_found(ana: TenantContext, table: str) -> None:
    members = members_of(kept_book(ana))
    name = f"{table}.csv"
    content = bytearray(members[name])
    content[-3] ^= 1
    verdict = verified(packed(members | {name: bytes(content)}))
    assert verdict.problems == (f"{name} was changed after FinTrack wrote it.",)


def test_a_changed_manifest_breaks_the_seal(ana: TenantContext) -> None:
    members = members_of(exported_book(ana))
    changed = members[MANIFEST].replace(b'"EUR"', b'"USD"')
    with pytest.raises(InvalidInput, match="seal does not fit"):
        verified(packed(members | {MANIFEST: changed}))


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


def test_a_locked_table_is_refused(ana: TenantContext) -> None:
    locked = bytearray(exported_book(ana))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    with pytest.raises(InvalidInput, match="no book that FinTrack exported"):
        verified(bytes(locked))


def test_a_table_that_bursts_is_refused(ana: TenantContext) -> None:
    bomb = with_table(exported_book(ana), "tags", lambda rows: rows + bytes(50_000_000))
    with pytest.raises(InvalidInput, match="no book that FinTrack exported"):
        restored(ana, bomb)


def test_nobody_abandons_a_tenant_of_somebody_else_or_with_anything_in_it(
    ana: TenantContext, cleo: TenantContext
) -> None:
    bare = create_bare_tenant(ana.session, NewTenant("Bare", TenantType.PERSONAL, "EUR", "ES"))
    abandon_tenant(cleo.session, bare.slug)
    keep_book(ana)
    abandon_tenant(ana.session, ana.slug)
    assert {each.slug for each in my_tenants(ana.session)} == {ana.slug, bare.slug}
    abandon_tenant(ana.session, bare.slug)
    assert {each.slug for each in my_tenants(ana.session)} == {ana.slug}
