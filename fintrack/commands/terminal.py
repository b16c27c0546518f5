"""What every command shares: how it ends, which files it takes, how it shows that it works."""

import argparse
import sys
from pathlib import Path

WELL, WRONG, REFUSED = 0, 1, 3


def existing_file(name: str) -> Path:
    """Return the path of a file.

    Raises:
        ArgumentTypeError: there is none.
    """
    path = Path(name)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {name}")
    return path


def show_progress(done: int, of: int) -> None:
    """Draw how many rows are done, where somebody looks."""
    if sys.stderr.isatty():
        print(f"\r{done:,} of {of:,} rows", end="" if done < of else "\n", file=sys.stderr)
