"""Files that were made to harm, or were harmed: one sentence, and no memory without end."""

import gzip
import io
import sqlite3
from random import Random
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.operations.archive.verify import verify_book
from fintrack.operations.books import import_book
from fintrack.statements.books import packages, tables
from fintrack.statements.statement import StatementError
from tests.statements.books.reading import read, sqlite_file, table, zipped
from tests.statements.books.test_databases import ACTUAL, BOOK, GIRO, actual, movement
from tests.statements.books.test_tables import FIREFLY, in_register, journal, register

LEDGER = "2026-01-01 * Shop | milk\n    Assets:Giro  -1.00 EUR\n    Expenses:Food\n"
BEANCOUNT = '2026-01-01 open Assets:Giro\n2026-01-01 * "a"\n  Assets:Giro  1 EUR\n  Income:X\n'
WHOLE = [
    actual(movement("1", GIRO, -1)),
    BOOK.encode(),
    gzip.compress(BOOK.encode()),
    LEDGER.encode(),
    BEANCOUNT.encode(),
    table(FIREFLY, journal(1, "1", "Giro", "Shop")).encode(),
    register(in_register("Giro", "31/01/2026", "Shop", Outflow="€1.00")).encode(),
]


def test_every_one_of_these_books_is_read_while_it_is_whole() -> None:
    assert all(read(content).transactions for content in WHOLE)


@pytest.mark.parametrize("content", WHOLE, ids=range(len(WHOLE)))
def test_a_damaged_book_is_read_or_refused(content: bytes) -> None:
    chance = Random(len(content))  # noqa: S311 - the damage must be the same in every run
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(chance.randrange(1, 20)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        for broken in (bytes(damaged), content[: chance.randrange(len(content))]):
            is_read_or_refused(broken)


@pytest.mark.parametrize(
    "content", [WHOLE[0], zipped({"Ours - Register.csv": WHOLE[-1]})], ids=["actual", "ynab"]
)
def test_a_zip_with_a_damaged_directory_is_read_or_refused(content: bytes) -> None:
    for at in range(len(content) - 200, len(content)):
        is_read_or_refused(content[:at] + bytes([content[at] ^ 128]) + content[at + 1 :])


@given(st.binary(max_size=200), st.sampled_from(WHOLE))
def test_any_bytes_are_read_or_refused(junk: bytes, content: bytes) -> None:
    is_read_or_refused(content[:20] + junk)
    is_read_or_refused(junk)


LINES = st.lists(
    st.sampled_from(
        """2026-01-01 open Assets:A|2026-01-01 * "a" "b" #c|2026-01-01=2026/01/02 ! (1) x ; a:
           ~ monthly|comment|end comment|; note|account A|P 2026/01/01 X 1 EUR|Y 2026|N x
          Assets:A  1 EUR|  Assets:A|  Assets:B  -1 EUR @ 2 USD|  (V)  $1|  [V]  $1
          Assets:C  1 X {2 EUR}|  Assets:C  -1 X {{2 EUR}}|  memo: "x"|  Assets:A  1,000.00
          Assets:A  1E5 EUR|  Assets:A  -- EUR|  Assets:A  = 5|  Assets:A  1 EUR @@|  ;|  #
        """.replace("\n", "|").split("|")
    ),
    max_size=12,
)  # fmt: skip


@given(LINES)
def test_any_heap_of_lines_is_read_or_refused(lines: list[str]) -> None:
    is_read_or_refused("\n".join(["2026-01-01 open Assets:A", *lines, ""]).encode())
    is_read_or_refused("\n".join(["2026-01-01 x", "  a:b  1 EUR", *lines, ""]).encode())


def test_a_zip_that_bursts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_BYTES", 1_000_000)
    for name in ("db.sqlite", "Ours - Register.csv"):
        with pytest.raises(StatementError, match="too large once unpacked"):
            read(zipped({name: bytes(2_000_000)}))
    with pytest.raises(StatementError, match="too large once unpacked"):
        read(gzip.compress(bytes(2_000_000)))


def test_a_zip_of_too_many_files_is_refused() -> None:
    with pytest.raises(StatementError, match="too large once unpacked"):
        read(zipped({f"{number}.csv": "" for number in range(2_001)}))


def test_a_locked_zip_is_refused() -> None:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("db.sqlite", b"x" * 100)
    locked = bytearray(file.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    with pytest.raises(StatementError, match="damaged or cut off"):
        read(bytes(locked))


def test_a_database_with_views_for_tables_is_no_book() -> None:
    script = ACTUAL.replace("create table accounts (id, name, closed, tombstone);", "")
    script += "create view accounts as select 1 as id, 'x' as name, 0 as closed, 0 as tombstone;"
    with pytest.raises(StatementError, match="no whole book"):
        read(zipped({"db.sqlite": sqlite_file(script, {})}))


def test_a_database_that_computes_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_STEPS", 2)
    endless = (
        "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
    )
    with pytest.raises(StatementError, match="damaged"), packages.database(_empty()) as database:
        database.execute(endless)


@pytest.mark.parametrize(
    "statement", ["attach 'other' as o", "create table t (a)", "pragma writable_schema = on"]
)
def test_a_database_is_only_read(statement: str) -> None:
    with pytest.raises(StatementError, match="damaged"), packages.database(_empty()) as database:
        database.execute(statement)


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"hello", b"\x00" * 100, b"a,b\n1,2\n", b"%PDF-1"]
)
def test_what_is_no_book_is_refused_in_one_sentence(ana: TenantContext, content: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        import_book(ana.session, io.BytesIO(content), "book")
    assert str(refusal.value).endswith(".")
    assert [each.slug for each in my_tenants(ana.session)] == [ana.slug]


def is_read_or_refused(content: bytes) -> None:
    try:
        read(content)
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer


def _empty() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (a)")
    content = connection.serialize()
    connection.close()
    return content


@pytest.mark.parametrize("packing", [ZIP_BZIP2, ZIP_LZMA])
def test_what_cannot_be_unpacked_bit_by_bit_is_refused(packing: int) -> None:
    file = io.BytesIO()
    with ZipFile(file, "w", packing) as archive:
        archive.writestr("db.sqlite", bytes(1_000_000))
    with pytest.raises(StatementError, match="damaged"):
        read(file.getvalue())
    file.seek(0)
    with ZipFile(file, "a", packing) as archive:
        archive.writestr("manifest.json", "{}")
        archive.writestr("manifest.seal", "")
    with pytest.raises(InvalidInput):
        verify_book(io.BytesIO(file.getvalue()))


def test_what_a_table_computes_is_no_larger_than_what_it_may_keep() -> None:
    computed = ACTUAL.replace(
        "create table payees (", "create table payees (big as (zeroblob(4e8)),"
    )
    with pytest.raises(StatementError, match="damaged"):
        read(sqlite_file(computed, {"payees": [("s", "Shop", None)]}))


def test_a_table_that_grows_while_it_is_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_BYTES", 100_000)
    long = "x" * 1000
    grown = ACTUAL.replace(
        "create table payees (id,", f"create table payees (big default '{long}', id,"
    )
    content = sqlite_file(grown, {"payees (id, name, transfer_acct)": [("s", "Shop", None)] * 101})
    with pytest.raises(StatementError, match="too large"):
        read(content)


def test_a_table_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 10)
    rows = [in_register("Giro", "31/01/2026", "Shop", Outflow="€1.00")] * 11
    with pytest.raises(StatementError, match="too large"):
        read(register(*rows))


def test_elements_within_their_like_are_refused() -> None:
    nested = BOOK.replace("</gnc:account>", "<gnc:account></gnc:account></gnc:account>", 1)
    with pytest.raises(StatementError, match="damaged"):
        read(nested)


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(StatementError, match="damaged"):
        read(sqlite_file(ACTUAL.replace("closed, ", ""), {"accounts": [(GIRO, "Giro", 0)]}))


def test_an_order_that_is_no_number_is_refused() -> None:
    parts = [movement("b", GIRO, -1, child=1, of="a", order="first")]
    with pytest.raises(StatementError, match="no number"):
        read(actual(movement("a", GIRO, -1, parent=1), *parts))


def test_an_account_without_bottom_is_refused() -> None:
    account = "Assets" + ":a" * 1_000_000

    with pytest.raises(StatementError, match="100 levels at most"):
        read(LEDGER.replace("Assets:Giro", account).replace("EUR", "EUR =* 1 EUR", 1))
