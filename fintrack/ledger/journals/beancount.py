"""A book in the language of beancount, with its balances asserted to the last cent.

Source: Beancount Language Syntax, version 3.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from fintrack.ledger.entries import Entry
from fintrack.ledger.filters import Status
from fintrack.ledger.journals.book import JournalAccount, JournalBook
from fintrack.ledger.journals.names import OPENINGS, TRANSFERS, UNCATEGORISED

_NO_TAG = re.compile(r"[^A-Za-z0-9_/.-]+")


def beancount_lines(book: JournalBook, title: str, currency: str) -> Iterator[str]:
    """Yield the lines of a file that `bean-check` accepts, each without its end."""
    yield f'option "title" {_quoted(title)}'
    yield f'option "operating_currency" "{currency}"'
    yield ""
    for account in book.accounts:
        yield f"{book.since} open {account.plain_name} {account.currency}"
        yield f"  name: {_quoted(account.name)}"
    for name, path in book.categories.items():
        yield f"{book.since} open {name}"
        yield f"  name: {_quoted(path)}"
    for name in (OPENINGS, TRANSFERS, UNCATEGORISED):
        yield f"{book.since} open {name}"
    for account in book.accounts:
        if account.opening:
            yield from _opening(account)
    for entry in book.entries:
        yield from _entry(book, entry)
    yield ""
    for account in book.accounts:
        amount = f"{account.closing:f} ~ 0 {account.currency}"
        yield f"{book.until + timedelta(days=1)} balance {account.plain_name} {amount}"


def _opening(account: JournalAccount) -> Iterator[str]:
    yield ""
    yield f'{account.opened_on} * "Opening balance"'
    yield f"  {account.plain_name}  {account.opening:f} {account.currency}"
    yield f"  {OPENINGS}  {-account.opening:f} {account.currency}"


def _entry(book: JournalBook, entry: Entry) -> Iterator[str]:
    flag = "!" if entry.status == Status.PENDING else "*"
    tags = "".join(f" #{_NO_TAG.sub('-', tag)}" for tag in entry.tags)
    link = f" ^{entry.transfer_id}" if entry.transfer_id else ""
    yield ""
    texts = f"{_quoted(entry.payee)} {_quoted(entry.description)}"
    yield f"{entry.booked_on} {flag} {texts}{tags}{link}"
    yield f'  id: "{entry.id}"'
    for name, amount, memo in book.postings(entry):
        yield f"  {name}  {amount:f} {entry.currency}"
        if memo:
            yield f"    memo: {_quoted(memo)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
