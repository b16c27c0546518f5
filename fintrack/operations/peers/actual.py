"""Actual, which takes transactions through its own library into a new local budget."""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fintrack.errors import SetupError, Unavailable

LIBRARY = "@actual-app/api"
PROGRAM = Path(__file__).with_name("actual.cjs")
MISSING = (
    "Actual is missing: install Node with npm, then its library with "
    f"`npm install --global {LIBRARY}`, and ask again."
)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds that a caller waits, and that all processors together compute."""

    waited: float
    spent: float


def actual_folder() -> Path:
    """Return the folder of Node's global packages, Actual's library among them.

    Raises:
        SetupError: Node, npm or the library is not installed.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise SetupError(MISSING)
    folder = Path(subprocess.check_output([npm, "root", "--global"], text=True).strip())
    if not (folder / LIBRARY).is_dir():
        raise SetupError(MISSING)
    return folder


def actual_version() -> str:
    """Return the version of the library and of the Node that runs it."""
    library = json.loads((actual_folder() / LIBRARY / "package.json").read_text())
    node = subprocess.check_output([_node(), "--version"], text=True).strip()
    return f"{LIBRARY} {library['version']} on Node {node}"


def actual_times(rows: Path, function: str) -> Times:
    """Return how long `function` of the library takes for all rows of the file at once.

    The rows are JSON, as the library wants them. Node's start, the new budget and its account are
    not counted.

    Raises:
        Unavailable: it does not take them.
    """
    with tempfile.TemporaryDirectory(prefix="fintrack-actual-") as home:
        done = subprocess.run(
            [_node(), str(PROGRAM), str(rows), function, home],
            env=os.environ | {"NODE_PATH": str(actual_folder())},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        last = (done.stderr.splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise Unavailable(f"Actual does not take the rows, so nothing can be compared: {last}.")
    waited, spent = map(float, done.stdout.split())
    return Times(waited, spent)


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise SetupError(MISSING)
    return node
