"""Open an installation: reach its server, prepare its database, migrate, and name its logins."""

import hashlib
import hmac
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import unquote

import psycopg
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from fintrack import config
from fintrack.config import Settings
from fintrack.errors import SetupError
from fintrack.operations import roles
from fintrack.operations.embedded import DRIVER, Server, start_server
from fintrack.operations.migration import migrate
from fintrack.operations.passwords import (
    APP_LOGIN,
    APPLICATION_LOGINS,
    MAINTENANCE_LOGIN,
    SIGN_IN_LOGIN,
    SUPERUSER,
    Passwords,
    read_passwords,
)

DATABASE = "fintrack"
OLDEST_VERSION = 160000
SCHEMES = ("postgres", "postgresql", DRIVER)
PREPARATION_LOCK = 4_611_686_018_427_380  # any number that no other program is likely to lock
ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Installation:
    """The addresses of one prepared database, a login each, and the server if it is embedded."""

    app_url: URL
    sign_in_url: URL
    maintenance_url: URL
    admin_url: URL
    home: Path
    server: Server | None


def open_installation(chosen: Settings | None = None) -> Installation:
    """Return a migrated installation that is safe to serve from, as the environment says.

    Any number of processes may open one at the same moment. `chosen` replaces the environment.

    Raises:
        SetupError: the server, the database or the roles are not fit; one sentence says why.
    """
    settings = chosen or config.settings()
    if settings.database_url:
        address = read_database_url(settings.database_url)
        return _prepared(settings, address, _derived_passwords(address, settings.home), None)
    server = start_server(
        settings.home, binaries=settings.postgres_bin, os_user=settings.postgres_os_user
    )
    _make_database(server)
    address = server.url(SUPERUSER, DATABASE)
    return _prepared(settings, address, server.cluster.passwords, server)


def read_database_url(address: str) -> URL:
    """Return the administrator's address in the form that SQLAlchemy and psycopg understand.

    Raises:
        SetupError: it is no address of a PostgreSQL database.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        message = "DATABASE_URL cannot be read; write postgresql://login:password@host/database."
        raise SetupError(message) from error
    if url.drivername not in SCHEMES:
        message = (
            f"DATABASE_URL names {url.drivername}, but FinTrack keeps its books in PostgreSQL."
        )
        raise SetupError(message)
    if not url.database:
        raise SetupError("DATABASE_URL names no database; add /fintrack at its end.")
    return url.set(drivername=DRIVER, host=unquote(url.host) if url.host else None)


def require_version(number: int) -> None:
    """Refuse a server older than PostgreSQL 16; `number` is like 180004.

    Raises:
        SetupError: naming the server's version.
    """
    if number < OLDEST_VERSION:
        found = f"{number // 10000}.{number % 10000}"
        raise SetupError(f"The server runs PostgreSQL {found}; FinTrack needs 16 or newer.")


def driver_connection(connection: Connection) -> psycopg.Connection:
    """Return the psycopg connection below `connection`, in the same transaction."""
    return cast("psycopg.Connection", connection.connection.driver_connection)


def _prepared(
    settings: Settings, address: URL, passwords: Passwords, server: Server | None
) -> Installation:
    _prepare(address, passwords)
    urls = {
        login: address.set(username=login, password=passwords.of(login))
        for login in APPLICATION_LOGINS
    }
    _require_logins(address, urls)
    return Installation(
        app_url=urls[APP_LOGIN],
        sign_in_url=urls[SIGN_IN_LOGIN],
        maintenance_url=urls[MAINTENANCE_LOGIN],
        admin_url=address,
        home=settings.home,
        server=server,
    )


def _make_database(server: Server) -> None:
    with server.connect(SUPERUSER, "postgres") as connection:
        found = connection.execute("select from pg_database where datname = %s", [DATABASE])
        if found.fetchone() is None:
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(f"create database {DATABASE} template template0")


def _prepare(address: URL, passwords: Passwords) -> None:
    """Prepare in one transaction, again when another database's preparation made the same role."""
    for attempt in range(ATTEMPTS):
        try:
            return _prepare_once(address, passwords)
        except roles.COLLISIONS as error:
            if attempt == ATTEMPTS - 1:
                message = "The server's roles are being changed all the time; start FinTrack again."
                raise SetupError(message) from error
        except psycopg.errors.InsufficientPrivilege as error:
            reason = error.diag.message_primary
            message = f"The login of DATABASE_URL may not prepare the database: {reason}."
            raise SetupError(message) from error
        time.sleep(0.1)
    return None


def _prepare_once(address: URL, passwords: Passwords) -> None:
    engine = create_engine(address, poolclass=NullPool)
    try:
        connection = engine.connect()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise SetupError(f"The database cannot be reached: {reason}.") from error
    with connection, connection.begin():
        driver = driver_connection(connection)
        require_version(driver.info.server_version)
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": PREPARATION_LOCK})
        administrator = roles.require_administrator(driver)
        roles.make_roles(driver, administrator, passwords)
        roles.require_safe_roles(driver)
        roles.make_schemas(driver, administrator)
        migrate(connection)


def _derived_passwords(address: URL, home: Path) -> Passwords:
    """Return passwords that every process with the same `DATABASE_URL` derives alike."""
    if address.password:
        return derive_passwords(str(address.password))
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return derive_passwords(read_passwords(home).secret)


def derive_passwords(secret: str) -> Passwords:
    """Return a password for each login, none of which tells `secret` or another password."""

    def derived(name: str) -> str:
        return hmac.new(secret.encode(), f"fintrack {name}".encode(), hashlib.sha256).hexdigest()

    return Passwords(
        postgres=derived(SUPERUSER),
        fintrack_app=derived(APP_LOGIN),
        fintrack_sign_in=derived(SIGN_IN_LOGIN),
        fintrack_maintenance=derived(MAINTENANCE_LOGIN),
        secret=derived("secret"),
    )


def _require_logins(address: URL, urls: dict[str, URL]) -> None:
    """Give a login our password when it has another one, as after a change of `DATABASE_URL`."""
    for login, url in urls.items():
        if _refusal(url) is None:
            continue
        with create_engine(address, poolclass=NullPool).begin() as connection:
            lock = text("select pg_advisory_xact_lock(:key)")
            connection.execute(lock, {"key": PREPARATION_LOCK})
            roles.set_password(driver_connection(connection), login, str(url.password))
        if reason := _refusal(url):
            raise SetupError(f"The login {login} cannot sign in to the database: {reason}.")


def _refusal(url: URL) -> str | None:
    """Return why a login cannot connect, None when it can."""
    try:
        create_engine(url, poolclass=NullPool).connect().close()
    except OperationalError as error:
        return str(error.orig).strip().splitlines()[0]
    return None
