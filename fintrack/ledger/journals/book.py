"""The whole book as a journal of double entries, which every plain-text program balances."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from fintrack.ledger.category_paths import SEPARATOR, category_tree
from fintrack.ledger.entries import Entry, entries
from fintrack.ledger.journals.names import TRANSFERS, UNCATEGORISED, Names
from fintrack.money import decimal_amount
from fintrack.schema import Account, Transaction


@dataclass(frozen=True, slots=True)
class JournalAccount:
    """An account under its plain name, with its first and its last balance in major units."""

    plain_name: str
    name: str
    currency: str
    opened_on: date
    opening: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True)
class JournalBook:
    """Everything a journal is written from; `categories` are full names by their plain ones.

    `since` and `until` are the first and the last day of anything in it.
    """

    accounts: tuple[JournalAccount, ...]
    categories: dict[str, str]
    given: dict[str, str]
    since: date
    until: date
    entries: Iterator[Entry]

    def postings(self, entry: Entry) -> Iterator[tuple[str, Decimal, str]]:
        """Yield account, amount and memo of each posting; they add up to zero."""
        yield self.given[entry.account_id], entry.amount, ""
        unnamed = TRANSFERS if entry.transfer_id else UNCATEGORISED
        for line in entry.lines:
            yield self.given.get(line.category_id, unnamed), -line.amount, line.memo


def journal_book(db: Session) -> JournalBook:
    """Return the book as the member sees it; its entries can be read after `db` has ended."""
    names = Names()
    accounts = tuple(_accounts(db, names))
    tree = category_tree()
    paths = select(tree.c.id, tree.c.kind, tree.c.path).order_by(tree.c.kind, tree.c.place)
    categories = {
        names.give(str(row.id), row.kind, row.path): row.path for row in db.execute(paths)
    }
    booked = func.min(Transaction.booked_on), func.max(Transaction.booked_on)
    days = [each.opened_on for each in accounts]
    days += filter(None, db.execute(select(*booked)).one())
    since, until = min(days, default=date.min), max(days, default=date.min)
    return JournalBook(accounts, categories, names.given, since, until, entries(db))


def _accounts(db: Session, names: Names) -> Iterator[JournalAccount]:
    total = func.coalesce(func.sum(Transaction.amount), 0)
    moved = select(total).where(Transaction.account_id == Account.id).scalar_subquery()
    statement = select(
        Account.id,
        Account.side,
        Account.name,
        Account.currency,
        Account.opened_on,
        Account.opening_balance,
        cast(moved, BigInteger),
    ).order_by(func.lower(Account.name), Account.id)
    for identifier, side, name, currency, opened_on, opening, change in db.execute(statement):
        # No account may lie below another one: beancount would add up both.
        plain = names.give(str(identifier), side, name.replace(SEPARATOR, " "))
        first, last = (decimal_amount(each, currency) for each in (opening, opening + change))
        yield JournalAccount(plain, name, currency, opened_on, first, last)
