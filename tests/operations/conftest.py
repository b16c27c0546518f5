"""Throw-away homes for servers that these tests start, kill and break."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from fintrack.config import Settings
from fintrack.operations import embedded
from fintrack.operations import webhooks as sending
from fintrack.operations.embedded import Server, start_server
from fintrack.operations.installation import open_installation
from tests.homes import place_of_homes
from tests.operations.bringing import external, run, superuser
from tests.operations.listening import Listener, listening

ROOT = Path(__file__).parents[2]
CopyHome = Callable[[str, Callable[[Path], Server], Path], None]
Prepared = tuple[Server, Settings]

PROGRAM = """
import sys
from pathlib import Path
from fintrack.operations.embedded import start_server
server = start_server(Path(sys.argv[1]))
with server.connect("postgres", "postgres") as connection:
    print(connection.execute("select pg_postmaster_start_time()::text").fetchone()[0], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield an empty folder that every system user may walk through, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(dir=place_of_homes(), prefix="fintrack-test-"))
    path.chmod(0o755)
    yield path
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres":
            with suppress(psutil.Error):
                if process.cwd().startswith(str(path)):
                    process.kill()
    for link in path.rglob("sockets"):
        shutil.rmtree(link.readlink(), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def new_home(folder: Path) -> Path:
    """Return a home that does not exist yet."""
    return folder / "home"


@pytest.fixture
def start(new_home: Path) -> Iterator[Callable[..., Server]]:
    """Yield `start_server` for `new_home`; what it started is stopped after the test."""
    started: list[Server] = []

    def start_here(where: Path = new_home, major: int = 18, **options: object) -> Server:
        started.append(start_server(where, major, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start_here
    for server in started:
        embedded.stop(server)


@pytest.fixture
def app_process(new_home: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Yield a function that starts another process which uses the server of `new_home`."""
    processes: list[subprocess.Popen[str]] = []

    def begin() -> "subprocess.Popen[str]":
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(new_home)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
            )
        )
        return processes[-1]

    yield begin
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="session")
def copy_home() -> Iterator[CopyHome]:
    """Yield a function that copies a home to a new place; what makes it runs once."""
    folder = Path(tempfile.mkdtemp(dir=place_of_homes(), prefix="fintrack-test-"))
    folder.chmod(0o755)

    def copy(name: str, make: Callable[[Path], Server], target: Path) -> None:
        if not (folder / name).exists():
            embedded.stop(make(folder / name))
            (folder / name / "ballast").unlink(missing_ok=True)
        subprocess.run(["/bin/cp", "-a", folder / name, target], check=True)

    yield copy
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def _known_home(copy_home: CopyHome, new_home: Path) -> None:
    """Let the home hold what a first start made and a last process left."""
    copy_home("known", start_server, new_home)


@pytest.fixture
def bring(
    copy_home: CopyHome, start: Callable[..., Server], new_home: Path
) -> Callable[[int], Server]:
    """Return a function that starts a server of a version with an empty database."""

    def make(major: int, home: Path) -> Server:
        made = start_server(home, major)
        run(made, "create database books")
        return made

    def brought(major: int) -> Server:
        copy_home(f"brought{major}", partial(make, major), new_home)
        return start(major=major)

    return brought


@pytest.fixture(params=[16, 18])
def server(bring: Callable[[int], Server], request: pytest.FixtureRequest) -> Server:
    """Return a server that a customer brings: PostgreSQL 16 and 18, with an empty database."""
    return bring(request.param)


@pytest.fixture
def server_18(bring: Callable[[int], Server]) -> Server:
    """Return a server of the recommended version with an empty database."""
    return bring(18)


@pytest.fixture
def prepared(copy_home: CopyHome, start: Callable[..., Server], new_home: Path) -> Prepared:
    """Return a server that its superuser prepared, and how its installation is opened."""

    def make(home: Path) -> Server:
        made = start_server(home)
        run(made, "create database books")
        open_installation(external(superuser(made), home))
        return made

    copy_home("prepared", make, new_home)
    server = start()
    return server, external(superuser(server), new_home)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A program on this machine, which for once counts as a public place."""
    monkeypatch.setattr(sending, "_is_public", lambda _address: True)
    with listening() as heard:
        yield heard
