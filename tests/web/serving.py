"""A real server in a process of its own, started as a member starts it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.homes import place_of_homes

ROOT = Path(__file__).parents[2]
PATIENCE = 120
SETUP_LINK = "/?setup="
STREAMLIT = ("-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port={port}")


@dataclass(slots=True)
class Served:
    """A running FinTrack: where it listens, where its data lie, what it printed."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    environment: dict[str, str]
    domain: str = "example.org"  # of the addresses of its people

    @property
    def url(self) -> str:
        """Return the address that somebody at this machine types."""
        return f"http://localhost:{self.port}"

    def printed(self) -> str:
        """Return everything the server has printed."""
        return self.log.read_text()

    def setup_token(self) -> str:
        """Return the secret of the link in the terminal."""
        return self.printed().split(SETUP_LINK)[-1].split()[0]

    def stop(self) -> None:
        """End the server as a terminal does."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # which prints where each thread stands
            self.process.wait()
            raise AssertionError(f"The server does not end:\n{self.printed()}") from None

    def restart(self) -> None:
        """End the server and start it again at the same address."""
        self.stop()
        self.process = _start(self.home, self.port, self.log, self.environment, STREAMLIT)
        _wait_for(self)


@contextmanager
def served(
    home: Path, *, command: tuple[str, ...] | None = None, **environment: str
) -> Iterator[Served]:
    """Yield a server for `home` on a free port, configured by `environment`, and end it."""
    port = free_port()
    log = home.parent / f"{port}.log"
    process = _start(home, port, log, environment, command or STREAMLIT)
    server = Served(home, port, process, log, environment)
    try:
        _wait_for(server)
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@contextmanager
def throw_away_home() -> Iterator[Path]:
    """Yield a home that does not exist yet, in a folder that every system user may walk through."""
    folder = Path(tempfile.mkdtemp(dir=place_of_homes(), prefix="fintrack-test-"))
    folder.chmod(0o755)
    try:
        yield folder / "home"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(
    home: Path, port: int, log: Path, environment: dict[str, str], command: tuple[str, ...]
) -> subprocess.Popen[bytes]:
    names = ("DATABASE_URL", "FINTRACK_BASE_URL", "FINTRACK_REGISTRATION")
    kept = {key: value for key, value in os.environ.items() if key not in names}
    kept |= {"FINTRACK_HOME": str(home), "PYTHONFAULTHANDLER": "1"}
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *(word.format(port=port) for word in command)],
            cwd=home.parent,
            env=kept | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _wait_for(server: Served) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.process.poll() is None:
        try:
            # Ruff asks whether the address could be a file: it is our own.
            with urlopen(f"{server.url}/health/ready", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"The server does not answer:\n{server.printed()}")
