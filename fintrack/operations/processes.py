"""Kernel locks and living processes: who uses a server, and whether one lives at all.

The truth is a lock and never a process id: the kernel drops a lock with the last process that
holds it, whatever killed that process, while an id may belong to a stranger by now.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import psutil

FAST_SHUTDOWN = signal.SIGINT
START_LOCK = "start.lock"
SERVER_LOCK = "server.lock"
USERS_LOCK = "users.lock"


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Hold the lock under which servers of `home` are started and stopped, one at a time."""
    with _lock_file(home / START_LOCK) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def shared_use(home: Path) -> BinaryIO:
    """Return a file whose shared lock counts this process as a user of the server."""
    file = _lock_file(home / USERS_LOCK)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def is_last_user(use: BinaryIO) -> bool:
    """Return whether no other living process holds the shared lock of `use`."""
    return _try_exclusive(use)


def free_server_lock(home: Path, patience: float = 0) -> BinaryIO | None:
    """Return the lock that a server must inherit, or None while one lives for `patience` seconds.

    It sees servers in other containers and process-id namespaces on the same folder as well.
    """
    end = time.monotonic() + patience
    file = _lock_file(home / SERVER_LOCK)
    while not _try_exclusive(file):
        if time.monotonic() >= end:
            file.close()
            return None
        time.sleep(0.02)
    return file


def is_server_alive(home: Path, patience: float = 0) -> bool:
    """Return whether any process of a server of `home` lives on for `patience` seconds."""
    lock = free_server_lock(home, patience)
    if lock is None:
        return True
    lock.close()
    return False


def server_processes(data: Path) -> list[psutil.Process]:
    """Return the living postgres processes that work in `data`, also when it was deleted."""
    found = []
    for process in psutil.process_iter(["name", "status"]):
        name, status = process.info["name"] or "", process.info["status"]
        if name.startswith("postgres") and status != psutil.STATUS_ZOMBIE:
            with suppress(psutil.Error):
                if process.cwd() == str(data):
                    found.append(process)
    return found


def kill_server_processes(data: Path) -> None:
    """Kill what outlived its deleted directory: it would write into the next cluster there."""
    left = server_processes(data)
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=10)


def end_orphans(data: Path) -> None:
    """End busy sessions that outlived their killed postmaster; their clients are gone."""
    living = server_processes(data)
    postmaster = postmaster_id(data)
    if any(process.pid == postmaster for process in living):
        return
    for process in living:
        with suppress(psutil.Error):
            process.terminate()
    psutil.wait_procs(living, timeout=5)


def postmaster(data: Path) -> psutil.Process | None:
    """Return the living main process of the server in `data`, when this process can see it."""
    number = postmaster_id(data)
    return next((each for each in server_processes(data) if each.pid == number), None)


def postmaster_id(data: Path) -> int | None:
    """Return the process id that `postmaster.pid` claims, true or stale."""
    try:
        return int((data / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _lock_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)


def _try_exclusive(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
