"""A forgotten password, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.access.resets import new_reset_token
from fintrack.access.sessions import check_credentials
from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.ui.forgotten import ASKED
from tests.conftest import PASSWORD
from tests.pages.opening import open_page
from tests.pages.test_front_door import errors, fill, press, visit, words
from tests.web.serving import free_port

HERE = "10.0.0.1"
NEW = "four other plain words"


@pytest.fixture
def mail(ana: TenantContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configured mail server; that it is down is nothing a visitor learns."""
    monkeypatch.setenv("FINTRACK_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("FINTRACK_SMTP_PORT", str(free_port()))
    monkeypatch.setenv("FINTRACK_SMTP_FROM", "fintrack@example.org")
    monkeypatch.setenv("FINTRACK_BASE_URL", "https://money.example.org")
    settings.cache_clear()


def ask(email: str) -> AppTest:
    """Ask for a link."""
    page = press(visit(), "Forgot your password?")
    fill(page, forgotten_email=email)
    return press(page, "Send a link")


def test_g8_the_screen_tells_known_and_unknown_addresses_the_same(
    ana: TenantContext, mail: None
) -> None:
    seen = [words(ask(email)) for email in (ana.session.email, "nobody@example.org", "nonsense")]
    assert seen == seen[:1] * 3
    assert ASKED in seen[0]


def test_g8_without_mail_the_screen_says_whom_to_ask(ana: TenantContext) -> None:
    page = press(visit(), "Forgot your password?")
    assert "Ask whoever runs it" in words(page)
    assert not page.text_input
    press(page, "Back to the sign-in")
    assert [one.label for one in page.text_input] == ["E-mail", "Password"]


def test_g8_the_link_sets_a_password_once(ana: TenantContext) -> None:
    token = new_reset_token(ana.session.email, HERE)
    assert token is not None
    page = visit(reset=token)
    assert [one.value for one in page.text_input] == [ana.session.email, ""]
    fill(page, reset_password=NEW)
    assert errors(press(page, "Set password")) == []
    assert check_credentials(ana.session.email, NEW, HERE) == ana.user_id
    assert errors(visit(reset=token)) == [
        "This link was used already or is too old. Go back and ask for it again."
    ]


def test_g8_a_weak_password_is_refused_and_the_link_stays(ana: TenantContext) -> None:
    token = new_reset_token(ana.session.email, HERE)
    assert token is not None
    page = visit(reset=token)
    fill(page, reset_password="short")
    assert "at least 8 characters" in errors(press(page, "Set password"))[0]
    assert check_credentials(ana.session.email, PASSWORD, HERE) == ana.user_id
    assert errors(visit(reset=token)) == []


def test_g8_a_link_opens_for_somebody_who_is_signed_in_too(
    ana: TenantContext, cleo: TenantContext
) -> None:
    token = new_reset_token(ana.session.email, HERE)
    assert token is not None
    assert "Choose a new password" in words(open_page(cleo, "", reset=token))
