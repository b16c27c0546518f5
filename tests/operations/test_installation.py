"""Opening an installation: any PostgreSQL from 16, as superuser or as a plain administrator."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.exc import ProgrammingError

from fintrack.config import Settings, read_settings
from fintrack.errors import SetupError
from fintrack.operations.embedded import Server, stop
from fintrack.operations.health import problems
from fintrack.operations.installation import (
    Installation,
    derive_passwords,
    open_installation,
    read_database_url,
    require_version,
)
from fintrack.operations.passwords import APPLICATION_LOGINS

Start = Callable[..., Server]

ROOT = Path(__file__).parents[2]
PROGRAM = """
from fintrack.operations.installation import open_installation
print(open_installation().app_url.render_as_string(hide_password=False))
"""


@pytest.fixture(params=[16, 18])
def server(start: Start, request: pytest.FixtureRequest) -> Server:
    """Return a server that a customer brings: PostgreSQL 16 and 18, with an empty database."""
    brought = start(major=request.param)
    run(brought, "create database books")
    return brought


@pytest.fixture
def server_18(start: Start) -> Server:
    """Return a server of the recommended version with an empty database."""
    brought = start()
    run(brought, "create database books")
    return brought


def run(server: Server, *statements: str, database: str = "postgres") -> None:
    """Run the superuser's statements."""
    with server.connect("postgres", database) as connection:
        for statement in statements:
            connection.execute(statement)


def superuser(server: Server, database: str = "books") -> str:
    """Return the superuser's address."""
    return server.url("postgres", database).render_as_string(hide_password=False)


def manager(server: Server, *, attributes: str = "createrole") -> str:
    """Return the address of a new plain login that owns the database, as managed services give."""
    run(
        server,
        f"create role manager login {attributes} password 'p@ss/word'",
        "alter database books owner to manager",
    )
    return address_of(server, "manager", "p@ss/word")


def address_of(server: Server, login: str, password: str) -> str:
    """Return the address of the customer's database for `login`."""
    url = server.url("postgres", "books").set(username=login, password=password)
    return url.render_as_string(hide_password=False)


def external(address: str, new_home: Path) -> Settings:
    """Return the settings of an installation on the customer's database."""
    return read_settings({"DATABASE_URL": address, "FINTRACK_HOME": str(new_home / "external")})


def answer(url: URL, question: str) -> object:
    """Return the one value that the login of `url` is given."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        return connection.execute(text(question)).scalar_one()


def become(url: URL, role: str) -> None:
    """Let the login of `url` take `role`."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text(f"set local role {role}"))


def catalogs(server: Server) -> list[object]:
    """Return a mark of each catalog that changes with every row written there."""
    names = ("pg_authid", "pg_auth_members", "pg_database", "pg_namespace", "pg_class")
    question = "select sum(xmin::text::bigint) from {}"
    url = server.url("postgres", "books")
    return [answer(url, question.format(name)) for name in names]


def open_at_once(environments: list[dict[str, str]]) -> list[str]:
    """Return what each of several processes says that open installations at the same moment."""
    path = os.pathsep.join([str(ROOT), *sys.path])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"PYTHONPATH": path} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for environment in environments
    ]
    return [process.communicate()[0].strip() for process in processes]


# --- preparing ----------------------------------------------------------------------------------


def test_without_a_database_url_the_embedded_server_is_prepared(new_home: Path) -> None:
    opened = open_installation(read_settings({"FINTRACK_HOME": str(new_home)}))
    assert opened.server is not None
    assert answer(opened.app_url, "select current_user::text") == "fintrack_app"
    assert answer(opened.sign_in_url, "select current_user::text") == "fintrack_sign_in"
    assert answer(opened.maintenance_url, "select current_user::text") == "fintrack_maintenance"
    stop(opened.server)


def test_a_superuser_prepares_a_healthy_database(server: Server, new_home: Path) -> None:
    assert problems(open_installation(external(superuser(server), new_home))) == []


def test_a_plain_administrator_prepares_a_healthy_database(server: Server, new_home: Path) -> None:
    assert problems(open_installation(external(manager(server), new_home))) == []


def test_an_administrator_who_does_not_own_the_database_prepares_it(
    server: Server, new_home: Path
) -> None:
    run(
        server,
        "create role manager login noinherit createrole password 'secret'",
        "grant create on database books to manager",
    )
    opened = open_installation(external(address_of(server, "manager", "secret"), new_home))
    (only_the_owner_may_close_it,) = problems(opened)
    assert "REVOKE ALL ON DATABASE books FROM PUBLIC" in only_the_owner_may_close_it


def test_opening_again_writes_nothing_into_the_catalogs(server: Server, new_home: Path) -> None:
    settings = external(manager(server), new_home)
    first = open_installation(settings)
    before = catalogs(server)
    assert open_installation(settings) == first
    assert catalogs(server) == before


def test_the_app_login_takes_the_members_roles_and_no_owners(
    server: Server, new_home: Path
) -> None:
    opened = open_installation(external(manager(server), new_home))
    for role in ("fintrack_viewer", "fintrack_member", "fintrack_admin", "fintrack_owner"):
        become(opened.app_url, role)
    for role in ("fintrack_data", "fintrack_security", "manager"):
        with pytest.raises(ProgrammingError, match="permission denied to set role"):
            become(opened.app_url, role)


def test_each_stronger_role_contains_the_weaker(server_18: Server, new_home: Path) -> None:
    opened = open_installation(external(superuser(server_18), new_home))
    ladder = ("fintrack_viewer", "fintrack_member", "fintrack_admin", "fintrack_owner")
    for strength, stronger in enumerate(ladder):
        for weakness, weaker in enumerate(ladder):
            question = f"select pg_has_role('{stronger}', '{weaker}', 'usage')"
            assert answer(opened.admin_url, question) == (strength >= weakness)


def test_a_stranger_may_not_connect(server_18: Server, new_home: Path) -> None:
    open_installation(external(manager(server_18), new_home))
    run(server_18, "create role stranger login password 'secret'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(address_of(server_18, "stranger", "secret").replace("+psycopg", ""))


def test_a_login_with_another_password_gets_ours_again(server_18: Server, new_home: Path) -> None:
    settings = external(manager(server_18), new_home)
    open_installation(settings)
    run(server_18, "alter role fintrack_app password 'something else'")
    assert answer(open_installation(settings).app_url, "select 1") == 1


# --- several processes at once ------------------------------------------------------------------


def test_four_processes_prepare_one_database_at_once(server_18: Server) -> None:
    environment = {"DATABASE_URL": manager(server_18)}
    answers = open_at_once([environment] * 4)
    assert len(set(answers)) == 1
    assert answers[0].startswith("postgresql+psycopg://fintrack_app:")


def test_two_databases_of_one_server_are_prepared_at_once(
    server_18: Server, new_home: Path
) -> None:
    run(server_18, "create database other")
    addresses = [superuser(server_18, name) for name in ("books", "other") * 2]
    answers = open_at_once([{"DATABASE_URL": address} for address in addresses])
    assert all("fintrack_app" in each for each in answers), answers
    for address in addresses[:2]:
        assert problems(open_installation(external(address, new_home))) == []


def test_three_first_starts_of_the_embedded_server_agree(new_home: Path) -> None:
    environment = {"FINTRACK_HOME": str(new_home), "DATABASE_URL": ""}
    answers = open_at_once([environment] * 3)
    assert len(set(answers)) == 1, answers


# --- refusals, each in one sentence -------------------------------------------------------------


@pytest.mark.parametrize(("number", "name"), [(150020, "15.20"), (90624, "9.624")])
def test_an_older_server_is_refused(number: int, name: str) -> None:
    with pytest.raises(SetupError, match=f"runs PostgreSQL {name}; FinTrack needs 16 or newer"):
        require_version(number)


@pytest.mark.parametrize("number", [160000, 180004, 190000])
def test_a_newer_server_is_accepted(number: int) -> None:
    require_version(number)


@pytest.mark.parametrize("login", APPLICATION_LOGINS)
def test_a_superuser_login_is_refused(server_18: Server, new_home: Path, login: str) -> None:
    settings = external(superuser(server_18), new_home)
    open_installation(settings)
    run(server_18, f"alter role {login} superuser")
    with pytest.raises(SetupError, match=f"The role {login} is a superuser"):
        open_installation(settings)


@pytest.mark.parametrize("role", [*APPLICATION_LOGINS, "fintrack_owner", "fintrack_data"])
def test_a_role_above_row_security_is_refused(server_18: Server, new_home: Path, role: str) -> None:
    settings = external(superuser(server_18), new_home)
    open_installation(settings)
    run(server_18, f"alter role {role} bypassrls")
    with pytest.raises(SetupError, match=f"ALTER ROLE {role} NOBYPASSRLS"):
        open_installation(settings)


def test_a_login_that_may_become_an_owner_is_refused(server_18: Server, new_home: Path) -> None:
    settings = external(superuser(server_18), new_home)
    open_installation(settings)
    run(server_18, "grant fintrack_security to fintrack_sign_in")
    with pytest.raises(SetupError, match="REVOKE fintrack_security FROM fintrack_sign_in"):
        open_installation(settings)


def test_an_administrator_without_createrole_is_refused(server: Server, new_home: Path) -> None:
    with pytest.raises(SetupError, match="give it CREATEROLE"):
        open_installation(external(manager(server, attributes="nocreaterole"), new_home))


def test_an_administrator_who_may_not_make_schemas_is_refused(
    server: Server, new_home: Path
) -> None:
    run(server, "create role manager login createrole password 'secret'")
    with pytest.raises(SetupError, match="may not make schemas in books"):
        open_installation(external(address_of(server, "manager", "secret"), new_home))


def test_a_second_administrator_without_rights_on_the_roles_is_refused(
    server: Server, new_home: Path
) -> None:
    open_installation(external(superuser(server), new_home))
    with pytest.raises(SetupError, match="may not prepare the database"):
        open_installation(external(manager(server), new_home))


def test_an_application_login_is_no_administrator(server_18: Server, new_home: Path) -> None:
    opened = open_installation(external(superuser(server_18), new_home))
    address = opened.app_url.render_as_string(hide_password=False)
    with pytest.raises(SetupError, match="name its administrator"):
        open_installation(external(address, new_home))


def test_an_application_older_than_the_schema_is_refused(server_18: Server, new_home: Path) -> None:
    settings = external(superuser(server_18), new_home)
    open_installation(settings)
    run(server_18, "update migration.version set version_num = '9999'", database="books")
    with pytest.raises(SetupError, match="older than its database"):
        open_installation(settings)


def test_a_refused_preparation_leaves_nothing_behind(server_18: Server, new_home: Path) -> None:
    run(server_18, "create role fintrack_app login bypassrls")
    with pytest.raises(SetupError):
        open_installation(external(superuser(server_18), new_home))
    question = "select count(*) from pg_roles where rolname like 'fintrack%'"
    assert answer(server_18.url("postgres", "books"), question) == 1


def test_a_server_that_does_not_answer_is_named(new_home: Path) -> None:
    with pytest.raises(SetupError, match="cannot be reached"):
        open_installation(external("postgresql://ana:secret@127.0.0.1:1/books", new_home))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://ana:secret@host/books", "names mysql"),
        ("sqlite:///books.db", "names sqlite"),
        ("nothing at all", "cannot be read"),
        ("postgresql://ana:secret@host:port/books", "cannot be read"),
        ("postgresql://ana:secret@host", "names no database"),
    ],
)
def test_an_address_that_is_no_database_is_refused(address: str, words: str) -> None:
    with pytest.raises(SetupError, match=words) as refusal:
        read_database_url(address)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgres://ana:p%40ss@host:5433/books?sslmode=require",
        "postgresql://ana:p%40ss@host:5433/books?sslmode=require",
        "postgresql+psycopg://ana:p%40ss@host:5433/books?sslmode=require",
    ],
)
def test_the_three_spellings_of_an_address_mean_the_same(address: str) -> None:
    url = read_database_url(address)
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.host, url.port) == ("ana", "p@ss", "host", 5433)
    assert dict(url.query) == {"sslmode": "require"}


def test_an_address_may_name_a_socket_folder_as_its_host(server_18: Server, new_home: Path) -> None:
    folder = str(server_18.cluster.sockets).replace("/", "%2F")
    password = server_18.cluster.passwords.postgres
    address = f"postgresql://postgres:{password}@{folder}:5432/books"
    assert isinstance(open_installation(external(address, new_home)), Installation)


# --- derived passwords --------------------------------------------------------------------------


def test_processes_with_the_same_address_derive_the_same_passwords(
    server_18: Server, new_home: Path
) -> None:
    address = superuser(server_18)
    first = open_installation(external(address, new_home / "one"))
    second = open_installation(external(address, new_home / "two"))
    assert first.app_url == second.app_url


def test_derived_passwords_differ_by_login_and_by_secret() -> None:
    one, two = derive_passwords("one"), derive_passwords("two")
    assert len({one.of(login) for login in APPLICATION_LOGINS}) == len(APPLICATION_LOGINS)
    assert one.fintrack_app != two.fintrack_app


def test_an_address_without_a_password_uses_the_secret_of_the_home(
    server_18: Server, new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", server_18.cluster.passwords.postgres)
    url = server_18.url("postgres", "books")._replace(password=None)
    settings = external(url.render_as_string(), new_home)
    opened = open_installation(settings)
    assert (settings.home / "secrets.json").stat().st_mode & 0o077 == 0
    assert open_installation(settings).app_url == opened.app_url
