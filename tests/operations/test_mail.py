"""Letters reach a real mail server, or the sender is told that they did not."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fintrack.config import MailSecurity, read_settings, settings
from fintrack.errors import SetupError
from fintrack.operations.mail import Delivery, Letter, send
from tests.mailing import (
    MAIL_PASSWORD,
    REFUSED,
    USER,
    Mailbox,
    certificate_for_this_machine,
    mail_server,
)

SECRET = "secret-token-of-the-letter"
LETTER = Letter("ben@example.org", "Ana invites you", f"Look:\nhttps://x.example/?t={SECRET}\n")
CONFIGURED = {
    "FINTRACK_SMTP_HOST": "127.0.0.1",
    "FINTRACK_SMTP_FROM": "fintrack@example.org",
    "FINTRACK_BASE_URL": "https://money.example.org",
}


@pytest.fixture(autouse=True)
def _own_settings() -> Iterator[None]:
    yield
    settings.cache_clear()


def configure(monkeypatch: pytest.MonkeyPatch, **more: object) -> None:
    """Set the mail variables of this process."""
    given = {f"FINTRACK_SMTP_{name.upper()}": str(value) for name, value in more.items()}
    for name, value in (CONFIGURED | given).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


def test_a_letter_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    assert send(LETTER) is Delivery.SENT
    (letter,) = mailbox.letters
    assert (letter["To"], letter["Subject"]) == (LETTER.to, LETTER.subject)
    assert letter["From"] == "FinTrack <fintrack@example.org>"
    assert mailbox.text() == LETTER.text
    assert letter.get_content_type() == "text/plain"
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_name_adds_no_header(mailbox: Mailbox) -> None:
    subject = "Ana\r\nBcc: victim@example.org\r\n\r\ninvites you"
    assert send(Letter("ben@example.org", subject, "text\n")) is Delivery.SENT
    (letter,) = mailbox.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Ana Bcc: victim@example.org invites you"


def test_letters_of_every_alphabet_arrive(mailbox: Mailbox) -> None:
    send(Letter("ben@example.org", "Ñandú invites 家族", "Überweisung · 予算\n"))
    (letter,) = mailbox.letters
    assert letter["Subject"] == "Ñandú invites 家族"
    assert mailbox.text() == "Überweisung · 予算\n"


def test_without_a_server_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FINTRACK_SMTP_HOST", raising=False)
    settings.cache_clear()
    assert send(LETTER) is Delivery.NO_SERVER


def test_a_refused_letter_is_said_and_not_quoted(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert send(Letter(REFUSED, "x", LETTER.text)) is Delivery.FAILED
    assert "could not be sent" in caplog.text
    assert SECRET not in caplog.text
    assert mailbox.letters == []


def test_a_server_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        configure(monkeypatch, port=closed.getsockname()[1], tls="none")
        assert send(LETTER) is Delivery.FAILED
    assert SECRET not in caplog.text


def test_a_letter_goes_over_tls_to_a_server_that_proves_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate, mailbox = certificate_for_this_machine(tmp_path), Mailbox()
    with mail_server(mailbox, certificate, signed_in=True) as port:
        configure(monkeypatch, port=port, user=USER, password=MAIL_PASSWORD)
        assert send(LETTER) is Delivery.FAILED
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert send(LETTER) is Delivery.SENT
    assert mailbox.users == [USER]
    assert len(mailbox.letters) == 1


def test_a_wrong_password_of_the_mail_server_is_said_and_not_logged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate, mailbox = certificate_for_this_machine(tmp_path), Mailbox()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(mailbox, certificate, signed_in=True) as port:
        configure(monkeypatch, port=port, user=USER, password="not that one")
        with caplog.at_level(logging.DEBUG, "fintrack"):
            assert send(LETTER) is Delivery.FAILED
    assert "not that one" not in caplog.text
    assert mailbox.letters == []


@pytest.mark.parametrize(
    ("word", "port"), [("starttls", 587), ("tls", 465), ("none", 25), ("STARTTLS", 587)]
)
def test_the_port_follows_the_way_to_the_server(word: str, port: int) -> None:
    server = read_settings(CONFIGURED | {"FINTRACK_SMTP_TLS": word}).mail
    assert server is not None
    assert (server.security, server.port) == (MailSecurity(word.lower()), port)


@pytest.mark.parametrize(
    "change",
    [
        {"FINTRACK_BASE_URL": ""},
        {"FINTRACK_SMTP_FROM": ""},
        {"FINTRACK_SMTP_FROM": "Ana <ana@example.org>"},
        {"FINTRACK_SMTP_TLS": "ssl"},
        {"FINTRACK_SMTP_PORT": "mail"},
    ],
)
def test_mail_that_cannot_work_is_refused_at_the_start(change: dict[str, str]) -> None:
    with pytest.raises(SetupError, match="FINTRACK_"):
        read_settings(CONFIGURED | change)


def test_the_settings_do_not_show_the_password() -> None:
    server = read_settings(CONFIGURED | {"FINTRACK_SMTP_PASSWORD": MAIL_PASSWORD}).mail
    assert MAIL_PASSWORD not in repr(server)
