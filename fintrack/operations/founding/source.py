"""The tables of the older FinTrack: from its database, or from a CSV for each of them."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    column,
    create_engine,
    inspect,
    make_url,
    select,
    table,
)
from sqlalchemy.exc import ArgumentError, DBAPIError

from fintrack.errors import InvalidInput

Row = Mapping[str, object]
Tables = dict[str, list[Row]]
# What each column is called here, and what else it may be called there; a star must be there.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "users": {
        "*id": "user_id",
        "*email": "mail email_address",
        "name": "full_name username display_name",
        "password_hash": "hashed_password password",
    },
    "accounts": {
        "*id": "account_id",
        "*user_id": "owner_id",
        "*name": "account_name title",
        "type": "kind account_type",
        "currency": "currency_code",
        "opening_balance": "initial_balance starting_balance",
        "balance": "current_balance",
        "number": "iban account_number",
        "archived": "is_archived closed is_closed",
        "opened_on": "opening_date created_at",
    },
    "categories": {
        "*id": "category_id",
        "*name": "category_name title",
        "user_id": "owner_id",
        "type": "kind category_type",
        "parent_id": "parent",
    },
    "transactions": {
        "id": "transaction_id",
        "*account_id": "account",
        "*date": "booked_on transaction_date created_at",
        "*amount": "value",
        "type": "kind transaction_type",
        "category_id": "category",
        "payee": "merchant counterparty",
        "description": "title memo",
        "note": "notes",
        "to_account_id": "transfer_account_id",
        "status": "state",
    },
}


def old_tables(source: str) -> Tables:
    """Return the rows of the four tables, their columns under the names of `COLUMNS`.

    `source` is a SQLAlchemy URL, or a folder with users.csv, accounts.csv, categories.csv and
    transactions.csv. It is only read.

    Raises:
        InvalidInput: a table or column is missing, or the source cannot be read.
    """
    if Path(source).is_dir():
        return {name: list(_csv_rows(Path(source), name)) for name in COLUMNS}
    try:
        url = make_url(source)
    except ArgumentError as error:
        raise InvalidInput(f"{source} is neither a folder nor the URL of a database.") from error
    with _foreign_database(url) as connection:
        known = set(inspect(connection).get_table_names())
        return {name: list(_database_rows(connection, name, known)) for name in COLUMNS}


@contextmanager
def _foreign_database(url: URL) -> Iterator[Connection]:
    """Open the database of the older FinTrack, to read it."""
    try:
        engine = create_engine(_existing(url), hide_parameters=True)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise InvalidInput(
            f"FinTrack cannot read databases of the kind {url.drivername}."
        ) from error
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise InvalidInput("The old database does not answer as it should.") from error
    finally:
        engine.dispose()


def _existing(url: URL) -> URL:
    """Return the URL as one that makes no file: SQLite would, where there is none."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in {"", ":memory:"}:
        return url
    if not Path(name.removeprefix("file:")).is_file():
        raise InvalidInput(f"There is no file {name}. Say where the old books are.")
    return url


def _csv_rows(folder: Path, name: str) -> Iterator[Row]:
    path = folder / f"{name}.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            names = _names(name, rows.fieldnames or [])
            for row in rows:
                yield {own: row[theirs] or None for own, theirs in names.items()}
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no {path.name} in {folder}.") from error
    except (OSError, UnicodeError, csv.Error) as error:
        raise InvalidInput(f"{path.name} cannot be read as a table in UTF-8.") from error


def _database_rows(connection: Connection, name: str, known: set[str]) -> Iterator[Row]:
    if name not in known:
        raise InvalidInput(f"The old database has no table {name}.")
    columns = [each["name"] for each in inspect(connection).get_columns(name)]
    names = _names(name, columns)
    wanted: list[Any] = [column(theirs).label(own) for own, theirs in names.items()]
    statement = select(*wanted).select_from(table(name))
    for row in connection.execute(statement).mappings():
        yield {str(key): value for key, value in row.items()}


def _names(name: str, columns: Iterable[str]) -> dict[str, str]:
    """Return which of the columns is meant by each name of ours, for those that are there."""
    theirs = {column.casefold(): column for column in columns}
    found = {}
    for marked, others in COLUMNS[name].items():
        own = marked.removeprefix("*")
        words = [own, *others.split()]
        match = next((theirs[word] for word in words if word in theirs), None)
        if match is not None:
            found[own] = match
        elif marked != own:
            looked = " or ".join(words)
            raise InvalidInput(f"The old table {name} has no column {own}; looked for {looked}.")
    return found
