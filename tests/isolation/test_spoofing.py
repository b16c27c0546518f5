"""Group E: forged contexts, and SQL that somebody smuggled into a statement of the application."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import psycopg
import pytest
from psycopg import errors, sql

from fintrack.context import Role
from fintrack.db import maintenance_transaction, tenant_transaction
from fintrack.errors import FinTrackError
from fintrack.one_statement import OneStatementCursor
from fintrack.operations.passwords import APPLICATION_LOGINS
from fintrack.operations.roles import ALL_ROLES, MEMBER_ROLES
from tests.isolation.outcomes import ID, ids_in
from tests.isolation.rows import TABLES
from tests.isolation.test_pool import driver
from tests.isolation.world import ROLES, World, connect

SET = "select set_config('fintrack.context', %s, true)"
READ = "select tenant_id from app.category"
PARTS = ("key", "tenant", "user", "rank", "abilities", "seer", "source", "stamp", "signature")
BROKEN: dict[str, Callable[[str], str]] = {
    "empty": lambda _own: "",
    "cut": lambda own: own[:-1],
    "without its signature": lambda own: own.rpartition("|")[0],
    "too long": lambda own: own + "0",
    "a megabyte": lambda own: own * 5000,
    "in another script": lambda own: own.replace("1", "\N{FULLWIDTH DIGIT ONE}"),
    "with a line behind": lambda own: own + "\n",
    "twice": lambda own: f"{own}|{own}",
    "another number": lambda own: "0" + own,
}
SCHEMA_OF_SECRETS = (
    "select relname from pg_class where relnamespace = 'sec'::regnamespace and relkind = 'r'"
)
# What stands after a quote that nobody doubled, in `select name from app.tag where name = '…'`.
SMUGGLED = {
    "everything": "' or true --",
    "union": "' union select tenant_id::text from app.{0} --",
    "setting": "' or set_config('fintrack.context', '{1}', true) is not null --",
    "setting first": "' union select set_config('fintrack.context', '{1}', true) union all"
    " select tenant_id::text from app.{0} --",
    "role": "' or set_config('role', 'fintrack_owner', true) is not null union"
    " select tenant_id::text from app.{0} --",
    "no role": "' or set_config('role', 'none', true) is not null union"
    " select tenant_id::text from app.{0} --",
    "entry": "' union select sec.enter('\\x00', '{2}') --",
    "session": "' union select encode(handle_hash, 'hex') from sec.session --",
    "key": "' union select encode(inner_pad, 'hex') from sec.signing_key --",
    "person": "' union select email from sec.users --",
    "signature": "' union select sec.signature('1', '{1}') --",
    "xml": "' union select query_to_xml('select * from app.{0}', true, true, '')::text --",
    "reset": "'; reset role; select tenant_id::text from app.{0} --",
    "second statement": "'; select set_config('fintrack.context', '{1}', true) --",
    "commit": "'; commit; begin; select tenant_id::text from app.{0} --",
    "do": "'; do $$ begin perform set_config('fintrack.context', '{1}', true); end $$ --",
    "copy": "'; copy app.{0} to stdout --",
}
SECOND = [name for name, text in SMUGGLED.items() if ";" in text]
every_role = pytest.mark.parametrize("role", ROLES)


@pytest.mark.parametrize("part", PARTS)
def test_e1_no_part_of_a_context_can_be_changed(world: World, part: str) -> None:
    with world.entered(world.family.members[Role.VIEWER]) as connection:
        parts = _own_context(connection).split("|")
        place = PARTS.index(part)
        parts[place] = _other(world, part, parts[place])
        connection.execute(SET, ["|".join(parts)])
        _require_invalid(connection)


def test_e1_a_context_is_worth_nothing_in_another_transaction(world: World) -> None:
    ana = world.family.members[Role.OWNER]
    with world.entered(ana) as connection:
        earlier = _own_context(connection)
    with world.entered(ana) as connection:
        connection.execute(SET, [earlier])
        _require_invalid(connection)


@pytest.mark.parametrize("broken", BROKEN)
def test_e2_a_broken_context_is_refused(world: World, broken: str) -> None:
    with world.entered(world.family.members[Role.OWNER]) as connection:
        connection.execute(SET, [BROKEN[broken](_own_context(connection))])
        with pytest.raises(
            psycopg.DatabaseError, match=r"context is not valid|no tenant was entered"
        ):
            connection.execute(READ)


@every_role
@pytest.mark.parametrize("name", [*ALL_ROLES, "postgres"])
def test_e3_another_role_shows_nothing_of_another_tenant(
    world: World, role: Role, name: str
) -> None:
    with (
        world.entered(world.family.members[role]) as connection,
        suppress(errors.InsufficientPrivilege),
    ):
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(name)))
        assert name in (*MEMBER_ROLES, "fintrack_app")
        assert set(connection.execute(READ)) <= {(world.family.id,)}


@every_role
def test_e3_without_its_role_a_session_may_read_nothing(world: World, role: Role) -> None:
    with world.entered(world.family.members[role]) as connection:
        connection.execute("reset role")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(READ)


@every_role
def test_e3_nobody_takes_another_login(world: World, role: Role) -> None:
    with world.entered(world.family.members[role]) as connection:
        for name in ("postgres", "fintrack_sign_in", "fintrack_data"):
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute(
                    sql.SQL("set session authorization {}").format(sql.Identifier(name))
                )


@every_role
def test_e4_nobody_enters_again_from_inside(world: World, role: Role) -> None:
    member = world.family.members[role]
    with world.entered(member) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("select sec.enter(%s, %s)", [member.session.handle, world.family.id])


@every_role
def test_e5_no_member_reads_users_sessions_and_keys(world: World, role: Role) -> None:
    with world.administrator() as admin:
        tables = [name for (name,) in admin.execute(SCHEMA_OF_SECRETS)]
    assert {"users", "session", "signing_key"} <= set(tables)
    with world.entered(world.family.members[role]) as connection:
        for name in tables:
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute(sql.SQL("select 1 from sec.{}").format(sql.Identifier(name)))


@pytest.mark.parametrize("login", APPLICATION_LOGINS)
def test_e5_no_login_reads_the_keys(world: World, login: str) -> None:
    url = next(
        each for each in (world.database.logins.app, world.database.logins.sign_in,
                          world.database.logins.maintenance) if each.username == login
    )  # fmt: skip
    with connect(url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("select inner_pad from sec.signing_key")


@every_role
@pytest.mark.parametrize("table", TABLES)
def test_e6_row_security_that_is_switched_off_refuses_to_answer(
    world: World, table: str, role: Role
) -> None:
    with world.entered(world.family.members[role]) as connection:
        connection.execute("set local row_security = off")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"select tenant_id from app.{table}")


@pytest.mark.parametrize("cut", [";", "; ", ";\n--\n"])
def test_e7_a_second_statement_is_refused(world: World, cut: str) -> None:
    with (
        world.doors(),
        tenant_transaction(world.family.members[Role.OWNER]) as session,
        pytest.raises(errors.SyntaxError, match="multiple commands"),
    ):
        driver(session).execute(f"select 1{cut}delete from app.tag")


@pytest.mark.parametrize(
    "command",
    [
        "copy (select 1) to stdout; reset role",
        "commit; reset role; copy (select 1) to stdout",
    ],
)
def test_e7_a_second_statement_beside_a_copy_is_refused(world: World, command: str) -> None:
    with world.doors(), tenant_transaction(world.family.members[Role.OWNER]) as session:
        cursor = driver(session).cursor()
        assert isinstance(cursor, OneStatementCursor)
        with pytest.raises(errors.SyntaxError, match="multiple commands"), cursor.copy(command):
            pass


@pytest.mark.parametrize("text", SMUGGLED)
@pytest.mark.parametrize("table", ["category", "transaction", "membership"])
def test_smuggled_sql_gets_nothing_of_another_tenant(world: World, table: str, text: str) -> None:
    found = _smuggle(world, SMUGGLED[text], table)
    ids = {UUID(each) for text in found for each in ID.findall(text)}
    assert ids <= ids_in(world, world.family.id)
    assert [text for text in found if "@" in text] == []


@pytest.mark.parametrize("table", ["category", "transaction", "membership"])
def test_smuggled_sql_runs_at_all(world: World, table: str) -> None:
    found = _smuggle(world, SMUGGLED["union"], table)
    assert found == {str(world.family.id)}


@pytest.mark.parametrize("text", ["entry", "session", "key", "person", "signature", *SECOND])
def test_smuggled_sql_reads_no_secret_and_sends_no_second_statement(
    world: World, text: str
) -> None:
    assert _smuggle(world, SMUGGLED[text], "category") == set()


def test_e11_a_context_signed_by_a_removed_key_is_refused(copied: Callable[[], World]) -> None:
    world = copied()
    ana = world.family.members[Role.OWNER]
    with world.entered(ana) as connection:
        connection.execute(READ)
        with world.doors(), maintenance_transaction("rotation") as session:
            driver(session).execute("select sec.rotate_signing_key()")
        assert connection.execute(READ).fetchall()
        with world.database.administrator() as admin:
            admin.execute("delete from sec.signing_key where not active")
        _require_invalid(connection)
    with world.entered(ana) as connection:
        assert connection.execute(READ).fetchall()


def _smuggle(world: World, text: str, table: str) -> set[str]:
    """Return what comes out of a statement of Ana's into which somebody else wrote."""
    ana, cleo = (book.members[Role.OWNER] for book in (world.family, world.company))
    found: set[str] = set()
    with (
        suppress(psycopg.Error, FinTrackError),
        world.doors(),
        tenant_transaction(ana) as session,
    ):
        forged = _own_context(driver(session)).replace(str(ana.tenant_id), str(cleo.tenant_id))
        words = text.format(
            table, forged.replace(str(ana.user_id), str(cleo.user_id)), world.company.id
        )
        rows = driver(session).execute(f"select name from app.tag where name = '{words}'")
        found = {name for (name,) in rows}
    return found


def _own_context(connection: psycopg.Connection) -> str:
    found = connection.execute("select current_setting('fintrack.context')").fetchone()
    assert found
    return str(found[0])


def _other(world: World, part: str, own: str) -> str:
    return {
        "tenant": str(world.company.id),
        "user": str(world.family.members[Role.OWNER].user_id),
        "rank": "40",
        "key": "2",
        "abilities": "31",
        "seer": str(world.family.members[Role.OWNER].user_id),
        "source": "API",
        "stamp": str(int(own) + 1) if own.isdigit() else "",
        "signature": own[::-1],
    }[part]


def test_e_a_claimed_tenant_is_not_kept_from_writing(world: World) -> None:
    nothing = "insert into app.transaction (id) select gen_random_uuid() where false"
    with world.entered(world.family.members[Role.OWNER]) as connection:
        connection.execute(SET, [f"1|{world.company.id}|claimed"])
        with pytest.raises(psycopg.DatabaseError, match="the context is not valid"):
            connection.execute(nothing)


def _require_invalid(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.DatabaseError, match="the context is not valid"):
        connection.execute(READ)
