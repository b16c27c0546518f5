"""What is wrong with an installation, and what to do about it."""

import shutil
import stat
from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import OperationalError

from fintrack.errors import SetupError
from fintrack.operations import roles
from fintrack.operations.installation import Installation, driver_connection, require_version
from fintrack.operations.migration import database_revision, newest_revision
from fintrack.operations.passwords import APPLICATION_LOGINS, FILE_NAME

# The first releases without the known holes; older minors are reported.
SAFE_MINORS = {16: 14, 17: 10, 18: 4}
LEAST_FREE_BYTES = 1_000_000_000

LOOSE_LOGINS = """
    select rolname, rolcanlogin from pg_roles where rolname = any(%s)
        and (rolinherit or rolcreaterole or rolcreatedb or rolreplication or not rolcanlogin)
    order by rolname
"""
UNGUARDED_TABLES = """
    select oid::regclass::text, relrowsecurity and relforcerowsecurity,
        exists (select from pg_policy where polrelid = pg_class.oid)
    from pg_class
    where relnamespace = to_regnamespace('app') and relkind in ('r', 'p')
    order by 1
"""
FOREIGN_OWNERS = """
    select oid::regclass::text, pg_get_userbyid(relowner) from pg_class
    where relnamespace = any(array[to_regnamespace('app'), to_regnamespace('sec')]::oid[])
        and relkind in ('r', 'p', 'v', 'm')
        and pg_get_userbyid(relowner) <> all(%s)
    order by 1
"""
OWNERS_VIEWS = """
    select oid::regclass::text from pg_class
    where relnamespace = to_regnamespace('app') and relkind in ('v', 'm')
        and not coalesce('security_invoker=true' = any(reloptions), false)
    order by 1
"""
PUBLIC_DATABASE = """
    select current_database() where has_database_privilege('public', current_database(), 'connect')
"""
BROKEN_CHAINS = "select slug, number from sec.broken_chains() order by slug"
WRONG_TOTALS = "select slug from sec.wrong_totals() slug order by slug"
ACTIVE_KEYS = "select count(*) from sec.signing_key where active"


def problems(installation: Installation) -> list[str]:
    """Return one sentence for each thing that is wrong, saying what to do; empty when well."""
    engine = create_engine(installation.admin_url, poolclass=NullPool)
    found = [*_secrets_problems(installation), *_disk_problems(installation)]
    try:
        connection = engine.connect()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        return [*found, f"The database cannot be reached ({reason}); start it."]
    with connection:
        for check in CHECKS:
            found += check(connection)
    return found


def rebuild_totals(installation: Installation) -> list[str]:
    """Rebuild the totals that are not what the transactions add up to; return whose they were."""
    engine = create_engine(installation.admin_url, poolclass=NullPool)
    with engine.begin() as connection:
        driver = driver_connection(connection)
        driver.execute("set local role fintrack_security")
        slugs = [slug for (slug,) in driver.execute(WRONG_TOTALS)]
        for slug in slugs:
            driver.execute("select sec.rebuild_totals(%s)", [slug])
    return slugs


def version_problems(number: int) -> list[str]:
    """Return what speaks against a server version such as 180004."""
    major, minor = divmod(number, 10000)
    try:
        require_version(number)
    except SetupError as error:
        return [str(error)]
    if minor < SAFE_MINORS.get(major, 0):
        wanted = f"{major}.{SAFE_MINORS[major]}"
        return [f"PostgreSQL {major}.{minor} has known faults; update it to {wanted} or later."]
    return []


def _version_problems(connection: Connection) -> list[str]:
    return version_problems(driver_connection(connection).info.server_version)


def _role_problems(connection: Connection) -> list[str]:
    driver = driver_connection(connection)
    present = {name for (name,) in driver.execute("select rolname from pg_roles")}
    missing = [name for name in roles.ALL_ROLES if name not in present]
    if missing:
        return [f"The roles {', '.join(missing)} are missing; start FinTrack to make them."]
    sentences = roles.unsafe_roles(driver)
    cure = "LOGIN NOINHERIT NOCREATEROLE NOCREATEDB NOREPLICATION"
    for name, may_sign_in in driver.execute(LOOSE_LOGINS, [list(APPLICATION_LOGINS)]):
        fault = "is too strong" if may_sign_in else "may not sign in"
        sentences.append(f"The login {name} {fault}; run ALTER ROLE {name} {cure}.")
    for (database,) in driver.execute(PUBLIC_DATABASE):
        cure = f"run REVOKE ALL ON DATABASE {database} FROM PUBLIC as its owner"
        sentences.append(f"Every login of the server may connect to {database}; {cure}.")
    return sentences


def _table_problems(connection: Connection) -> list[str]:
    driver = driver_connection(connection)
    sentences = []
    for table, is_forced, has_policy in driver.execute(UNGUARDED_TABLES):
        if not is_forced:
            cure = f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
            sentences.append(f"{table} is not bound by row security; run {cure}.")
        if not has_policy:
            sentences.append(f"{table} has no row policy; restore the schema from a backup.")
    for (view,) in driver.execute(OWNERS_VIEWS):
        cure = f"run ALTER VIEW {view} SET (security_invoker = true)"
        sentences.append(f"{view} shows its owner's rows; {cure}.")
    owners = list(roles.OWNERS)
    for table, owner in driver.execute(FOREIGN_OWNERS, [owners]):
        sentences.append(f"{table} belongs to {owner}; give it back to {' or '.join(owners)}.")
    return sentences


def _key_problems(connection: Connection) -> list[str]:
    driver = driver_connection(connection)
    try:
        with driver.transaction():
            row = driver.execute(ACTIVE_KEYS).fetchone()
    except psycopg.errors.UndefinedTable:
        return []
    if row == (1,):
        return []
    count = row[0] if row else 0
    cure = "run SELECT sec.rotate_signing_key() as the administrator"
    return [f"There are {count} active signing keys instead of one; {cure}."]


def _chain_problems(connection: Connection) -> list[str]:
    return [
        f"The activity of {slug} was tampered with at event {number}; compare it with a backup."
        for slug, number in _found_by_security(connection, BROKEN_CHAINS)
    ]


def _total_problems(connection: Connection) -> list[str]:
    cure = "run `python -m fintrack doctor --repair`"
    return [
        f"The totals of {slug} are not what its transactions add up to; {cure}."
        for (slug,) in _found_by_security(connection, WRONG_TOTALS)
    ]


def _found_by_security(connection: Connection, question: LiteralString) -> list[tuple[Any, ...]]:
    driver = driver_connection(connection)
    try:
        with driver.transaction():
            driver.execute("set local role fintrack_security")
            return driver.execute(question).fetchall()
    except (psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName):
        return []


def _migration_problems(connection: Connection) -> list[str]:
    revision, newest = database_revision(connection), newest_revision()
    if revision == newest:
        return []
    found = revision or "none"
    return [f"The schema is at revision {found}, not {newest}; run `python -m fintrack migrate`."]


def _secrets_problems(installation: Installation) -> list[str]:
    path = installation.home / FILE_NAME
    if not path.exists():
        return [f"{path} is missing; put it back from your backup."] if installation.server else []
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return [f"Others may read {path}; run chmod 600 on it."]
    return []


def _disk_problems(installation: Installation) -> list[str]:
    if installation.server is None:
        return []
    folder = installation.server.cluster.ground
    free = shutil.disk_usage(folder).free
    if free >= LEAST_FREE_BYTES:
        return []
    return [f"Only {free // 10**6} MB are free on the disk of {folder}; make room."]


CHECKS: tuple[Callable[[Connection], list[str]], ...] = (
    _version_problems,
    _role_problems,
    _table_problems,
    _key_problems,
    _chain_problems,
    _total_problems,
    _migration_problems,
)
