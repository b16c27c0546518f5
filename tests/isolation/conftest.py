"""The worlds in which isolation is attacked."""

from collections.abc import Callable, Iterator

import pytest

from fintrack.operations.installation import Installation
from tests.isolation.ledgers import Ledger, Scene, kept
from tests.isolation.outcomes import ids_in
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


@pytest.fixture(scope="session")
def scene(copied: Callable[[], World]) -> Scene:
    """Both tenants' books, kept through public functions; a test leaves nothing behind in it."""
    world = copied()
    with world.database.administrator() as admin:
        admin.execute("update sec.session set confirmed_at = now() + interval '9 days'")
    with world.doors():
        family, company = kept(world.family), kept(world.company)
    return Scene(world, family, company, ids_in(world, world.family.id, world.company.id))


@pytest.fixture(scope="session")
def scenes(installation: Installation, scene: Scene) -> Iterator[Callable[[], Scene]]:
    """A function that gives another scene with the same rows and ids."""
    made: list[Scene] = []

    def copy() -> Scene:
        world = copy_world(installation, scene.world)
        family, company = (
            Ledger(each.book, dict(each.ids), each.count) for each in (scene.family, scene.company)
        )
        made.append(Scene(world, family, company, scene.known))
        return made[-1]

    yield copy
    for each in made:
        drop_world(installation, each.world)
