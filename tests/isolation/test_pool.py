"""Group D: what a context and a pooled connection keep apart, directly and behind PgBouncer."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from threading import Barrier
from typing import Any

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from fintrack import db
from fintrack.access.sessions import handle_of, session_of_handle
from fintrack.access.tenants import my_tenants
from fintrack.config import settings
from fintrack.context import Role, TenantContext
from fintrack.db import TenantSession, maintenance_transaction, tenant_transaction
from fintrack.errors import NotSignedIn
from fintrack.ledger.tags import tags
from fintrack.operations.installation import Installation
from fintrack.schema import Tag, new_id
from fintrack.security_schema import SessionRow
from tests.isolation.capture import captured
from tests.isolation.pgbouncer import PORT, running_pgbouncer
from tests.isolation.world import World, connect, through

THREADS = 200
TENANTS = "select distinct tenant_id from app.category"
# A policy without choices: workers get no plan with an alternative of sub-selects.
TAGGED = "select distinct tenant_id from app.tag"
# Everything that a connection may keep for whoever gets it next.
STATE = """
    select current_user::text, coalesce(current_setting('fintrack.context', true), ''), current_setting('search_path'),
        current_setting('row_security'), current_setting('statement_timeout'),
        (select count(*) from pg_prepared_statements), (select count(*) from pg_cursors),
        (select count(*) from pg_listening_channels()),
        (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory')
"""
LEAVINGS = {
    "role": "select set_config('role', 'fintrack_owner', false)",
    "context": "select set_config('fintrack.context', current_setting('fintrack.context'), false)",
    "setting": "select set_config('search_path', 'app', false)",
    "row security": "set row_security = off",
    "timeout": "set statement_timeout = 1",
    "listener": "listen leak",
    "prepared statement": "prepare leak as select 1",
    "cursor": "declare leak cursor with hold for select tenant_id from app.tag",
    "lock": "select pg_advisory_lock(1)",
}
MODES = (
    "isolation level repeatable read",
    "isolation level serializable",
    "read only",
    "isolation level serializable read only deferrable",
)
PARALLEL = ("debug_parallel_query = on", "max_parallel_workers_per_gather = 2",
            "parallel_setup_cost = 0", "min_parallel_table_scan_size = 0")  # fmt: skip


@pytest.fixture(scope="module")
def direct(copied: Callable[[], World]) -> World:
    """A world of this module's own."""
    return copied()


@pytest.fixture(scope="module")
def bounced(installation: Installation, direct: World) -> Iterator[World]:
    """The same world, reached through PgBouncer in transaction mode."""
    assert installation.server is not None
    with running_pgbouncer(installation.server) as folder:
        logins = through(direct.database.logins, host=str(folder), port=str(PORT))
        world = World(replace(direct.database, logins=logins), direct.family, direct.company)
        yield world
        world.close()


@pytest.fixture(params=["direct", pytest.param("bounced", id="d13_behind_pgbouncer")])
def pooled(request: pytest.FixtureRequest, direct: World) -> World:
    """The world by one way and by the other."""
    world: World = request.getfixturevalue("bounced") if request.param == "bounced" else direct
    return world


@pytest.fixture
def pool(pooled: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """A function that opens the doors with so many connections."""

    def opened(size: int) -> None:
        monkeypatch.setenv("FINTRACK_POOL_SIZE", str(size))
        monkeypatch.setenv("FINTRACK_POOL_WAIT", "120")
        settings.cache_clear()
        db.connect(pooled.database.logins)

    yield opened
    db.disconnect()
    settings.cache_clear()


def test_d1_a_session_without_a_context_sends_nothing(pooled: World) -> None:
    with (
        pooled.doors(),
        captured() as seen,
        pytest.raises(KeyError),
        TenantSession(db._engines["app"]) as session,
    ):
        session.execute(select(Tag.id))
    assert seen == []


def test_d2_a_pooled_connection_that_entered_no_tenant_may_not_read(pooled: World) -> None:
    with (
        pooled.doors(),
        Session(db._engines["app"]) as session,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        driver(session).execute(TENANTS)


def test_d3_what_was_entered_ends_with_its_statement(pooled: World) -> None:
    ana = pooled.family.members[Role.OWNER]
    with connect(pooled.database.logins.app) as connection:
        connection.execute(db.ENTER, (ana.session.handle, ana.tenant_id))
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(TENANTS)


def test_d4_a_connection_comes_back_without_role_and_context(
    pooled: World, pool: Callable[[int], None]
) -> None:
    pool(1)
    fresh = state()
    with tenant_transaction(pooled.family.members[Role.OWNER]) as session:
        assert driver(session).execute(STATE).fetchone() != fresh
    assert state() == fresh


def test_d5_a_savepoint_that_is_rolled_back_keeps_the_tenant(pooled: World) -> None:
    ana = pooled.family.members[Role.OWNER]
    with pooled.doors(), tenant_transaction(ana) as session:
        savepoint = session.begin_nested()
        with pytest.raises(psycopg.Error):
            driver(session).execute("select 1 / 0")
        savepoint.rollback()
        assert driver(session).execute(TENANTS).fetchall() == [(ana.tenant_id,)]


def test_d6_two_hundred_threads_on_three_connections_see_their_own_tenant(
    pooled: World, pool: Callable[[int], None]
) -> None:
    pool(3)
    contexts = _contexts(pooled)

    def ask(number: int) -> set[Any]:
        found = set()
        for context in Random(number).choices(contexts, k=4):  # noqa: S311 - no secret
            with tenant_transaction(context) as session:
                rows = driver(session).execute(TENANTS).fetchall()
            found.add((rows == [(context.tenant_id,)], context.role))
        return found

    answers = set[Any]().union(*at_once(ask))
    assert answers == {(True, role) for role in Role}


def test_d7_a_transaction_that_fails_leaves_a_clean_connection(
    pooled: World, pool: Callable[[int], None]
) -> None:
    pool(1)
    fresh = state()
    ana, cleo = (book.members[Role.OWNER] for book in (pooled.family, pooled.company))
    with suppress(ZeroDivisionError), tenant_transaction(ana) as session:
        driver(session).execute("select set_config('role', 'fintrack_owner', false)")
        raise ZeroDivisionError
    assert state() == fresh
    with tenant_transaction(cleo) as session:
        assert driver(session).execute(TENANTS).fetchall() == [(cleo.tenant_id,)]


@pytest.mark.parametrize("leaving", LEAVINGS)
def test_d8_nothing_that_a_transaction_leaves_meets_the_next_one(
    pooled: World, pool: Callable[[int], None], leaving: str
) -> None:
    pool(1)
    fresh = state()
    with tenant_transaction(pooled.family.members[Role.OWNER]) as session:
        driver(session).execute(LEAVINGS[leaving])
    assert state() == fresh


def test_d8_no_transaction_makes_a_temporary_table(pooled: World) -> None:
    with (
        pooled.entered(pooled.family.members[Role.OWNER]) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute("create temporary table leak as select * from app.tag")


def test_d9_a_prepared_statement_answers_in_the_tenant_and_role_of_the_moment(
    pooled: World,
) -> None:
    family, company = pooled.family, pooled.company
    turns = [(family, Role.OWNER), (company, Role.OWNER), (family, Role.VIEWER)] * 3
    with connect(pooled.database.logins.app) as connection:
        connection.execute("begin")
        for number, (book, role) in enumerate(turns):
            member = book.members[role]
            connection.execute("reset role")
            connection.execute(db.ENTER, (member.session.handle, member.tenant_id))
            if number == 0:
                connection.execute("prepare mine as select tenant_id, id from app.account")
            found = connection.execute("execute mine").fetchall()
            assert found
            assert set(found) == set(connection.execute("select tenant_id, id from app.account"))
            assert {tenant for tenant, _ in found} == {book.id}


@pytest.mark.parametrize("mode", MODES)
def test_d10_every_kind_of_transaction_is_filtered(pooled: World, mode: str) -> None:
    ana = pooled.family.members[Role.OWNER]
    with connect(pooled.database.logins.app) as connection:
        connection.execute(f"begin {mode}")
        connection.execute(db.ENTER, (ana.session.handle, ana.tenant_id))
        assert connection.execute(TENANTS).fetchall() == [(ana.tenant_id,)]
        connection.execute("rollback")


def test_d11_parallel_workers_are_filtered(pooled: World) -> None:
    ana = pooled.family.members[Role.OWNER]
    with pooled.entered(ana) as connection:
        for setting in PARALLEL:
            connection.execute(f"set local {setting}")
        plan = connection.execute(f"explain (analyze, format text) {TAGGED}").fetchall()
        # Before 17, PostgreSQL gives no plan with a policy's sub-select to workers.
        is_parallel = any("Workers Launched: 1" in line for (line,) in plan)
        assert is_parallel is (connection.info.server_version >= 170000)
        assert connection.execute(TAGGED).fetchall() == [(ana.tenant_id,)]


def test_d12_background_work_without_a_tenant_reads_none(pooled: World) -> None:
    with (
        pooled.doors(),
        maintenance_transaction("a test of the walls") as session,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        driver(session).execute(TENANTS)


def test_d12_the_job_of_one_tenant_does_not_enter_another(pooled: World) -> None:
    dora = pooled.family.members[Role.ADMIN]
    with pooled.doors():
        handle = _job(dora)
        job = session_of_handle(handle)
        assert job
        assert len(my_tenants(dora.session)) == 2
        assert [each.tenant_id for each in my_tenants(job)] == [dora.tenant_id]
        assert tags(replace(dora, session=job)).empty is False
        other = next(each for each in my_tenants(dora.session) if each.slug != dora.slug)
        with pytest.raises(NotSignedIn):
            tags(replace(other, session=job))


def test_d13_clients_share_the_connections_of_the_server(bounced: World) -> None:
    clients = [connect(bounced.database.logins.app) for _ in range(4)]
    served = {client.execute("select pg_backend_pid()").fetchone() for client in clients}
    for client in clients:
        client.close()
    assert len(served) < len(clients)


def driver(session: Session) -> psycopg.Connection[Any]:
    """Return the connection below, whose statements name no tenant by themselves."""
    found: psycopg.Connection[Any] | None = session.connection().connection.driver_connection
    assert found
    return found


def state() -> Any:  # noqa: ANN401 - a row
    """Return what the next one finds on the connection of a pool of one."""
    with db._engines["app"].connect() as connection:
        found = connection.connection.driver_connection
        assert found
        return found.execute(STATE).fetchone()


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Return what the work gave in each of 200 threads that begin together."""
    start = Barrier(THREADS)

    def begin(number: int) -> Any:  # noqa: ANN401 - whatever the work gives
        start.wait(60)
        return work(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(begin, range(THREADS), timeout=300))


def _contexts(world: World) -> list[TenantContext]:
    """Return every tenant of everybody, some twenty of them."""
    people = [*world.family.members.values(), *world.company.members.values()]
    return [context for person in people for context in my_tenants(person.session)]


def _job(member: TenantContext) -> bytes:
    """Return the handle of a job of the member's, in this tenant alone."""
    handle = handle_of(secrets.token_urlsafe(32))
    row = {
        "id": new_id(),
        "handle_hash": sha256(handle).digest(),
        "user_id": member.user_id,
        "kind": "JOB",
        "tenant_id": member.tenant_id,
        "idle_for": timedelta(minutes=10),
        "expires_at": datetime.now(UTC) + timedelta(minutes=10),
    }
    with maintenance_transaction("a job of a test") as session:
        session.execute(insert(SessionRow).values(row))
    return handle
