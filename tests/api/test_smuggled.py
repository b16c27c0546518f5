"""SQL in every parameter and every text of every body: nothing foreign, and no failure."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from fintrack.api.application import application
from tests.api.calling import Reply
from tests.api.decisions import ROUTES
from tests.api.stage import Stage
from tests.isolation.outcomes import ID, ids_in

ATTACKS = ["' or 1=1 --", "1; select pg_sleep(1)", "') union select email from sec.users --", "\\"]
PARAMETERS = [
    (f"{method.upper()} {path}", each["in"], each["name"])
    for path, methods in application.openapi()["paths"].items()
    for method, operation in methods.items()
    for each in operation.get("parameters", [])
]
BODIES = [route for route, decision in ROUTES.items() if decision.body and not decision.is_form]


@pytest.fixture(scope="module")
def foreign(stage: Stage) -> frozenset[str]:
    """Every id of the Riveras' books, which the company's owner asks about."""
    scene = stage.scene
    theirs = ids_in(scene.world, scene.family.book.id)
    return frozenset(map(str, theirs - ids_in(scene.world, scene.company.book.id)))


@pytest.mark.parametrize(("route", "where", "name"), PARAMETERS, ids=str)
def test_sql_in_a_parameter_finds_nothing_foreign(
    stage: Stage, foreign: frozenset[str], route: str, where: str, name: str
) -> None:
    for attack in ATTACKS:
        path = {name: quote(attack, safe="")} if where == "path" else {}
        query = {name: attack} if where == "query" else {}
        header = {name: attack} if where == "header" else {}
        is_harmless(stage.smuggled(route, path=path, query=query, header=header), foreign)


@pytest.mark.parametrize("route", BODIES)
def test_sql_in_a_body_finds_nothing_foreign(
    stage: Stage, foreign: frozenset[str], route: str
) -> None:
    for attack in ATTACKS:
        for body in spoiled(stage.body_of(route), attack):
            is_harmless(stage.smuggled(route, body=body), foreign)


def is_harmless(answer: Reply, foreign: frozenset[str]) -> None:
    assert answer.status < 500, answer.content
    assert not foreign & set(ID.findall(answer.content.decode(errors="replace")))


def spoiled(body: Any, attack: str) -> Iterator[Any]:  # noqa: ANN401 - whatever JSON holds
    """Yield the body once for each text in it, with the attack in its place."""
    match body:
        case str():
            yield attack
        case dict():
            for name, value in body.items():
                yield from ({**body, name: each} for each in spoiled(value, attack))
        case list():
            for at, value in enumerate(body):
                yield from ([*body[:at], each, *body[at + 1 :]] for each in spoiled(value, attack))
