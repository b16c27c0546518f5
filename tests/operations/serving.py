"""Words of the tests that start, kill and watch servers."""

import os
import pwd
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from fintrack.operations import processes
from fintrack.operations.embedded import Server

Start = Callable[..., Server]
AppProcess = Callable[[], "subprocess.Popen[str]"]

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: runs in CI")
KNOWN_HOME = pytest.mark.usefixtures("_known_home")
FORKS = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


def value(server: Server, question: str) -> object:
    """Return the one value that the superuser's question yields."""
    with server.connect("postgres", "postgres") as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def execute(server: Server, statement: str) -> None:
    """Run the superuser's statement."""
    with server.connect("postgres", "postgres") as connection:
        connection.execute(statement)


def mode(path: Path) -> int:
    """Return the permission bits of `path`."""
    return stat.S_IMODE(path.stat().st_mode)


def main_process(server: Server) -> psutil.Process:
    """Return the server's living main process."""
    found = processes.postmaster(server.cluster.data)
    assert found is not None
    return found


def first_line(process: "subprocess.Popen[str]") -> str:
    """Return what the other process prints when it has joined the server."""
    assert process.stdout is not None
    return process.stdout.readline()


def leave(process: "subprocess.Popen[str]") -> None:
    """Let the other process end in the ordinary way."""
    process.communicate("")
    assert process.returncode == 0


def as_nobody(job: Callable[[], object]) -> str:
    """Return what `job` answers, or the error it raises, when another system user runs it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        stranger = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(stranger.pw_gid)
        os.setuid(stranger.pw_uid)
        try:
            answer = str(job())
        except BaseException as error:  # noqa: BLE001 the parent asserts on it
            answer = f"{type(error).__name__}: {error}"
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answers:
        answer = answers.read()
    os.waitpid(child, 0)
    return answer
