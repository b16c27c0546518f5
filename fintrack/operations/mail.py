"""Mail: plain letters through the configured server, sent after the commit they tell of."""

import logging
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from enum import StrEnum

from fintrack.config import MailSecurity, MailServer, settings

PATIENCE = 15  # seconds until a mail server that does not answer counts as down

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain text to one address."""

    to: str
    subject: str
    text: str


class Delivery(StrEnum):
    """What became of a letter; SENT is the mail server's word that it took it."""

    SENT = "SENT"
    FAILED = "FAILED"
    NO_SERVER = "NO_SERVER"


def send(letter: Letter) -> Delivery:
    """Hand the letter to the mail server, and return what became of it; logs keep no word of it."""
    server = settings().mail
    if server is None:
        return Delivery.NO_SERVER
    try:
        with _connection(server) as connection:
            connection.send_message(_message(server, letter))
    except (smtplib.SMTPException, OSError) as error:
        # The server's own words may quote the letter, and a letter holds a token.
        _log.warning("A mail could not be sent: %s", type(error).__name__)
        return Delivery.FAILED
    return Delivery.SENT


def _connection(server: MailServer) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    if server.security is MailSecurity.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=PATIENCE, context=trust
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        if server.security is MailSecurity.STARTTLS:
            connection.starttls(context=trust)
        if server.user is not None:
            connection.login(server.user, server.password or "")
    except (smtplib.SMTPException, OSError):
        connection.close()
        raise
    return connection


def _message(server: MailServer, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"FinTrack <{server.sender}>"
    message["To"] = letter.to
    # A name that a member typed stays on the line of the subject.
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
