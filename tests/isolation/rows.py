"""One row for every tenant table, the same names and amounts in every tenant.

A new table fails the suite until it has a builder here and an expectation in `expectations.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from fintrack import attachment_schema, derived_schema, import_schema, plan_schema, security_schema  # noqa: F401 - their tables are tables too
from fintrack.schema import TenantRow, new_id

Values = dict[str, Any]

VIEWS = ("line",)
TABLES = tuple(
    sorted(
        table.name
        for table in TenantRow.metadata.tables.values()
        if table.schema == "app" and table.name not in VIEWS
    )
)
RELATIONS = (*TABLES, *VIEWS)
BOUND = tuple(
    table
    for table in RELATIONS
    if table == "account" or "account_id" in TenantRow.metadata.tables[f"app.{table}"].columns
)
DAY = date(2026, 3, 1)
RECEIPT = b"milk"


@dataclass(slots=True)
class Place:
    """Where a row goes: the tenant, the account, whose it is, and what stands there already."""

    tenant: UUID
    owner: UUID
    account: UUID
    visibility: str = "EVERYONE"
    sharer: UUID | None = None
    ids: dict[str, UUID] = field(default_factory=dict)


def row(table: str, place: Place, number: int = 0) -> Values:
    """Return the values of row `number` of `table` at `place`."""
    return {"tenant_id": place.tenant} | ROWS[table](place, number)


def add(connection: psycopg.Connection, table: str, values: Values) -> None:
    """Insert `values` as they are."""
    names = [sql.Identifier(name) for name in values]
    statement = sql.SQL("insert into app.{} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(names),
        sql.SQL(", ").join([sql.Placeholder()] * len(names)),
    )
    connection.execute(statement, list(values.values()))


def _tenant(place: Place, number: int) -> Values:
    return {
        "tenant_id": place.tenant if number == 0 else new_id(),
        "slug": f"rivera-{number}-{place.tenant}",
        "name": "Rivera",
        "type": "FAMILY",
        "currency": "EUR",
        "country": "ES",
        "locale": "en_GB",
        "time_zone": "UTC",
    }


def _membership(place: Place, _number: int) -> Values:
    return {"user_id": place.sharer, "role": "MEMBER", "status": "ACTIVE"}


def _invitation(place: Place, number: int) -> Values:
    return {
        "id": new_id(),
        "email": f"guest{number}@example.org",
        "role": "VIEWER",
        "token_hash": token_bytes(32),
        "created_by": place.owner,
        "expires_at": datetime.now(UTC) + timedelta(days=7),
    }


def _invitation_share(place: Place, number: int) -> Values:
    return {
        "invitation_id": place.ids["invitation" if number == 0 else "spare invitation"],
        "account_id": place.account,
        "level": "READ",
    }


def _join_request(place: Place, _number: int) -> Values:
    return {"user_id": place.owner, "message": "let me in"}


def _ownership_offer(place: Place, number: int) -> Values:
    people = (place.sharer, place.owner)
    return {"user_id": people[number], "created_by": people[1 - number], "is_shared": True}


def _tenant_limit(_place: Place, number: int) -> Values:
    return {"name": ("MEMBERS", "ACCOUNTS")[number], "most": 100}


def _account(place: Place, number: int) -> Values:
    return {
        "id": place.account if number == 0 else new_id(),
        "owner_id": place.owner,
        "name": f"Account {place.visibility.lower()} {number}",
        "kind": "CHECKING",
        "side": "ASSET",
        "currency": "EUR",
        "opening_balance": 100_000,
        "opened_on": DAY,
        "visibility": "EVERYONE" if place.visibility == "EVERYONE" else "PRIVATE",
    }


def _account_share(place: Place, number: int) -> Values:
    return {
        "account_id": place.account,
        "user_id": place.sharer if number == 0 else place.ids["somebody"],
        "level": "READ",
        "created_by": place.owner,
    }


def _category(_place: Place, number: int) -> Values:
    return {"id": new_id(), "kind": "EXPENSE", "name": f"Groceries {number}"}


def _payee(place: Place, number: int) -> Values:
    return {"id": new_id(), "name": f"Grocer {number}", "category_id": place.ids["category"]}


def _tag(_place: Place, number: int) -> Values:
    return {"id": new_id(), "name": f"holiday {number}"}


def _rule(place: Place, number: int) -> Values:
    return {"id": new_id(), "words": f"grocer {number}", "category_id": place.ids["category"]}


def _budget(place: Place, number: int) -> Values:
    return {
        "id": new_id(),
        "category_id": place.ids["category"],
        "currency": ("EUR", "USD")[number % 2],
        "amount": 50_000,
    }


def _recurring(place: Place, number: int) -> Values:
    return {
        "id": new_id(),
        "account_id": place.account,
        "payee": f"Landlord {number}",
        "category_id": place.ids["category"],
        "amount": -95_000,
        "every": "MONTH",
        "starts_on": DAY,
    }


def _saved_pivot(place: Place, number: int) -> Values:
    return {
        "id": new_id(),
        "owner_id": place.owner,
        "name": f"Shops {number}",
        "rows": "payee",
        "columns": "month",
        "measure": "spending",
    }


def _import_batch(place: Place, _number: int) -> Values:
    return {
        "id": new_id(),
        "import_id": new_id(),
        "account_id": place.account,
        "file_name": "march.csv",
        "file_hash": bytes(32),
        "format": "CSV",
        "new_count": 1,
        "duplicate_count": 0,
        "rejected_count": 0,
        "balance_before": 0,
        "balance_after": -4200,
        "created_by": place.owner,
    }


def _transaction(place: Place, number: int) -> Values:
    return {
        "id": new_id(),
        "account_id": place.account,
        "currency": "EUR",
        "booked_on": DAY,
        "amount": -4200,
        "payee": "Grocer",
        "description": "weekly shopping",
        "is_split": number == 0,
        "words": ["grocer", "weekly"],
        "import_key": f"key {number}",
        "created_by": place.owner,
    }


def _of_transaction(place: Place) -> Values:
    known = {"transaction_id": place.ids["transaction"], "account_id": place.account}
    return {**known, "booked_on": DAY}


def _posting(place: Place, number: int) -> Values:
    return {
        **_of_transaction(place),
        "id": new_id(),
        "line": number + 1,
        "category_id": place.ids["category"],
        "amount": -4200,
        "memo": "milk",
    }


def _transaction_tag(place: Place, number: int) -> Values:
    tag_id = place.ids["tag"] if number == 0 else place.ids["spare tag"]
    return {**_of_transaction(place), "tag_id": tag_id}


def _attachment(place: Place, _number: int) -> Values:
    return {
        "id": new_id(),
        "account_id": place.account,
        "transaction_id": place.ids["transaction"],
        "name": "receipt.txt",
        "media_type": "text/plain",
        "size": len(RECEIPT),
        "sha256": sha256(RECEIPT).hexdigest(),
        "content": RECEIPT,
        "created_by": place.owner,
    }


def _search_token(place: Place, number: int) -> Values:
    return {**_of_transaction(place), "token": f"word{number}"}


def _day_total(place: Place, number: int) -> Values:
    day = DAY - timedelta(days=number + 1)
    return {"account_id": place.account, "booked_on": day, "amount": -4200, "entries": 1}


def _account_total(place: Place, number: int) -> Values:
    month = date(2025, number + 1, 1)
    return {"account_id": place.account, "month": month, "amount": -4200, "entries": 1}


def _month_total(place: Place, number: int) -> Values:
    return {
        "month": date(2025, number + 1, 1),
        "account_id": place.account,
        "category_id": place.ids["category"],
        "incoming": 0,
        "outgoing": 4200,
        "entries": 1,
    }


def _payee_total(place: Place, number: int) -> Values:
    return {**_month_total(place, number), "payee": "Grocer"}


def _import_row(place: Place, number: int) -> Values:
    return {
        "batch_id": place.ids["import_batch"],
        "ordinal": number,
        "account_id": place.account,
        "line": number + 1,
        "state": "NEW",
        "raw": "2026-03-01;Grocer;-42.00",
        "transaction_id": place.ids["transaction"],
    }


def _column_mapping(_place: Place, number: int) -> Values:
    return {"fingerprint": f"print {number}", "mapping": Jsonb({"roles": ["date"]})}


def _change_set(place: Place, _number: int) -> Values:
    return {"id": new_id(), "action": "transactions.deleted", "created_by": place.owner}


def _audit_event(place: Place, _number: int) -> Values:
    return {
        "id": new_id(),
        "actor_id": place.owner,
        "actor_rank": 40,
        "source": "PAGE",
        "action": "transaction.changed",
        "account_id": place.account,
        "change_set_id": place.ids["change_set"],
    }


# In the order in which they need each other.
ROWS: dict[str, Callable[[Place, int], Values]] = {
    "tenant": _tenant,
    "membership": _membership,
    "invitation": _invitation,
    "category": _category,
    "payee": _payee,
    "tag": _tag,
    "rule": _rule,
    "budget": _budget,
    "change_set": _change_set,
    "column_mapping": _column_mapping,
    "join_request": _join_request,
    "ownership_offer": _ownership_offer,
    "tenant_limit": _tenant_limit,
    "saved_pivot": _saved_pivot,
    "account": _account,
    "account_share": _account_share,
    "invitation_share": _invitation_share,
    "import_batch": _import_batch,
    "transaction": _transaction,
    "posting": _posting,
    "transaction_tag": _transaction_tag,
    "attachment": _attachment,
    "search_token": _search_token,
    "day_total": _day_total,
    "account_total": _account_total,
    "month_total": _month_total,
    "payee_total": _payee_total,
    "import_row": _import_row,
    "recurring": _recurring,
    "audit_event": _audit_event,
}
