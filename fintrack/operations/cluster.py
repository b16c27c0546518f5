"""The files of the embedded server: where they lie, how they are made, what they say."""

import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil

from fintrack.errors import SetupError
from fintrack.operations.binaries import find_binaries, major_of, reachable_binaries
from fintrack.operations.passwords import SUPERUSER, Passwords, read_passwords
from fintrack.operations.system_user import (
    SystemUser,
    give,
    may_enter,
    open_to,
    run,
)

ROOTS_GROUND = Path("/var/lib/fintrack")
LONGEST_SOCKET_FOLDER = 85  # macOS allows 103 bytes with the file name
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+@ -]+")  # libpq splits hosts at commas
LONGEST_LOG = 10_000_000
OLDEST_MAJOR = 16

SETTINGS = """\
listen_addresses = ''
unix_socket_directories = '"{sockets}"'
unix_socket_permissions = 0700
port = 5432
max_connections = 60
shared_buffers = {shared_buffers}MB
max_wal_size = 512MB
max_parallel_workers_per_gather = 0
jit = off
random_page_cost = 1.1
password_encryption = scram-sha-256
idle_in_transaction_session_timeout = '5min'
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
log_line_prefix = '%m [%p] %q%u@%d '
# Neither statements nor rows of members enter the log.
log_min_error_statement = panic
log_error_verbosity = terse
"""
ACCESS_RULES = "local all all scram-sha-256\nlocal replication all scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One server's files. Locks, log and secrets lie in `home`, the rest in `ground`.

    The two are one folder, unless root's home is closed to the user that runs the server.
    """

    home: Path
    ground: Path
    major: int
    binaries: Path
    sockets: Path
    user: SystemUser
    passwords: Passwords = field(repr=False)

    @property
    def data(self) -> Path:
        """Return the data folder; its name carries the major version."""
        return self.ground / f"pg{self.major}"

    @property
    def log(self) -> Path:
        """Return the server's log file."""
        return self.home / "server.log"


def prepare_home(home: Path, user: SystemUser) -> Path:
    """Make the folder `home` and close it to everybody but its user.

    Raises:
        SetupError: it belongs to another user.
    """
    home.mkdir(parents=True, exist_ok=True)
    home = home.resolve()
    if not user.is_other and home.stat().st_uid != os.geteuid():
        message = f"{home} belongs to another user; start as that user or set FINTRACK_HOME."
        raise SetupError(message)
    open_to(home, user)
    return home


def find_cluster(home: Path, major: int, user: SystemUser, chosen_binaries: Path | None) -> Cluster:
    """Return the cluster of a prepared `home`, made or not; call it under the start lock.

    Raises:
        SetupError: programs or folders are missing or unfit, or only another version is there.
    """
    ground = _ground(home, user)
    binaries = reachable_binaries(find_binaries(major, chosen_binaries), user, ground)
    if chosen_binaries:
        major = major_of(binaries, user)
    _require_supported(major)
    _require_same_version(ground, major)
    sockets = _socket_folder(home, ground, user)
    return Cluster(home, ground, major, binaries, sockets, user, read_passwords(home))


def create_files(cluster: Cluster, lock: BinaryIO) -> None:
    """Make a new cluster beside its place and move it there whole.

    An interrupted start therefore never leaves something that looks like a cluster, and since
    `initdb` inherits the server lock, nobody clears up behind it before it has ended.

    Raises:
        SetupError: PostgreSQL's `initdb` refuses.
    """
    for left in cluster.ground.glob(".init-*"):
        shutil.rmtree(left, ignore_errors=True)
    workshop = Path(tempfile.mkdtemp(dir=cluster.ground, prefix=".init-"))
    give(workshop, cluster.user)
    try:
        _initialise(cluster, workshop, lock)
        (workshop / "data").rename(cluster.data)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_settings(cluster: Cluster, folder: Path) -> None:
    """Write the server's settings into `folder`; at every start, since the home may have moved."""
    memory = psutil.virtual_memory().total // 2**20
    path = folder / "fintrack.conf"
    buffers = max(64, min(512, memory // 16))
    path.write_text(SETTINGS.format(sockets=cluster.sockets, shared_buffers=buffers))
    give(path, cluster.user)


def open_log(cluster: Cluster) -> int:
    """Return a descriptor of the server's log; a long log is put aside first."""
    if cluster.log.exists() and cluster.log.stat().st_size > LONGEST_LOG:
        cluster.log.replace(cluster.log.with_suffix(".log.old"))
    return os.open(cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _ground(home: Path, user: SystemUser) -> Path:
    """Return `home`, or what its link `cluster` names when the server's user cannot enter it."""
    link = home / "cluster"
    if link.is_symlink():
        if not link.is_dir():
            message = f"{link} points to {link.readlink()}, which is missing; put it back."
            raise SetupError(message)
        return link.resolve()
    if may_enter(home, user):
        return home
    if not user.is_other:
        raise SetupError(f"{home} cannot be entered; repair its rights or set FINTRACK_HOME.")
    ROOTS_GROUND.mkdir(mode=0o711, parents=True, exist_ok=True)
    ground = Path(tempfile.mkdtemp(dir=ROOTS_GROUND, prefix="cluster-"))
    open_to(ground, user)
    link.symlink_to(ground)
    return ground


def _require_supported(major: int) -> None:
    if major < OLDEST_MAJOR:
        message = f"FINTRACK_PG_BIN holds PostgreSQL {major}; FinTrack needs 16 or newer."
        raise SetupError(message)


def _require_same_version(ground: Path, major: int) -> None:
    others = sorted(path.name for path in ground.glob("pg[0-9][0-9]") if path.is_dir())
    if others and f"pg{major}" not in others:
        message = (
            f"{ground} holds the books of PostgreSQL {others[-1].removeprefix('pg')}, not {major}; "
            "dump them with the old version and restore them into the new one."
        )
        raise SetupError(message)


def _socket_folder(home: Path, ground: Path, user: SystemUser) -> Path:
    """Return a private folder for the socket whose path every client can spell."""
    path = ground / "run"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(path)):
        path.mkdir(mode=0o700, exist_ok=True)
        give(path, user)
        return path
    link = home / "sockets"
    if link.is_symlink() and _is_private(link.readlink(), user):
        return link.readlink()
    made = Path(tempfile.mkdtemp(dir="/tmp", prefix="fintrack-"))
    give(made, user)
    link.unlink(missing_ok=True)
    link.symlink_to(made)
    return made


def _is_private(path: Path, user: SystemUser) -> bool:
    """Return whether `path` is still the closed folder that this user made, not a stranger's."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    is_closed = found.st_mode & 0o077 == 0
    return stat.S_ISDIR(found.st_mode) and is_closed and found.st_uid == user.user_id


def _initialise(cluster: Cluster, workshop: Path, lock: BinaryIO) -> None:
    words = workshop / "password"
    words.write_text(cluster.passwords.of(SUPERUSER) + "\n")
    words.chmod(0o600)
    give(words, cluster.user)
    command = _initdb(cluster, workshop / "data", words)
    code, output = run(cluster.user, command, cluster.ground, (lock.fileno(),))
    if code:
        reason = output.strip().splitlines()[-1:]
        raise SetupError(f"PostgreSQL cannot be set up in {cluster.ground}: {''.join(reason)}")
    write_settings(cluster, workshop / "data")
    with (workshop / "data" / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'fintrack.conf'\n")
    (workshop / "data" / "pg_hba.conf").write_text(ACCESS_RULES)


def _initdb(cluster: Cluster, folder: Path, words: Path) -> list[str]:
    """Sort order and case rules are the same on every machine, whatever its LANG says."""
    command = [str(cluster.binaries / "initdb"), "-D", str(folder), "-U", SUPERUSER]
    command += [f"--pwfile={words}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
    command += ["--no-instructions", "--data-checksums"]
    if cluster.major > OLDEST_MAJOR:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return command
