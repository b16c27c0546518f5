"""The operating-system user that runs the embedded server.

PostgreSQL refuses to run as root, so root hands the server to an unprivileged user that may
enter FinTrack's own folders and nothing else. Everybody else runs the server himself.
"""

import os
import pwd
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fintrack.errors import SetupError

# The environment is built anew: LANG would change the sort order, PGPORT and its like the server.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class SystemUser:
    """Who runs the server; `is_other` when that is not the user of this process."""

    name: str
    user_id: int
    group_id: int
    is_other: bool


def server_user(name: str) -> SystemUser:
    """Return the user of this process, or for root the user `name`, made when it is missing.

    Raises:
        SetupError: root cannot make the user.
    """
    if os.geteuid():
        return SystemUser(str(os.geteuid()), os.geteuid(), os.getegid(), is_other=False)
    entry = _find_user(name) or _make_user(name)
    return SystemUser(name, entry.pw_uid, entry.pw_gid, is_other=True)


def give(path: Path, user: SystemUser) -> None:
    """Make `path` the property of the server's user."""
    if user.is_other:
        os.chown(path, user.user_id, user.group_id, follow_symlinks=False)


def open_to(path: Path, user: SystemUser) -> None:
    """Let the server's user walk through the folder `path`, and close it to everybody else."""
    if user.is_other:
        os.chown(path, -1, user.group_id)
    path.chmod(0o710 if user.is_other else 0o700)


def may_enter(path: Path, user: SystemUser) -> bool:
    """Return whether the server's user reaches the folder `path` through all its parents."""
    code, _ = run(user, ["/bin/sh", "-c", 'cd "$1"', "sh", str(path)])
    return code == 0


def run(
    user: SystemUser,
    command: list[str],
    folder: Path = Path("/"),
    inherited: tuple[int, ...] = (),
) -> tuple[int, str]:
    """Return exit code and output of `command`, run as the server's user; 126 if it may not."""
    try:
        child = start(user, command, folder, subprocess.PIPE, inherited)
    except PermissionError as error:
        return 126, str(error)
    output, _ = child.communicate()
    return child.returncode, output.decode(errors="replace")


def start(
    user: SystemUser,
    command: list[str],
    folder: Path,
    output: int,
    inherited: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` as the server's user: no shell, no group of root, no terminal."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=_environment(os.environ),
        umask=0o077,
        start_new_session=True,
        pass_fds=inherited,
        user=user.user_id if user.is_other else None,
        group=user.group_id if user.is_other else None,
        extra_groups=[] if user.is_other else None,
    )


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    libraries = {name: own[name] for name in ("LD_LIBRARY_PATH",) if name in own}
    return ENVIRONMENT | libraries


def _find_user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make_user(name: str) -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    with suppress(FileNotFoundError):
        subprocess.run(command, check=False, capture_output=True)  # a second starter may be first
    entry = _find_user(name)
    if entry is None:
        message = (
            f"PostgreSQL does not run as root and the user {name} cannot be made; "
            "run FinTrack as a plain user or set DATABASE_URL."
        )
        raise SetupError(message)
    return entry
