"""What every command shares: how it starts and ends, which files it takes, its progress."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from fintrack.context import UserSession
from fintrack.db import Logins, connect, disconnect
from fintrack.operations.installation import open_installation
from fintrack.operations.operators import acting_for

Parser = argparse.ArgumentParser
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - nameless
Command = Callable[[argparse.Namespace], int]

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


@contextmanager
def opened() -> Iterator[None]:
    """Open the installation; leave no connection behind."""
    installation = open_installation()
    logins = (installation.app_url, installation.sign_in_url, installation.maintenance_url)
    connect(Logins(*logins))
    try:
        yield
    finally:
        disconnect()


@contextmanager
def acting(email: str, reason: str) -> Iterator[UserSession]:
    """Open the installation and act for the user."""
    with opened(), acting_for(email, reason) as session:
        yield session


def as_user(reason: str, command: Callable[[UserSession, argparse.Namespace], int]) -> Command:
    """Return the command with the user's session before its arguments."""

    def run(arguments: argparse.Namespace) -> int:
        with acting(arguments.email, reason) as session:
            return command(session, arguments)

    return run
