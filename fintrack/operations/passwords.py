"""The secrets that an installation makes for itself and keeps in `secrets.json`."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from fintrack.errors import SetupError

SUPERUSER = "postgres"
APP_LOGIN = "fintrack_app"
SIGN_IN_LOGIN = "fintrack_sign_in"
MAINTENANCE_LOGIN = "fintrack_maintenance"
APPLICATION_LOGINS = (APP_LOGIN, SIGN_IN_LOGIN, MAINTENANCE_LOGIN)

FILE_NAME = "secrets.json"


@dataclass(frozen=True, slots=True)
class Passwords:
    """A password for each login of the embedded server, and one key for everything else."""

    postgres: str = field(repr=False)
    fintrack_app: str = field(repr=False)
    fintrack_sign_in: str = field(repr=False)
    fintrack_maintenance: str = field(repr=False)
    secret: str = field(repr=False)

    def of(self, login: str) -> str:
        """Return the password of `login`, one of the logins above."""
        return str(asdict(self)[login])


def read_passwords(home: Path) -> Passwords:
    """Return the secrets of `home`; the first call makes them, readable by this user alone.

    Of several first callers one wins, and all of them return the same secrets.

    Raises:
        SetupError: the file is damaged or belongs to somebody else.
    """
    path = home / FILE_NAME
    if not path.exists():
        _write_new(path)
    try:
        return Passwords(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        message = f"{path} cannot be read; put it back from your backup or repair its rights."
        raise SetupError(message) from error


def _write_new(path: Path) -> None:
    """Fill a private file first and link it into place, so that nobody reads a half of it."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    made = {each.name: secrets.token_urlsafe(32) for each in fields(Passwords)}
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
