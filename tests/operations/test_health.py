"""Doctor: each fault of an installation is named once, with its cure."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fintrack.config import read_settings
from fintrack.operations import health
from fintrack.operations.embedded import Server, stop
from fintrack.operations.health import problems, version_problems
from fintrack.operations.installation import Installation, open_installation
from tests.operations.conftest import CopyHome


@pytest.fixture
def opened(new_home: Path, copy_home: CopyHome) -> Iterator[Installation]:
    """Yield a fresh embedded installation that a test may spoil."""
    copy_home("fresh", lambda home: _server(_opened(home)), new_home)
    fresh = _opened(new_home)
    yield fresh
    stop(_server(fresh))


def _opened(home: Path) -> Installation:
    return open_installation(read_settings({"FINTRACK_HOME": str(home)}))


def _server(opened: Installation) -> Server:
    assert opened.server is not None
    return opened.server


def spoil(opened: Installation, statement: str) -> None:
    """Run the superuser's statement in the installation's database."""
    assert opened.server is not None
    with opened.server.connect("postgres", "fintrack") as connection:
        connection.execute(statement)


def test_a_fresh_installation_is_well(opened: Installation) -> None:
    assert problems(opened) == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("alter role fintrack_app superuser", "ALTER ROLE fintrack_app NOSUPERUSER"),
        ("alter role fintrack_app bypassrls", "ALTER ROLE fintrack_app NOBYPASSRLS"),
        ("alter role fintrack_app inherit", "The login fintrack_app is too strong"),
        ("alter role fintrack_sign_in createrole", "The login fintrack_sign_in is too strong"),
        (
            "alter role fintrack_maintenance nologin",
            "The login fintrack_maintenance may not sign in",
        ),
        ("grant fintrack_data to fintrack_app", "REVOKE fintrack_data FROM fintrack_app"),
        (
            "grant connect on database fintrack to public",
            "REVOKE ALL ON DATABASE fintrack FROM PUBLIC",
        ),
        ("alter role fintrack_viewer rename to gone", "The roles fintrack_viewer are missing"),
        ("delete from sec.signing_key", "There are 0 active signing keys instead of one"),
        ("update migration.version set version_num = '0000'", "The schema is at revision 0000"),
        ("create table app.bare (id int)", "app.bare is not bound by row security"),
        ("create table app.bare (id int)", "app.bare has no row policy"),
        ("create table app.bare (id int)", "app.bare belongs to postgres"),
        ("create view app.seen as select 1 as one", "app.seen shows its owner's rows"),
    ],
)
def test_a_fault_of_the_database_is_named(opened: Installation, statement: str, words: str) -> None:
    spoil(opened, statement)
    assert [sentence for sentence in problems(opened) if words in sentence]


def test_a_table_without_force_is_named(opened: Installation) -> None:
    spoil(opened, "alter table app.transaction no force row level security")
    assert [each for each in problems(opened) if "app.transaction is not bound" in each] != []


@pytest.mark.parametrize(
    "fault",
    [
        "app.day_total select tenant_id, gen_random_uuid(), '2026-03-01', 5, 1 from app.tenant",
        "sec.usage (tenant_id, transactions) select tenant_id, 7 from app.tenant",
    ],
)
def test_totals_that_are_wrong_are_named_and_rebuilt(opened: Installation, fault: str) -> None:
    spoil(
        opened,
        f"""
        insert into sec.users values (gen_random_uuid(), 'ana@example.org', 'Ana', 'none');
        insert into app.tenant (tenant_id, slug, name, type, currency, country, locale, time_zone)
            values (gen_random_uuid(), 'rivera', 'Rivera', 'FAMILY', 'EUR', 'ES', 'en_GB', 'UTC');
        insert into {fault}
        """,
    )
    sentence = "The totals of rivera are not what its transactions add up to; "
    assert problems(opened) == [sentence + "run `python -m fintrack doctor --repair`."]
    assert health.rebuild_totals(opened) == ["rivera"]
    assert problems(opened) == []
    assert opened.server is not None
    with opened.server.connect("postgres", "fintrack") as connection:
        events = connection.execute("select action from app.audit_event").fetchall()
    assert events == [("tenant.totals_rebuilt",)]


def test_secrets_that_others_may_read_are_named(opened: Installation, new_home: Path) -> None:
    (new_home / "secrets.json").chmod(0o644)
    assert problems(opened) == [f"Others may read {new_home}/secrets.json; run chmod 600 on it."]


def test_missing_secrets_are_named(opened: Installation, new_home: Path) -> None:
    (new_home / "secrets.json").unlink()
    assert problems(opened) == [
        f"{new_home}/secrets.json is missing; put it back from your backup."
    ]


def test_a_nearly_full_disk_is_named(opened: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**18)
    assert len([each for each in problems(opened) if "are free on the disk" in each]) == 1


def test_a_stopped_server_is_named(opened: Installation) -> None:
    assert opened.server is not None
    stop(opened.server)
    assert "cannot be reached" in problems(opened)[-1]


@pytest.mark.parametrize("number", [160014, 170010, 180004, 190000])
def test_a_current_version_is_well(number: int) -> None:
    assert version_problems(number) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (180003, "update it to 18.4 or later"),
        (170009, "update it to 17.10 or later"),
        (160013, "update it to 16.14 or later"),
        (150020, "needs 16 or newer"),
    ],
)
def test_an_older_version_is_named(number: int, words: str) -> None:
    assert words in version_problems(number)[0]
