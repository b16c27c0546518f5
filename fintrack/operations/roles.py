"""PostgreSQL's roles: what a database needs before its schema can be migrated.

Roles belong to the whole server, so several databases and processes may make them at once;
everything here looks first and changes only what is missing.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import LiteralString

import psycopg
from psycopg import sql

from fintrack.errors import SetupError
from fintrack.operations.passwords import (
    APP_LOGIN,
    APPLICATION_LOGINS,
    Passwords,
)

DATA_OWNER = "fintrack_data"
SECURITY_OWNER = "fintrack_security"
OWNERS = (DATA_OWNER, SECURITY_OWNER)
MEMBER_ROLES = ("fintrack_viewer", "fintrack_member", "fintrack_admin", "fintrack_owner")
ALL_ROLES = (*OWNERS, *MEMBER_ROLES, *APPLICATION_LOGINS)

SCHEMAS = {
    "sec": SECURITY_OWNER,
    "migration": SECURITY_OWNER,
    "app": DATA_OWNER,
    "ref": DATA_OWNER,
}

# What a second process that makes the same roles at the same moment can cause.
COLLISIONS = (
    psycopg.errors.DuplicateObject,
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.InternalError_,
)

ADMINISTRATOR = """
    select rolname, rolsuper or rolcreaterole,
        has_database_privilege(current_database(), 'create'), current_database()
    from pg_roles where rolname = current_user
"""
MEMBERSHIPS = """
    select role.rolname, member.rolname
    from pg_auth_members
    join pg_roles role on role.oid = roleid
    join pg_roles member on member.oid = pg_auth_members.member
    where set_option and (inherit_option or not member.rolinherit)
"""
UNSAFE_ROLES = """
    select rolname, rolsuper from pg_roles
    where rolname = any(%s) and (rolsuper or rolbypassrls)
    order by rolname
"""
UNSAFE_MEMBERSHIPS = """
    select member, owner from unnest(%s::text[]) member, unnest(%s::text[]) owner
    where pg_has_role(member, owner, 'member')
        and not (select rolsuper from pg_roles where rolname = member)
    order by 1, 2
"""
PUBLIC_MAY_ENTER = "select has_database_privilege('public', current_database(), 'connect, temp')"
PUBLIC_MAY_USE_PUBLIC = """
    select has_schema_privilege('public', oid, 'usage')
        or has_schema_privilege('public', oid, 'create')
    from pg_namespace where nspname = 'public'
"""
IS_SUPERUSER = "select rolsuper from pg_roles where rolname = current_user"
# What one tenant's injected statement could leave for, or read of, another: files inside the
# database, and the text of statements that run now.
LARGE_OBJECT_FUNCTIONS = """
    do $$
    declare
        f regprocedure;
    begin
        for f in select oid::regprocedure from pg_proc
            where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^lo(_.*|read|write)$'
            and has_function_privilege('public', oid, 'execute')
        loop
            execute format('revoke execute on function %s from public', f);
        end loop;
    end $$
"""
WATCHED_LOGINS = """
    select rolname from pg_roles
    where rolname = any(%s) and not ('track_activities=off' = any(coalesce(rolconfig, '{}')))
"""
LOGINS_WITHOUT_CONNECT = """
    select login from unnest(%s::text[]) login
    where not has_database_privilege(login, current_database(), 'connect')
"""
GRANT = "grant {} to {}"
GRANT_TO_SELF = "grant {} to {} with inherit true, set true"


@dataclass(frozen=True, slots=True)
class Administrator:
    """The login that sets a database up; a superuser or a plain login with CREATEROLE."""

    name: str
    database: str


def require_administrator(connection: psycopg.Connection) -> Administrator:
    """Return the connected login.

    Raises:
        SetupError: it may not make roles and schemas, or is one of the application's own.
    """
    row = connection.execute(ADMINISTRATOR).fetchone()
    name, makes_roles, makes_schemas, database = row or ("", False, False, "")
    if name in ALL_ROLES:
        message = (
            f"DATABASE_URL names {name}, which FinTrack makes for itself; name its administrator."
        )
        raise SetupError(message)
    if not makes_roles:
        raise SetupError(
            f"The login {name} of DATABASE_URL may not make roles; give it CREATEROLE."
        )
    if not makes_schemas:
        message = f"The login {name} may not make schemas in {database}; grant it CREATE there."
        raise SetupError(message)
    return Administrator(name, database)


def make_roles(
    connection: psycopg.Connection, administrator: Administrator, passwords: Passwords
) -> None:
    """Make the missing roles and memberships; those that exist keep their passwords."""
    known = {name for (name,) in connection.execute("select rolname from pg_roles")}
    for name in (*OWNERS, *MEMBER_ROLES):
        if name not in known:
            _run(connection, "create role {} nologin", name)
    for name in APPLICATION_LOGINS:
        if name not in known:
            _run(connection, "create role {} login noinherit", name)
            set_password(connection, name, passwords.of(name))
    present = set(connection.execute(MEMBERSHIPS).fetchall())
    for role, member in _memberships(administrator):
        if (role, member) not in present:
            _run(connection, GRANT_TO_SELF if member == administrator.name else GRANT, role, member)


def set_password(connection: psycopg.Connection, login: str, password: str) -> None:
    """Give `login` the password; only its SCRAM verifier reaches the server and its log."""
    verifier = connection.pgconn.encrypt_password(
        password.encode(), login.encode(), b"scram-sha-256"
    )
    statement = sql.SQL("alter role {} password {}")
    connection.execute(statement.format(sql.Identifier(login), sql.Literal(verifier.decode())))


def make_schemas(connection: psycopg.Connection, administrator: Administrator) -> None:
    """Make the missing schemas and close the database to everybody but the three logins.

    Raises:
        SetupError: a login may not connect and the administrator may not let it.
    """
    for schema, owner in SCHEMAS.items():
        if not _holds(connection, "select to_regnamespace(%s) is not null", schema):
            _run(connection, "create schema {} authorization {}", schema, owner)
    if _holds(connection, PUBLIC_MAY_ENTER) or _shut_out(connection):
        for login in APPLICATION_LOGINS:
            _run(connection, "grant connect on database {} to {}", administrator.database, login)
        _run(connection, "revoke all on database {} from public", administrator.database)
    if _holds(connection, PUBLIC_MAY_USE_PUBLIC):
        connection.execute("revoke all on schema public from public")
    if _holds(connection, IS_SUPERUSER):
        _close_side_channels(connection)
    for login in _shut_out(connection):
        database = administrator.database
        message = f"The login {login} may not connect to {database}; grant it CONNECT as the owner."
        raise SetupError(message)


def require_safe_roles(connection: psycopg.Connection) -> None:
    """Refuse a server on which row security would not bind the application.

    Raises:
        SetupError: naming the first role that is too strong and what to do.
    """
    for problem in unsafe_roles(connection):
        raise SetupError(problem)


def unsafe_roles(connection: psycopg.Connection) -> list[str]:
    """Return one sentence for each role that row security would not bind."""
    problems = []
    for name, is_superuser in connection.execute(UNSAFE_ROLES, [list(ALL_ROLES)]):
        word, cure = (
            ("a superuser", "SUPERUSER") if is_superuser else ("above row security", "BYPASSRLS")
        )
        problems.append(f"The role {name} is {word}; run ALTER ROLE {name} NO{cure}.")
    weak = [*APPLICATION_LOGINS, *MEMBER_ROLES]
    for member, owner in connection.execute(UNSAFE_MEMBERSHIPS, [weak, list(OWNERS)]):
        problems.append(
            f"The role {member} is a member of {owner}; run REVOKE {owner} FROM {member}."
        )
    return problems


def _close_side_channels(connection: psycopg.Connection) -> None:
    """Close what only a superuser can close; the walls hold without it."""
    connection.execute(LARGE_OBJECT_FUNCTIONS)
    for (login,) in connection.execute(WATCHED_LOGINS, [list(APPLICATION_LOGINS)]).fetchall():
        _run(connection, "alter role {} set track_activities = off", login)


def _memberships(administrator: Administrator) -> list[tuple[str, str]]:
    """Return (role, member): each member role contains the weaker ones, the application all."""
    ladder = list(pairwise(MEMBER_ROLES))
    granted_to_app = [(role, APP_LOGIN) for role in MEMBER_ROLES]
    return ladder + granted_to_app + [(owner, administrator.name) for owner in OWNERS]


def _shut_out(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(LOGINS_WITHOUT_CONNECT, [list(APPLICATION_LOGINS)])
    return [login for (login,) in rows]


def _holds(connection: psycopg.Connection, question: str, *values: str) -> bool:
    row = connection.execute(question, values).fetchone()
    return bool(row and row[0])


def _run(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
