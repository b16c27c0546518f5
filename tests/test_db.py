"""The doors: what a transaction leaves behind, and what COPY says."""

import contextlib
import csv
from threading import Event, Thread

import pytest
from sqlalchemy import delete, func, select, text, update

from fintrack import db
from fintrack.access.tenants import NewTenant, create_tenant, tenant_settings
from fintrack.config import settings
from fintrack.context import TenantContext, TenantType
from fintrack.db import copy_out, maintenance_transaction, tenant_transaction
from fintrack.errors import InvalidInput, Unavailable
from fintrack.schema import Category, Tenant
from tests.conftest import Database


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


def test_an_amount_too_large_is_one_sentence(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="too large"), tenant_transaction(ana) as session:
        session.execute(text("select 9223372036854775807 + 1"))


def test_a_text_that_cannot_be_kept_is_no_silent_database(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="character"), tenant_transaction(ana) as session:
        session.execute(select(Category.id).where(Category.name == "a\x00b"))
    with pytest.raises(InvalidInput, match="character"):
        create_tenant(ana.session, NewTenant("a\x00b", TenantType.FAMILY, "EUR", "ES"))


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


def test_the_maintenance_door_records_why_it_was_opened(database: Database) -> None:
    with maintenance_transaction("a test of the door"):
        pass
    with database.administrator() as admin:
        assert admin.execute("select reason from sec.maintenance_event").fetchall() == [
            ("a test of the door",)
        ]
