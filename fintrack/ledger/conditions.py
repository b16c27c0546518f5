"""A filter as conditions on `Transaction`; together they are exact, whatever path a list takes."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from fintrack.derived_schema import SearchToken
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.rows import one_of
from fintrack.ledger.search import search_terms
from fintrack.money import CURRENCIES, LARGEST
from fintrack.schema import Category, Posting, Transaction, TransactionTag

Condition = ColumnElement[bool]
Placed = type[Transaction] | type[Posting] | type[TransactionTag] | type[SearchToken]
COMMON = 2
BY_EXPONENT = {
    digits: [code for code, each in CURRENCIES.items() if each == digits]
    for digits in sorted(set(CURRENCIES.values()))
}


def all_conditions(db: Session, wanted: TransactionFilter) -> list[Condition]:
    """Return everything that the filter demands of a transaction."""
    found = [*place_conditions(Transaction, wanted), *row_conditions(wanted).values()]
    if wanted.category_id is not None:
        found.append(in_categories(subtree(db, wanted.category_id)))
    return found


def place_conditions(table: Placed, wanted: TransactionFilter) -> list[Condition]:
    """Return what is asked of account and day; every table of an account's rows knows them."""
    found = []
    if wanted.account_id is not None:
        found.append(table.account_id == wanted.account_id)
    if wanted.since is not None:
        found.append(table.booked_on >= wanted.since)
    if wanted.until is not None:
        found.append(table.booked_on < wanted.until)
    return found


def row_conditions(wanted: TransactionFilter) -> dict[str, Condition]:
    """Return what is asked beyond place and category, by name; a word's is named by its term."""
    found = {f"word {term}": has_word(term) for term in search_terms(wanted.words)}
    if wanted.payee:
        found["payee"] = Transaction.payee == wanted.payee
    if wanted.status is not None:
        found["status"] = Transaction.status == wanted.status.value
    if wanted.currency:
        found["currency"] = Transaction.currency == wanted.currency
    if wanted.minimum is not None:
        found["minimum"] = Transaction.amount >= _minor(wanted.minimum, ROUND_CEILING)
    if wanted.maximum is not None:
        found["maximum"] = Transaction.amount <= _minor(wanted.maximum, ROUND_FLOOR)
    if wanted.tag_id is not None:
        found["tag"] = _tagged(wanted.tag_id)
    if wanted.uncategorised:
        found["uncategorised"] = _uncategorised()
    return found


def subtree(db: Session, category_id: UUID) -> list[UUID]:
    """Return the category and all below it."""
    top = select(Category.id).where(Category.id == category_id).cte("below", recursive=True)
    child = aliased(Category)
    below = top.union(select(child.id).join(top, child.parent_id == top.c.id))
    return list(db.scalars(select(below.c.id)))


def in_categories(ids: Sequence[UUID]) -> Condition:
    """Return the condition that a transaction, or a line of it, is under one of the categories."""
    line = select(Posting.id).where(
        Posting.transaction_id == Transaction.id, one_of(Posting.category_id, ids)
    )
    return or_(
        one_of(Transaction.category_id, ids),
        and_(Transaction.is_split, exists(line.correlate(Transaction))),
    )


def whole_uncategorised() -> Condition:
    """Return the condition of the index `transaction_uncategorised`, word by word."""
    return and_(
        Transaction.category_id.is_(None),
        ~Transaction.is_split,
        Transaction.transfer_id.is_(None),
    )


def has_word(term: str) -> Condition:
    """Return the condition that a word of the transaction begins with `term`."""
    # Words hold no spaces and terms no wildcards, so that the joined words can be matched.
    spaced = literal(" ").concat(func.array_to_string(Transaction.words, " "))
    return spaced.like(f"% {term}%")


def _uncategorised() -> Condition:
    line = select(Posting.id).where(
        Posting.transaction_id == Transaction.id, Posting.category_id.is_(None)
    )
    return or_(
        whole_uncategorised(), and_(Transaction.is_split, exists(line.correlate(Transaction)))
    )


def _tagged(tag_id: UUID) -> Condition:
    tag = select(TransactionTag.tag_id).where(
        TransactionTag.transaction_id == Transaction.id, TransactionTag.tag_id == tag_id
    )
    return exists(tag.correlate(Transaction))


def _minor(bound: Decimal, rounding: str) -> ColumnElement[int]:
    """Return the bound in the minor units of each transaction's own currency."""

    def minor(digits: int) -> ColumnElement[int]:
        whole = int(bound.scaleb(digits).to_integral_value(rounding))
        return literal(max(-LARGEST, min(LARGEST, whole)), BigInteger())

    rare = [each for each in BY_EXPONENT if each != COMMON]
    cases = [(Transaction.currency.in_(BY_EXPONENT[each]), minor(each)) for each in rare]
    return case(*cases, else_=minor(COMMON))
