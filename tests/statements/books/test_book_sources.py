"""What stood in the file of a whole book for each transaction, letter for letter."""

import io
from collections.abc import Sequence
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import Conflict
from fintrack.ledger.accounts import accounts
from fintrack.ledger.records import transaction
from fintrack.ledger.sources import SourceRecord
from fintrack.ledger.transactions import transactions
from fintrack.operations.books import import_book
from fintrack.statements.books.book import Hints
from fintrack.statements.history import import_rows, imports
from fintrack.statements.undoing import undo_import
from tests.operations.books import exported_book, manifest_of
from tests.statements.books.reading import sqlite_file, table, zipped
from tests.statements.books.test_databases import BOOK, GIRO, PURSE, actual, movement
from tests.statements.books.test_databases import GNUCASH as GNUCASH_TABLES
from tests.statements.books.test_tables import FIREFLY, OLD, SPLIT, in_register, journal, register
from tests.statements.importing import csv_file, imported

BEANCOUNT = (
    "2026-01-01 open Assets:Giro\n\n"
    '2026-01-02 * "Baker" "Rolls\nof rye"\n'
    "  ; still warm\n"
    "  Expenses:Food   3.20 EUR\n"
    "  Assets:Giro\n\n"
    "; the broker\n"
    '2026-01-03 * "Buy"\n'
    "  Assets:Broker  10.00 EUR\n"
    "  Assets:Giro\n"
    "2026-01-04 pad Assets:Giro Income:Found\n"
    "2026-01-05 balance Assets:Giro  0.00 EUR\n"
)
LEDGER = (
    "; ours\n2026-01-02 Baker\n    ; still warm\n    expenses:food  3.20 EUR\n    assets:giro\n\n"
    "2026-01-03 Buy\n\tassets:broker  10.00 EUR\n\tassets:giro\n"
)
REGISTER = register(
    in_register("Giro", "13/01/2026", "Shop", Outflow="€5.00"),
    SPLIT | {"Payee": "Market", "Memo": "(Split 1/2) rolls", "Outflow": "€3.00"},
    SPLIT | {"Payee": "Market", "Memo": "(Split 2/2) red", "Outflow": "€9.00"},
)
JOURNALS = table(
    FIREFLY,
    journal(2, "-9.50", "Giro", "Baker"),
    journal(3, "-3.00", "Giro", "Market", description="Milk"),
    journal(3, "-2.00", "Giro", "Market", description="Soap"),
)
SPLITS = (
    OLD + "31/01/2026,a1,7,Baker,,CURRENCY::EUR,,,,Assets:Giro,Giro,-€9.50,-9.50,y,,1.00\n"
    ',,,,,,,,"rolls\nof rye",Expenses:Food,Food,€9.50,9.50,n,,1.00\n'
)
MINT = (
    "Date,Description,Original Description,Amount,Transaction Type,Category,Account Name,Labels,"
    'Notes\n1/31/2026,Shop,SHOP 12,"1,200.50",debit,Home,Checking,,big\n'
)
MONARCH = (
    "Date,Merchant,Category,Account,Original Statement,Notes,Amount,Tags,Owner\n\n"
    '2026-01-31,Shop,Home,Joint,SHOP 12,,-12.00,"a, b",Ana\n'
)
BEAN_QUERY = (
    "date,id,account,number,currency\n2026-01-01,1,Assets:Giro,-3,EUR\n"
    "2026-01-01,1,Expenses:Food,3,EUR\n"
)
HLEDGER = BEAN_QUERY.replace("id,account,number,currency", "txnidx,account,amount,commodity")
BUDGET = actual(
    movement("1", GIRO, -1000, notes="weekly"),
    movement("2", GIRO, -2000, parent=1, day=20260201),
    movement("2/a", GIRO, -1000, child=1, of="2", day=20260201),
    movement("2/b", GIRO, -1000, child=1, of="2", other="3", day=20260201),
    movement("3", PURSE, 1000, other="2/b", day=20260201),
)
GNUCASH = sqlite_file(
    GNUCASH_TABLES,
    {
        "commodities": [("e", "CURRENCY", "EUR")],
        "accounts": [
            ("r", "Root", "ROOT", "e", "", "", 0, ""),
            ("g", "Giro", "BANK", "e", "r", "", 0, "Ours"),
        ],
        "transactions": [("t", "e", "", "2026-01-02 10:59:00", "", "Found\0")],
        "splits": [("t", "g", "coin", "n", 320, 100, 320, 100)],
    },
)
STILL_WARM = '2026-01-02 * "Baker" "Rolls\nof rye"\n  ; still warm\n  Expenses:Food   3.20 EUR\n'
BOUGHT = '2026-01-03 * "Buy"'
IN_LEDGER = "2026-01-02 Baker\n    ; still warm\n    expenses:food  3.20 EUR\n    assets:giro"
BOUGHT_IN_LEDGER = "2026-01-03 Buy"
STATE = "sort_order=0 tombstone=0 cleared=1"
PARTS = (
    f"id=2 isParent=1 isChild=0 acct=a-giro amount=-2000 date=20260201 {STATE} reconciled=0\n"
    f"id=2/a isParent=0 isChild=1 acct=a-giro amount=-1000 date=20260201 {STATE} parent_id=2 "
    "reconciled=0\n"
    "id=2/b isParent=0 isChild=1 acct=a-giro amount=-1000 date=20260201 transferred_id=3 "
    f"{STATE} parent_id=2 reconciled=0"
)

WEEKLY = (
    "id=1 isParent=0 isChild=0 acct=a-giro amount=-1000 notes=weekly date=20260131 "
    f"{STATE} reconciled=0"
)
ARRIVED = (
    "id=3 isParent=0 isChild=0 acct=a-purse amount=1000 date=20260201 transferred_id=2/b "
    f"{STATE} reconciled=0"
)
FOUND = (
    "guid=t currency_guid=e post_date=2026-01-02 10:59:00 description=Found \n"
    "tx_guid=t account_guid=g memo=coin reconcile_state=n value_num=320 value_denom=100 "
    "quantity_num=320 quantity_denom=100"
)


def after_header(content: str) -> str:
    return content.partition("\n")[2].strip()


def in_xml(number: int) -> str:
    begin = "<gnc:transaction>"
    return begin + BOOK.split(begin)[number].partition("\n")[0]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (
            BEANCOUNT,
            [
                (3, f"{STILL_WARM}  Assets:Giro"),
                (10, BOUGHT),
                (10, BOUGHT),
                (13, "2026-01-04 pad Assets:Giro Income:Found"),
            ],
        ),
        (LEDGER, [(2, IN_LEDGER), (7, BOUGHT_IN_LEDGER), (7, BOUGHT_IN_LEDGER)]),
        (
            zipped({"Ours - Register.csv": REGISTER}),
            [(2, REGISTER.splitlines()[1]), (3, "\n".join(REGISTER.splitlines()[2:]))],
        ),
        (JOURNALS, [(2, JOURNALS.splitlines()[1]), (3, "\n".join(JOURNALS.splitlines()[2:]))]),
        (SPLITS, [(2, after_header(SPLITS))]),
        (MINT, [(2, after_header(MINT))]),
        (MONARCH, [(3, after_header(MONARCH))]),
        (BEAN_QUERY, [(2, after_header(BEAN_QUERY))]),
        (HLEDGER, [(2, after_header(HLEDGER))]),
        (
            BUDGET,
            [
                (1, WEEKLY),
                (2, PARTS.partition("\n")[0]),
                (2, PARTS),
                (5, ARRIVED),
            ],
        ),
        (
            GNUCASH,
            [
                (1, FOUND),
            ],
        ),
        (BOOK.replace("<gnc:t", "\n<gnc:t"), [(7, in_xml(1))]),
    ],
    ids=[
        "beancount", "ledger", "YNAB", "Firefly III", "GnuCash CSV", "Mint", "Monarch",
        "bean-query", "hledger", "Actual", "GnuCash SQLite", "GnuCash XML",
    ],
)  # fmt: skip
def test_a_transaction_of_a_book_knows_what_stood_for_it(
    ana: TenantContext, content: bytes | str, rows: Sequence[tuple[int, str]]
) -> None:
    found = sources(brought(ana, content))
    assert sorted((each.line, each.raw) for each in found) == rows


@pytest.mark.parametrize(
    "content",
    [
        table(FIREFLY, journal(2, "-9.50", "Giro", "Car", type="Transfer")),
        register(
            in_register("Giro", "13/01/2026", "Transfer : Purse", Outflow="€5.00"),
            in_register("Purse", "13/01/2026", "Transfer : Giro", Inflow="€5.00"),
        ),
    ],
    ids=["Firefly III", "YNAB"],
)
def test_what_names_another_account_stands_with_none(ana: TenantContext, content: str) -> None:
    book = brought(ana, content)
    assert len(transactions(book).frame) == 2
    assert sources(book) == []


def test_what_stood_in_a_book_is_told_with_its_file_and_who_brought_it(ana: TenantContext) -> None:
    (row,) = sources(brought(ana, MINT))
    assert (row.file_name, row.is_origin, row.imported_by) == ("book", True, "Ana")


def test_of_a_long_entry_the_beginning_is_kept(ana: TenantContext) -> None:
    (row,) = sources(brought(ana, MINT.replace("big", "bä" * 2_000)))
    assert (len(row.raw), row.raw[:9]) == (2_000, "1/31/2026")


def test_what_stood_in_a_book_is_in_its_export_and_comes_back(ana: TenantContext) -> None:
    book = brought(ana, SPLITS)
    exported = exported_book(book)
    again = import_book(ana.session, io.BytesIO(exported), "book.zip").context
    assert (
        manifest_of(exported_book(again))["content_hash"] == manifest_of(exported)["content_hash"]
    )
    assert {each.raw for each in sources(again)} == {each.raw for each in sources(book)}


def test_a_book_is_no_import_to_be_taken_back(ana: TenantContext) -> None:
    book = brought(ana, LEDGER)
    import_id = sources(book)[0].import_id
    assert imports(book).empty
    assert import_rows(book, import_id)["ordinal"].tolist() == [1, 2, 3]
    with pytest.raises(Conflict, match="Close the tenant"):
        undo_import(book, import_id)
    assert len(sources(book)) == 3


def test_a_row_of_a_bank_stands_beside_that_of_the_book(ana: TenantContext) -> None:
    book = brought(ana, MONARCH)
    imported(book, csv_file([("2026-01-31", "-12.00", "Shop")]))
    (found,) = transactions(book).frame["id"]
    rows = transaction(book, UUID(found)).sources
    assert [(each.file_name, each.is_origin) for each in rows] == [
        ("book", True),
        ("march.csv", False),
    ]


def test_bank_files_leave_the_opening_balance_of_a_book_as_it_is(ana: TenantContext) -> None:
    book = brought(ana, MONARCH)
    for day in ("2026-02-01", "2026-01-02"):
        imported(book, f"Date,Amount,Payee,Balance\n{day},-1.00,Kiosk,99.00\n".encode())
    assert accounts(book)["opening_balance"].tolist() == [0]
    assert accounts(book)["balance"].tolist() == [-1400]


def brought(me: TenantContext, content: bytes | str) -> TenantContext:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return import_book(me.session, file, "book", hints=Hints("EUR")).context


def sources(context: TenantContext) -> list[SourceRecord]:
    """Return what stands behind each transaction."""
    ids = transactions(context).frame["id"]
    return [source for each in ids for source in transaction(context, UUID(each)).sources]
