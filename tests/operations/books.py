"""A book with a little of everything, and what is asked of files that hold one."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID
from zipfile import ZipFile, ZipInfo

from fintrack.access.sharing import ShareLevel, share_account
from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.pivots import Measure
from fintrack.analytics.saved_pivots import View, save_pivot
from fintrack.context import TenantContext
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    archive_account,
    create_account,
)
from fintrack.ledger.attachments import add_attachment
from fintrack.ledger.budgets import create_budget
from fintrack.ledger.categories import CategoryKind, archive_category, categories, create_category
from fintrack.ledger.filters import Status
from fintrack.ledger.payees import create_payee
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.recurring import Every, NewRecurring, create_recurring
from fintrack.ledger.rules import create_rule
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.operations.archive import manifest
from fintrack.operations.archive.export import export_book
from fintrack.operations.archive.frame import packing_of
from fintrack.operations.archive.manifest import MANIFEST, SEAL, seal
from fintrack.operations.archive.restore import restore_book
from fintrack.operations.archive.verify import Verdict, verify_book
from fintrack.statements.books.report import BookReport
from tests.statements.importing import imported, preview

DAY = date(2026, 3, 1)
BANK_FILE = b"Date;Payee;Amount\n2026-03-05;Baker;-3.20\n2026-03-06;Kiosk;two\n"
FILES = {"=receipt.pdf": b"%PDF-1.7 " + bytes(70_000), "ラーメン.txt": b"Two noodles.\n"}
Change = Callable[[bytes], bytes]
_kept: list[bytes] = []


def keep_book(me: TenantContext) -> dict[str, UUID]:
    """Keep texts, categories, splits, transfers, imports, plans; return the accounts by name."""
    euro = NewAccount("Giro; =1+1", AccountKind.CHECKING, "EUR", date(2026, 1, 1), 10000)
    yen = NewAccount("Yen", AccountKind.CASH, "JPY", DAY, visibility=Visibility.PRIVATE)
    dinar = NewAccount("Dinar", AccountKind.SAVINGS, "KWD", DAY, -1, number="KW81 CBKU")
    accounts = {new.name: create_account(me, new) for new in (euro, yen, dinar)}
    giro = accounts["Giro; =1+1"]
    hives = create_category(me, "Beekeeping", CategoryKind.EXPENSE)
    honey = create_category(me, "=Honey", CategoryKind.EXPENSE, hives)
    archive_category(me, honey)
    create_payee(me, "-Grocer", hives)
    trip, gift = create_tag(me, "trip"), create_tag(me, "+gift")
    lines = (SplitLine(hives, -3000, "@wax"), SplitLine(honey, -1199), SplitLine(None, -1))
    note = "one\nline\r\ntwo"
    wax = NewTransaction(giro, DAY, -4200, "=cmd|' /C calc'!A0", "card", note, hives)
    attach(me, record_transaction(me, wax))
    for new in (
        NewTransaction(giro, DAY, -4200, "'quoted", 'He said "no"', category_id=honey),
        NewTransaction(giro, DAY, -4200, "Market", lines=lines, tags=(trip, gift)),
        NewTransaction(giro, DAY, 150000, "Salary", category_id=_named(me, "Salary")),
        NewTransaction(accounts["Yen"], DAY, -500, "ラーメン", status=Status.RECONCILED),
        NewTransaction(giro, DAY, -1, status=Status.PENDING, valued_on=date(2026, 3, 4)),
    ):
        record_transaction(me, new)
    record_transfer(me, NewTransfer(giro, accounts["Dinar"], 1000, DAY, 333, "to the Gulf"))
    imported(me, BANK_FILE, account_id=giro, mapping=preview(me, BANK_FILE).mapping)
    create_rule(me, "=sum market", hives)
    create_budget(me, hives, "KWD", 12345)
    rent = NewRecurring(giro, "-Landlord", -65000, Every.MONTH, DAY)
    create_recurring(me, rent)
    save_pivot(me, "=Shops", View(Dimension.PAYEE, Dimension.TAG, Measure.NET))
    archive_account(me, accounts["Dinar"])
    return accounts


def attach(me: TenantContext, transaction_id: UUID) -> None:
    for name, content in FILES.items():
        add_attachment(me, transaction_id, name, content)


def kept_book(me: TenantContext) -> bytes:
    """Return such a book as a file; it is kept once, for all that only look at the file."""
    if not _kept:
        keep_book(me)
        _kept.append(exported_book(me))
    return _kept[0]


def exported_book(me: TenantContext) -> bytes:
    return b"".join(export_book(me))


def members_of(book: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def repacked(
    book: bytes,
    *,
    of_member: Mapping[str, object] = MappingProxyType({}),
    within: bytes = b"",
    between: bytes = b"",
    comment: bytes = b"",
) -> bytes:
    """Return the book as the exporter packs it, but for what is said of the zip or a member."""
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        archive.comment = comment
        for name, content in members_of(book).items():
            place = ZipInfo(name)
            place.compress_type = packing_of(name)
            for word, value in of_member.items():
                setattr(place, word, value)
            with archive.open(place, "w", force_zip64=True) as entry:
                entry.write(content)
            file.write(within)
            place.compress_size += len(within)
            file.seek(place.header_offset)
            file.write(place.FileHeader(zip64=True))
            file.seek(0, io.SEEK_END)
            file.write(between)
            archive.start_dir = file.tell()
    return file.getvalue()


def share(me: TenantContext, account_id: UUID, other: TenantContext) -> None:
    share_account(me, account_id, other.user_id, ShareLevel.READ)


def _named(me: TenantContext, name: str) -> UUID:
    tree = categories(me)
    return UUID(tree.loc[tree["name"] == name, "id"].iloc[0])


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
    said = manifest.read(members[MANIFEST])
    files = said.tables
    files[table] = replace(files[table], bytes=len(content), sha256=sha256(content).hexdigest())
    changes: dict[str, object] = {
        "tables": {name: asdict(file) for name, file in files.items()},
        "content_hash": manifest.content_hash(manifest.stated_hashes(said)),
    }
    return with_manifest(packed(members | {f"{table}.csv": content}), changes)
