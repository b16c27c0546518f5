"""Each wall stands alone: without it, at least one test fails on every table it protects."""

from collections.abc import Callable

import pytest

from tests.isolation.walls import WALLS, document, failing, kept
from tests.isolation.world import World

pytestmark = pytest.mark.one_server


@pytest.mark.slow
def test_without_each_wall_a_test_fails_on_every_table(copied: Callable[[], World]) -> None:
    found = {wall.name: failing(copied(), wall) for wall in WALLS}
    unharmed = {
        name: [table for table, codes in each.items() if not codes] for name, each in found.items()
    }
    assert unharmed == {wall.name: [] for wall in WALLS}
    assert kept() == document(found), "run python -m tests.isolation.walls"
