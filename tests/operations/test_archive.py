"""A book leaves in one file, is verified without a database, and comes back the same."""

from dataclasses import replace

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
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    accounts,
    create_account,
)
from fintrack.ledger.categories import CategoryKind, categories, create_category, delete_category
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.recurring import Every, NewRecurring, create_recurring, recurring
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.operations.archive import tables
from fintrack.operations.archive.export import export_book
from fintrack.operations.archive.manifest import MANIFEST, own_fingerprint
from fintrack.schema import Posting, TenantRow
from fintrack.statements.undoing import undo_import
from tests.operations.books import (
    BANK_FILE,
    DAY,
    exported_book,
    keep_book,
    manifest_of,
    members_of,
    packed,
    restored,
    share,
    verified,
)
from tests.statements.importing import imported

CHANGED = "{} was changed after FinTrack wrote it."


def exported_hash(me: TenantContext) -> object:
    return manifest_of(exported_book(me))["content_hash"]


def test_every_table_of_a_tenant_has_a_place_in_the_archive_or_a_reason() -> None:
    kept = {each.table for each in tables.TABLES}
    every = {each for each in TenantRow.__subclasses__() if not each.__dict__.get("__abstract__")}
    assert kept | set(tables.LEFT_OUT) == every
    assert kept.isdisjoint(tables.LEFT_OUT)


def test_every_column_has_a_place_in_the_archive_or_is_made_anew() -> None:
    made = (
        "tenant_id owner_id created_by created_at updated_at version words deleted_at kind "
        "header_fingerprint content removed_at"
    )
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


def test_a_restored_account_is_not_taken_for_one_that_an_import_made(
    ana: TenantContext, cleo: TenantContext
) -> None:
    new = NewAccount("Giro", AccountKind.CHECKING, "EUR", DAY)
    made = create_account(ana, new)
    done = imported(ana, BANK_FILE, account_id=made)

    context = restored(cleo, exported_book(ana)).context
    undo_import(context, done.import_id)

    assert accounts(context)["name"].tolist() == ["Giro"]


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


def test_a_changed_manifest_breaks_the_seal(ana: TenantContext) -> None:
    members = members_of(exported_book(ana))
    changed = members[MANIFEST].replace(b'"EUR"', b'"USD"')
    with pytest.raises(InvalidInput, match="seal does not fit"):
        verified(packed(members | {MANIFEST: changed}))


def test_a_table_that_was_locked_is_told_by_its_name(ana: TenantContext) -> None:
    locked = bytearray(exported_book(ana))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    assert verified(bytes(locked)).problems == (CHANGED.format("accounts.csv"),)


@pytest.mark.parametrize("table", ["accounts.csv", "transactions.csv"])
def test_a_changed_byte_of_a_packed_table_is_told_by_its_name(
    ana: TenantContext, cleo: TenantContext, table: str
) -> None:
    keep_book(ana)
    book = bytearray(exported_book(ana))
    book[book.index(table.encode()) + len(table) + 40] ^= 1

    assert verified(bytes(book)).problems == (CHANGED.format(table),)
    with pytest.raises(InvalidInput, match=table):
        restored(cleo, bytes(book))


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
