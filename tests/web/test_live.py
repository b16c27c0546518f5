"""The front door of a real server, spoken to as a browser, or an attacker, speaks."""

import gzip
import json
import time
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit
from websockets.exceptions import ConnectionClosed

from fintrack.web.sockets import POLL_SECONDS
from tests.web.serving import Served, served
from tests.web.tab import Tab, tab
from tests.web.visiting import PASSWORD, Person, fetch, register_first, sign_in, sign_out

PAGES = ("", "home", "settings", "account", "analytics")
LATEST = POLL_SECONDS + 3
SCRIPTS = Path(streamlit.__file__).parent / "static" / "static" / "js"


def test_i1_a_cold_server_runs_no_page_for_a_stranger(server: Served) -> None:
    """The very first message that a fresh process gets asks for a page."""
    for page in PAGES:
        with tab(server.url, {"ft_pre": "x"}) as stranger:
            words = stranger.run(page, tenant="rivera-family").words
        assert "Welcome" in words
        assert "Numbers and dates as in" not in words
        assert "Where you are signed in" not in words


@pytest.mark.parametrize(
    ("host", "header"),
    [
        ("money.example", {}),
        (None, {"X-Forwarded-For": "10.0.0.1"}),
        (None, {"Via": "1.1 proxy"}),
    ],
)
def test_a_stranger_needs_the_setup_link(
    server: Served, host: str | None, header: dict[str, str]
) -> None:
    with tab(server.url, {"ft_pre": "x"}, header, host=host) as stranger:
        assert "one-time link" in stranger.run().words
        assert stranger.labels("text_input") == []
        assert "This FinTrack is new" in stranger.run(setup="made-up").words
        stranger.run(setup=server.setup_token())
        assert "Your name" in stranger.labels("text_input")


def test_the_first_account_is_signed_in_at_once(person: Person, server: Served) -> None:
    with tab(server.url, person.cookies) as ana:
        words = ana.run("settings").words
    assert "Rivera family" in words
    assert "Personal · Owner" in words


def test_the_setup_link_is_worth_nothing_afterwards(person: Person, server: Served) -> None:
    with tab(server.url, {"ft_pre": "x"}) as stranger:
        words = stranger.run(setup=server.setup_token()).words
        assert "Sign in" in words
        assert "Your name" not in stranger.labels("text_input")


def test_i2_an_identity_header_of_the_client_signs_nobody_in(
    person: Person, server: Served
) -> None:
    with tab(server.url, person.cookies) as ana:
        ana.run()
    for name in ("X-FinTrack-Auth", "x_fintrack_auth", "X-FINTRACK_AUTH"):
        forged = {name: json.dumps({"user": "ana", "session": "1", "handle": "00" * 32})}
        with tab(server.url, {"ft_pre": "x"}, forged) as stranger:
            assert "Sign in" in stranger.run("settings").words


def test_i2_a_known_session_id_gives_nothing_to_another_identity(
    person: Person, server: Served
) -> None:
    with tab(server.url, person.cookies) as ana:
        ana.run("settings")
        with tab(server.url, {"ft_pre": "x"}, session_id=ana.session_id) as thief:
            words = thief.run("settings").words
            assert thief.session_id != ana.session_id
    with tab(server.url, {"ft_pre": "x"}, session_id=ana.session_id) as thief:
        later = thief.run("settings").words
    assert "Rivera" not in words + later
    assert "Sign in" in words


def test_a_signed_out_stranger_cannot_resume_another_strangers_form(
    person: Person, server: Served
) -> None:
    with tab(server.url, {"ft_pre": "one"}) as first:
        first.run()
        with tab(server.url, {"ft_pre": "two"}, session_id=first.session_id) as second:
            second.run()
            assert second.session_id != first.session_id


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/media/abc.csv", 401),
        ("PUT", "/_stcore/upload_file/a/b", 401),
        ("POST", "/_stcore/upload_file/a/b", 401),
        ("GET", "/export/abc", 401),
        ("GET", "/_stcore/metrics", 404),
        ("POST", "/_stcore/agent/interact", 404),
        ("GET", "/_stcore/agent/openapi.json", 404),
    ],
)
def test_i1_a_stranger_reaches_no_file_and_no_inside(
    person: Person, server: Served, method: str, path: str, status: int
) -> None:
    assert fetch(server.url, path, method=method, body=b"x").status == status


def test_i8_metrics_and_agent_are_closed_to_members_too(person: Person, server: Served) -> None:
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json"):
        assert fetch(server.url, path, cookies=person.cookies).status == 404


def test_i1_another_sites_page_cannot_open_a_members_websocket(
    person: Person, server: Served
) -> None:
    for origin in ("http://evil.example", "http://localhost:1", "null"):
        with (
            pytest.raises(Exception, match="403"),
            tab(server.url, person.cookies, origin=origin),
        ):
            pass


def test_files_of_the_user_interface_come_compressed(server: Served) -> None:
    page = fetch(server.url, "/").body.decode()
    script = "/static/js/" + page.split("./static/js/")[1].split('"')[0]
    plain = fetch(server.url, script)
    small = fetch(server.url, script, headers={"Accept-Encoding": "gzip"})
    again = fetch(server.url, script, headers={"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert "immutable" in small.headers["cache-control"]
    assert small.body == again.body
    assert len(small.body) < len(plain.body) / 2


def test_a_file_that_somebody_did_not_wait_for_comes_whole_to_the_next(server: Served) -> None:
    script = max(SCRIPTS.glob("*.js"), key=lambda path: path.stat().st_size)
    for _ in range(3):
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
        connection.request("GET", f"/static/js/{script.name}", headers={"Accept-Encoding": "gzip"})
        connection.close()
    time.sleep(1)  # The server learns of it after a while.
    answer = fetch(server.url, f"/static/js/{script.name}", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.body) == script.read_bytes()


def test_g2_signing_out_closes_the_other_tabs_and_kills_the_cookie(
    person: Person, server: Served
) -> None:
    browser = sign_in(server.url)
    with tab(server.url, browser.cookies) as one, tab(server.url, browser.cookies) as two:
        two.run()
        address = sign_out(one)
        answer = fetch(server.url, address, cookies=browser.cookies)
        assert answer.cookies["fintrack"] == '""'
        assert closed_with(two) == 1008
    with tab(server.url, browser.cookies) as later:
        assert "Sign in" in later.run("settings").words


def test_g2_a_sign_out_reaches_the_sockets_of_another_process(
    person: Person, server: Served
) -> None:
    browser = sign_in(server.url)
    with (
        served(server.home) as other,
        tab(server.url, browser.cookies) as here,
        tab(other.url, browser.cookies) as there,
    ):
        there.run()
        sign_out(here)
        assert closed_with(there) == 1008


def test_g2_signing_out_everywhere_ends_the_other_browsers(person: Person, server: Served) -> None:
    one, two = sign_in(server.url), sign_in(server.url)
    with tab(server.url, one.cookies) as here, tab(server.url, two.cookies) as there:
        there.run()
        sign_out(here, "Sign out everywhere")
        assert closed_with(there) == 1008
    with tab(server.url, two.cookies) as later:
        assert "Sign in" in later.run().words


def test_a_session_survives_a_restart(server: Served, person: Person) -> None:
    browser = sign_in(server.url)
    server.restart()
    with tab(server.url, browser.cookies) as ana:
        assert "Rivera family" in ana.run("settings").words


def test_two_tabs_stay_in_two_tenants(server: Served, person: Person) -> None:
    browser = sign_in(server.url)
    with tab(server.url, browser.cookies) as one, tab(server.url, browser.cookies) as two:
        one.run("settings")
        two.run("settings")
        two.click("^New tenant$", "settings")
        two.fill("Tenant name", "Rivera Ltd")
        other = str(two.click("^Create$", "settings").redirect).partition("tenant=")[2]
        assert "Type Rivera Ltd to confirm" in two.run("settings", tenant=other).words
        assert "Type Rivera family to confirm" in one.run("settings").words
        assert "Type Rivera Ltd to confirm" in two.run("settings").words


def test_i4_a_switch_of_the_tenant_leaves_nothing_behind(server: Served, person: Person) -> None:
    browser = sign_in(server.url)
    with tab(server.url, browser.cookies) as ana:
        ana.run("settings")
        family = ana.query
        ana.click("^New tenant$", "settings")
        ana.fill("Tenant name", "Rivera Studio")
        ana.click("^Create$", "settings")
        studio = ana.query.partition("tenant=")[2]
        ana.run("settings", tenant=studio)
        ana.fill("^Name$", "typed and not saved")
        words = ana.click("^Rivera family ", "settings", tenant=studio).words
        assert ana.query == family
        assert "Type Rivera family to confirm" in words
        assert "Rivera Studio to confirm" not in words
        assert ana.value("^Name$") == "Rivera family"
        ana.run("settings", tenant=studio)
        assert ana.value("^Name$") == "Rivera Studio"


def test_f4_a_tenant_of_nobodys_is_told_like_a_foreign_one(server: Served, person: Person) -> None:
    browser = sign_in(server.url)
    with tab(server.url, browser.cookies) as ana:
        assert "There is no such tenant among yours." in ana.run("settings", tenant="none").words


def test_a_wrong_password_signs_nobody_in(server: Served, person: Person) -> None:
    browser = dict(fetch(server.url, "/").cookies)
    for email in ("ana@example.org", "nobody@example.org"):
        with tab(server.url, browser) as stranger:
            stranger.run()
            stranger.fill("E-mail", email)
            stranger.fill("Password", f"not {PASSWORD}")
            drawn = stranger.click("^Sign in$")
        assert drawn.redirect is None
        assert "The e-mail address or the password is wrong." in drawn.words


def test_nothing_failed_on_the_way(server: Served) -> None:
    assert "Traceback" not in server.printed()


def closed_with(opened: Tab) -> int | None:
    """Return the code with which the server closes the websocket, soon enough."""
    end = time.monotonic() + LATEST
    with suppress(ConnectionClosed):
        while time.monotonic() < end:
            opened.connection.recv(LATEST)
    return opened.connection.close_code


def test_the_guard_keeps_an_uninvited_second_account_out(server: Served, person: Person) -> None:
    with pytest.raises(LookupError):
        register_first(server.url, "mallory@example.org")
