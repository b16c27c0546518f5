"""Route × role × own or foreign rows × kind of token, for every route of the document."""

import pytest

from fintrack.access import tokens
from fintrack.access.api_tokens import PREFIX, Scope
from fintrack.api.application import application
from fintrack.context import Permission, TenantContext
from fintrack.schema import new_id
from tests.api.decisions import ROUTES, Who
from tests.api.stage import Stage, member
from tests.isolation.world import ROLES

every_route = pytest.mark.parametrize("route", ROUTES)
guarded = pytest.mark.parametrize(
    "route", [name for name, each in ROUTES.items() if each.needs is not Who.ANYBODY]
)
every_id = pytest.mark.parametrize(
    ("route", "slot"), [(name, slot) for name, each in ROUTES.items() for slot in each.ids]
)

# What an owner's token may do.
SCOPES = {
    (): {Permission.READ},
    (Scope.EXPORT,): {Permission.READ, Permission.EXPORT},
    (Scope.WRITE,): set(Permission) - {Permission.EXPORT},
}


@pytest.fixture(scope="module")
def ended(stage: Stage) -> str:
    """A good token whose session has ended."""
    owner = stage.scene.company.owner
    token = stage.token(owner, fresh=True)
    assert stage.ask("DELETE /token", owner, stage.scene.company, token).status == 204
    del stage.known[owner.user_id]
    return token


def refusal(context: TenantContext, right: Permission) -> str:
    return f"In {context.name} you are {context.role}, who may not {right}."


def test_every_route_of_the_document_has_a_decision() -> None:
    paths = application.openapi()["paths"]
    found = {f"{method.upper()} {path}" for path, each in paths.items() for method in each}
    assert found == set(ROUTES)


@every_route
def test_h3_a_route_answers_exactly_the_roles_that_have_the_right(stage: Stage, route: str) -> None:
    decision, own = ROUTES[route], stage.scene.company
    for role in ROLES:
        context = member(own, role)
        answer = stage.as_member(route, context, own)
        if isinstance(decision.needs, Who) or context.may(decision.needs):
            assert (role, answer.status, answer.content) == (role, decision.status, answer.content)
        else:
            assert (role, answer.status) == (role, 403), answer.content
            assert answer.json["detail"] == refusal(context, decision.needs)


@guarded
def test_h6_a_route_answers_an_api_token_by_its_scopes(stage: Stage, route: str) -> None:
    decision, own = ROUTES[route], stage.scene.company
    for scopes, rights in SCOPES.items():
        token = stage.api_token(own.owner, *scopes, fresh=decision.ends)
        answer = stage.ask(route, own.owner, own, token)
        may = decision.needs is Who.BEARER or decision.needs in rights
        expected = (decision.by_token or decision.status) if may else 403
        assert (scopes, answer.status) == (scopes, expected), answer.content


@every_id
def test_h3_a_foreign_id_and_a_missing_one_are_answered_alike(
    stage: Stage, route: str, slot: str
) -> None:
    own, other = stage.scene.company, stage.scene.family
    kind = ROUTES[route].ids[slot].removeprefix("own ").removeprefix("shared ")
    foreign = str(other.new(kind))
    answers = [
        stage.as_member(route, own.owner, own, **{slot: each}) for each in (foreign, str(new_id()))
    ]
    assert (answers[0].status, answers[0].content) == (answers[1].status, answers[1].content)
    # In a body the domain may say in one sentence that it is missing or of the wrong kind.
    allowed = {404} if f"{{{slot}}}" in route else {404, 422}
    assert answers[0].status in allowed, answers[0].content


@guarded
def test_h3_a_route_answers_nobody_without_a_live_token(
    stage: Stage, ended: str, route: str
) -> None:
    own = stage.scene.company
    browsers = tokens.access_token(own.owner.session, own.owner)
    for token in (None, "", "nonsense", PREFIX, ended, browsers):
        assert (token, stage.ask(route, own.owner, own, token).status) == (token, 401)
