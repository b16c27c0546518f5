"""Every function × role: refused by its first line, and by the database where that is missing."""

from collections.abc import Callable
from functools import partial

import pytest

from fintrack.context import Permission, Role, TenantContext
from fintrack.errors import PermissionDenied
from tests.isolation.cases import CASES, every_function
from tests.isolation.functions import Function, name_of
from tests.isolation.ledgers import Scene
from tests.isolation.outcomes import Outcome, observe, said
from tests.isolation.world import ROLES

pytestmark = pytest.mark.one_server


@pytest.fixture(scope="module")
def staged(scenes: Callable[[], Scene]) -> Scene:
    """A scene of this module's own."""
    return scenes()


def above(role: Role) -> pytest.MarkDecorator:
    """Try every function that the role may not call."""
    functions = [function for function, case in CASES.items() if case.lowest.rank > role.rank]
    return pytest.mark.parametrize("function", functions, ids=name_of)


@above(Role.VIEWER)
def test_b1_a_viewer_changes_nothing_though_a_function_forgets_to_ask(
    staged: Scene, monkeypatch: pytest.MonkeyPatch, function: Function
) -> None:
    _require_refusal_below(staged, monkeypatch, function, Role.VIEWER)


@above(Role.MEMBER)
def test_b2_a_member_manages_nothing_though_a_function_forgets_to_ask(
    staged: Scene, monkeypatch: pytest.MonkeyPatch, function: Function
) -> None:
    _require_refusal_below(staged, monkeypatch, function, Role.MEMBER)


@every_function
def test_b8_a_function_refuses_exactly_the_roles_and_flags_below_its_own(
    staged: Scene, function: Function
) -> None:
    refusing = {role for role in ROLES if _is_refused(staged, function, role)}
    assert refusing == set(filter(CASES[function].refuses, ROLES))


def _require_refusal_below(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, function: Function, role: Role
) -> None:
    """Compare with a call that is refused at once: either made no more than the row to change."""
    refused = _as_member(scene, function, role)
    assert refused.refusal is PermissionDenied
    monkeypatch.setattr(TenantContext, "require", lambda _context, _permission: None)
    unasked = _as_member(scene, function, role)
    assert unasked.changed_tables == refused.changed_tables
    assert not unasked.changed_abroad


def _is_refused(scene: Scene, function: Function, role: Role) -> bool:
    """Return whether it is refused in the words that name tenant, role and the missing right."""
    name = scene.company.book.members[role].name
    sentences = {
        f"PermissionDenied: In {name} you are {role}, who may not {right}." for right in Permission
    }
    with scene.world.doors():
        return said(scene, _call(scene, function, role)) in sentences


def _as_member(scene: Scene, function: Function, role: Role) -> Outcome:
    with scene.world.doors():
        return observe(scene, scene.company, _call(scene, function, role))


def _call(scene: Scene, function: Function, role: Role) -> Callable[[], object]:
    own = scene.company
    return partial(CASES[function].ask, own.book.members[role], own)
