"""Who comes past the guard, and what the guard says about them."""

import json
from dataclasses import replace

import pytest

from fintrack import config
from fintrack.access.sessions import handle_of, session_of
from fintrack.context import TenantContext
from fintrack.web.guard import STREAM, Guard
from tests.web.asking import Inside, ask, open_socket

IDENTITY = "x-fintrack-auth"
FORGED = json.dumps({"user": "ana", "handle": "00" * 32})
OWN = ("origin", "http://localhost:8501")


def with_base_url(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    changed = replace(config.settings(), base_url=url)
    for module in ("visitors", "guard"):
        monkeypatch.setattr(f"fintrack.web.{module}.settings", lambda: changed)


@pytest.mark.parametrize(
    "name", ["x-fintrack-auth", "X-FINTRACK-AUTH", "x_fintrack_auth", "X_FinTrack-Auth"]
)
def test_i2_a_client_cannot_say_who_it_is(name: str) -> None:
    inside = Inside()
    open_socket(Guard(inside), STREAM, headers=[(name, FORGED), (name, FORGED)])
    (identity,) = inside.header(IDENTITY)
    assert json.loads(identity)["user"] is None
    assert inside.header("x_fintrack_auth") == inside.header("x_fintrack-auth") == []


def test_i2_a_page_request_carries_no_identity_inside() -> None:
    inside = Inside()
    ask(Guard(inside), "/settings", headers=[(IDENTITY, FORGED)])
    assert inside.header(IDENTITY) == []


def test_a_session_has_the_same_identity_at_every_connection(
    ana: TenantContext, ana_token: str
) -> None:
    identities = []
    for agent in ("one tab", "another tab"):
        inside = Inside()
        headers = [("cookie", f"fintrack={ana_token}"), ("user-agent", agent)]
        open_socket(Guard(inside), STREAM, headers=headers)
        identities += inside.header(IDENTITY)
    session = session_of(ana_token)
    assert session is not None
    expected = {"user": ana.user_id, "session": session.id, "handle": handle_of(ana_token).hex()}
    assert [json.loads(word) for word in identities] == [
        {key: str(value) for key, value in expected.items()}
    ] * 2


def test_the_token_of_a_session_stays_outside(ana_token: str) -> None:
    inside = Inside()
    open_socket(Guard(inside), STREAM, headers=[("cookie", f"a=1; fintrack={ana_token}; b=2")])
    assert inside.header("cookie") == ["a=1; b=2"]


def test_a_made_up_token_is_nobody(database: object) -> None:
    inside = Inside()
    open_socket(Guard(inside), STREAM, headers=[("cookie", "fintrack=made-up")])
    assert json.loads(inside.header(IDENTITY)[0])["user"] is None


@pytest.mark.parametrize("path", ["/media/a.csv", "/_stcore/upload_file/a/b", "/export/ticket"])
def test_i1_an_anonymous_visitor_reaches_no_file(path: str) -> None:
    inside = Inside()
    answer = ask(Guard(inside), path, method="GET")
    assert (answer.status, inside.scopes) == (401, [])


@pytest.mark.parametrize("path", ["/media/a.csv", "/_stcore/upload_file/a/b", "/export/ticket"])
def test_a_signed_in_user_reaches_files(ana_token: str, path: str) -> None:
    headers = [("cookie", f"fintrack={ana_token}"), OWN]
    assert ask(Guard(Inside()), path, method="PUT", headers=headers).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore/agent/interact",
        "/_stcore/agent/openapi.json",
        "/_stcore/script-health-check",
        "/_stcore/anything-new",
        "/_stcore",
        "/component/any.thing/index.html",
        "/auth/login",
        "/auth/logout",
        "/oauth2callback",
    ],
)
def test_i8_some_routes_do_not_exist_for_anybody(ana_token: str, path: str) -> None:
    for headers in ([], [("cookie", f"fintrack={ana_token}")]):
        inside = Inside()
        answer = ask(Guard(inside), path, headers=headers)
        assert (answer.status, answer.body, inside.scopes) == (404, b"Not Found", [])


def test_a_mounted_application_is_guarded_by_the_path_inside_the_mount() -> None:
    answer = ask(Guard(Inside()), "/money/_stcore/metrics", root_path="/money")
    assert answer.status == 404


def test_a_host_header_cannot_bend_the_path() -> None:
    answer = ask(Guard(Inside()), "/_stcore/metrics", headers=[("host", "localhost/health?")])
    assert answer.status == 404


@pytest.mark.parametrize(
    "headers",
    [
        [("origin", "http://localhost:9999")],
        [("origin", "http://evil.example")],
        [("origin", "null")],
        [OWN, ("origin", "http://evil.example")],
        [OWN, ("sec-fetch-site", "cross-site")],
    ],
)
def test_another_sites_page_can_neither_post_nor_open_a_websocket(
    headers: list[tuple[str, str]],
) -> None:
    inside = Inside()
    assert ask(Guard(inside), "/", method="POST", headers=headers).status == 403
    assert open_socket(Guard(inside), STREAM, headers=headers) == [
        {"type": "websocket.close", "code": 1008}
    ]
    assert inside.scopes == []


def test_our_own_page_behind_a_proxy_may_post(monkeypatch: pytest.MonkeyPatch) -> None:
    with_base_url(monkeypatch, "https://money.example/")
    headers = [("origin", "https://money.example"), ("host", "upstream:8501")]
    assert ask(Guard(Inside()), "/", method="POST", headers=headers).status == 200


def test_a_websocket_has_one_path_only() -> None:
    inside = Inside()
    (answer,) = open_socket(Guard(inside), "/_stcore/other")
    assert (answer["type"], inside.scopes) == ("websocket.close", [])


def test_j5_a_body_that_says_it_is_too_long_is_refused() -> None:
    inside = Inside()
    headers = [OWN, ("content-length", str(65 * 1024))]
    assert ask(Guard(inside), "/auth/ticket", method="POST", headers=headers).status == 413
    assert inside.scopes == []


def test_j5_a_body_that_turns_out_too_long_is_refused() -> None:
    chunks = [b"x" * 40_000] * 2
    answer = ask(Guard(Inside()), "/auth/ticket", method="POST", headers=[OWN], body=chunks)
    assert answer.status == 413


def test_an_upload_may_be_as_long_as_the_configuration_says(ana_token: str) -> None:
    inside = Inside()
    headers = [OWN, ("cookie", f"fintrack={ana_token}")]
    chunks = [b"x" * 1024 * 1024] * 25
    path = "/_stcore/upload_file/a/b"
    assert ask(Guard(inside), path, method="PUT", headers=headers, body=chunks).status == 200
    assert len(inside.body) == 25 * 1024 * 1024


@pytest.mark.parametrize("path", ["/", "/_stcore/metrics", "/media/x"])
def test_i7_every_answer_carries_the_security_headers(path: str) -> None:
    answer = ask(Guard(Inside()), path)
    assert answer.header("x-frame-options") == "DENY"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("strict-transport-security") is None
    policy = answer.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


def test_i7_behind_tls_the_browser_is_told_to_stay_there() -> None:
    answer = ask(Guard(Inside()), "/", scheme="https")
    assert (answer.header("strict-transport-security") or "").startswith("max-age=31536000")


def test_a_page_gives_the_browser_a_nonce_once() -> None:
    html = ("accept", "text/html")
    line = ask(Guard(Inside()), "/settings", headers=[html]).header("set-cookie") or ""
    assert line.startswith("ft_pre=")
    assert line.endswith("; Path=/; HttpOnly; SameSite=Lax")
    kept = ("cookie", line.split(";")[0])
    assert ask(Guard(Inside()), "/settings", headers=[html, kept]).header("set-cookie") is None


def test_g10_behind_tls_nobody_else_can_set_the_nonce() -> None:
    answer = ask(Guard(Inside()), "/", headers=[("accept", "text/html")], scheme="https")
    line = answer.header("set-cookie") or ""
    assert line.startswith("__Host-ft_pre=")
    assert line.endswith("; Secure")


def test_g10_behind_tls_a_cookie_without_the_prefix_is_nobody(ana_token: str) -> None:
    inside = Inside()
    open_socket(Guard(inside), STREAM, headers=[("cookie", f"fintrack={ana_token}")], scheme="wss")
    assert json.loads(inside.header(IDENTITY)[0])["user"] is None


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:80", "[::1]:8501"])
def test_a_visitor_at_this_machine_is_told_so(host: str) -> None:
    assert said_of(headers=[("host", host)])["same_machine"] is True


@pytest.mark.parametrize(
    "header",
    [
        ("host", "fintrack.example"),
        ("host", "localhost.evil.example"),
        ("host", "127.0.0.1.evil.example:8501"),
        ("host", "192.168.1.5:8501"),
        ("forwarded", "for=127.0.0.1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-anything", ""),
        ("via", "1.1 proxy"),
        ("x-real-ip", "127.0.0.1"),
    ],
)
def test_a_visitor_through_a_proxy_or_another_name_is_not_at_this_machine(
    header: tuple[str, str],
) -> None:
    assert said_of(headers=[header])["same_machine"] is False


def test_a_visitor_from_the_network_is_not_at_this_machine() -> None:
    assert said_of(client=("192.168.1.5", 50000))["same_machine"] is False
    assert said_of(client=None)["same_machine"] is False


def test_an_installation_with_an_address_knows_no_same_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_base_url(monkeypatch, "http://localhost:8501")
    assert said_of()["same_machine"] is False


def said_of(*, headers: object = (), **scope: object) -> dict[str, object]:
    inside = Inside()
    open_socket(Guard(inside), STREAM, headers=headers, **scope)  # type: ignore[arg-type]
    (identity,) = inside.header(IDENTITY)
    said: dict[str, object] = json.loads(identity)
    return said
