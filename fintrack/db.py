"""The doors to PostgreSQL; this file alone makes engines.

A tenant's door begins the transaction and enters the tenant in one round trip, adds the tenant
predicate to every statement, and leaves nothing behind on the pooled connection.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors as postgres_errors
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Select,
    create_engine,
    event,
    insert,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.errors import (
    Conflict,
    FinTrackError,
    InvalidInput,
    NotFound,
    NotSignedIn,
    PermissionDenied,
    Unavailable,
)
from fintrack.schema import MaintenanceEvent, TenantRow, new_id

CHUNK = 64 * 1024
ENTER = "select set_config('role', sec.enter(%s, %s), true)"
REFUSALS: dict[str, type[FinTrackError]] = {
    "FT401": NotSignedIn,
    "FT403": PermissionDenied,
    "FT404": NotFound,
    "FT409": Conflict,
    "FT422": InvalidInput,
}
BUSY = "FinTrack is busy at the moment. Nothing was changed; try again in a few seconds."
FULL = "The storage of this FinTrack is full. Nothing was changed; tell whoever runs it."
FORBIDDEN = "You may not do this here: your role has changed, or there is no such thing."
UNREACHABLE = "The database does not answer. Nothing was changed; try again in a few seconds."


@dataclass(frozen=True, slots=True)
class Logins:
    """Where the three application logins connect to."""

    app: URL
    sign_in: URL
    maintenance: URL


class OneStatementCursor(psycopg.Cursor[Any]):
    """Asks for binary results, for which the server takes one statement only: no `a; b`."""

    def execute(  # noqa: D102 - the driver's own
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> "OneStatementCursor":
        return super().execute(query, params, prepare=prepare, binary=True if binary is None else binary)


class TenantSession(Session):
    """A session inside one tenant: its SELECT, UPDATE and DELETE all name the tenant."""


_engines: dict[str, Engine] = {}


def connect(logins: Logins) -> None:
    """Open the pools of this process; the connections are made when they are needed."""
    disconnect()
    size, wait = settings().pool_size, settings().pool_wait
    _engines["app"] = _engine(logins.app, size, wait)
    _engines["sign_in"] = _engine(logins.sign_in, max(2, size // 2), wait)
    _engines["maintenance"] = _engine(logins.maintenance, 1, wait)


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
    with _refusals(), TenantSession(_engines["app"], autoflush=False) as db:
        db.info["tenant_id"] = context.tenant_id
        db.info["enter"] = (context.session.handle, context.tenant_id)
        with db.begin():
            yield db


@contextmanager
def sign_in_transaction() -> Iterator[Session]:
    """Open the door to users, sessions and tickets, before any tenant is entered.

    Raises:
        Unavailable: no connection was free in time, or the storage is full.
    """
    with _refusals(), Session(_engines["sign_in"], autoflush=False) as db, db.begin():
        yield db


@contextmanager
def maintenance_transaction(reason: str) -> Iterator[Session]:
    """Open the operator's door and record why.

    Raises:
        Unavailable: no connection was free in time, or the storage is full.
    """
    with _refusals(), Session(_engines["maintenance"], autoflush=False) as db, db.begin():
        db.execute(insert(MaintenanceEvent).values(id=new_id(), reason=reason))
        yield db


def copy_out(db: Session, statement: Select[Any]) -> Iterator[bytes]:
    """Return `statement`'s rows as CSV with a header, in chunks, with flat memory.

    The rows are spooled to an unnamed temporary file, so that the transaction can end before the
    first chunk is sent and a slow reader holds no connection.
    """
    compiled = _with_tenant(db, statement).compile(dialect=PGDialect_psycopg())
    driver = db.connection().connection.driver_connection
    if driver is None:
        raise Unavailable(UNREACHABLE)
    query = psycopg.ClientCursor(driver).mogrify(str(compiled), compiled.params)
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the generator that reads it
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:  # noqa: S608 - literals quoted by the driver
        for block in copy:
            spool.write(block)
    spool.seek(0)
    return _chunks(spool)


def _chunks(spool: Any) -> Iterator[bytes]:
    with spool:
        while block := spool.read(CHUNK):
            yield block


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
    arguments = PGDialect_psycopg().create_connect_args(url)[1]

    def open_connection() -> psycopg.Connection[Any]:
        return psycopg.connect(
            **arguments,
            autocommit=True,
            prepare_threshold=None,
            cursor_factory=OneStatementCursor,
            connect_timeout=10,
        )

    return open_connection


def _forget(raw: Any, _record: Any, _state: Any) -> None:
    """Leave no setting, cursor, lock or listener on a connection that goes back to the pool."""
    raw.rollback()
    raw.execute("DISCARD ALL")


@event.listens_for(Session, "after_begin")
def _begin(session: Session, _transaction: Any, connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection
    enter = session.info.get("enter")
    with raw.pipeline():
        raw.execute("BEGIN")
        if enter is not None:
            raw.execute(ENTER, enter)


@event.listens_for(TenantSession, "do_orm_execute")
def _name_tenant(state: ORMExecuteState) -> None:
    if state.is_select or state.is_update or state.is_delete:
        state.statement = _with_tenant(state.session, state.statement)


def _with_tenant(db: Session, statement: Any) -> Any:
    tenant_id = db.info["tenant_id"]
    return statement.options(
        with_loader_criteria(
            TenantRow,
            lambda table: table.tenant_id == tenant_id,
            include_aliases=True,
        )
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what PostgreSQL and the pool refuse into FinTrack's own errors."""
    try:
        yield
    except PoolTimeoutError as error:
        raise Unavailable(BUSY) from error
    except DBAPIError as error:
        _raise_refusal(error.orig, error)
        raise
    except psycopg.Error as error:
        _raise_refusal(error, error)
        raise


def _raise_refusal(cause: BaseException | None, error: Exception) -> None:
    known = _refusal(cause)
    if known is not None:
        raise known from error


def _refusal(cause: BaseException | None) -> FinTrackError | None:
    if not isinstance(cause, psycopg.Error):
        return None
    kind = REFUSALS.get(cause.sqlstate or "")
    if kind is not None:
        return kind(cause.diag.message_primary)
    if isinstance(cause, postgres_errors.InsufficientPrivilege):
        return PermissionDenied(FORBIDDEN)
    if isinstance(cause, postgres_errors.DiskFull):
        return Unavailable(FULL)
    if isinstance(cause, postgres_errors.NumericValueOutOfRange):
        return InvalidInput("An amount or a sum is too large for FinTrack to keep.")
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return Unavailable(UNREACHABLE)
    return None
