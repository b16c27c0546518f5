"""Signing in: the same answer for everybody, and patience that runs out but comes back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine

from fintrack.access import passwords
from fintrack.access.sessions import (
    check_credentials,
    end_all_sessions,
    end_session,
    ended_sessions,
    open_session,
    session_of,
    session_of_handle,
    sessions,
)
from fintrack.access.tenants import my_tenants
from fintrack.access.tickets import (
    issue_download_ticket,
    issue_sign_in_ticket,
    redeem_download_ticket,
    redeem_sign_in_ticket,
)
from fintrack.access.users import NewUser, change_password, register
from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.db import sign_in_transaction
from fintrack.errors import (
    Conflict,
    FinTrackError,
    InvalidInput,
    NotFound,
    NotSignedIn,
    TooManyAttempts,
)
from fintrack.security_schema import SessionRow, Throttle
from tests.access.waiting import lengthen_waits
from tests.conftest import PASSWORD, sign_in
from tests.databases import Database

HERE = "192.0.2.1"


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Count the statements and the password hashes of what runs inside."""
    seen = {"statements": 0, "hashes": 0}
    hasher = passwords._HASHER

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            seen["hashes"] += 1
            return hasher.verify(stored, password)

        def hash(self, password: str) -> str:
            seen["hashes"] += 1
            return hasher.hash(password)

    def count_statement(*_: object) -> None:
        seen["statements"] += 1

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    event.listen(Engine, "before_cursor_execute", count_statement)
    yield seen
    event.remove(Engine, "before_cursor_execute", count_statement)
    monkeypatch.setattr(passwords, "_HASHER", hasher)


def refusal(email: str, password: str) -> FinTrackError:
    """Return how a sign-in is refused."""
    with pytest.raises(FinTrackError) as caught:
        check_credentials(email, password, HERE)
    return caught.value


def fail(email: str, times: int, address: str) -> None:
    """Fail to sign in, some times."""
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            check_credentials(email, "not the password", address)


def test_an_unknown_address_costs_and_says_the_same(
    ana: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    for email in (ana.session.email, "nobody@example.org"):
        with counted(monkeypatch) as seen:
            error = refusal(email, "not the password")
        answers.append((type(error), str(error), error.status, dict(seen)))
    assert answers[0] == answers[1]
    assert answers[0][3]["hashes"] == 1


@pytest.mark.parametrize("mode", ["setup", "invited"])
def test_a_refused_registration_costs_and_says_the_same_for_a_known_address(
    ana: TenantContext, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("FINTRACK_REGISTRATION", mode)
    settings.cache_clear()
    answers = []
    for email in (ana.session.email, "nobody@example.org"):
        with counted(monkeypatch) as seen, pytest.raises(FinTrackError) as caught:
            register(NewUser(email, "Zoe", PASSWORD), token="a guess", address=HERE)
        answers.append((type(caught.value), str(caught.value), dict(seen)))
    assert answers[0] == answers[1]
    assert answers[0][2]["hashes"] == 1


@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org"])
def test_g5_the_sixth_failure_has_to_wait(ana: TenantContext, email: str) -> None:
    fail(email, 6, HERE)
    lengthen_waits()
    assert isinstance(refusal(email, PASSWORD), TooManyAttempts)


def test_g5_attempts_at_the_same_moment_all_count(ana: TenantContext) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: refusal(ana.session.email, "not the password"), range(8)))
    lengthen_waits()
    assert isinstance(refusal(ana.session.email, PASSWORD), TooManyAttempts)


def test_g5_a_network_that_tries_many_accounts_has_to_wait(ana: TenantContext) -> None:
    for number in range(61):
        fail(f"nobody{number}@example.org", 1, HERE)
    lengthen_waits()
    assert isinstance(refusal(ana.session.email, PASSWORD), TooManyAttempts)
    assert check_credentials(ana.session.email, PASSWORD, "198.51.100.1") == ana.user_id


def test_g5_registration_has_to_wait_as_well(ana: TenantContext) -> None:
    again = NewUser(ana.session.email, "Ana", PASSWORD)
    for _ in range(6):
        with pytest.raises(Conflict):
            register(again, address=HERE)
    lengthen_waits()
    with pytest.raises(TooManyAttempts):
        register(again, address=HERE)


def test_g5_a_guessed_current_password_has_to_wait(ana: TenantContext) -> None:
    for _ in range(6):
        with pytest.raises(InvalidInput):
            change_password(ana.session, "not the password", "four other plain words")
    lengthen_waits()
    with pytest.raises(TooManyAttempts):
        change_password(ana.session, PASSWORD, "four other plain words")


def test_g5_the_wait_ends(ana: TenantContext) -> None:
    fail(ana.session.email, 6, HERE)
    with sign_in_transaction() as db:
        db.execute(
            update(Throttle).values(blocked_until=Throttle.blocked_until - timedelta(hours=1))
        )
    assert check_credentials(ana.session.email, PASSWORD, HERE) == ana.user_id


def test_g5_strangers_do_not_lock_out_the_user(ana: TenantContext) -> None:
    open_session(ana.user_id, remember=False, agent="", address=HERE)
    for network in range(6):
        fail(ana.session.email, 5, f"198.51.100.{network}")
    fail(ana.session.email, 1, "198.51.100.6")
    lengthen_waits()
    with pytest.raises(TooManyAttempts):
        check_credentials(ana.session.email, PASSWORD, "198.51.100.7")
    assert check_credentials(ana.session.email, PASSWORD, HERE) == ana.user_id


def test_fifty_right_sign_ins_do_not_have_to_wait(database: Database, ana: TenantContext) -> None:
    for _ in range(50):
        check_credentials(ana.session.email, PASSWORD, HERE)


def test_g1_every_sign_in_has_a_token_of_its_own(ana: TenantContext) -> None:
    first, second = (open_session(ana.user_id, remember=False, agent="", address="") for _ in "ab")
    assert first != second


def test_g4_a_session_ends_when_it_was_idle_too_long(ana: TenantContext) -> None:
    with sign_in_transaction() as db:
        db.execute(update(SessionRow).values(seen_at=SessionRow.seen_at - timedelta(minutes=31)))
    assert session_of_handle(ana.session.handle) is None


def test_g4_a_tab_that_only_looks_for_changes_keeps_no_session_alive(ana: TenantContext) -> None:
    with sign_in_transaction() as db:
        db.execute(update(SessionRow).values(seen_at=SessionRow.seen_at - timedelta(minutes=29)))
        before = db.scalars(select(SessionRow.seen_at)).one()
    my_tenants(ana.session)
    with sign_in_transaction() as db:
        assert db.scalars(select(SessionRow.seen_at)).one() == before


def test_g4_a_session_ends_after_its_absolute_time(ana: TenantContext) -> None:
    with sign_in_transaction() as db:
        db.execute(update(SessionRow).values(expires_at=SessionRow.created_at))
    assert session_of_handle(ana.session.handle) is None


def test_the_list_of_sessions_marks_this_one(ana: TenantContext) -> None:
    sign_in(ana.user_id)
    assert sorted(record.is_current for record in sessions(ana.session)) == [False, True]


def test_somebody_elses_session_cannot_be_ended(ana: TenantContext, cleo: TenantContext) -> None:
    with pytest.raises(NotFound):
        end_session(ana.session, cleo.session.id)
    assert session_of_handle(cleo.session.handle) is not None


def test_g2_sign_out_everywhere_ends_every_session(ana: TenantContext, cleo: TenantContext) -> None:
    other = sign_in(ana.user_id)
    end_all_sessions(ana.session)
    ids = {ana.session.id, other.id, cleo.session.id}
    assert ended_sessions(ids) == {ana.session.id, other.id}


def test_g3_a_new_password_ends_the_other_sessions(ana: TenantContext) -> None:
    other = sign_in(ana.user_id)
    change_password(ana.session, PASSWORD, "four other plain words")
    assert session_of_handle(other.handle) is None
    assert session_of_handle(ana.session.handle) is not None
    assert check_credentials(ana.session.email, "four other plain words", HERE) == ana.user_id


def test_a_wrong_current_password_changes_nothing(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput):
        change_password(ana.session, "not the password", "four other plain words")
    assert check_credentials(ana.session.email, PASSWORD, HERE) == ana.user_id


@pytest.mark.parametrize("password", ["short", "x" * 257, "password123", "Ana@Example.org"])
def test_a_weak_password_is_refused(ana: TenantContext, password: str) -> None:
    with pytest.raises(InvalidInput):
        change_password(ana.session, PASSWORD, password)


def test_a_sign_in_ticket_works_once(ana: TenantContext) -> None:
    ticket = issue_sign_in_ticket(ana.user_id, "nonce", remember=True)
    assert redeem_sign_in_ticket(ticket, "nonce").user_id == ana.user_id
    with pytest.raises(NotFound):
        redeem_sign_in_ticket(ticket, "nonce")


def test_a_sign_in_ticket_is_bound_to_its_browser(ana: TenantContext) -> None:
    ticket = issue_sign_in_ticket(ana.user_id, "nonce", remember=True)
    with pytest.raises(NotFound):
        redeem_sign_in_ticket(ticket, "another")


def test_j2_a_download_ticket_is_bound_to_its_session(
    ana: TenantContext, cleo: TenantContext
) -> None:
    ticket = issue_download_ticket(ana.session, {"kind": "transactions"})
    with pytest.raises(NotFound):
        redeem_download_ticket(cleo.session, ticket)
    assert redeem_download_ticket(ana.session, ticket) == {"kind": "transactions"}


def test_no_token_is_kept_as_it_is(ana: TenantContext, database: Database) -> None:
    token = open_session(ana.user_id, remember=False, agent="", address="")
    with database.administrator() as admin:
        rows = admin.execute("select row_to_json(s)::text from sec.session s").fetchall()
    assert session_of(token) is not None
    assert not any(token in row[0] for row in rows)
