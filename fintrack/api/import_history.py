"""What clients are told of imports of some time ago."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import Field

from fintrack.api.fields import Amount, Told, decimal, optional_id
from fintrack.context import TenantContext
from fintrack.errors import NotFound
from fintrack.statements.history import import_days, import_rows, imports
from fintrack.statements.summaries import RowState
from fintrack.statements.undoing import TOUCHED

NO_IMPORT = "There is no such import."


class Rejected(Told):
    """A row that was not understood, and why."""

    line: int
    reason: str
    raw: Annotated[str, Field(description="As it stands in the file.")]


class RowTold(Told):
    """A row of an imported file as the bank wrote it, and what became of it."""

    row: Annotated[
        int,
        Field(
            description="Its number in the file, from 1, as decisions named it; rows of accounts "
            "that I do not see are missing, and the numbers of the others stay."
        ),
    ]
    line: int
    account_name: str
    state: RowState
    reason: str
    raw: str
    transaction: Annotated[UUID | None, Field(description="What it made, or is.")]


class ImportedAccount(Told):
    """What an import did to one account."""

    account_id: Annotated[UUID | None, Field(description="Null of one that went with its import.")]
    name: str
    currency: str
    new: int
    duplicate: int
    rejected: int
    balance_before: Amount
    balance_after: Amount
    closing_balance: Annotated[Amount | None, Field(description="The file's own.")]
    closing_balance_on: date | None
    difference: Annotated[
        Amount | None,
        Field(description="By how much the books are now above the file's closing balance."),
    ]


class Imported(Told):
    """An import of some time ago."""

    id: UUID
    file_name: str
    imported_at: datetime
    undone: bool
    new: int
    duplicate: int
    accounts: list[ImportedAccount]


class ImportListed(Imported):
    """An import as the list shows it."""

    rejected: Annotated[int, Field(description="Rows that were not understood.")]


class ImportTold(Imported):
    """An import with its days and the rows that were not understood."""

    first_day: Annotated[date | None, Field(description="Of what it added or found.")]
    last_day: date | None
    rejected: list[Rejected]


def imports_listed(
    context: TenantContext, limit: int, after: UUID | None = None
) -> list[ImportListed]:
    """Return up to `limit` imports, newest first; after one of them those that are older."""
    found = imports(context, limit, after=after)
    each = [group.to_dict("records") for _, group in found.groupby("import_id", sort=False)]
    return [ImportListed(**_told(context, rows)) for rows in each]


def import_told(context: TenantContext, import_id: UUID) -> ImportTold:
    """Return what an import did.

    Raises:
        NotFound: the member sees no such import.
    """
    rows = imports(context, import_id=import_id).to_dict("records")
    if not rows:
        raise NotFound(NO_IMPORT)
    refused = import_rows(context, import_id, RowState.REJECTED).to_dict("records")
    rejected = [Rejected(line=row["line"], reason=row["reason"], raw=row["raw"]) for row in refused]
    first, last = import_days(context, import_id) or (None, None)
    more = {"first_day": first, "last_day": last, "rejected": rejected}
    return ImportTold(**{**_told(context, rows), **more})


def import_rows_told(
    context: TenantContext, import_id: UUID, state: RowState | None, limit: int, after: int
) -> list[RowTold]:
    """Return up to `limit` rows of an import after one of them, in the file's order.

    Raises:
        NotFound: the member sees no such import.
    """
    rows = import_rows(context, import_id, state, limit=limit, after=after)
    return [
        RowTold(
            row=row["ordinal"],
            account_name=row["account"],
            transaction=optional_id(row["transaction_id"]),
            **{name: row[name] for name in ("line", "state", "reason", "raw")},
        )
        for row in rows.to_dict("records")
    ]


def _told(context: TenantContext, rows: Sequence[dict[Any, Any]]) -> dict[str, Any]:
    counts = ("new", "duplicate", "rejected")
    return {
        "id": rows[0]["import_id"],
        "file_name": rows[0]["file_name"],
        "imported_at": rows[0]["imported_at"].replace(tzinfo=ZoneInfo(context.time_zone)),
        "undone": all(row["undone"] for row in rows),
        **{name: sum(row[name] for row in rows) for name in counts},
        "accounts": [_imported(row) for row in rows],
    }


def _imported(row: dict[Any, Any]) -> ImportedAccount:
    currency, names = row["currency"], ("currency", "new", "duplicate", "rejected")
    day = row["file_balance_on"]
    return ImportedAccount(
        account_id=optional_id(row["account_id"]),
        name=row["account"],
        balance_before=decimal(row["balance_before"], currency),
        balance_after=decimal(row["balance_after"], currency),
        closing_balance=stated(row["file_balance"], currency),
        closing_balance_on=None if pd.isna(day) else day.date(),
        difference=stated(row["difference"], currency),
        **{name: row[name] for name in names},
    )


def stated(minor: int | None, currency: str) -> Amount | None:
    """Return what a file may state, None where it does not."""
    return None if pd.isna(minor) else decimal(int(minor), currency)


def touched_told(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row of `TOUCHED`, which keeps an import from being undone."""
    money = decimal(row["amount"], row["currency"])
    return {name: str(row[name]) for name in TOUCHED} | {
        "amount": money,
        "booked_on": row["booked_on"].date().isoformat(),
    }
