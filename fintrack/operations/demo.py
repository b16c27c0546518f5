"""The sample tenant: a finished household to look around in, one for each user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    SmallInteger,
    Text,
    Uuid,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from fintrack import audit
from fintrack.access.tenants import NewTenant, create_tenant, my_tenants
from fintrack.context import TenantContext, TenantType, UserSession
from fintrack.db import tenant_transaction
from fintrack.ledger.search import words_of
from fintrack.money import decimal_text
from fintrack.operations.household import ACCOUNTS, Entry, SampleAccount, opened_on, story
from fintrack.schema import Account, Category, Posting, Transaction, new_id

NAME, CURRENCY, COUNTRY, LOCALE, TIME_ZONE = "Sample household", "EUR", "IE", "en_IE", "UTC"


@dataclass(frozen=True, slots=True)
class Books:
    """The ids behind the names of the story."""

    accounts: Mapping[str, UUID]
    categories: Mapping[str, UUID]


def create_sample(session: UserSession, today: date) -> TenantContext:
    """Return the user's sample tenant, made and filled with 36 months up to `today` if need be.

    It is the user's own, marked `is_sample`; `remove_sample` removes it.
    """
    mine = my_tenants(session)
    samples = [context for context in mine if context.is_sample]
    context = samples[0] if samples else create_tenant(session, _tenant(mine))
    with tenant_transaction(context) as db:
        # A sample may have been cut off between its making and its filling.
        if db.execute(select(Account.id).limit(1)).first() is None:
            _fill(db, today)
    return context


def _tenant(mine: Sequence[TenantContext]) -> NewTenant:
    """Let the sample write figures and dates as the user's own tenant does."""
    locale, zone = (mine[0].locale, mine[0].time_zone) if mine else (LOCALE, TIME_ZONE)
    return NewTenant(NAME, TenantType.FAMILY, CURRENCY, COUNTRY, locale, zone, is_sample=True)


def _fill(db: Session, today: date) -> None:
    books = Books(
        accounts={account.name: new_id() for account in ACCOUNTS},
        categories=dict(db.execute(select(Category.name, Category.id)).all()),
    )
    db.execute(insert(Account), [_row(account, books, today) for account in ACCOUNTS])
    entries = story(today)
    # Sorted, so that later entries of a day stand above earlier ones.
    ids = sorted(new_id() for _ in entries)
    _insert_transactions(db, entries, ids, books)
    _insert_postings(db, entries, ids, books)
    audit.record(db, "sample.filled")


def _row(account: SampleAccount, books: Books, today: date) -> dict[str, Any]:
    return {
        "id": books.accounts[account.name],
        "name": account.name,
        "kind": account.kind,
        "side": account.side,
        "currency": CURRENCY,
        "number": "",
        "opening_balance": account.opening,
        "opened_on": opened_on(today),
        "visibility": "EVERYONE",
    }


def _insert_transactions(
    db: Session, entries: Sequence[Entry], ids: Sequence[UUID], books: Books
) -> None:
    numbers = {entry.transfer for entry in entries} - {None}
    transfers = {number: new_id() for number in numbers}
    columns = {
        "id": _column(ids, Uuid()),
        "account_id": _column([books.accounts[entry.account] for entry in entries], Uuid()),
        "currency": literal(CURRENCY),
        "booked_on": _column([entry.on for entry in entries], Date()),
        "amount": _column([entry.amount for entry in entries], BigInteger()),
        "payee": _column([entry.payee for entry in entries], Text()),
        "category_id": _column([books.categories.get(e.category) for e in entries], Uuid()),
        "transfer_id": _column([transfers.get(entry.transfer) for entry in entries], Uuid()),
        "is_split": _column([bool(entry.lines) for entry in entries], Boolean()),
        "words": func.string_to_array(_column([_words(e) for e in entries], Text()), " "),
    }
    db.execute(insert(Transaction).from_select(list(columns), select(*columns.values())))


def _insert_postings(
    db: Session, entries: Sequence[Entry], ids: Sequence[UUID], books: Books
) -> None:
    lines = [
        (transaction_id, entry, number, *line)
        for transaction_id, entry in zip(ids, entries, strict=True)
        for number, line in enumerate(entry.lines, start=1)
    ]
    columns = {
        "id": _column([new_id() for _ in lines], Uuid()),
        "transaction_id": _column([line[0] for line in lines], Uuid()),
        "account_id": _column([books.accounts[line[1].account] for line in lines], Uuid()),
        "booked_on": _column([line[1].on for line in lines], Date()),
        "line": _column([line[2] for line in lines], SmallInteger()),
        "category_id": _column([books.categories[line[3]] for line in lines], Uuid()),
        "amount": _column([line[4] for line in lines], BigInteger()),
        "memo": literal(""),
    }
    db.execute(insert(Posting).from_select(list(columns), select(*columns.values())))


def _column(values: Sequence[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    return func.unnest(literal(list(values), ARRAY(kind)))


def _words(entry: Entry) -> str:
    return " ".join(words_of(entry.payee, "", "", decimal_text(entry.amount, CURRENCY)))
