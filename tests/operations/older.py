"""The database of an older, single-tenant FinTrack, and what came of it."""

import sqlite3
from pathlib import Path

from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext, UserSession
from fintrack.operations.founding.old_books import OldBook, old_books
from fintrack.operations.founding.source import old_tables
from fintrack.operations.operators import acting_for

SCHEMA = """
    create table users (id integer, username text, email text, hashed_password text);
    create table accounts (id integer, user_id integer, name text, type text, currency text,
                           initial_balance numeric, balance numeric, is_closed integer);
    create table categories (id integer, name text, type text, parent_id integer);
    create table transactions (id integer, account_id integer, category_id integer, date text,
                               amount numeric, type text, description text, to_account_id integer);
    insert into users values
        (1, 'Ana', 'ana@example.org', 'x'), (2, 'Gus', 'Gus@Example.org', '$2b$old'),
        (3, 'Idle', 'idle@example.org', null);
    insert into accounts values
        (1, 1, 'Giro', 'checking', 'EUR', 100.50, 91.30, 0),
        (2, 1, 'Savings', 'savings', 'EUR', 0, 20, 1),
        (3, 2, 'Purse', 'cash', null, null, 7, 0);
    insert into categories values
        (1, 'Home', 'expense', null), (2, 'Food', 'expense', 1),
        (3, 'Pay', 'income', null);
    insert into transactions values
        (1, 1, 2, '2025-01-02', 9.20, 'expense', 'Baker', null),
        (2, 1, 3, '2025-01-03 10:00:00', 20, 'income', 'Job', null),
        (3, 1, null, '2025-01-04', 20, 'transfer', '', 2),
        (4, 3, 2, '2025-02-01', -3, null, 'Kiosk', null);
"""


def made(path: Path) -> Path:
    """Make the old database there."""
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    connection.close()
    return path


def change(file: Path, statement: str) -> None:
    """Let somebody do something in the old database."""
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


def read(source: str) -> list[OldBook]:
    """Return the old books of each user."""
    return old_books(old_tables(source), "EUR")


def own(email: str) -> tuple[UserSession, list[TenantContext]]:
    """Return a session of the user, and his tenants."""
    with acting_for(email, "a test") as session:
        return session, list(my_tenants(session))
