"""What the founding migration made is taken back: told first, of one source or of all."""

import json
from pathlib import Path

import pytest

from fintrack.__main__ import main
from fintrack.access.join_requests import ask_to_join
from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext
from fintrack.db import connect
from fintrack.errors import NotFound
from fintrack.ledger.tags import create_tag
from fintrack.operations.founding.reversal import founded, founded_from, reverse
from fintrack.operations.founding.tenants import State, found, survey
from fintrack.operations.operators import acting_for
from tests.databases import Database
from tests.operations.older import change, made, own, read
from tests.test_main import reachable  # noqa: F401 - opens the test's own database


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where the old database is."""
    return f"sqlite:///{made(tmp_path / 'old.db')}"


def test_reversing_takes_back_tenants_and_users_that_were_made(
    ana: TenantContext, url: str
) -> None:
    for old in read(url):
        found(old, "DE")
    with acting_for("gus@example.org", "a test") as session:
        ask_to_join(session, ana.slug)
    assert dict(reverse(founded())) == {
        "ana@example.org": "reversed",
        "gus@example.org": "reversed",
    }
    _, mine = own("ana@example.org")
    assert [each.slug for each in mine] == [ana.slug]
    with pytest.raises(NotFound):
        own("gus@example.org")
    assert {survey(old).state for old in read(url)} == {State.NEW}


def test_a_tenant_that_was_used_since_is_not_taken_back(database: Database, url: str) -> None:
    for old in read(url):
        found(old, "DE")
    with acting_for("ana@example.org", "a test") as session:
        create_tag(my_tenants(session)[0], "mine now")
    outcomes = dict(reverse(founded()))
    assert outcomes["ana@example.org"].startswith("Ana was used since it was founded")
    assert outcomes["gus@example.org"] == "reversed"
    assert len(own("ana@example.org")[1]) == 1


def test_what_would_be_taken_back_is_counted_and_stays(ana: TenantContext, url: str) -> None:
    for old in read(url):
        found(old, "DE")
    told = [(each.email, each.accounts, each.transactions, each.takes_user) for each in founded()]
    assert told == [("ana@example.org", 2, 4, False), ("gus@example.org", 1, 1, True)]
    assert {survey(old).state for old in read(url)} == {State.THERE}


def test_a_source_takes_back_only_what_it_brought(
    database: Database, url: str, tmp_path: Path
) -> None:
    other = made(tmp_path / "other.db")
    change(other, "update users set email = 'hal@example.org' where id = 1")
    change(other, "update transactions set amount = 4 where id = 4")
    for old in (*read(url), read(f"sqlite:///{other}")[1]):
        found(old, "DE")
    outcomes = dict(reverse(founded_from(read(f"sqlite:///{other}"))))
    assert outcomes.pop("hal@example.org") == "reversed"
    assert outcomes.pop("gus@example.org").startswith("Other books were brought for gus@")
    assert outcomes == {}
    assert {survey(old).state for old in read(url)} == {State.THERE}


@pytest.mark.usefixtures("reachable")
def test_the_command_rehearses_what_it_takes_back(
    database: Database, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate-from", url]) == 0
    capsys.readouterr()
    assert main(["migrate-from", "--reverse", "--dry-run"]) == 0
    assert capsys.readouterr().out == (
        "ana@example.org: would be reversed, 2 accounts, 4 transactions, and the user\n"
        "gus@example.org: would be reversed, 1 accounts, 1 transactions, and the user\n"
    )
    assert main(["migrate-from", url, "--reverse", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[1] == {
        "email": "gus@example.org",
        "outcome": "would be reversed",
        "accounts": 1,
        "transactions": 1,
        "takes_user": True,
    }
    assert main(["migrate-from", f"sqlite:///{tmp_path}/none.db", "--reverse"]) == 3
    connect(database.logins)
    assert {survey(old).state for old in read(url)} == {State.THERE}


@pytest.mark.usefixtures("reachable")
def test_the_command_takes_back_what_its_source_brought(
    database: Database, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = made(tmp_path / "other.db")
    change(other, "update users set email = 'h' || id || '@example.org'")
    for source in (url, f"sqlite:///{other}"):
        assert main(["migrate-from", source]) == 0
    capsys.readouterr()
    assert main(["migrate-from", f"sqlite:///{other}", "--reverse", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"h1@example.org": "reversed", "h2@example.org": "reversed"}
    connect(database.logins)
    assert {survey(old).state for old in read(url)} == {State.THERE}
