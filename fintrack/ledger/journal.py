"""The journal: the same books as double entries, which balance in every currency."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, Text, case, func, literal, select, union_all

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.derived_schema import Line
from fintrack.frames import Shape, read_large_frame
from fintrack.ledger.category_paths import category_tree
from fintrack.schema import Account, Transaction

JOURNAL: Shape = {
    "entry_id": "str",
    "booked_on": "datetime64[s]",
    "ledger": "str",
    "name": "str",
    "currency": "str",
    "amount": "int64",
}
Entries = Select[*tuple[Any, ...]]


def journal(
    context: TenantContext, since: date | None = None, until: date | None = None
) -> pd.DataFrame:
    """Return the postings of every entry in [since, until), oldest first: `JOURNAL`.

    `ledger` is ASSET or LIABILITY for accounts, INCOME or EXPENSE for categories, EQUITY for
    opening balances, transfers and what has no category. The amounts of an entry add up to zero.
    A transfer's legs meet in EQUITY, so that two currencies are never added.
    """
    context.require(Permission.READ)
    entries = union_all(*_openings(), _accounts(), _categories()).subquery("entries")
    statement = select(entries).order_by(
        entries.c.booked_on, entries.c.entry_id, entries.c.place, entries.c.name
    )
    if since is not None:
        statement = statement.where(entries.c.booked_on >= since)
    if until is not None:
        statement = statement.where(entries.c.booked_on < until)
    wanted = statement.with_only_columns(*(entries.c[name] for name in JOURNAL))
    with tenant_transaction(context) as db:
        return read_large_frame(db, wanted, JOURNAL)


def _openings() -> tuple[Entries, Entries]:
    start = (Account.id.label("entry_id"), Account.opened_on.label("booked_on"))
    names = (Account.side.label("ledger"), Account.name.label("name"))
    money = (Account.currency.label("currency"), Account.opening_balance.label("amount"))
    against = (_text("EQUITY"), _text("Opening balances"), Account.currency)
    opened = Account.opening_balance != 0
    return (
        select(*start, *names, *money, _place(0)).where(opened),
        select(*start, *against, -Account.opening_balance, _place(1)).where(opened),
    )


def _accounts() -> Entries:
    columns = (Transaction.id, Transaction.booked_on, Account.side, Account.name)
    money = (Transaction.currency, Transaction.amount)
    entries = select(*columns, *money, _place(0))
    return entries.join(Account, Account.id == Transaction.account_id)


def _categories() -> Entries:
    tree = category_tree()
    ledger = func.coalesce(tree.c.kind, "EQUITY")
    unnamed = case((Line.transfer_id.is_not(None), "Transfers"), else_="Uncategorised")
    name = func.coalesce(tree.c.path, unnamed)
    columns = (Line.transaction_id, Line.booked_on, ledger, name)
    entries = select(*columns, Line.currency, -Line.amount, _place(1))
    return entries.outerjoin(tree, tree.c.id == Line.category_id)


def _place(number: int) -> ColumnElement[int]:
    return literal(number).label("place")


def _text(word: str) -> ColumnElement[str]:
    return literal(word, Text())
