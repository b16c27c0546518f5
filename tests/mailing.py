"""A real mail server on this machine, which keeps what it is given."""

import email
import email.policy
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.web.serving import free_port

LINK = re.compile(r"https?://\S+")
USER, MAIL_PASSWORD = "fintrack", "the mail password"
REFUSED = "nobody@example.org"


@dataclass(slots=True)
class Mailbox:
    """The letters that came, and who signed in to hand them over."""

    letters: list[EmailMessage] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name that the server calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take mail for everybody but one."""
        if address == REFUSED:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the letter."""
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert envelope.rcpt_tos == [letter["To"]]
        self.letters.append(letter)
        return "250 OK"

    def authenticate(self, *asked: object) -> AuthResult:
        """Know one user."""
        login = asked[-1]
        assert isinstance(login, LoginPassword)
        known = (login.login.decode(), login.password.decode()) == (USER, MAIL_PASSWORD)
        self.users.append(login.login.decode())
        return AuthResult(success=known)

    def text(self) -> str:
        """Return the body of the only letter."""
        (letter,) = self.letters
        return str(letter.get_content()).replace("\r\n", "\n")

    def link(self) -> str:
        """Return the only link of the only letter."""
        (found,) = LINK.findall(self.text())
        return str(found)


@contextmanager
def mail_server(
    mailbox: Mailbox, certificate: Path | None = None, *, signed_in: bool = False
) -> Iterator[int]:
    """Run a server that fills the mailbox, with STARTTLS if it has a certificate."""
    trust = None
    if certificate is not None:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(certificate)
    port = free_port()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=trust,
        require_starttls=trust is not None,
        auth_required=signed_in,
        authenticator=mailbox.authenticate if signed_in else None,
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def certificate_for_this_machine(folder: Path) -> Path:
    """Write a self-signed certificate of 127.0.0.1 with its key, and return where."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
