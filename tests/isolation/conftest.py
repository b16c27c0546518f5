"""The worlds in which isolation is attacked."""

from collections.abc import Callable, Iterator

import pytest

from fintrack.operations.installation import Installation
from tests.isolation.world import World, build_world, copy_world, drop_world


@pytest.fixture(scope="session")
def world(installation: Installation) -> Iterator[World]:
    """Both tenants, filled; a test leaves nothing behind in it."""
    built = build_world(installation)
    yield built
    drop_world(installation, built)


@pytest.fixture(scope="session")
def copied(installation: Installation, world: World) -> Iterator[Callable[[], World]]:
    """A function that gives another world with the same rows, to be changed or sabotaged."""
    made: list[World] = []

    def copy() -> World:
        made.append(copy_world(installation, world))
        return made[-1]

    yield copy
    for each in made:
        drop_world(installation, each)
