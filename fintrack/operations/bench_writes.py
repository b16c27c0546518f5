"""What writing costs in a giant, and that its answers stay exact."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

import psycopg
from psycopg import sql

from fintrack.context import TenantContext
from fintrack.errors import FinTrackError, Unavailable
from fintrack.ledger.accounts import accounts
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.change_sets import change_sets
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import transactions
from fintrack.ledger.undo import undo
from fintrack.money import decimal_text
from fintrack.operations.bench_pairs import Side
from fintrack.operations.embedded import Server
from fintrack.schema import new_id
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import Preview, preview_import

BANK_FILE = "bench.csv"
SESSIONS = 4
OLDEST = date(2019, 1, 1)
DERIVING = """
    select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and c.relnamespace = 'app'::regnamespace
    and (t.tgname like 'total%' or t.tgname like 'index_words%')
"""
ACCOUNT = """
    insert into app.account (tenant_id, id, owner_id, name, kind, side, currency, opened_on)
    values (%s, %s, %s, %s, 'CHECKING', 'ASSET', 'EUR', '2019-01-01')
"""
# What an import fills; each copy goes into an account and a batch of its own.
FILLED = sql.SQL(
    "booked_on, valued_on, amount, payee, description, note, status, category_id, is_split, "
    "transfer_id, import_key, words"
)
IMPORTED = sql.SQL("copy (select {} from app.transaction where account_id = {}) to stdout")
STAGE = sql.SQL("create temporary table stage as select {} from app.transaction limit 0")
UNSTAGE = sql.SQL("""
    insert into app.transaction (tenant_id, id, account_id, batch_id, currency, created_by, {})
    select %(tenant)s, uuidv7(), %(account)s, %(batch)s, 'EUR', %(user)s, stage.* from stage
""")
BATCH = """
    insert into app.import_batch (tenant_id, id, import_id, account_id, file_name, file_hash,
                                  format, new_count, duplicate_count, rejected_count,
                                  balance_before, balance_after, created_by)
    values (%(tenant)s, %(batch)s, %(batch)s, %(account)s, '', sha256(''), 'csv', 0, 0, 0, 0, 0,
            %(user)s)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is measured: both tenants, and the baselines' connection without policies."""

    rows: int
    giant: TenantContext
    small: TenantContext
    server: Server
    admin: psycopg.Connection


def importing(place: Place, rows: int) -> Side:
    """Return what reads, shows and imports a file of `rows` rows, each time into a new account."""
    content = _file(rows)
    return lambda: _imported(place, content)


def committing(place: Place, rows: int, times: int) -> Side:
    """Return what imports such a file once it was read and shown; it can be asked `times` times."""
    content = _file(rows)
    shown = [_shown(place, content, _new_account(place)) for _ in range(times)]
    return lambda: commit_import(place.giant, shown.pop())


def copying(place: Place, rows: int) -> Side:
    """Return what copies the rows that an import wrote and inserts them, as the tables' owner.

    Into the same table with its keys, checks and indexes: nothing read, matched, kept or audited.
    """
    imported = IMPORTED.format(FILLED, _imported(place, _file(rows)))
    with place.admin.cursor().copy(imported) as copy:
        lines = b"".join(copy)

    def copy_and_insert() -> None:
        admin, account_id, batch_id = place.admin, _new_account(place), new_id()
        ids = {
            "tenant": place.giant.tenant_id,
            "user": place.giant.user_id,
            "account": account_id,
            "batch": batch_id,
        }
        with nothing_derived(admin), admin.transaction():
            admin.execute(BATCH, ids)
            admin.execute(STAGE.format(FILLED))
            with admin.cursor().copy("copy stage from stdin") as stage:
                stage.write(lines)
            admin.execute(UNSTAGE.format(FILLED), ids)
            admin.execute("drop table stage")

    return copy_and_insert


@contextmanager
def nothing_derived(admin: psycopg.Connection) -> Iterator[None]:
    """Keep no totals and no words for a while."""
    triggers = admin.execute(DERIVING).fetchall()
    for table, trigger in triggers:
        admin.execute(f'alter table app."{table}" disable trigger "{trigger}"')
    try:
        yield
    finally:
        for table, trigger in triggers:
            admin.execute(f'alter table app."{table}" enable trigger "{trigger}"')


def write_at_random(place: Place, times: int) -> None:
    """Write from four sessions at once: record, change, move, delete and undo."""
    context = place.giant
    account_ids = [UUID(each) for each in accounts(context)["id"]]
    with ThreadPoolExecutor(SESSIONS) as pool:
        sessions = [
            pool.submit(_write, context, account_ids, Random(seed), times // SESSIONS)  # noqa: S311
            for seed in range(SESSIONS)
        ]
        for session in sessions:
            session.result()


def _write(context: TenantContext, account_ids: list[UUID], chance: Random, times: int) -> None:
    for _ in range(times):
        act = chance.choice((_record, _record, _change, _change, _delete, _undo))
        try:
            act(context, account_ids, chance)
        except Unavailable:
            raise
        except FinTrackError:
            pass  # Another session was first.


def _record(context: TenantContext, account_ids: list[UUID], chance: Random) -> None:
    day = OLDEST + timedelta(chance.randrange(2900))
    payee = f"Payee {chance.randrange(40)}"
    place, amount = chance.choice(account_ids), chance.randrange(-90000, 90000)
    record_transaction(context, NewTransaction(place, day, amount, payee))


def _change(context: TenantContext, account_ids: list[UUID], chance: Random) -> None:
    one = _any(context, chance)
    change = chance.choice(
        (
            TransactionChange(amount=chance.randrange(-90000, 90000)),
            TransactionChange(booked_on=OLDEST + timedelta(chance.randrange(2900))),
            TransactionChange(account_id=chance.choice(account_ids)),
            TransactionChange(payee=f"Payee {chance.randrange(40)}"),
        )
    )
    change_transaction(context, one, change, transaction(context, one).version)


def _delete(context: TenantContext, _account_ids: list[UUID], chance: Random) -> None:
    delete_transactions(context, [_any(context, chance)])


def _undo(context: TenantContext, _account_ids: list[UUID], chance: Random) -> None:
    undo(context, UUID(chance.choice(list(change_sets(context)["id"]))))


def _any(context: TenantContext, chance: Random) -> UUID:
    return UUID(chance.choice(list(transactions(context, limit=200).frame["id"])))


def _imported(place: Place, content: bytes) -> UUID:
    account_id = _new_account(place)
    commit_import(place.giant, _shown(place, content, account_id))
    return account_id


def _shown(place: Place, content: bytes, account_id: UUID) -> Preview:
    return preview_import(place.giant, content, BANK_FILE, account_id=account_id)


def _new_account(place: Place) -> UUID:
    context, account_id = place.giant, new_id()
    place.admin.execute(ACCOUNT, [context.tenant_id, account_id, context.user_id, str(account_id)])
    return account_id


def _rows(rows: int) -> Iterator[tuple[date, int, str, str]]:
    for row in range(rows):
        day = OLDEST + timedelta(row * 1500 // rows)
        yield day, -(row % 9000 + 100), f"Payee {row % 40}", f"Reference {row}"


def _file(rows: int) -> bytes:
    cells = ((day, decimal_text(cents, "EUR"), *rest) for day, cents, *rest in _rows(rows))
    lines = (",".join(map(str, each)) for each in cells)
    return "\n".join(("Date,Amount,Payee,Description", *lines)).encode()
