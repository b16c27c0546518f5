"""Opening an installation: any PostgreSQL from 16, as superuser or plain administrator."""

from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError

from fintrack import db
from fintrack.access.sessions import confirm_session
from fintrack.access.tenants import close_tenant, enter_tenant
from fintrack.config import read_settings, settings
from fintrack.context import Role
from fintrack.ledger.accounts import AccountKind, NewAccount, accounts, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.operations.embedded import Server, stop
from fintrack.operations.health import problems
from fintrack.operations.installation import (
    derive_passwords,
    open_installation,
)
from fintrack.operations.passwords import APPLICATION_LOGINS
from tests.conftest import PASSWORD, sign_up
from tests.operations.bringing import (
    address_of,
    answer,
    become,
    catalogs,
    external,
    manager,
    open_at_once,
    run,
    superuser,
)


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


def test_books_are_kept_where_a_plain_administrator_prepared_them(
    server: Server, new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_installation(external(manager(server), new_home))
    monkeypatch.setenv("FINTRACK_REGISTRATION", "open")
    settings.cache_clear()
    db.connect(db.Logins(opened.app_url, opened.sign_in_url, opened.maintenance_url))
    try:
        ana = sign_up("Ana", "Rivera family")
        giro = create_account(ana, NewAccount("Giro", AccountKind.CASH, "EUR", date(2026, 1, 1)))
        record_transaction(ana, NewTransaction(giro, date(2026, 3, 1), -4200))
        assert accounts(ana)["balance"].tolist() == [-4200]
        confirm_session(ana.session, PASSWORD)
        close_tenant(ana, ana.name)
        assert enter_tenant(ana.session, ana.slug).role is Role.VIEWER
    finally:
        db.disconnect()
        settings.cache_clear()


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
