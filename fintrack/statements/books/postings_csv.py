"""The postings of a plain-text journal as its own tools export them: bean-query and hledger."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from fintrack.ledger.filters import Status
from fintrack.statements.books.book import Book, Hints
from fintrack.statements.books.cells import day, number
from fintrack.statements.books.double_entry import JournalEntry, book_of
from fintrack.statements.books.plain_text import Amount, Commodities, RawPosting
from fintrack.statements.books.tables import Row, rows_of, written

BEAN_QUERY = frozenset("date id account number currency".split())
HLEDGER = frozenset("txnidx date account amount commodity".split())


def read_bean_query(content: bytes, hints: Hints) -> Book:
    """Return the book of which `content` has every posting, one a row, entries by their id.

    Raises:
        StatementError: a cell is not what its column says.
    """
    return _book("beancount", rows_of(content), "id", hints)


def read_hledger(content: bytes, hints: Hints) -> Book:
    """Return the book of `hledger print -O csv`, entries by their number.

    Raises:
        StatementError: a cell is not what its column says.
    """
    return _book("hledger", rows_of(content), "txnidx", hints)


def _book(form: str, rows: list[Row], key: str, hints: Hints) -> Book:
    commodities = Commodities(hints.currency)
    ordered = sorted(rows, key=lambda row: row[key])
    entries = [
        entry
        for group in (list(each) for _, each in groupby(ordered, lambda row: row[key]))
        for entry in commodities.entries(_entry(group), [_posting(row) for row in group])
    ]
    return book_of(form, form, entries, [*commodities.notes()])


def _entry(rows: list[Row]) -> JournalEntry:
    first = rows[0]
    payee, _, text = first["description"].partition("|")
    code = first["code"]
    is_pending = "!" in {first["flag"], first["status"]}
    return JournalEntry(
        day(first["date"]),
        (),
        (first["payee"] or payee).strip(),
        (first["narration"] or text).strip(),
        f"Number {code}" if code else "",
        Status.PENDING if is_pending else Status.CLEARED,
        written=written(rows),
    )


def _posting(row: Row) -> RawPosting:
    account = row["account"]
    if account.startswith("[") and account.endswith("]"):
        account = account[1:-1]
    units = Amount(
        _figure(row["number"] or row["amount"] or "0"),
        row["currency"] or row["commodity"] or "",
    )
    return RawPosting(
        account,
        units,
        row.line,
        next(_prices(row), None),
        memo=row["posting-comment"],
        is_free=account.startswith("(") and account.endswith(")"),
    )


def _prices(row: Row) -> Iterator[Amount]:
    """Yield what one unit costs: the lot's cost, else the price."""
    if row["cost_number"]:
        yield Amount(_figure(row["cost_number"]), row["cost_currency"])
    if price := row["price"]:
        figure, _, currency = price.partition(" ")
        yield Amount(_figure(figure), currency)


def _figure(written: str) -> Decimal:
    return number(written.replace(",", ""))
