"""A whole book of any supported program, told from its content."""

from collections.abc import Mapping
from pathlib import PurePath

from fintrack.statements.books import actual, gnucash_sqlite
from fintrack.statements.books.actual import read_actual
from fintrack.statements.books.aggregators import MINT, MONARCH, read_mint, read_monarch
from fintrack.statements.books.beancount import is_beancount, read_beancount
from fintrack.statements.books.book import Book, Hints
from fintrack.statements.books.firefly import ACCOUNTS, TRANSACTIONS, read_firefly
from fintrack.statements.books.gnucash_csv import GNUCASH_CSV, read_gnucash_csv
from fintrack.statements.books.gnucash_sqlite import read_gnucash_sqlite
from fintrack.statements.books.gnucash_xml import is_gnucash_xml, read_gnucash_xml
from fintrack.statements.books.ledger import is_ledger, read_ledger
from fintrack.statements.books.packages import (
    GZIP,
    SQLITE,
    ZIP,
    database,
    gunzipped,
    member_names,
    members,
    table_names,
)
from fintrack.statements.books.postings_csv import (
    BEAN_QUERY,
    HLEDGER,
    read_bean_query,
    read_hledger,
)
from fintrack.statements.books.tables import header_of, row_count
from fintrack.statements.books.ynab import PLAN, REGISTER, read_ynab
from fintrack.statements.statement import StatementError

PROGRAMS = (
    "FinTrack, Actual, Firefly III, YNAB, GnuCash, beancount, ledger, hledger, Mint or Monarch"
)
UNKNOWN = f"This is no whole book that FinTrack knows. Bring an export of {PROGRAMS}."
_TABLES = {
    BEAN_QUERY: read_bean_query,
    HLEDGER: read_hledger,
    GNUCASH_CSV: read_gnucash_csv,
    MINT: read_mint,
    MONARCH: read_monarch,
}
_REGISTER_MARK = " - Register.csv"


def read_book(content: bytes, file_name: str = "", hints: Hints | None = None) -> Book:
    """Return the book that the bytes are; the name of the file is no more than its title.

    Raises:
        StatementError: no program of `PROGRAMS` wrote it, it is damaged, or it leaves something
            open that `hints` do not say.
    """
    said, title = hints or Hints(), PurePath(file_name).stem[:80]
    if not content or content.isspace():
        raise StatementError("The file is empty. Export it from your program again.")
    if content.startswith(GZIP):
        content = gunzipped(content)
    if content.startswith(ZIP):
        return _packed(content, title, said)
    if content.startswith(SQLITE):
        return _database(content, title, said)
    if is_gnucash_xml(content):
        return read_gnucash_xml(content)
    return _text(content, title, said)


def _packed(content: bytes, title: str, hints: Hints) -> Book:
    names = member_names(content)
    store = next((name for name in names if PurePath(name).name == "db.sqlite"), None)
    if store is not None:
        return _database(members(content, lambda name: name == store)[store], title, hints)
    tables = members(content, lambda name: name.lower().endswith(".csv"))
    headers = {name: header_of(each) for name, each in tables.items()}
    for name, header in headers.items():
        others = {other: each for other, each in tables.items() if other != name}
        if header >= REGISTER:
            plan = next((other for other in others if headers[other] >= PLAN), None)
            budget = PurePath(name).name.removesuffix(_REGISTER_MARK)[:80] or title
            counts = _counts(others, plan)
            return read_ynab(
                tables[name], budget, hints, plan=others.get(plan or ""), others=counts
            )
        if header >= TRANSACTIONS:
            known = next((other for other in others if headers[other] >= ACCOUNTS), None)
            return read_firefly(
                tables[name], others.get(known or ""), others=_counts(others, known)
            )
    raise StatementError(UNKNOWN)


def _counts(tables: Mapping[str, bytes], known: str | None) -> dict[str, int]:
    """Return how many rows each table has that nobody reads, by what it is called."""
    return {
        f"rows of {PurePath(name).stem[:40].replace('_', ' ')}": row_count(each)
        for name, each in tables.items()
        if name != known
    }


def _database(content: bytes, title: str, hints: Hints) -> Book:
    with database(content) as connection:
        tables = table_names(connection)
    if tables >= gnucash_sqlite.TABLES:
        return read_gnucash_sqlite(content)
    if tables >= actual.TABLES:
        return read_actual(content, title, hints)
    raise StatementError(UNKNOWN)


def _text(content: bytes, title: str, hints: Hints) -> Book:
    if is_beancount(content):
        return read_beancount(content, hints)
    if is_ledger(content):
        return read_ledger(content, hints)
    header = header_of(content)
    if header >= REGISTER:
        return read_ynab(content, title, hints)
    if header >= TRANSACTIONS:
        return read_firefly(content, None, others={})
    for columns, read in _TABLES.items():
        if header >= columns:
            return read(content, hints)
    raise StatementError(UNKNOWN)
