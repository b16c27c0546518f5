"""PgBouncer in transaction mode before the embedded server, as Debian packages it."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from fintrack.operations import system_user
from fintrack.operations.embedded import Server
from fintrack.operations.passwords import APP_LOGIN, APPLICATION_LOGINS

PORT = 6432
# Two connections for everybody, so that one client's transactions change between them.
SETTINGS = """\
[databases]
* = host={sockets} port=5432

[pgbouncer]
listen_port = {port}
unix_socket_dir = {folder}
auth_type = scram-sha-256
auth_file = {folder}/logins
pool_mode = transaction
default_pool_size = 2
max_client_conn = 500
server_reset_query = DISCARD ALL
server_reset_query_always = 1
"""


def pgbouncer() -> str:
    """Return the program; without it the test is skipped, but not in CI."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is not None:
        return found
    message = "D13 needs PgBouncer (apt-get install pgbouncer)."
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def running_pgbouncer(server: Server) -> Iterator[Path]:
    """Run PgBouncer as the server's user, and yield the folder of its socket."""
    program, cluster = pgbouncer(), server.cluster
    with tempfile.TemporaryDirectory(prefix="fintrack-") as name:
        folder = Path(name)
        words = [f'"{login}" "{cluster.passwords.of(login)}"' for login in APPLICATION_LOGINS]
        (folder / "logins").write_text("\n".join(words))
        settings = SETTINGS.format(sockets=cluster.sockets, folder=folder, port=PORT)
        (folder / "pgbouncer.ini").write_text(settings)
        for path in (folder, *folder.iterdir()):
            system_user.give(path, cluster.user)
        command = [program, "--quiet", str(folder / "pgbouncer.ini")]
        child = system_user.start(cluster.user, command, folder, subprocess.PIPE)
        try:
            _wait_for_answer(folder, cluster.passwords.of(APP_LOGIN), child)
            yield folder
        finally:
            child.terminate()
            child.communicate()


def _wait_for_answer(folder: Path, password: str, child: subprocess.Popen[bytes]) -> None:
    while child.poll() is None:
        try:
            psycopg.connect(
                host=str(folder), port=PORT, user=APP_LOGIN, password=password, dbname="fintrack"
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    assert child.stdout
    pytest.fail(f"PgBouncer ended: {child.stdout.read().decode()}")
