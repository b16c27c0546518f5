"""What the environment says, read in one place."""

import os
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from math import inf
from pathlib import Path

from fintrack.errors import SetupError

ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
SHORTEST_SECRET = 32


class Registration(StrEnum):
    """Who may register: with the setup link or an invitation, anyone, or the invited only."""

    SETUP = "setup"
    OPEN = "open"
    INVITED = "invited"


class MailSecurity(StrEnum):
    """How the way to the mail server is kept secret."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


MAIL_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our mail, and as whom we write."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    security: MailSecurity


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of one installation."""

    database_url: str | None
    home: Path
    postgres_bin: Path | None
    postgres_os_user: str
    registration: Registration
    base_url: str | None
    mail: MailServer | None
    secret: str | None = field(repr=False)
    pool_size: int
    pool_wait: float
    max_upload_mb: int
    most_members: int
    most_accounts: int
    most_transactions: int
    most_exports_per_day: int
    api_per_minute: int
    cache_mb: int


@cache
def settings() -> Settings:
    """Return the configuration of this process.

    Raises:
        SetupError: a variable holds a value that cannot be used.
    """
    return read_settings(dict(os.environ))


def read_settings(environment: dict[str, str]) -> Settings:
    """Return the configuration that `environment` describes; README lists the variables.

    Raises:
        SetupError: a variable holds a value that cannot be used.
    """
    bin_folder = environment.get("FINTRACK_PG_BIN")
    return Settings(
        database_url=environment.get("DATABASE_URL") or None,
        home=Path(environment.get("FINTRACK_HOME") or ".fintrack").expanduser().absolute(),
        postgres_bin=Path(bin_folder) if bin_folder else None,
        postgres_os_user=environment.get("FINTRACK_PG_OSUSER") or "fintrack-pg",
        registration=_registration(environment.get("FINTRACK_REGISTRATION") or "setup"),
        base_url=(environment.get("FINTRACK_BASE_URL") or "").rstrip("/") or None,
        mail=_mail_server(environment),
        secret=_secret(environment.get("FINTRACK_SECRET") or None),
        pool_size=_count(environment, "FINTRACK_POOL_SIZE", 5),
        pool_wait=_number(environment, "FINTRACK_POOL_WAIT", 10),
        max_upload_mb=_count(environment, "FINTRACK_MAX_UPLOAD_MB", 25),
        most_members=_count(environment, "FINTRACK_MOST_MEMBERS", 1000),
        most_accounts=_count(environment, "FINTRACK_MOST_ACCOUNTS", 1000),
        most_transactions=_count(environment, "FINTRACK_MOST_TRANSACTIONS", 5_000_000),
        most_exports_per_day=_count(environment, "FINTRACK_MOST_EXPORTS_PER_DAY", 200),
        api_per_minute=_count(environment, "FINTRACK_API_PER_MINUTE", 1200),
        cache_mb=_count(environment, "FINTRACK_CACHE_MB", 64),
    )


def _registration(word: str) -> Registration:
    try:
        return Registration(word.strip().lower())
    except ValueError as error:
        message = f"FINTRACK_REGISTRATION is {word!r}; set it to setup, open or invited."
        raise SetupError(message) from error


def _count(environment: dict[str, str], name: str, default: int) -> int:
    number = _number(environment, name, default)
    if number % 1:
        raise SetupError(f"{name} is {environment[name]!r}; set it to a whole number.")
    return int(number)


def _mail_server(environment: dict[str, str]) -> MailServer | None:
    host = environment.get("FINTRACK_SMTP_HOST")
    if not host:
        return None
    if not environment.get("FINTRACK_BASE_URL"):
        # The address that a visitor's browser names must not get into a mail to somebody else.
        raise SetupError("Mails carry links: set FINTRACK_BASE_URL beside FINTRACK_SMTP_HOST.")
    sender = environment.get("FINTRACK_SMTP_FROM")
    if not sender or not ADDRESS.fullmatch(sender):
        raise SetupError("Set FINTRACK_SMTP_FROM to the address that mails come from.")
    security = _mail_security(environment.get("FINTRACK_SMTP_TLS") or "starttls")
    return MailServer(
        host=host,
        port=_count(environment, "FINTRACK_SMTP_PORT", MAIL_PORTS[security]),
        user=environment.get("FINTRACK_SMTP_USER") or None,
        password=environment.get("FINTRACK_SMTP_PASSWORD") or None,
        sender=sender,
        security=security,
    )


def _mail_security(word: str) -> MailSecurity:
    try:
        return MailSecurity(word.strip().lower())
    except ValueError as error:
        message = f"FINTRACK_SMTP_TLS is {word!r}; set it to starttls, tls or none."
        raise SetupError(message) from error


def _secret(word: str | None) -> str | None:
    if word is not None and len(word) < SHORTEST_SECRET:
        message = f"FINTRACK_SECRET is too short; set it to {SHORTEST_SECRET} characters or more."
        raise SetupError(message)
    return word


def _number(environment: dict[str, str], name: str, default: float) -> float:
    word = environment.get(name)
    try:
        number = float(word) if word else default
    except ValueError as error:
        raise SetupError(f"{name} is {word!r}; set it to a number.") from error
    if not 0 < number < inf:
        raise SetupError(f"{name} is {word!r}; set it to a number above zero.")
    return number
