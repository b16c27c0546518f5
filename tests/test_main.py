"""The command line: what it says, and with which code it ends."""

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fintrack.__main__ import main
from fintrack.access.factors import turn_on_factor
from fintrack.access.resets import reset_password
from fintrack.access.sessions import check_credentials, confirm_session, session_of_handle
from fintrack.access.tenants import my_tenants
from fintrack.access.totp import code_of, new_enrolment, step_at
from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.db import connect
from fintrack.errors import Unavailable
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.operations.checks import run_checks
from fintrack.operations.installation import Installation
from fintrack.operations.worker import JOBS
from tests.conftest import PASSWORD, close
from tests.databases import Database

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point the configuration to a server that does not exist."""
    monkeypatch.setenv("DATABASE_URL", NOWHERE)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def reachable(
    database: Database, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open the test's own database, where the command line opens an installation."""
    own = replace(
        installation,
        app_url=database.logins.app,
        sign_in_url=database.logins.sign_in,
        maintenance_url=database.logins.maintenance,
        admin_url=installation.admin_url.set(database=database.name),
    )
    for module in ("fintrack.__main__", "fintrack.commands.terminal"):
        monkeypatch.setattr(f"{module}.open_installation", lambda: own)


def test_a_failing_check_does_not_hide_the_next(tmp_path: Path) -> None:
    checks = {"first": ("-c", "raise SystemExit(1)"), "second": ("-c", "print('seen')")}
    with (tmp_path / "output").open("w+", encoding="utf-8") as output:
        outcomes = run_checks(checks, output)
        output.seek(0)
        printed = output.read()
    assert [(each.name, each.passed) for each in outcomes] == [("first", False), ("second", True)]
    assert "== second\nseen" in printed


def test_an_unknown_check_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "horoscope"]) == 3
    assert "no check horoscope" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["dance"], ["demo"]])
def test_a_wrong_call_explains_itself(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: python -m fintrack" in capsys.readouterr().err


def test_doctor_says_when_the_database_cannot_be_reached(
    unreachable: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert "cannot be reached" in problem


def test_migrate_refuses_in_one_sentence(
    unreachable: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 3
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_doctor_finds_nothing_wrong_with_a_fresh_installation(
    reachable: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (main(["doctor"]), capsys.readouterr().out) == (0, "Nothing is wrong.\n")


def test_demo_gives_the_user_a_sample_tenant(
    ana: TenantContext, reachable: None, database: Database
) -> None:
    assert main(["demo", "--as", "ana@example.org"]) == 0
    connect(database.logins)
    assert [context.is_sample for context in my_tenants(ana.session)] == [False, True]


def test_demo_needs_a_known_user(reachable: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--as", "nobody@example.org"]) == 3
    assert "nobody@example.org" in capsys.readouterr().err


@pytest.fixture
def bank_file(tmp_path: Path) -> Path:
    """A statement with two rows and one that cannot be read."""
    path = tmp_path / "bank.csv"
    path.write_text(
        "Date;Payee;Amount;Currency\n"
        "2026-03-28;Grocer;-42,10;EUR\n2026-03-29;Employer;2500,00;EUR\n2026-03-30;Baker;two;EUR\n"
    )
    return path


def test_import_says_what_it_did(
    ana: TenantContext, reachable: None, bank_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", str(bank_file), "--as", "ana@example.org", "--tenant", ana.slug]
    assert main([*words, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["new"], said["duplicate"], said["rejected"][0]["line"]) == (2, 0, 4)


def test_import_says_what_is_probably_known(
    ana: TenantContext, reachable: None, bank_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1))
    by_hand = NewTransaction(create_account(ana, new), date(2026, 3, 26), -4210, "grocer")
    record_transaction(ana, by_hand)
    words = ["import", str(bank_file), "--as", "ana@example.org", "--tenant", ana.slug]
    main([*words, "--account", "Giro"])
    said = capsys.readouterr().out
    assert said.startswith("1 new, 1 known, 1 refused\n  line 2: Like 26 Mar 2026 grocer ")


def test_a_dry_run_of_an_import_writes_nothing(
    ana: TenantContext, reachable: None, bank_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", str(bank_file), "--as", "ana@example.org", "--tenant", ana.slug]
    for _ in range(2):
        main([*words, "--dry-run"])
        assert capsys.readouterr().out.startswith("2 new, 0 known, 1 refused\n  line 4: ")


def test_an_open_question_is_printed_with_its_answers(
    ana: TenantContext, reachable: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bank.csv"
    path.write_text("Date,Payee,Amount\n03/04/2026,Grocer,-1.00\n")
    words = ["import", str(path), "--as", "ana@example.org", "--tenant", ana.slug]
    assert main(words) == 1
    assert "--answer date_order=dmy  Day, month, year" in capsys.readouterr().err
    assert main([*words, "--answer", "date_order=dmy"]) == 0


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    ana: TenantContext, reachable: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bank.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    assert main(["import", str(path), "--as", "ana@example.org", "--tenant", ana.slug]) == 3
    assert capsys.readouterr().err == (
        "The file is larger than 25 MB, the most that Rivera family imports at once; "
        "download a shorter period.\n"
    )


def test_import_needs_a_file(ana: TenantContext, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["import", "no-such-file", "--as", "ana@example.org", "--tenant", ana.slug])
    assert ended.value.code == 2
    assert "no-such-file" in capsys.readouterr().err


def test_import_into_a_missing_account_is_refused(
    ana: TenantContext, reachable: None, bank_file: Path
) -> None:
    words = ["import", str(bank_file), "--as", "ana@example.org", "--tenant", ana.slug]
    assert main([*words, "--account", "Nowhere"]) == 3


def test_export_writes_csv_to_the_output(
    ana: TenantContext, reachable: None, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["export", "--as", "ana@example.org", "--tenant", ana.slug]) == 0
    assert capfdbinary.readouterr().out.startswith(b"id,date,account,currency,amount")


def test_export_of_a_foreign_tenant_is_refused(
    ana: TenantContext, cleo: TenantContext, reachable: None
) -> None:
    assert main(["export", "--as", "cleo@example.org", "--tenant", ana.slug]) == 3


def test_reset_link_prints_a_link_for_a_new_password(
    ana: TenantContext,
    reachable: None,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FINTRACK_BASE_URL", "https://money.example.org")
    settings.cache_clear()
    assert main(["reset-link", "--as", "Ana@example.org"]) == 0
    link = capsys.readouterr().out.split()[-1]
    assert link.startswith("https://money.example.org/?reset=")
    connect(database.logins)
    reset_password(link.partition("=")[2], "four other plain words")
    assert check_credentials("ana@example.org", "four other plain words", "") == ana.user_id


def test_remove_factor_lets_somebody_in_who_lost_every_code(
    ana: TenantContext, reachable: None, database: Database
) -> None:
    confirm_session(ana.session, PASSWORD)
    seed = new_enrolment("ana@example.org").seed
    turn_on_factor(ana.session, seed, code_of(seed, step_at(time.time())))
    assert main(["remove-factor", "--as", "ana@example.org"]) == 0
    connect(database.logins)
    assert session_of_handle(ana.session.handle) is None
    assert check_credentials("ana@example.org", PASSWORD, "") == ana.user_id


@pytest.mark.parametrize("command", ["reset-link", "remove-factor"])
def test_the_operator_is_told_that_nobody_has_the_address(
    reachable: None, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command, "--as", "nobody@example.org"]) == 3
    assert "Nobody here has the address nobody@example.org" in capsys.readouterr().err


def test_limits_says_what_a_tenant_has_of_what_it_may_have(
    ana: TenantContext, reachable: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["limits", "--tenant", ana.slug, "accounts=12", "members=3"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "members: 1 of 3 (an exception)" in said
    assert "accounts: 0 of 12 (an exception)" in said
    assert main(["limits", "--tenant", ana.slug, "accounts=default", "--json"]) == 0
    found = {each["limit"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["MEMBERS"] == {"limit": "MEMBERS", "most": 3, "used": 1, "is_own": True}
    assert found["ACCOUNTS"]["is_own"] is False


@pytest.mark.parametrize("word", ["accounts", "accounts=-1", "accounts=many", "horses=3"])
def test_a_limit_that_is_none_is_a_wrong_call(
    ana: TenantContext, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["limits", "--tenant", ana.slug, word])
    assert ended.value.code == 2
    assert f"{word} is no NAME=MOST" in capsys.readouterr().err


def test_suspend_shuts_a_tenant_until_resume(
    ana: TenantContext, reachable: None, database: Database
) -> None:
    assert main(["suspend", "--tenant", ana.slug]) == 0
    assert main(["suspend", "--tenant", ana.slug]) == 3
    connect(database.logins)
    assert my_tenants(ana.session) == ()
    assert main(["resume", "--tenant", ana.slug]) == 0
    connect(database.logins)
    assert [each.slug for each in my_tenants(ana.session)] == [ana.slug]


@pytest.mark.parametrize("command", ["limits", "suspend", "resume"])
def test_the_operator_is_told_that_there_is_no_such_tenant(
    reachable: None, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command, "--tenant", "there-is-none"]) == 3
    assert capsys.readouterr().err == "There is no tenant there-is-none.\n"


def test_worker_does_once_what_is_due(
    ana: TenantContext, reachable: None, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    close(ana)
    with database.administrator() as admin:
        admin.execute("update app.tenant set closes_at = now()")
    assert main(["worker", "--once"]) == 0
    assert capsys.readouterr().out == "1 closed tenants erased\n0 removed files erased\n"


def test_worker_works_until_it_is_stopped(
    reachable: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 1

    monkeypatch.setitem(JOBS, "signals sent", stop)
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert main(["worker"]) == 0
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert (
        capsys.readouterr().out
        == "0 closed tenants erased\n0 removed files erased\n1 signals sent\n"
    )


def test_a_job_that_fails_keeps_no_other_from_being_done(
    reachable: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr("fintrack.operations.worker.JOBS", {"jobs failed": fail, **JOBS})
    monkeypatch.setattr("fintrack.commands.oversight.JOBS", {"jobs failed": fail, **JOBS})
    assert main(["worker", "--once"]) == 1
    assert capsys.readouterr().out == "0 closed tenants erased\n0 removed files erased\n"


def test_rotate_keys_lets_another_key_sign(
    reachable: None, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rotate-keys"]) == 0
    assert "Key 2 signs access tokens now" in capsys.readouterr().out
    with database.administrator() as admin:
        rows = admin.execute("select kid from sec.token_key order by kid").fetchall()
    assert rows == [(1,), (2,)]
