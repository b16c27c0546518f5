"""Each wall stands alone: without it, at least one test fails on every table it protects."""

from collections.abc import Callable

import pytest

from tests.isolation.walls import WALLS, document, failing, kept
from tests.isolation.world import World

pytestmark = pytest.mark.one_server


Found = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def found(copied: Callable[[], World]) -> Found:
    """The codes of the failing tests, by wall and table; no wall is missing in a test of ours."""
    return {wall.name: failing(copied(), wall) for wall in WALLS}


@pytest.mark.slow
def test_without_each_wall_a_test_fails_on_every_table(found: Found) -> None:
    unharmed = {
        name: [table for table, codes in tables.items() if not codes]
        for name, tables in found.items()
    }
    assert unharmed == {wall.name: [] for wall in WALLS}
    assert kept() == document(found), "run python -m tests.isolation.walls"
