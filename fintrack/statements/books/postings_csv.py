"""The postings of a plain-text journal as its own tools export them: bean-query and hledger."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby

from fintrack.ledger.filters import Status
from fintrack.statements.books.book import Book, Hints
from fintrack.statements.books.cells import day, figure_of
from fintrack.statements.books.double_entry import JournalEntry, book_of
from fintrack.statements.books.plain_text import Amount, Commodities, RawPosting
from fintrack.statements.books.tables import Row, rows_of, written
from fintrack.statements.delimited.numbers import possible_marks
from fintrack.statements.mapping import DecimalMark

BEAN_QUERY = frozenset("date id account number currency".split())
_Marks = Callable[[str], DecimalMark]
HLEDGER = frozenset("txnidx date account amount commodity".split())


def read_bean_query(content: bytes, hints: Hints) -> Book:
    """Return the book of which `content` has every posting, one a row, entries by their id.

    Raises:
        StatementError: a cell is not what its column says.
    """
    return _book("beancount", rows_of(content), "id", hints, lambda _: DecimalMark.POINT)


def read_hledger(content: bytes, hints: Hints) -> Book:
    """Return the book of `hledger print -O csv`, entries by their number.

    It writes each commodity with the decimal mark that the journal has for it.

    Raises:
        StatementError: a cell is not what its column says.
    """
    rows = rows_of(content)
    return _book("hledger", rows, "txnidx", hints, _marks(rows))


def _marks(rows: Iterable[Row]) -> _Marks:
    """Return the mark of a commodity: as its amounts prove, else all of them, else a point."""
    written: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        written[row["commodity"]].add(row["amount"])
    found = {commodity: possible_marks(amounts) for commodity, amounts in written.items()}
    usual = possible_marks(set(chain.from_iterable(written.values())))
    common = usual[0] if len(usual) == 1 else DecimalMark.POINT
    return lambda commodity: marks[0] if len(marks := found.get(commodity, [])) == 1 else common


def _book(form: str, rows: list[Row], key: str, hints: Hints, marks: _Marks) -> Book:
    commodities = Commodities(hints.currency)
    ordered = sorted(rows, key=lambda row: row[key])
    entries = [
        entry
        for group in (list(each) for _, each in groupby(ordered, lambda row: row[key]))
        for entry in commodities.entries(_entry(group), [_posting(row, marks) for row in group])
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


def _posting(row: Row, marks: _Marks) -> RawPosting:
    account = row["account"]
    if account.startswith("[") and account.endswith("]"):
        account = account[1:-1]
    commodity = row["currency"] or row["commodity"] or ""
    units = Amount(figure_of(row["number"] or row["amount"] or "0", marks(commodity)), commodity)
    return RawPosting(
        account,
        units,
        row.line,
        next(_prices(row, marks), None),
        memo=row["posting-comment"],
        is_free=account.startswith("(") and account.endswith(")"),
    )


def _prices(row: Row, marks: _Marks) -> Iterator[Amount]:
    """Yield what one unit costs: the lot's cost, else the price."""
    if row["cost_number"]:
        currency = row["cost_currency"]
        yield Amount(figure_of(row["cost_number"], marks(currency)), currency)
    if price := row["price"]:
        figure, _, currency = price.partition(" ")
        yield Amount(figure_of(figure, marks(currency)), currency)
