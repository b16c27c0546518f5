"""Cleo asks every function of the domain, before and after the Riveras' data change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select

from fintrack.analytics.budgets import change_budget
from fintrack.context import Role
from fintrack.db import maintenance_transaction
from fintrack.ledger.accounts import AccountChange, archive_account, update_account
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.categories import rename_category
from fintrack.ledger.payees import rename_payee
from fintrack.ledger.recurring import record_next
from fintrack.ledger.rules import change_rule
from fintrack.ledger.tags import rename_tag
from fintrack.schema import new_id
from fintrack.statements.mapping import Mapping
from fintrack.statements.undoing import undo_import
from tests.isolation.cases import CASES, every_function
from tests.isolation.functions import Function, domain_functions, id_slots, name_of
from tests.isolation.ledgers import DAY, Ledger, Scene
from tests.isolation.outcomes import Outcome, bare_rows, observe, said
from tests.isolation.rows import TABLES
from tests.statements.importing import imported, preview

pytestmark = pytest.mark.one_server

every_id = pytest.mark.parametrize(
    ("function", "slot"),
    [
        pytest.param(function, slot, id=f"{name_of(function)}-{slot}")
        for function, case in CASES.items()
        for slot in case.ids
    ],
)


@dataclass(frozen=True, slots=True)
class Two:
    """The same scene twice; in one of them the Riveras changed everything."""

    quiet: Scene
    changed: Scene


@pytest.fixture(scope="module")
def two(scenes: Callable[[], Scene]) -> Two:
    """The scene before and after the Riveras' data change."""
    quiet, changed = scenes(), scenes()
    with changed.world.doors():
        _change_everything(changed, changed.family)
    return Two(quiet, changed)


def test_every_function_with_a_context_has_a_case() -> None:
    assert {name_of(function) for function in domain_functions()} == set(map(name_of, CASES))


@every_function
def test_every_id_that_a_function_takes_is_tried(function: Function) -> None:
    assert id_slots(function) <= set(CASES[function].ids)


@pytest.mark.parametrize("table", TABLES)
def test_both_tenants_hold_rows_with_equal_names_and_amounts(scene: Scene, table: str) -> None:
    found = [bare_rows(scene, own, table) for own in (scene.family, scene.company)]
    assert found[0]
    assert found[0] == found[1]


@pytest.mark.parametrize("table", TABLES)
def test_the_riveras_change_reaches_the_table(two: Two, table: str) -> None:
    before, after = (bare_rows(each, each.family, table) for each in (two.quiet, two.changed))
    assert before != after


@every_function
def test_the_outsiders_answer_does_not_change(two: Two, function: Function) -> None:
    before, after = (_as_outsider(scene, function) for scene in (two.quiet, two.changed))
    assert before == after
    assert bool(before.refusal) is CASES[function].is_refused
    assert before.refusal or before.changed or not before.is_empty
    assert not before.changed_abroad


@every_id
def test_f1_a_foreign_id_and_a_missing_one_are_answered_alike(
    two: Two, function: Function, slot: str
) -> None:
    with two.quiet.world.doors():
        foreign = two.quiet.family.new(CASES[function].ids[slot].kind)
    missing = UUID(int=foreign.int ^ 1)
    answer = _with_id(two.quiet, function, slot, foreign)
    assert answer == _with_id(two.changed, function, slot, missing)
    assert not answer.changed_abroad


@every_id
def test_an_own_id_is_answered_otherwise(two: Two, function: Function, slot: str) -> None:
    case, own = CASES[function], two.quiet.company
    kind = case.ids[slot].kind
    with two.quiet.world.doors():
        is_read = case.lowest is Role.VIEWER and kind != "pivot"
        mine = own.ids[kind] if is_read else own.new(kind)
    answer = _with_id(two.quiet, function, slot, mine)
    assert answer.refusal is None
    assert answer != _with_id(two.quiet, function, slot, new_id())


def _as_outsider(scene: Scene, function: Function) -> Outcome:
    own = scene.company
    with scene.world.doors():
        return observe(scene, own, partial(CASES[function].ask, own.owner, own))


def _with_id(scene: Scene, function: Function, slot: str, it: UUID) -> Outcome:
    own = scene.company
    with scene.world.doors():
        found = observe(scene, own, lambda: CASES[function].ids[slot].ask(own.owner, own, it))
    return found.without(it)


def _change_everything(scene: Scene, own: Ledger) -> None:
    """Have Ana call every function on her books, then change what was there from the beginning."""
    for case in CASES.values():
        said(scene, partial(case.ask, own.owner, own))
    imported(own.owner, b"Payee;Day;Sum\nBaker;2026-03-09;-12.00\n", account_id=own.ids["account"])
    # What they say of the very header that all bank files of these tests have.
    inverted = replace(preview(own.owner, own.csv()).mapping or Mapping(), inverted=True)
    imported(own.owner, own.csv(), account_id=own.ids["account"], mapping=inverted)
    rename_category(own.owner, own.ids["category"], "Groceries")
    rename_payee(own.owner, own.ids["payee"], "Grocer")
    rename_tag(own.owner, own.ids["tag"], "everything")
    change_rule(own.owner, own.ids["rule"], "everything", own.ids["category"])
    change_budget(own.owner, own.ids["budget"], Decimal(1), DAY)
    record_next(own.owner, own.ids["recurring"])
    undo_import(own.owner, own.ids["import"])
    delete_transactions(own.owner, [own.ids["transaction"], own.ids["split"]])
    update_account(own.owner, own.ids["account"], AccountChange(opening_balance=-999_999), 1)
    archive_account(own.owner, own.ids["account"])
    # Its limit is the operator's to change.
    with maintenance_transaction("a test") as db:
        db.execute(select(func.sec.set_tenant_limit(own.owner.slug, "MEMBERS", 7)))
