"""The kept totals: true after any sequence of writes, whoever makes them, and rebuilt if not."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fintrack.context import TenantContext
from fintrack.errors import FinTrackError, Unavailable
from fintrack.ledger.bulk import categorise, delete_transactions
from fintrack.ledger.categories import categories
from fintrack.ledger.change_sets import change_sets
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.payees import payees, rename_payee
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.ledger.undo import undo
from fintrack.statements.history import imports
from fintrack.statements.undoing import undo_import
from tests.databases import Database
from tests.ledger.conftest import MARCH, Record, wrong_totals
from tests.statements.importing import imported, ofx_file

Chance = random.Random
TWELVE = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def day(chance: Chance) -> date:
    return MARCH + timedelta(chance.randrange(-40, 40))


def any_category(context: TenantContext, chance: Chance) -> UUID | None:
    return chance.choice([None, *map(UUID, categories(context)["id"][:4])])


def any_one(context: TenantContext, chance: Chance) -> UUID:
    return UUID(chance.choice(list(transactions(context).frame["id"])))


def some(context: TenantContext, chance: Chance) -> list[UUID]:
    found = list(transactions(context).frame["id"])
    return [UUID(each) for each in chance.sample(found, min(3, len(found)))]


def add(context: TenantContext, accounts: list[UUID], chance: Chance) -> None:
    """Record a transaction, whole or split."""
    parts = [chance.randrange(-900, 900) for _ in range(chance.randrange(3))]
    lines = tuple(SplitLine(any_category(context, chance), each) for each in parts)
    amount = sum(parts) if parts else chance.randrange(-900, 900)
    category_id = None if parts else any_category(context, chance)
    place, payee = chance.choice(accounts), chance.choice(["", "Baker", "Cinema"])
    new = NewTransaction(
        place, day(chance), amount, payee, category_id=category_id, lines=lines
    )  # fmt: skip
    record_transaction(context, new)


def move(context: TenantContext, accounts: list[UUID], chance: Chance) -> None:
    """Record a transfer."""
    one, other = chance.sample(accounts, 2)
    record_transfer(context, NewTransfer(one, other, chance.randrange(1, 900), day(chance)))


def change(context: TenantContext, accounts: list[UUID], chance: Chance) -> None:
    """Change whatever can be changed of one."""
    one = any_one(context, chance)
    changes = [
        TransactionChange(booked_on=day(chance)),
        TransactionChange(account_id=chance.choice(accounts)),
        TransactionChange(payee=chance.choice(["", "Baker", "Cinema"])),
        TransactionChange(amount=chance.randrange(-900, 900), lines=()),
        TransactionChange(lines=(SplitLine(None, 10), SplitLine(None, -20)), amount=-10),
        TransactionChange(note="seen"),
    ]
    change_transaction(context, one, chance.choice(changes), transaction(context, one).version)


def label(context: TenantContext, _accounts: list[UUID], chance: Chance) -> None:
    """Put several under one category."""
    categorise(context, some(context, chance), any_category(context, chance))


def rename(context: TenantContext, _accounts: list[UUID], chance: Chance) -> None:
    """Give a payee another name, which may be another payee's."""
    found = UUID(chance.choice(list(payees(context)["id"])))
    rename_payee(context, found, chance.choice(["Baker", "Bakery"]))


def remove(context: TenantContext, _accounts: list[UUID], chance: Chance) -> None:
    """Delete several."""
    delete_transactions(context, some(context, chance))


def take_back(context: TenantContext, _accounts: list[UUID], chance: Chance) -> None:
    """Undo one of the changes so far."""
    undo(context, UUID(chance.choice(list(change_sets(context)["id"]))))


def bring(context: TenantContext, accounts: list[UUID], chance: Chance) -> None:
    """Import a file, of which some rows may be known, and some be a transfer's other leg."""
    rows = [
        (
            f"{day(chance):%Y%m%d}",
            f"{chance.randrange(-900, 900) / 100}",
            f"{chance.random()}",
            payee,
        )
        for payee in chance.choices(["Baker", "Cinema", "Own account"], k=3)
    ]
    account_id = chance.choice(accounts)
    imported(context, ofx_file(rows, account=str(account_id)[-12:]), account_id=account_id)


def send_back(context: TenantContext, _accounts: list[UUID], chance: Chance) -> None:
    """Undo one of the imports so far, with what was made of its rows since."""
    undo_import(context, UUID(chance.choice(list(imports(context)["import_id"]))), also_edited=True)


WRITES: list[Callable[[TenantContext, list[UUID], Chance], None]] = [
    add, add, add, move, change, change, label, rename, remove, take_back, bring, send_back,
]  # fmt: skip


def write(context: TenantContext, accounts: list[UUID], chance: Chance, times: int) -> None:
    """Write at random; what is refused, or finds nothing to change, changes nothing."""
    for _ in range(times):
        try:
            chance.choice(WRITES)(context, accounts, chance)
        except Unavailable:
            raise  # Nobody waits in a ring.
        except (FinTrackError, IndexError, ValueError):
            pass


@TWELVE
@given(seed=st.integers(0, 10**6))
def test_totals_are_true_after_any_writes(
    ana: TenantContext, giro: UUID, savings: UUID, database: Database, seed: int
) -> None:
    write(ana, [giro, savings], Chance(seed), 25)
    assert wrong_totals(database) == []


def test_totals_are_true_after_writes_from_four_sessions(
    ana: TenantContext, giro: UUID, savings: UUID, database: Database
) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [
            pool.submit(write, ana, [giro, savings], Chance(seed), 40) for seed in range(4)
        ]:
            done.result()
    assert len(transactions(ana).frame) > 0
    assert wrong_totals(database) == []


@pytest.mark.parametrize("table", ["day_total", "account_total", "month_total", "payee_total"])
def test_a_wrong_total_is_found_and_rebuilt(
    ana: TenantContext, cleo: TenantContext, record: Record, database: Database, table: str
) -> None:
    record(1, -100, "Baker")
    for damage in (f"update app.{table} set entries = 7", f"delete from app.{table}"):
        with database.administrator() as admin:
            admin.execute(damage)
        assert wrong_totals(database) == [ana.slug]
        with database.administrator() as admin:
            admin.execute("select sec.rebuild_totals(%s)", [ana.slug])
        assert wrong_totals(database) == []
    assert cleo.slug != ana.slug
