"""The mail for a forgotten password, through a real mail server of this machine."""

import re
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from queue import Empty, Queue

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from fintrack.access.resets import reset_email, reset_password
from fintrack.access.sessions import check_credentials
from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.errors import TooManyAttempts
from fintrack.operations import reset_letters
from fintrack.operations.reset_letters import mail_reset_link
from tests.web.serving import free_port

HERE = "192.0.2.1"
PATIENCE = 10


class PostBox:
    """A mail server that keeps what it is given, as slowly as it is told to."""

    def __init__(self) -> None:
        self.letters: Queue[tuple[str, str]] = Queue()
        self.delay = 0.0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it so
        """Keep the letter's address and text."""
        time.sleep(self.delay)  # noqa: ASYNC251 - the server is meant to be slow
        letter = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.letters.put((envelope.rcpt_tos[0], letter.get_content()))
        return "250 kept"

    def token(self) -> str:
        """Return the secret of the link in the next letter."""
        text = self.letters.get(timeout=PATIENCE)[1]
        found = re.search(r"https://money\.example\.org/\?reset=(\S+)", text)
        assert found is not None
        return found[1]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostBox]:
    """A running mail server that FinTrack is configured for."""
    box, port = PostBox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    for name, value in {
        "FINTRACK_SMTP_HOST": "127.0.0.1",
        "FINTRACK_SMTP_PORT": str(port),
        "FINTRACK_SMTP_TLS": "none",
        "FINTRACK_SMTP_FROM": "fintrack@example.org",
        "FINTRACK_BASE_URL": "https://money.example.org",
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield box
    reset_letters._POST.submit(lambda: None).result(PATIENCE)
    server.stop()
    settings.cache_clear()


def test_g8_a_mailed_link_gives_a_new_password(ana: TenantContext, post: PostBox) -> None:
    mail_reset_link(ana.session.email, HERE)
    token = post.token()
    assert reset_email(token) == ana.session.email
    reset_password(token, "four other plain words")
    assert check_credentials(ana.session.email, "four other plain words", HERE) == ana.user_id


def test_g8_nobody_gets_mail_who_has_no_account(ana: TenantContext, post: PostBox) -> None:
    mail_reset_link("nobody@example.org", HERE)
    mail_reset_link(ana.session.email, HERE)
    assert post.letters.get(timeout=PATIENCE)[0] == ana.session.email
    with pytest.raises(Empty):
        post.letters.get_nowait()


def test_g8_nobody_waits_for_the_mail_server(ana: TenantContext, post: PostBox) -> None:
    """The link is asked for while the mail server still holds the letter back."""
    post.delay = 1.0
    mail_reset_link(ana.session.email, HERE)
    with pytest.raises(Empty):
        post.letters.get_nowait()
    assert post.token()


def test_g8_a_mail_server_that_is_down_tells_nothing(
    ana: TenantContext, post: PostBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINTRACK_SMTP_PORT", str(free_port()))
    settings.cache_clear()
    for email in (ana.session.email, "nobody@example.org"):
        mail_reset_link(email, HERE)


def test_g5_mail_cannot_be_had_without_end(ana: TenantContext, post: PostBox) -> None:
    for _ in range(6):
        mail_reset_link(ana.session.email, HERE)
    with pytest.raises(TooManyAttempts):
        mail_reset_link(ana.session.email, HERE)
