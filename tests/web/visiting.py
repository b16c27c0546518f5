"""People before a real server: they register and sign in over the websocket, as a browser does."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.web.tab import Tab, tab

PASSWORD = "three plain words"
EMAIL = "ana@example.org"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Person:
    """A browser's cookies, and the address it was sent to after sign-in."""

    cookies: dict[str, str]
    sent_to: str


def fetch(
    url: str,
    path: str,
    *,
    method: str = "GET",
    cookies: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Page:
    """Return the answer as it is, redirects not followed."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    sent = {"Accept": "text/html", **(headers or {})}
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    lines = answer.msg.get_all("set-cookie") or []
    pairs = [line.split(";")[0].partition("=") for line in lines]
    found = {name: value for name, _, value in pairs}
    content = answer.read()
    connection.close()
    return Page(answer.status, {k.lower(): v for k, v in answer.getheaders()}, found, content)


def register_first(url: str, email: str = EMAIL, **query: str) -> Person:
    """Make the first account and sign its browser in."""
    browser = dict(fetch(url, "/").cookies)
    with tab(url, browser) as opened:
        opened.run(**query)
        opened.fill("Your name", "Ana Rivera")
        opened.fill("E-mail", email)
        opened.fill("Password", PASSWORD)
        opened.fill("Tenant name", "Rivera family")
        return _take_cookie(url, browser, opened.click("Create account", **query).redirect)


def sign_in(url: str, email: str = EMAIL) -> Person:
    """Sign somebody in with a browser of their own."""
    browser = dict(fetch(url, "/").cookies)
    with tab(url, browser) as opened:
        opened.run()
        opened.fill("E-mail", email)
        opened.fill("Password", PASSWORD)
        return _take_cookie(url, browser, opened.click("^Sign in$").redirect)


def sign_out(opened: Tab, label: str = "^Sign out$") -> str:
    """Press the button in the user's menu and return where the browser is sent."""
    opened.run()
    return str(opened.click(label).redirect)


def _take_cookie(url: str, browser: dict[str, str], address: str | None) -> Person:
    assert address is not None
    answer = fetch(url, address, cookies=browser)
    assert answer.status == 303
    return Person(browser | dict(answer.cookies), answer.headers["location"])
