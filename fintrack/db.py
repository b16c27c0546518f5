"""The doors to PostgreSQL; this file alone makes engines.

A tenant's door begins the transaction and enters the tenant in one round trip, adds the tenant
predicate to every statement, and leaves nothing behind on the pooled connection.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    Select,
    bindparam,
    create_engine,
    event,
    insert,
)
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.sql.compiler import SQLCompiler

from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.errors import Unavailable
from fintrack.one_statement import OneStatementCursor
from fintrack.schema import TenantRow, new_id
from fintrack.security_schema import MaintenanceEvent
from fintrack.sqlstates import UNREACHABLE, refusals

BEGIN = "BEGIN"
BEGIN_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
# A short wait, so that one tenant's long write does not use up the connections all of them share.
ENTRANCE = "select set_config('lock_timeout', '5s', true), set_config('role', sec.{}, true)"
ENTER, ENTER_AS = ENTRANCE.format("enter(%s, %s)"), ENTRANCE.format("enter_as(%s, %s, %s)")
HOLD = "select sec.hold_books()"
# DISCARD ALL but for the plans of functions, which belong to no session: to make them anew would
# cost a transaction more than its statements do.
FORGET = """
    CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *;
    SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES"""
OF_A_TENANT = with_loader_criteria(
    TenantRow, lambda table: table.tenant_id == bindparam("tenant"), include_aliases=True
)
Statement = TypeVar("Statement", bound=Executable)


@dataclass(frozen=True, slots=True)
class Logins:
    """Where the three application logins connect to."""

    app: URL
    sign_in: URL
    maintenance: URL


class TenantSession(Session):
    """A session inside one tenant: its SELECT, UPDATE and DELETE all name the tenant."""


_engines: dict[str, Engine] = {}
_of_tenants: WeakKeyDictionary[Executable, Any] = WeakKeyDictionary()
_texts: WeakKeyDictionary[Executable, SQLCompiler] = WeakKeyDictionary()


def connect(logins: Logins) -> None:
    """Open the pools of this process; the connections are made when they are needed."""
    disconnect()
    size, wait = settings().pool_size, settings().pool_wait
    _engines["app"] = _engine(logins.app, size, wait)
    _engines["sign_in"] = _engine(logins.sign_in, max(2, size // 2), wait)
    _engines["maintenance"] = _engine(logins.maintenance, 1, wait)


def derived_key(purpose: str) -> bytes:
    """Return 32 bytes for one purpose, which no other purpose's tell.

    They come from FINTRACK_SECRET, else from the password with which this process signs in: every
    process of an installation has it, and the database only a verifier of it.

    Source: RFC 5869.
    """
    secret = settings().secret or str(_engines["sign_in"].url.password)
    derivation = HKDF(SHA256(), length=32, salt=None, info=f"fintrack {purpose}".encode())
    return derivation.derive(secret.encode())


def disconnect() -> None:
    """Close every pooled connection of this process."""
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()


@contextmanager
def tenant_transaction(context: TenantContext) -> Iterator[Session]:
    """Open the one way to tenant data; commits at the end, rolls back on any error.

    Raises:
        NotSignedIn: the session ended.
        NotFound: the membership ended or the tenant is suspended.
        Unavailable: no connection was free in time, or the storage is full.
    """
    with _inside(context, BEGIN) as db:
        yield db


@contextmanager
def tenant_snapshot(context: TenantContext) -> Iterator[Session]:
    """Open the tenant as it is at one moment, for many statements that agree; nothing is written.

    Raises:
        NotSignedIn: the session ended.
        NotFound: the membership ended or the tenant is suspended.
        Unavailable: no connection was free in time, or the storage is full.
    """
    with _inside(context, BEGIN_SNAPSHOT) as db:
        yield db


@contextmanager
def _inside(context: TenantContext, begin: str) -> Iterator[Session]:
    with refusals(), _session("app", TenantSession) as db:
        db.info["tenant_id"] = context.tenant_id
        db.info["begin"] = begin
        db.info["enter"] = _entrance(context)
        db.info["holds"] = False
        with db.begin():
            yield db


def _session(login: str, kind: type[Session] = Session) -> Session:
    """Statements select columns, so a session holds no objects that a write would have to reach."""
    return kind(_engines[login], autoflush=False, execution_options={"synchronize_session": False})


def _entrance(context: TenantContext) -> tuple[str, tuple[bytes | UUID, ...]]:
    own = (context.session.handle, context.tenant_id)
    return (ENTER, own) if context.seen_as is None else (ENTER_AS, (*own, context.seen_as))


@contextmanager
def sign_in_transaction() -> Iterator[Session]:
    """Open the door to users, sessions and tickets, before any tenant is entered.

    Raises:
        Unavailable: no connection was free in time, or the storage is full.
    """
    with refusals(), _session("sign_in") as db, db.begin():
        yield db


@contextmanager
def maintenance_transaction(reason: str) -> Iterator[Session]:
    """Open the operator's door and record why.

    Raises:
        Unavailable: no connection was free in time, or the storage is full.
    """
    with refusals(), _session("maintenance") as db, db.begin():
        db.execute(insert(MaintenanceEvent).values(id=new_id(), reason=reason))
        yield db


def hold_books(db: Session) -> None:
    """Wait for whoever writes to the tenant's books now; until the commit nobody else does."""
    if not db.info["holds"]:
        db.info["holds"] = True
        db.connection().exec_driver_sql(HOLD)


def defer_constraints(db: Session) -> None:
    """Let rows need each other in any order; all must fit together at the end."""
    db.connection().exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")


def rows_changed(db: Session, statement: Executable) -> int:
    """Execute an update or a delete and return how many rows it reached."""
    result: Any = db.execute(statement)
    return int(result.rowcount)


def rows_of_each(db: Session, *kept: Select[Any]) -> list[list[tuple[Any, ...]]]:
    """Return the rows of each of these statements as the driver gives them, in one round trip.

    A statement is put together once for as long as it is kept.
    """
    connection, tenant = db.connection(), _tenant(db)
    driver = driver_of(connection)
    with driver.pipeline():
        cursors = []
        for statement in kept:
            compiled = _compiled(connection, statement)
            values = compiled.construct_params(tenant)
            for hear in connection.dispatch.before_cursor_execute:
                hear(connection, None, compiled.string, values, None, False)  # noqa: FBT003 - its way
            cursors.append(driver.execute(compiled.string, values))
        return [cursor.fetchall() for cursor in cursors]


def _compiled(connection: Connection, statement: Select[Any]) -> SQLCompiler:
    found = _texts.get(statement)
    if found is None:
        named: Any = _of_a_tenant(statement)
        found = _texts[statement] = named.compile(dialect=connection.dialect)
    return found


def query_text(db: Session, statement: Select[*tuple[Any, ...]]) -> str:
    """Return the statement, bound to the tenant, as one text without parameters."""
    connection = db.connection()
    compiled = _with_tenant(db, statement).compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    return psycopg.ClientCursor(driver_of(connection)).mogrify(str(compiled), compiled.params)


def _engine(url: URL, size: int, wait: float) -> Engine:
    engine = create_engine(
        url,
        creator=_creator(url),
        pool_size=size,
        max_overflow=0,
        pool_timeout=wait,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        hide_parameters=True,
    )
    event.listen(engine, "reset", _forget)
    return engine


def _creator(url: URL) -> Callable[[], psycopg.Connection[Any]]:
    """Connect in autocommit mode: we send BEGIN ourselves, together with the entering."""
    options = url.translate_connect_args(database="dbname", username="user")
    options |= url.query

    def open_connection() -> psycopg.Connection[Any]:
        return psycopg.connect(
            **options,
            autocommit=True,
            prepare_threshold=None,
            cursor_factory=OneStatementCursor,
            connect_timeout=10,
        )

    return open_connection


def _forget(driver: psycopg.Connection[Any], _record: object, _state: object) -> None:
    """Leave no setting, cursor, lock or listener on a connection that goes back to the pool."""
    driver.rollback()
    # The one text of several statements, which only a plain cursor sends.
    psycopg.Cursor(driver).execute(FORGET, prepare=False)


@event.listens_for(Session, "after_begin")
def _begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    driver = driver_of(connection)
    enter = session.info.get("enter")
    try:
        with driver.pipeline():
            driver.execute(session.info.get("begin", BEGIN))
            if enter is not None:
                driver.execute(*enter)
    except psycopg.OperationalError:
        if driver.closed:
            # The server went away: the other pooled connections are dead as well.
            connection.engine.dispose()
        raise


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """Return the driver's own connection.

    Raises:
        Unavailable: it is gone.
    """
    driver: psycopg.Connection[Any] | None = connection.connection.driver_connection
    if driver is None:
        raise Unavailable(UNREACHABLE)
    return driver


@event.listens_for(TenantSession, "do_orm_execute")
def _hold_tenant(state: ORMExecuteState) -> None:
    """Before the first write, or lock, of a transaction wait for the tenant's other writers."""
    db, statement = state.session, state.statement
    # SQLAlchemy has no public name for it.
    locks = isinstance(statement, Select) and statement._for_update_arg is not None  # noqa: SLF001
    if locks or state.is_insert or state.is_update or state.is_delete:
        hold_books(db)


@event.listens_for(TenantSession, "do_orm_execute")
def _name_tenant(state: ORMExecuteState) -> None:
    if state.is_select:
        state.statement = _of_a_tenant(state.statement)
        state.parameters = _tenant(state.session)
    elif state.is_update or state.is_delete:
        # Beside an update its new values would be given.
        state.statement = _with_tenant(state.session, state.statement)


def _tenant(db: Session) -> dict[str, UUID]:
    return {"tenant": db.info["tenant_id"]}


def _of_a_tenant(statement: Executable) -> Executable:
    """Let `statement` name the tenant it is executed with: once, where the statement is kept."""
    found = _of_tenants.get(statement)
    if found is None:
        found = _of_tenants[statement] = statement.options(OF_A_TENANT)
    return found


def _with_tenant(db: Session, statement: Statement) -> Statement:
    tenant_id = db.info["tenant_id"]
    of_tenant = with_loader_criteria(
        TenantRow, lambda table: table.tenant_id == tenant_id, include_aliases=True
    )
    return statement.options(of_tenant)
