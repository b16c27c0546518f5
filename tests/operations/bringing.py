"""Servers that a customer brings, and the addresses of their logins."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, text

from fintrack.config import Settings, read_settings
from fintrack.operations.embedded import Server

ROOT = Path(__file__).parents[2]
PROGRAM = """
from fintrack.operations.installation import open_installation
print(open_installation().app_url.render_as_string(hide_password=False))
"""


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
