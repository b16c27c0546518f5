"""What FinTrack does not serve from: each refusal is one sentence that says what to do."""

from pathlib import Path

import pytest

from fintrack.errors import SetupError
from fintrack.operations.embedded import Server
from fintrack.operations.installation import (
    Installation,
    open_installation,
    read_database_url,
    require_version,
)
from fintrack.operations.passwords import APPLICATION_LOGINS
from tests.operations.bringing import address_of, answer, external, manager, run, superuser
from tests.operations.conftest import Prepared


@pytest.mark.parametrize(("number", "name"), [(150020, "15.20"), (90624, "9.624")])
def test_an_older_server_is_refused(number: int, name: str) -> None:
    with pytest.raises(SetupError, match=f"runs PostgreSQL {name}; FinTrack needs 16 or newer"):
        require_version(number)


@pytest.mark.parametrize("number", [160000, 180004, 190000])
def test_a_newer_server_is_accepted(number: int) -> None:
    require_version(number)


@pytest.mark.parametrize("login", APPLICATION_LOGINS)
def test_a_superuser_login_is_refused(prepared: Prepared, login: str) -> None:
    server, settings = prepared
    run(server, f"alter role {login} superuser")
    with pytest.raises(SetupError, match=f"The role {login} is a superuser"):
        open_installation(settings)


@pytest.mark.parametrize("role", [*APPLICATION_LOGINS, "fintrack_owner", "fintrack_data"])
def test_a_role_above_row_security_is_refused(prepared: Prepared, role: str) -> None:
    server, settings = prepared
    run(server, f"alter role {role} bypassrls")
    with pytest.raises(SetupError, match=f"ALTER ROLE {role} NOBYPASSRLS"):
        open_installation(settings)


def test_a_login_that_may_become_an_owner_is_refused(prepared: Prepared) -> None:
    server, settings = prepared
    run(server, "grant fintrack_security to fintrack_sign_in")
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


def test_an_application_older_than_the_schema_is_refused(prepared: Prepared) -> None:
    server, settings = prepared
    run(server, "update migration.version set version_num = '9999'", database="books")
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
