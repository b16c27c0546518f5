"""A book of GnuCash in SQLite.

Source: GnuCash wiki, SQL schema.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from fintrack.statements.books.book import Book, Written
from fintrack.statements.books.cells import day, text, whole
from fintrack.statements.books.gnucash import (
    Commodity,
    GnuCashAccount,
    GnuCashSplit,
    GnuCashTransaction,
    fraction,
    gnucash_book,
)
from fintrack.statements.books.packages import database, record_text, rows_in, table_names

TABLES = frozenset("accounts transactions splits commodities".split())
_NOTHING = Commodity("", "")
_COUNTS = {
    "prices": ("prices", "select count(*) from prices"),
    "schedxactions": ("scheduled transactions", "select count(*) from schedxactions"),
    "invoices": ("invoices", "select count(*) from invoices"),
    "budgets": ("budgets", "select count(*) from budgets"),
}


def read_gnucash_sqlite(content: bytes) -> Book:
    """Return the book.

    Raises:
        StatementError: the database is damaged.
    """
    with database(content) as connection:
        commodities = {
            text(row["guid"]): Commodity(text(row["namespace"]), text(row["mnemonic"]))
            for row in rows_in(connection, "select * from commodities")
        }
        tables = table_names(connection)
        notes = _notes(connection) if "slots" in tables else {}
        accounts = [
            GnuCashAccount(
                text(row["guid"]),
                text(row["name"]),
                text(row["account_type"]),
                text(row["parent_guid"]),
                commodities.get(text(row["commodity_guid"])),
                text(row["code"]),
                bool(row["hidden"]),
                notes.get(text(row["guid"])) or text(row["description"]),
            )
            for row in rows_in(connection, "select * from accounts")
        ]
        transactions = list(_transactions(connection, commodities, notes))
        others = {
            what: whole(connection.execute(count).fetchone()[0])
            for table, (what, count) in _COUNTS.items()
            if table in tables
        }
    return gnucash_book(accounts, transactions, others)


def _notes(connection: sqlite3.Connection) -> dict[str, str]:
    """Return notes by the account or transaction that they are of."""
    statement = "select obj_guid, string_val from slots where name = 'notes'"
    return {text(key): text(note) for key, note in rows_in(connection, statement)}


def _transactions(
    connection: sqlite3.Connection, commodities: dict[str, Commodity], notes: dict[str, str]
) -> Iterator[GnuCashTransaction]:
    splits: dict[str, list[GnuCashSplit]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    for row in rows_in(connection, "select * from splits"):
        texts[text(row["tx_guid"])].append(record_text(row))
        splits[text(row["tx_guid"])].append(
            GnuCashSplit(
                text(row["account_guid"]),
                fraction(row["value_num"], row["value_denom"]),
                fraction(row["quantity_num"], row["quantity_denom"]),
                text(row["memo"]),
                text(row["reconcile_state"]),
            )
        )
    found = enumerate(rows_in(connection, "select * from transactions"), start=1)
    for number, row in sorted(found, key=_moment):
        yield GnuCashTransaction(
            day(row["post_date"]),
            commodities.get(text(row["currency_guid"]), _NOTHING),
            text(row["description"]),
            text(row["num"]),
            splits[text(row["guid"])],
            Written(number, "\n".join([record_text(row), *texts[text(row["guid"])]])),
            notes.get(text(row["guid"]), ""),
        )


def _moment(numbered: tuple[int, sqlite3.Row]) -> tuple[str, str]:
    _, row = numbered
    return text(row["post_date"]), text(row["enter_date"])
