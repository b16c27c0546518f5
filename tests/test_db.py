"""The doors: what a transaction leaves behind, and what COPY says."""

import contextlib
import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier, Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, delete, func, literal, select, text, update

from fintrack import audit, db
from fintrack.access.tenants import tenant_settings
from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.db import maintenance_transaction, rows_of_each, tenant_transaction
from fintrack.errors import InvalidInput, Unavailable
from fintrack.ledger.accounts import AccountKind, NewAccount, accounts, create_account
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.schema import Category, Tenant
from fintrack.sqlstates import BUSY
from fintrack.streams import copy_out
from tests.databases import Database

MARCH = date(2026, 3, 1)


def test_copy_gives_the_rows_of_the_executed_statement(
    ana: TenantContext, cleo: TenantContext
) -> None:
    statement = (
        select(Category.name, Category.kind)
        .where(Category.name != "it's 100%")
        .order_by(Category.id)
    )
    with tenant_transaction(ana) as session:
        expected = [list(row) for row in session.execute(statement)]
        chunks = copy_out(session, statement)
    rows = list(csv.reader(b"".join(chunks).decode().splitlines()))
    assert rows == [["name", "kind"], *expected]
    assert len(expected) > 20


def test_copy_can_be_read_after_its_transaction_ended(ana: TenantContext) -> None:
    with tenant_transaction(ana) as session:
        chunks = copy_out(session, select(Tenant.name))
    assert b"".join(chunks) == b"name\nRivera family\n"


def test_a_transaction_that_fails_leaves_nothing(ana: TenantContext) -> None:
    rename = update(Tenant).values(name="Changed").execution_options(synchronize_session=False)
    with contextlib.suppress(ZeroDivisionError), tenant_transaction(ana) as session:
        session.execute(rename)
        raise ZeroDivisionError
    assert tenant_settings(ana).name == "Rivera family"


def test_update_and_delete_name_the_tenant(ana: TenantContext, cleo: TenantContext) -> None:
    with tenant_transaction(ana) as session:
        session.execute(delete(Category).execution_options(synchronize_session=False))
    with tenant_transaction(cleo) as session:
        assert session.scalars(select(func.count()).select_from(Category)).one() > 10


def test_statements_sent_together_are_of_the_tenant_that_asks(
    ana: TenantContext, cleo: TenantContext
) -> None:
    named, counted = select(Tenant.name), select(func.count()).select_from(Tenant)
    for context, name in ((ana, "Rivera family"), (cleo, "Rivera Ltd"), (ana, "Rivera family")):
        with tenant_transaction(context) as session:
            assert rows_of_each(session, named, counted) == [[(name,)], [(1,)]]


def test_one_of_several_statements_that_fails_is_one_sentence(ana: TenantContext) -> None:
    most = select(literal(2**63 - 1, BigInteger) + 1)
    with pytest.raises(InvalidInput, match="too large"), tenant_transaction(ana) as session:
        rows_of_each(session, select(Tenant.name), most, select(Tenant.name))
    assert tenant_settings(ana).name == "Rivera family"


def test_an_amount_too_large_is_one_sentence(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="too large"), tenant_transaction(ana) as session:
        session.execute(text("select 9223372036854775807 + 1"))


def test_a_text_that_cannot_be_kept_is_no_silent_database(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="character"), tenant_transaction(ana) as session:
        session.execute(select(Category.id).where(Category.name == "a\x00b"))
    with pytest.raises(InvalidInput, match="character"), tenant_transaction(ana) as session:
        audit.record(session, "tag.created", after={"name": "a\x00b"})
    with pytest.raises(InvalidInput, match="character"), tenant_transaction(ana) as session:
        session.execute(select(Category.id).where(Category.name == "a\ud800b"))


def test_a_pool_without_a_free_connection_says_so(
    ana: TenantContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINTRACK_POOL_SIZE", "1")
    monkeypatch.setenv("FINTRACK_POOL_WAIT", "0.2")
    settings.cache_clear()
    db.connect(database.logins)
    held, done = Event(), Event()

    def hold() -> None:
        with tenant_transaction(ana) as session:
            session.execute(select(Tenant.name))
            held.set()
            done.wait(30)

    thread = Thread(target=hold)
    thread.start()
    held.wait(30)
    with pytest.raises(Unavailable, match="busy"):
        tenant_settings(ana)
    done.set()
    thread.join()


def test_of_two_that_wait_for_each_other_one_may_try_again(ana: TenantContext) -> None:
    with tenant_transaction(ana) as session:
        ids = session.scalars(select(Category.id).order_by(Category.id).limit(2)).all()
    together = Barrier(2, timeout=60)
    lock = text(
        "select from app.category where app.category.tenant_id = :tenant and id = :id for update"
    )

    def lock_both(first: UUID, second: UUID) -> str:
        try:
            with tenant_transaction(ana) as session:
                session.execute(lock, {"tenant": ana.tenant_id, "id": first})
                together.wait()
                session.execute(lock, {"tenant": ana.tenant_id, "id": second})
        except Unavailable as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(lock_both, ids, reversed(ids)))
    assert answers == {"done", BUSY}


def test_who_waits_too_long_for_another_writer_may_try_again(
    ana: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "ENTER", db.ENTER.replace("'5s'", "'100ms'"))
    archive = update(Category).execution_options(synchronize_session=False)
    with tenant_transaction(ana) as session:
        session.execute(archive.values(archived_at=None))
        with pytest.raises(Unavailable) as refusal, tenant_transaction(ana) as other:
            other.execute(archive.values(archived_at=None))
    assert str(refusal.value) == BUSY


@pytest.mark.one_server
def test_two_hundred_threads_on_five_connections_neither_fail_nor_wait_for_ever(
    ana: TenantContext, cleo: TenantContext, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setenv("FINTRACK_POOL_SIZE", "5")
    monkeypatch.setenv("FINTRACK_POOL_WAIT", "120")
    settings.cache_clear()
    db.connect(database.logins)
    new = NewAccount("Giro", AccountKind.CHECKING, "EUR", MARCH)
    books = [(context, create_account(context, new)) for context in (ana, cleo)]
    together = Barrier(200)

    def work(book: tuple[TenantContext, UUID]) -> set[str]:
        context, account_id = book
        together.wait()
        record_transaction(context, NewTransaction(account_id, MARCH, -100, context.name))
        rows = b"".join(export_transactions(context)).decode()
        shown = transactions(context).frame["payee"]
        return {*shown, *(row["payee"] for row in csv.DictReader(rows.splitlines()))}

    with ThreadPoolExecutor(200) as pool:
        seen = list(pool.map(work, books * 100))
    assert seen == [{"Rivera family"}, {"Rivera Ltd"}] * 100
    assert [accounts(context)["balance"].tolist() for context, _ in books] == [[-10_000]] * 2


def test_the_maintenance_door_records_why_it_was_opened(database: Database) -> None:
    with maintenance_transaction("a test of the door"):
        pass
    with database.administrator() as admin:
        assert admin.execute("select reason from sec.maintenance_event").fetchall() == [
            ("a test of the door",)
        ]
