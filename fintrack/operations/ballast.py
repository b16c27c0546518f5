"""A file to throw overboard when the disk is full.

PostgreSQL writes before it recovers, so on a full disk it cannot even start. Giving up this
file lets it start with all it had acknowledged; the member then makes room.
"""

import os
import shutil
import sys
from pathlib import Path

SIZE = 128 * 2**20  # 32 MB were measured to be too little for a recovery
TIGHT = 64 * 2**20
ROOMY = 2 * 2**30


def drop_ballast(ground: Path) -> None:
    """Give the file up when the disk of `ground` has no room for a recovery."""
    if shutil.disk_usage(ground).free < TIGHT:
        (ground / "ballast").unlink(missing_ok=True)


def take_ballast(ground: Path) -> None:
    """Lay the file down again when the disk of `ground` has plenty of room."""
    path = ground / "ballast"
    if path.exists() or shutil.disk_usage(ground).free < ROOMY:
        return
    with path.open("xb") as file:
        if sys.platform == "linux":
            os.posix_fallocate(file.fileno(), 0, SIZE)
        else:
            file.write(bytes(SIZE))
