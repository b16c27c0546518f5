"""A budget of Actual: the `db.sqlite` of its export.

Amounts are whole cents, days are numbers, what was deleted stays with a tombstone. A split is a
parent with children, a transfer two rows that name each other.

Source: actualbudget/actual, packages/loot-core/src/server/sql (the schema of version 26).
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from fintrack.ledger.categories import CategoryKind
from fintrack.ledger.filters import Status
from fintrack.statements.books.book import (
    Book,
    BookAccount,
    BookCategory,
    BookLine,
    BookTransaction,
    Hints,
    Written,
)
from fintrack.statements.books.cells import day, left_out, number, text, transfer_key, whole
from fintrack.statements.books.packages import database, record_text, rows_in, table_names
from fintrack.statements.books.plans import Planned, budgets_of
from fintrack.statements.targets import kind_of
from fintrack.texts import counted, listed

FORMAT = "Actual"
TABLES = frozenset(
    "accounts transactions payees payee_mapping categories category_mapping category_groups".split()
)
_UNKEPT = ("schedules", "rules")
# Of envelopes, and of a budget that only tracks.
_BUDGETS = ("zero_budgets", "reflect_budgets")
_CENTS = -2
Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class _Names:
    """What ids stand for, merged ones followed to what they were merged into."""

    payees: Mapping[str, str]
    categories: Mapping[str, BookCategory]


def read_actual(content: bytes, title: str, hints: Hints) -> Book:
    """Return the budget; it names no currency, so the hint's is taken.

    Raises:
        StatementError: the database is damaged.
    """
    currency = hints.require_currency()
    with database(content) as connection:
        accounts = [
            BookAccount(
                text(row["id"]),
                text(row["name"]),
                currency,
                kind_of(text(row["name"])),
                is_closed=bool(row["closed"]),
            )
            for row in rows_in(connection, "select * from accounts where tombstone = 0")
        ]
        names = _names(connection, {each.key: each.name for each in accounts})
        keys = {each.key for each in accounts}
        transactions = list(_transactions(connection, names, keys))
        tables = table_names(connection)
        planned = [_planned(connection, each, names) for each in _BUDGETS if each in tables]
        counts = {each: _count(connection, each) for each in _UNKEPT if each in tables}
        counts |= _remarks(connection) if "notes" in tables else {}
        outside = list(_outside(connection))
    used = next(filter(None, planned), [])
    unused = {"amounts of the other budget": sum(map(len, planned)) - len(used)}
    budgets, told = budgets_of(used, currency)
    notes = (
        f"Actual keeps no currency; {currency} was taken.",
        *outside,
        *told,
        *left_out(FORMAT, unused | counts),
    )
    categories = tuple(names.categories.values())
    return Book(FORMAT, title or FORMAT, accounts, transactions, categories, notes, budgets)


def _planned(connection: sqlite3.Connection, table: str, names: _Names) -> list[Planned]:
    return [
        Planned(
            day(whole(row["month"]) * 100 + 1),
            names.categories.get(text(row["category"])),
            _amount(row),
        )
        for row in rows_in(connection, f"select * from {table} where amount <> 0")  # noqa: S608 - one of our own two names
    ]


def _count(connection: sqlite3.Connection, table: str) -> int:
    counts = {
        "schedules": "select count(*) from schedules where tombstone = 0",
        "rules": "select count(*) from rules where tombstone = 0",
    }
    return whole(connection.execute(counts[table]).fetchone()[0])


def _outside(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield a sentence on the accounts that Actual leaves out of its budget."""
    rows = rows_in(connection, "select * from accounts where tombstone = 0")
    names = [text(row["name"]) for row in rows if _has(row, "offbudget")]
    if names:
        said = counted(len(names), "account is", "accounts are")
        came = "counts here like any other" if len(names) == 1 else "count here like any others"
        yield f"{said} off the budget in Actual, and {came}: {listed(names)}."


def _remarks(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the notes of what is still there, by what they are of."""
    kinds = {f"account-{key}": "notes of accounts" for key in _ids(connection, "accounts")}
    for table in ("categories", "category_groups"):
        kinds |= dict.fromkeys(_ids(connection, table), "notes of categories")
    found: Counter[str] = Counter()
    for row in rows_in(connection, "select id, note from notes where note <> '' order by id"):
        kind = "notes of months" if text(row["id"]).startswith("budget-") else ""
        found[kinds.get(text(row["id"]), kind)] += 1
    del found[""]
    return {kind: found[kind] for kind in sorted(found)}


def _ids(connection: sqlite3.Connection, table: str) -> list[str]:
    rows = rows_in(connection, f"select * from {table}")  # noqa: S608 - one of our own names
    return [text(row["id"]) for row in rows if not _has(row, "tombstone")]


def _has(row: Row, column: str) -> bool:
    return column in row.keys() and bool(row[column])  # noqa: SIM118 - of a Row, `in` asks the values


def _names(connection: sqlite3.Connection, accounts: Mapping[str, str]) -> _Names:
    groups = {row["id"]: row for row in rows_in(connection, "select * from category_groups")}
    categories: dict[str, BookCategory] = {}
    for row in rows_in(connection, "select * from categories where tombstone = 0"):
        kind = CategoryKind.INCOME if row["is_income"] else CategoryKind.EXPENSE
        group = groups.get(row["cat_group"])
        # There is but one group of income, and it is called so.
        path = () if group is None or row["is_income"] else (text(group["name"]),)
        categories[text(row["id"])] = BookCategory(kind, (*path, text(row["name"])))
    payees = {
        text(row["id"]): text(row["name"]) or accounts.get(text(row["transfer_acct"]), "")
        for row in rows_in(connection, "select * from payees")
    }
    merged = rows_in(connection, "select id, targetId from payee_mapping")
    moved = rows_in(connection, "select id, transferId from category_mapping")
    return _Names(
        payees | {text(one): payees[text(to)] for one, to in merged if text(to) in payees},
        categories
        | {text(one): categories[text(to)] for one, to in moved if text(to) in categories},
    )


def _transactions(
    connection: sqlite3.Connection, names: _Names, accounts: set[str]
) -> Iterator[BookTransaction]:
    statement = "select * from transactions where tombstone = 0 and date is not null"
    numbered = enumerate(rows_in(connection, statement), start=1)
    found = sorted(numbered, key=lambda each: whole(each[1]["date"]))
    rows = [(place, row) for place, row in found if text(row["acct"]) in accounts]
    children: dict[str, list[Row]] = defaultdict(list)
    for _, row in rows:
        if row["isChild"]:
            children[text(row["parent_id"]) or text(row["id"]).partition("/")[0]].append(row)
    for place, row in rows:
        if row["isChild"]:
            continue
        parts = children.get(text(row["id"]), []) if row["isParent"] else []
        written = Written(place, "\n".join(map(record_text, [row, *parts])), record_text(row))
        for each in _split(row, parts, names) if parts else [_transaction(row, names)]:
            yield replace(each, written=written)


def _split(parent: Row, parts: list[Row], names: _Names) -> Iterator[BookTransaction]:
    """Yield what a split is: a part that goes to another account is a transfer of its own."""
    kept = [part for part in parts if part["transferred_id"] is None]
    moved = sum((_amount(part) for part in parts if part not in kept), Decimal())
    rest = _amount(parent) - moved
    if kept or rest:
        lines = tuple(
            BookLine(
                _amount(part), names.categories.get(text(part["category"])), text(part["notes"])
            )
            for part in sorted(kept, key=lambda part: -number(part["sort_order"] or 0))
        )
        yield _transaction(parent, names, amount=rest, lines=lines)
    for part in parts:
        if part not in kept:
            yield _transaction(part, names, day_of=parent)


def _transaction(
    row: Row,
    names: _Names,
    *,
    amount: Decimal | None = None,
    lines: tuple[BookLine, ...] = (),
    day_of: Row | None = None,
) -> BookTransaction:
    category = names.categories.get(text(row["category"]))
    own = _amount(row) if amount is None else amount
    partner = text(row["transferred_id"])
    return BookTransaction(
        account=text(row["acct"]),
        booked_on=day((day_of or row)["date"]),
        amount=own,
        payee=names.payees.get(text(row["description"]), ""),
        text=text(row["notes"]),
        status=_status(row),
        lines=lines or ((BookLine(own, category),) if category else ()),
        transfer=transfer_key(text(row["id"]), partner) if partner else None,
    )


def _status(row: Row) -> Status:
    if _has(row, "reconciled"):
        return Status.RECONCILED
    return Status.CLEARED if row["cleared"] else Status.PENDING


def _amount(row: Row) -> Decimal:
    return Decimal(whole(row["amount"])).scaleb(_CENTS)
