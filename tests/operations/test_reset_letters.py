"""The mail for a forgotten password, through a real mail server of this machine."""

import re
from threading import Event

import pytest

from fintrack.access.resets import reset_email, reset_password
from fintrack.access.sessions import check_credentials
from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.errors import TooManyAttempts
from fintrack.operations import letters
from fintrack.operations.letters import mail_reset_link
from tests.access.waiting import lengthen_waits
from tests.mailing import Mailbox
from tests.web.serving import free_port

HERE = "192.0.2.1"
PATIENCE = 10
LINK = r"https://money\.example\.org/\?reset=(\S+)"


def delivered() -> None:
    """Wait until everything that was to be mailed has been handed over."""
    letters._POST.submit(lambda: None).result(PATIENCE)


def test_g8_a_mailed_link_gives_a_new_password(ana: TenantContext, mailbox: Mailbox) -> None:
    mail_reset_link(f" {ana.session.email.upper()} ", HERE)
    delivered()
    found = re.fullmatch(LINK, mailbox.link())
    assert found is not None
    assert reset_email(found[1]) == ana.session.email
    reset_password(found[1], "four other plain words")
    assert check_credentials(ana.session.email, "four other plain words", HERE) == ana.user_id


def test_g8_nobody_gets_mail_who_has_no_account(ana: TenantContext, mailbox: Mailbox) -> None:
    for email in ("zoe@example.org", ana.session.email, "nonsense"):
        mail_reset_link(email, HERE)
    delivered()
    assert [letter["To"] for letter in mailbox.letters] == [ana.session.email]


def test_g8_nobody_waits_for_the_mail_server(ana: TenantContext, mailbox: Mailbox) -> None:
    """Somebody else's letter holds the post up until the link has been asked for."""
    asked = Event()
    letters._POST.submit(asked.wait, PATIENCE)
    mail_reset_link(ana.session.email, HERE)
    assert mailbox.letters == []
    asked.set()
    delivered()
    assert len(mailbox.letters) == 1


def test_g8_a_mail_server_that_is_down_tells_nothing(
    ana: TenantContext, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINTRACK_SMTP_PORT", str(free_port()))
    settings.cache_clear()
    for email in (ana.session.email, "zoe@example.org"):
        mail_reset_link(email, HERE)
    delivered()
    assert mailbox.letters == []


def test_g5_mail_cannot_be_had_without_end(ana: TenantContext, mailbox: Mailbox) -> None:
    for _ in range(6):
        mail_reset_link(ana.session.email, HERE)
    lengthen_waits()
    with pytest.raises(TooManyAttempts):
        mail_reset_link(ana.session.email, HERE)
    delivered()
