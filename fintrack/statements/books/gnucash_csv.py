"""GnuCash's export of transactions as CSV: every split a row, named from the top account down.

Source: GnuCash 3 to 5, File, Export, Export Transactions to CSV.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from fintrack.ledger.filters import Status
from fintrack.statements.books.book import Book, Hints
from fintrack.statements.books.double_entry import JournalEntry, book_of
from fintrack.statements.books.gnucash import FORMAT
from fintrack.statements.books.plain_text import Amount, Commodities, RawPosting
from fintrack.statements.books.tables import Row, amounts_of, days_of, rows_of, written
from fintrack.statements.statement import StatementError

GNUCASH_CSV = frozenset(
    {"date", "transaction id", "commodity/currency", "full account name", "amount num."}
)
_AMOUNT, _VALUE, _PRICE = "amount num.", "value num.", "rate/price"
_FIGURES = re.compile(r"[\d.,'()\s-]+")


def read_gnucash_csv(content: bytes, hints: Hints) -> Book:
    """Return the book; of accounts in another currency or security the split's value counts too.

    Raises:
        StatementError: a cell is not what its column says.
    """
    transactions = _transactions(rows_of(content))
    firsts = [rows[0] for rows in transactions]
    days = days_of({first["date"] for first in firsts}, hints.date_order)
    figures = amounts_of(
        row[name] for rows in transactions for row in rows for name in (_AMOUNT, _VALUE)
    )
    commodities = Commodities(hints.currency)
    entries = [
        entry
        for rows in transactions
        for entry in commodities.entries(
            _entry(rows, days),
            [_posting(row, rows[0], figures) for row in rows],
        )
    ]
    return book_of(FORMAT, FORMAT, entries, [*commodities.notes()])


def _transactions(rows: Sequence[Row]) -> list[list[Row]]:
    """Group the splits; some versions write what they share in the first of them alone."""
    found: dict[str, list[Row]] = {}
    last = ""
    for row in rows:
        last = row["transaction id"] or last
        found.setdefault(last, []).append(row)
    return list(found.values())


def _entry(rows: Sequence[Row], days: Mapping[str, date]) -> JournalEntry:
    first = rows[0]
    number = f"Number {first['number']}" if first["number"] else ""
    is_reconciled = any(row["reconcile"] == "y" for row in rows)
    return JournalEntry(
        days[first["date"]],
        (),
        first["description"],
        note="\n".join(filter(None, (number, first["notes"]))),
        status=Status.RECONCILED if is_reconciled else Status.CLEARED,
        written=written(rows),
    )


def _posting(row: Row, first: Row, figures: Mapping[str, Decimal]) -> RawPosting:
    currency = (row["commodity/currency"] or first["commodity/currency"]).rpartition(":")[2]
    amount = figures[row[_AMOUNT]]
    value = figures[row[_VALUE]] if row[_VALUE] else amount * _price(row[_PRICE])
    posting = RawPosting(row["full account name"], Amount(amount, currency), 0, memo=row["memo"])
    if value == amount:
        return posting
    held = _FIGURES.sub("", row["amount with sym"])
    return replace(posting, units=Amount(amount, held), whole=Amount(value, currency))


def _price(text: str) -> Decimal:
    """Return the price of one unit, written as 1.25, 5/4 or 1 + 1/4; 1 where there is none."""
    if not text:
        return Decimal(1)
    try:
        parts = [Fraction(part.strip()) for part in text.replace(",", ".").split("+")]
        price = sum(parts, Fraction())
        return Decimal(price.numerator) / Decimal(price.denominator)
    except (ValueError, ZeroDivisionError) as error:
        raise StatementError(f"{text[:40]!r} in the file is no price.") from error
