"""What the embedded server keeps when it is killed or the disk fills, and whom it trusts."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from fintrack.errors import SetupError
from fintrack.operations import ballast, processes
from fintrack.operations.embedded import start_server
from fintrack.operations.passwords import read_passwords
from tests.operations.serving import (
    FORKS,
    KNOWN_HOME,
    NEEDS_ROOT,
    Start,
    as_nobody,
    execute,
    main_process,
    mode,
    value,
)

MOUNT, UNMOUNT = (shutil.which(name) or name for name in ("mount", "umount"))


@KNOWN_HOME
def test_a_killed_server_loses_nothing_that_was_acknowledged(start: Start) -> None:
    server = start()
    with server.connect("postgres", "postgres") as connection:
        connection.execute("create table written (number int)")
        for number in range(200):
            connection.execute("insert into written values (%s)", [number])
    for process in processes.server_processes(server.cluster.data):
        # The others may end by themselves as soon as the first is gone.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    assert value(start(), "select count(*) from written") == 200


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """Yield a disk of 256 MB."""
    disk = folder / "disk"
    disk.mkdir()
    mounting = [MOUNT, "-t", "tmpfs", "-o", "size=256m,mode=755", "tmpfs", str(disk)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount: runs in CI")
    yield disk
    subprocess.run([UNMOUNT, "--lazy", str(disk)], check=True)


@NEEDS_ROOT
def test_a_full_disk_keeps_the_server_from_nothing_but_new_rows(
    small_disk: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ballast, "ROOMY", 0)
    server = start(small_disk / "home")
    execute(server, "create table written as select generate_series(1, 1000) as number")
    with suppress(OSError), (small_disk / "junk").open("wb", buffering=0) as junk:
        while True:
            junk.write(bytes(2**20))
    for process in processes.server_processes(server.cluster.data):
        process.kill()
    monkeypatch.undo()
    again = start(small_disk / "home")
    assert value(again, "select count(*) from written") == 1000
    execute(again, "insert into written values (1001)")


@KNOWN_HOME
def test_a_busy_session_that_outlives_its_server_is_ended(start: Start) -> None:
    server = start()

    def be_busy() -> None:
        with pytest.raises(psycopg.OperationalError), server.connect("postgres", "postgres") as db:
            db.execute("do $$ begin loop end loop; end $$")

    client = threading.Thread(target=be_busy)
    client.start()
    while value(server, "select count(*) from pg_stat_activity where query like 'do %'") != 1:
        time.sleep(0.01)
    os.kill(main_process(server).pid, signal.SIGKILL)
    assert value(start(), "select 1") == 1
    client.join()


def test_secrets_are_readable_by_their_user_alone(start: Start, new_home: Path) -> None:
    start()
    assert mode(new_home / "secrets.json") == 0o600
    assert mode(new_home) & 0o007 == 0


@KNOWN_HOME
def test_secrets_do_not_appear_in_representations(start: Start) -> None:
    server = start()
    assert server.cluster.passwords.postgres not in repr(server)


def test_eight_first_readers_agree_on_the_secrets(folder: Path) -> None:
    found = []
    readers = [
        threading.Thread(target=lambda: found.append(read_passwords(folder))) for _ in "12345678"
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(set(found)) == 1


def test_damaged_secrets_are_refused_and_kept(folder: Path) -> None:
    (folder / "secrets.json").write_text("{")
    with pytest.raises(SetupError, match="put it back"):
        read_passwords(folder)
    assert (folder / "secrets.json").read_text() == "{"


@KNOWN_HOME
@NEEDS_ROOT
@FORKS
def test_a_home_of_root_is_refused_to_a_plain_user(start: Start, new_home: Path) -> None:
    start()
    answer = as_nobody(lambda: start_server(new_home))
    assert "SetupError" in answer
    assert "belongs to another user" in answer


@KNOWN_HOME
def test_the_log_holds_neither_statements_nor_rows(start: Start) -> None:
    server = start()
    with server.connect("postgres", "postgres") as connection:
        connection.execute("create table once (word text unique); insert into once values ('milk')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into once values ('milk')")
    assert "milk" not in server.cluster.log.read_text()
