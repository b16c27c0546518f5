"""Measures with a baseline of their own: entering, exporting, importing, being refused."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import text

from fintrack.access.passwords import hash_password
from fintrack.access.resets import new_reset_token
from fintrack.access.sessions import check_credentials
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotSignedIn
from fintrack.ledger.accounts import accounts
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.filters import EVERYTHING
from fintrack.operations.bench_fleet import Fleet
from fintrack.operations.bench_questions import SINCE
from fintrack.schema import new_id
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import preview_import

Side = Callable[[], object]
IMPORTED_ROWS = 2000
RAW_TABLE = "create table if not exists app.bench_raw (like app.transaction including all)"
RAW_ROWS = """
    insert into app.bench_raw (tenant_id, id, account_id, currency, booked_on, amount, payee,
                               description, created_by)
    select %s, id, %s, 'EUR', booked_on, amount, 'Payee', description, %s
    from unnest(%s::uuid[], %s::date[], %s::bigint[], %s::text[])
        as r (id, booked_on, amount, description)
"""
RAW_EXPORT = "copy (select * from app.transaction where tenant_id = {}) to stdout (format csv)"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, against what, how to make both sides, and how often."""

    what: str
    baseline: str
    sides: Callable[[Fleet, psycopg.Connection], tuple[Side, Side]]
    turns: int


def _entering(fleet: Fleet, admin: psycopg.Connection) -> tuple[Side, Side]:
    context = fleet.contexts[0]

    # Both ask for one, since the door does not open before something is asked.
    def enter() -> None:
        with tenant_transaction(context) as db:
            db.execute(text("select 1"))

    def stay_outside() -> None:
        with admin.transaction():
            admin.execute("select 1")

    return enter, stay_outside


def _exporting(fleet: Fleet, admin: psycopg.Connection) -> tuple[Side, Side]:
    context = fleet.contexts[0]

    def export() -> int:
        return sum(len(chunk) for chunk in export_transactions(context, EVERYTHING))

    def copy() -> int:
        command = sql.SQL(RAW_EXPORT).format(sql.Literal(context.tenant_id))
        with admin.cursor() as cursor, cursor.copy(command) as rows:
            return sum(len(block) for block in rows)

    return export, copy


def _importing(fleet: Fleet, admin: psycopg.Connection) -> tuple[Side, Side]:
    context = fleet.contexts[1]
    admin.execute(RAW_TABLE)
    account_id = UUID(str(accounts(context)["id"].iloc[0]))
    turns = count()

    def import_file() -> None:
        content = bank_file(next(turns), context.slug)
        preview = preview_import(context, content, "bench.csv", account_id=account_id)
        commit_import(context, preview)

    def insert_rows() -> None:
        admin.execute(RAW_ROWS, _raw_rows(context, account_id, next(turns)))

    return import_file, insert_rows


def _signing_in(fleet: Fleet, admin: psycopg.Connection) -> tuple[Side, Side]:
    known = fleet.contexts[0].session.email
    password = [hash_password("three plain words"), known]
    admin.execute("update sec.users set password_hash = %s where email = %s", password)
    turns = count()

    def fail(email: str) -> None:
        # From elsewhere each time, so that nobody is made to wait.
        with suppress(NotSignedIn):
            check_credentials(email, "not the password", f"turn {next(turns)}")

    return partial(fail, "nobody@example.org"), partial(fail, known)


def _forgetting(fleet: Fleet, _admin: psycopg.Connection) -> tuple[Side, Side]:
    turns = count()

    def forget(email: str) -> None:
        new_reset_token(email, f"turn {next(turns)}")

    known = fleet.contexts[0].session.email
    return partial(forget, "nobody@example.org"), partial(forget, known)


def bank_file(turn: int, slug: str) -> bytes:
    """Return a bank's CSV of 2,000 rows, other ones in each turn, for the tenant of this slug."""
    lines = (
        f"{SINCE + timedelta(days=row % 360)},-{row % 90 + 1}.{row % 100:02},"
        f"Payee {row % 40} {slug},Turn {turn} row {row}\n"
        for row in range(IMPORTED_ROWS)
    )
    return "".join(("Date,Amount,Payee,Description\n", *lines)).encode()


def _raw_rows(context: TenantContext, account_id: UUID, turn: int) -> list[object]:
    rows = range(IMPORTED_ROWS)
    return [
        context.tenant_id,
        account_id,
        context.user_id,
        [new_id() for _ in rows],
        [SINCE + timedelta(days=row % 360) for row in rows],
        [-(row % 90 + 1) * 100 for row in rows],
        [f"Turn {turn} row {row}" for row in rows],
    ]


def administrator(fleet: Fleet) -> psycopg.Connection:
    """Return the connection of the baselines, which run without tenants and policies."""
    address = fleet.admin_url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


MEASURES = (
    Measure("entering a tenant", "an empty transaction of the bare driver", _entering, 400),
    Measure("CSV export of a tenant", "raw COPY of its rows", _exporting, 40),
    Measure(
        f"import of {IMPORTED_ROWS:,} rows, read and matched",
        "raw insert of the same rows",
        _importing,
        10,
    ),
    Measure("refusing an unknown address", "refusing a wrong password", _signing_in, 20),
    Measure("a reset for an unknown address", "a reset for a known one", _forgetting, 20),
)
