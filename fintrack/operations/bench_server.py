"""A server in a process of its own for a benchmark, started as one would in earnest."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from fintrack.errors import Unavailable

ROOT = Path(__file__).parents[2]
PATIENCE = 120
# What would lead the server elsewhere than to the benchmark's own installation.
OTHERS = ("DATABASE_URL", "FINTRACK_BASE_URL")


@contextmanager
def serving(home: Path, **variables: str) -> Iterator[tuple[psutil.Process, int]]:
    """Serve the installation of `home`; yield the server's process and its port.

    Raises:
        Unavailable: it does not answer.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {name: word for name, word in os.environ.items() if name not in OTHERS}
    environment |= {"FINTRACK_HOME": str(home), **variables}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(server, port, "/health/ready", PATIENCE)
            yield psutil.Process(server.pid), port
        finally:
            server.send_signal(signal.SIGTERM)


def free_port() -> int:
    """Return a port of this machine on which nobody listens yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(server: "subprocess.Popen[bytes]", port: int, path: str, patience: float) -> None:
    """Wait until the server answers at this path, for so many seconds.

    Raises:
        Unavailable: it does not, or it has ended.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until and server.poll() is None:
        # Ruff asks whether the address could be a file: it is our own.
        with suppress(URLError, OSError), urlopen(f"http://localhost:{port}{path}"):
            return
        time.sleep(0.2)
    raise Unavailable("The server of the benchmark does not answer, so nothing can be measured.")
