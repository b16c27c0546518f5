"""Each wall stands alone: without it, at least one test fails on every table it protects."""

from collections.abc import Callable

import pytest

from tests.isolation.walls import WALLS, Wall, document, failing, kept
from tests.isolation.world import World

Found = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="session")
def found(copied: Callable[[], World]) -> Found:
    """The codes of the failing tests, by wall and table."""
    return {wall.name: failing(copied(), wall) for wall in WALLS}


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.name)
def test_without_the_wall_a_test_fails_on_every_table(found: Found, wall: Wall) -> None:
    assert [table for table, codes in found[wall.name].items() if not codes] == []


def test_the_table_in_the_documentation_is_current(found: Found) -> None:
    assert kept() == document(found), "run python -m tests.isolation.walls"
