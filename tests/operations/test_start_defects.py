"""The ten defects of the wheel's own start module do not occur here."""

import os
import pwd
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from fintrack.errors import SetupError
from fintrack.operations import binaries, processes
from fintrack.operations import cluster as cluster_module
from fintrack.operations.binaries import copy_binaries, find_binaries
from fintrack.operations.embedded import start_server, stop
from tests.operations.conftest import CopyHome
from tests.operations.serving import (
    FORKS,
    KNOWN_HOME,
    NEEDS_ROOT,
    AppProcess,
    Start,
    as_nobody,
    first_line,
    main_process,
    mode,
    value,
)


@pytest.fixture
def long_home(copy_home: CopyHome, folder: Path) -> Path:
    """Return a known home whose path is too long for a socket."""
    path = folder / ("long" * 20) / ("path" * 20)
    path.parent.mkdir()
    copy_home("known", start_server, path)
    return path


@KNOWN_HOME
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


def test_defect_2_a_long_path_is_found_by_the_next_start(start: Start, long_home: Path) -> None:
    assert start(long_home).cluster.sockets == start(long_home).cluster.sockets


def test_defect_2_a_hijacked_socket_folder_is_not_used(start: Start, long_home: Path) -> None:
    first = start(long_home)
    stop(first)
    first.cluster.sockets.chmod(0o777)
    again = start(long_home)
    assert again.cluster.sockets != first.cluster.sockets
    assert mode(again.cluster.sockets) == 0o700
    first.cluster.sockets.rmdir()


@KNOWN_HOME
@NEEDS_ROOT
def test_defect_2_the_server_of_root_has_no_rights_of_root(start: Start) -> None:
    status = Path(f"/proc/{main_process(start()).pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    assert "0" not in [*fields["Uid"].split(), *fields["Gid"].split()]
    assert fields["Groups"].split() == []


@KNOWN_HOME
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


@KNOWN_HOME
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
def test_defect_4_any_path_works(
    start: Start, copy_home: CopyHome, folder: Path, name: str
) -> None:
    copy_home("known", start_server, folder / name)
    server = start(folder / name)
    assert value(server, "show data_directory") == str(folder / name / "pg18")


def test_defect_4_a_cluster_is_made_under_any_path(start: Start, folder: Path) -> None:
    path = folder / 'it\'s "my" $HOME`id`;Bücher,back\\slash 50%'
    assert value(start(path), "show data_directory") == str(path / "pg18")


@NEEDS_ROOT
def test_defect_4_private_programs_are_called_under_a_plain_path(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "PLAIN_GROUND", folder / "plain")
    private = folder / "private"
    private.mkdir(mode=0o700)
    programs = copy_binaries(find_binaries(18), private / "programs")
    server = start(folder / "a$HOME`id`;b", binaries=programs)
    assert server.cluster.binaries.is_relative_to(folder / "plain")


@KNOWN_HOME
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


@KNOWN_HOME
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


@KNOWN_HOME
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


@KNOWN_HOME
def test_defect_7_a_killed_and_unreaped_server_is_started_again(start: Start) -> None:
    first = start()
    main = main_process(first)
    main.kill()
    while main.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert value(start(), "select 1") == 1


@KNOWN_HOME
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


@KNOWN_HOME
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


@KNOWN_HOME
def test_the_environment_of_another_postgresql_has_no_influence(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGDATA", "/nowhere")
    assert value(start(), "show port") == "5432"
