"""Where the tests' servers live, and the programs that run them."""

import importlib.util
import os
import shutil
from pathlib import Path

from fintrack.operations.binaries import WHEEL

MEMORY = Path("/dev/shm")  # noqa: S108 - tempfile makes the folders there
DISK = Path("/tmp")  # noqa: S108 - as above
ROOM = 4 * 2**30


def place_of_homes() -> Path:
    """Return a folder in memory if this machine has a roomy one: files on a disk cost more."""
    if not MEMORY.is_dir():
        return DISK
    is_closed = os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    return DISK if is_closed or shutil.disk_usage(MEMORY).free < ROOM else MEMORY


def copy_wheel(target: Path) -> None:
    """Install the wheel of PostgreSQL once more in `target`, without what compilers need."""
    found = importlib.util.find_spec(WHEEL)
    assert found is not None
    package = Path(str(found.origin)).parent
    for folder in (package, package.with_name(f"{WHEEL}.libs")):
        if folder.is_dir():
            skipped = shutil.ignore_patterns("include")
            shutil.copytree(folder, target / folder.name, ignore=skipped)
