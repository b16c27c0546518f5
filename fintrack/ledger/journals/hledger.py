"""A book as a journal of hledger, with its balances asserted to the last cent.

Source: hledger manual, journal format.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from fintrack.ledger.entries import Entry
from fintrack.ledger.filters import Status
from fintrack.ledger.journals.book import JournalAccount, JournalBook
from fintrack.ledger.journals.names import OPENINGS, TRANSFERS, UNCATEGORISED
from fintrack.money import exponent
from fintrack.texts import neutral

_COMMENT = re.compile(r"[;|]")
# What hledger obeys in a comment: tags of its own, and days in brackets.
_OBEYED = re.compile(r"\b(date2?|type)(?=:)|\[(?=[\d=])", re.IGNORECASE)
_NO_TAG = re.compile(r"[\s:,;]+")


def hledger_lines(book: JournalBook) -> Iterator[str]:
    """Yield the lines of a journal that `hledger check --strict` accepts, each without its end."""
    for currency in sorted({account.currency for account in book.accounts}):
        yield f"commodity {Decimal(1000):.{exponent(currency)}f}{_point(currency)} {currency}"
    for account in book.accounts:
        yield f"account {account.plain_name}  ; {_beside(account.name)}"
    for name, path in book.categories.items():
        yield f"account {name}  ; {_beside(path)}"
    for name in (OPENINGS, TRANSFERS, UNCATEGORISED):
        yield f"account {name}"
    for account in book.accounts:
        if account.opening:
            yield from _opening(account)
    for entry in book.entries:
        yield from _entry(book, entry)
    if book.accounts:
        yield ""
        yield f"{book.until} * Balances as FinTrack has them"
        for account in book.accounts:
            nothing = _money(0 * account.closing, account.currency)
            balance = _money(account.closing, account.currency)
            yield f"    {account.plain_name}  {nothing} = {balance}"


def _point(currency: str) -> str:
    """Even where no decimals follow, hledger wants to see their mark."""
    return "" if exponent(currency) else "."


def _opening(account: JournalAccount) -> Iterator[str]:
    yield ""
    yield f"{account.opened_on} * Opening balance"
    yield f"    {account.plain_name}  {_money(account.opening, account.currency)}"
    yield f"    {OPENINGS}  {_money(-account.opening, account.currency)}"


def _entry(book: JournalBook, entry: Entry) -> Iterator[str]:
    mark = "!" if entry.status == Status.PENDING else "*"
    tags = "".join(f", {_NO_TAG.sub('-', tag)}:" for tag in entry.tags)
    yield ""
    payee = _told(entry.payee)
    # A code stands in parentheses before the payee; an empty one leaves his own alone.
    code = "() " if payee.startswith("(") else ""
    texts = f"{code}{payee} | {_told(entry.description)}"
    yield f"{entry.booked_on} {mark} {texts}  ; id:{entry.id}{tags}"
    for name, amount, memo in book.postings(entry):
        comment = f"  ; {_beside(memo)}" if memo else ""
        yield f"    {name}  {_money(amount, entry.currency)}{comment}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:f} {currency}"


def _told(text: str) -> str:
    """Return a text without what ends a description: a comment's mark, or the payee's."""
    return neutral(_COMMENT.sub(" ", text))


def _beside(text: str) -> str:
    """Return a text as a comment that says nothing to hledger."""
    return _OBEYED.sub(r"\g<0> ", _told(text))
