"""A ticket becomes a cookie, a cookie is lost, a file is fetched."""

import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.middleware import Middleware

from fintrack.access.sessions import confirm_session, end_session, open_session, session_of
from fintrack.access.tickets import issue_download_ticket, issue_sign_in_ticket
from fintrack.context import TenantContext
from fintrack.db import sign_in_transaction
from fintrack.errors import FinTrackError
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.operations.archive.verify import verify_book
from fintrack.schema import new_id
from fintrack.security_schema import Ticket
from fintrack.web import downloads
from fintrack.web.downloads import MEDIA_TYPES
from fintrack.web.failures import failed, refused
from fintrack.web.guard import Guard
from fintrack.web.routes import ROUTES, safe_next
from tests.conftest import PASSWORD
from tests.web.asking import Answer, ask

APP = Starlette(
    routes=ROUTES,
    middleware=[Middleware(Guard)],
    exception_handlers={FinTrackError: refused, Exception: failed},  # type: ignore[dict-item]
)
NONCE = ("cookie", "ft_pre=nonce")


def ticket_of(ana: TenantContext, *, remember: bool = False, browser: str = "nonce") -> str:
    ticket = issue_sign_in_ticket(ana.user_id, browser, remember=remember)
    return f"/auth/ticket?ticket={ticket}"


def set_cookies(answer: Answer) -> list[str]:
    return [value for key, value in answer.headers if key == "set-cookie"]


def session_cookie(token: str) -> tuple[str, str]:
    return ("cookie", f"ft_pre=nonce; fintrack={token}")


def test_g10_a_ticket_becomes_a_cookie_that_no_script_reads(ana: TenantContext) -> None:
    answer = ask(APP, ticket_of(ana) + "&next=/settings?a=b", headers=[NONCE])
    (line,) = set_cookies(answer)
    token = line.partition("=")[2].split(";")[0]
    session = session_of(token)
    assert session is not None
    assert session.user_id == ana.user_id
    assert line == f"fintrack={token}; Path=/; HttpOnly; SameSite=Lax"
    assert (answer.status, answer.header("location")) == (303, "/settings?a=b")
    assert answer.header("cache-control") == "no-store"


def test_a_remembered_cookie_lives_thirty_days(ana: TenantContext) -> None:
    (line,) = set_cookies(ask(APP, ticket_of(ana, remember=True), headers=[NONCE]))
    assert line.endswith(f"Max-Age={30 * 24 * 3600}")


def test_a_ticket_works_once(ana: TenantContext) -> None:
    path = ticket_of(ana)
    ask(APP, path, headers=[NONCE])
    answer = ask(APP, path, headers=[NONCE])
    assert (set_cookies(answer), answer.header("location")) == ([], "/?notice=expired")


def test_a_ticket_is_worth_nothing_in_another_browser(ana: TenantContext) -> None:
    path = ticket_of(ana, browser="somebody else's")
    answer = ask(APP, path, headers=[NONCE])
    assert (set_cookies(answer), answer.header("location")) == ([], "/?notice=expired")


def test_looking_at_a_ticket_does_not_use_it_up(ana: TenantContext) -> None:
    path = ticket_of(ana)
    assert ask(APP, path, headers=[NONCE], method="HEAD").status == 405
    assert set_cookies(ask(APP, path, headers=[NONCE]))


def test_g1_a_new_sign_in_ends_the_browsers_earlier_session(
    ana: TenantContext, ana_token: str
) -> None:
    ask(APP, ticket_of(ana), headers=[session_cookie(ana_token)])
    assert session_of(ana_token) is None


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https://evil.example", "", "a", "/\n/evil", "/a\\b"],
)
def test_the_browser_is_never_sent_to_another_site(path: str) -> None:
    assert safe_next(path) == "/"


def test_the_browser_is_sent_back_to_the_page_it_wanted() -> None:
    assert safe_next("/transactions?q=a%20b&tenant=x") == "/transactions?q=a%20b&tenant=x"


def test_a_foreign_page_cannot_sign_anybody_out(ana_token: str) -> None:
    answer = ask(APP, "/auth/sign-out", headers=[session_cookie(ana_token)])
    assert set_cookies(answer) == []
    assert session_of(ana_token) is not None


def test_g2_the_cookie_of_an_ended_session_is_deleted(ana_token: str) -> None:
    session = session_of(ana_token)
    assert session is not None
    end_session(session, session.id)
    (line,) = set_cookies(ask(APP, "/auth/sign-out", headers=[session_cookie(ana_token)]))
    assert line.startswith('fintrack=""')
    assert "Max-Age=0" in line


@pytest.fixture
def greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of file that greets the member."""

    def write(context: TenantContext, payload: Mapping[str, Any]) -> Iterator[bytes]:
        yield f"{payload['word']},{context.name}\n".encode()

    monkeypatch.setitem(downloads.KINDS, "greeting", write)


def download(ana: TenantContext, token: str, **payload: str) -> str:
    session = session_of(token)
    assert session is not None
    words = {"kind": "greeting", "tenant": ana.slug, "word": "hello", **payload}
    return f"/export/{issue_download_ticket(session, words)}"


def test_a_download_ticket_fetches_its_file(
    ana: TenantContext, ana_token: str, greeting: None
) -> None:
    answer = ask(APP, download(ana, ana_token), headers=[session_cookie(ana_token)])
    assert (answer.status, answer.body) == (200, b"hello,Rivera family\n")
    assert (answer.header("content-type") or "").startswith("text/csv")
    assert answer.header("cache-control") == "no-store"
    name = answer.header("content-disposition") or ""
    assert name.startswith('attachment; filename="fintrack-greeting-20')


def test_j2_a_download_ticket_works_once(
    ana: TenantContext, ana_token: str, greeting: None
) -> None:
    path = download(ana, ana_token)
    ask(APP, path, headers=[session_cookie(ana_token)])
    assert ask(APP, path, headers=[session_cookie(ana_token)]).status == 404


def test_j2_a_download_ticket_is_worth_nothing_in_another_session(
    ana: TenantContext, ana_token: str, cleo_token: str, greeting: None
) -> None:
    own = open_session(ana.user_id, remember=False, agent="Phone", address="")
    path = download(ana, ana_token)
    for token in (cleo_token, own):
        assert ask(APP, path, headers=[session_cookie(token)]).status == 404
    assert ask(APP, path, headers=[session_cookie(ana_token)]).status == 200


def test_j2_a_download_ticket_is_good_for_a_minute(
    ana: TenantContext, ana_token: str, greeting: None
) -> None:
    path = download(ana, ana_token)
    with sign_in_transaction() as db:
        db.execute(update(Ticket).values(expires_at=Ticket.expires_at - timedelta(seconds=60)))
    assert ask(APP, path, headers=[session_cookie(ana_token)]).status == 404


def test_j2_everything_is_fetched_only_after_a_confirmation(
    ana: TenantContext, ana_token: str
) -> None:
    everything = {"kind": "transactions", "tenant": ana.slug, "filter": {}}
    some = everything | {"filter": {"q": "grocer"}}
    session = session_of(ana_token)
    assert session is not None

    def fetched(payload: dict[str, Any]) -> int:
        path = f"/export/{issue_download_ticket(session, payload)}"
        return ask(APP, path, headers=[session_cookie(ana_token)]).status

    assert [fetched(each) for each in (everything, {"kind": "personal-data"}, some)] == [
        403,
        403,
        200,
    ]
    confirm_session(session, PASSWORD)
    assert [fetched(each) for each in (everything, {"kind": "personal-data"})] == [200, 200]


def test_j2_a_filter_that_leaves_nothing_out_is_everything(
    ana: TenantContext, ana_token: str
) -> None:
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1)))
    for payee in ("Grocer one", "Grocer two"):
        record_transaction(ana, NewTransaction(giro, date(2026, 3, 1), -100, payee))
    session = session_of(ana_token)
    assert session is not None

    def fetched(**wanted: str) -> int:
        payload = {"kind": "transactions", "tenant": ana.slug, "filter": wanted}
        path = f"/export/{issue_download_ticket(session, payload)}"
        return ask(APP, path, headers=[session_cookie(ana_token)]).status

    assert [fetched(q=words) for words in ("grocer", "one")] == [403, 200]
    assert fetched(account=str(giro)) == 403


def test_j6_personal_data_come_as_a_file_of_ones_own(
    ana: TenantContext, ana_token: str, cleo: TenantContext
) -> None:
    session = session_of(ana_token)
    assert session is not None
    confirm_session(session, PASSWORD)
    path = f"/export/{issue_download_ticket(session, {'kind': 'personal-data'})}"
    answer = ask(APP, path, headers=[session_cookie(ana_token)])
    assert json.loads(answer.body)["profile"]["email"] == ana.session.email
    assert b"cleo" not in answer.body
    assert answer.header("content-type") == "application/json"
    assert (answer.header("content-disposition") or "").endswith('.json"')


def test_the_whole_book_is_a_zip_that_is_fetched_only_after_a_confirmation(
    ana: TenantContext, ana_token: str
) -> None:
    session = session_of(ana_token)
    assert session is not None
    answers = []
    for _ in range(2):
        payload = {"kind": "book", "tenant": ana.slug}
        path = f"/export/{issue_download_ticket(session, payload)}"
        answers.append(ask(APP, path, headers=[session_cookie(ana_token)]))
        confirm_session(session, PASSWORD)
    assert [each.status for each in answers] == [403, 200]
    assert verify_book(io.BytesIO(answers[1].body)).problems == ()
    assert (answers[1].header("content-disposition") or "").endswith('.zip"')


@pytest.mark.parametrize(
    ("payload", "start", "media_type"),
    [
        ({"kind": "journal", "form": "beancount"}, b"option", "text/plain; charset=utf-8"),
        ({"kind": "journal", "form": "journal"}, b"account", "text/plain; charset=utf-8"),
        ({"kind": "table", "form": "xlsx", "table": "tags"}, b"PK", MEDIA_TYPES["xlsx"]),
        ({"kind": "table", "form": "parquet", "table": "tags"}, b"PAR1", MEDIA_TYPES["parquet"]),
    ],
)
def test_the_book_is_fetched_for_other_programs(
    ana: TenantContext, ana_token: str, payload: dict[str, str], start: bytes, media_type: str
) -> None:
    session = session_of(ana_token)
    assert session is not None
    confirm_session(session, PASSWORD)
    ticket = issue_download_ticket(session, {"tenant": ana.slug, **payload})
    answer = ask(APP, f"/export/{ticket}", headers=[session_cookie(ana_token)])
    assert (answer.status, answer.header("content-type")) == (200, media_type)
    assert answer.body.startswith(start)
    assert f'.{payload["form"]}"' in (answer.header("content-disposition") or "")


def test_an_account_is_fetched_as_a_bank_file(ana: TenantContext, ana_token: str) -> None:
    account = NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1))
    wanted = {"kind": "account", "form": "ofx", "account": str(create_account(ana, account))}
    answer = ask(APP, download(ana, ana_token, **wanted), headers=[session_cookie(ana_token)])
    assert b"<CURDEF>EUR" in answer.body


@pytest.mark.parametrize(
    "payload",
    [
        {"kind": "secrets"},
        {"tenant": "no-such-tenant"},
        {"kind": "account", "form": "ofx", "account": "no id"},
        {"kind": "account", "form": "exe", "account": str(new_id())},
        {"kind": "attachment", "attachment": "no id"},
        {"kind": "attachment", "attachment": str(new_id())},
    ],
)
def test_a_ticket_for_nothing_fetches_nothing(
    ana: TenantContext, ana_token: str, greeting: None, payload: dict[str, str]
) -> None:
    path = download(ana, ana_token, **payload)
    assert ask(APP, path, headers=[session_cookie(ana_token)]).status == 404


def test_i9_a_foreign_tenant_cannot_be_fetched(
    ana: TenantContext, cleo_token: str, greeting: None
) -> None:
    path = download(ana, cleo_token)
    assert ask(APP, path, headers=[session_cookie(cleo_token)]).status == 404


def test_i5_a_failure_shows_a_number_and_no_traceback(
    ana: TenantContext, ana_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(context: TenantContext, payload: Mapping[str, Any]) -> Iterator[bytes]:
        raise RuntimeError("password=secret")

    monkeypatch.setitem(downloads.KINDS, "greeting", broken)
    path = download(ana, ana_token)
    with pytest.raises(RuntimeError):
        ask(APP, path, headers=[session_cookie(ana_token)])
    answer = failed_answer()
    assert "secret" not in answer
    assert "number" in answer


def failed_answer() -> str:
    from starlette.requests import Request  # noqa: PLC0415 - only here

    request = Request({"type": "http", "path": "/", "headers": [], "query_string": b""})
    return bytes(failed(request, RuntimeError("password=secret")).body).decode()


def test_i6_a_refusal_is_text_and_not_markup(ana: TenantContext) -> None:
    from starlette.requests import Request  # noqa: PLC0415 - only here

    request = Request({"type": "http", "path": "/", "headers": [], "query_string": b""})
    answer = refused(request, FinTrackError("<script>"))
    assert b"<script>" not in answer.body


def test_health_needs_no_sign_in(database: object) -> None:
    assert ask(APP, "/health/live").status == 200
    assert ask(APP, "/health/ready").body == b'{"status":"ready"}'
