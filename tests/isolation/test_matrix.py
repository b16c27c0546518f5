"""Every table × verb × role × account kind × tenant, generated from the tables themselves."""

import pytest

from fintrack.context import Role
from tests.isolation.attempts import VERBS, put, reach
from tests.isolation.expectations import RIGHTS
from tests.isolation.rows import BOUND, RELATIONS
from tests.isolation.world import KINDS, ROLES, Book, World

Kinds = tuple[str, ...]
OWN_CASES = [
    pytest.param(
        table, verb, role, kind, id=f"{table}-{verb}-{role}" + (f"-{kind}" if kind else "")
    )
    for table in RELATIONS
    for verb in VERBS
    for role in ROLES
    for kind in (KINDS if table in BOUND else (None,))
]
FOREIGN_CASES = [
    pytest.param(table, verb, role, id=f"{table}-{verb}-{role}")
    for table in RELATIONS
    for verb in VERBS
    for role in ROLES
]


def test_every_table_has_an_expectation() -> None:
    assert set(RIGHTS) == set(RELATIONS)


@pytest.mark.parametrize(("table", "verb", "role", "kind"), OWN_CASES)
def test_a_member_reaches_exactly_what_the_role_and_the_account_allow(
    world: World, table: str, verb: str, role: Role, kind: str | None
) -> None:
    reached = _attempt(world, world.family, role, verb, table, kind)
    assert bool(reached) is RIGHTS[table].allow(verb, role, kind)


@pytest.mark.parametrize(("table", "verb", "role"), FOREIGN_CASES)
def test_no_role_reaches_a_row_of_another_tenant(
    world: World, table: str, verb: str, role: Role
) -> None:
    kinds = KINDS if table in BOUND else (None,)
    for kind in kinds:
        assert _attempt_abroad(world, role, verb, table, kind) == 0


def test_the_outsider_has_an_answer_of_her_own_to_every_table(world: World) -> None:
    with world.entered(world.company.members[Role.OWNER]) as connection:
        for table in RELATIONS:
            where = [("tenant_id", world.company.id)]
            assert reach(world, connection, "select", table, where), table


def _attempt(world: World, book: Book, role: Role, verb: str, table: str, kind: str | None) -> int:
    place = book.place(kind or "EVERYONE", role)
    with world.entered(book.members[role]) as connection:
        if verb == "insert":
            return put(world, connection, table, place)
        where = [("tenant_id", book.id)]
        if kind is not None:
            where.append(("id" if table == "account" else "account_id", place.account))
        return reach(world, connection, verb, table, where)


def _attempt_abroad(world: World, role: Role, verb: str, table: str, kind: str | None) -> int:
    place = world.company.place(kind or "EVERYONE", role)
    with world.entered(world.family.members[role]) as connection:
        if verb == "insert":
            return put(world, connection, table, place, with_tenant=True)
        where = [("tenant_id", world.company.id)]
        if kind is not None:
            where.append(("id" if table == "account" else "account_id", place.account))
        return reach(world, connection, verb, table, where)
