"""Rules of words: which category an imported row gets, and which rule wins."""

from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import Conflict, InvalidInput, NotFound
from fintrack.ledger.categories import (
    CategoryKind,
    archive_category,
    create_category,
    delete_category,
)
from fintrack.ledger.payees import create_payee
from fintrack.ledger.rules import change_rule, create_rule, delete_rule, rules
from fintrack.ledger.transactions import transactions
from fintrack.schema import new_id
from tests.statements.importing import imported


@pytest.fixture
def gas(ana: TenantContext) -> UUID:
    """A category of expenses."""
    return create_category(ana, "Gas", CategoryKind.EXPENSE)


def category_of(context: TenantContext, payee: str) -> str:
    """Import a row of this payee and return the name of the category that it got."""
    imported(context, f"Payee;Day;Sum\n{payee};2026-03-09;-12.00\n".encode())
    rows = transactions(context, limit=1).frame
    return str(rows["category"].iloc[0])


def test_an_imported_row_that_holds_the_words_gets_the_category(
    ana: TenantContext, gas: UUID
) -> None:
    create_rule(ana, "city gas", gas)
    assert category_of(ana, "GASWORKS of the City") == "Gas"


def test_a_row_that_lacks_a_word_is_left_alone(ana: TenantContext, gas: UUID) -> None:
    create_rule(ana, "city gas", gas)
    assert category_of(ana, "City Council") == ""


def test_a_rule_comes_before_the_usual_category_of_the_payee(ana: TenantContext, gas: UUID) -> None:
    create_payee(ana, "Gasworks", create_category(ana, "Usual one", CategoryKind.EXPENSE))
    create_rule(ana, "gasworks", gas)
    assert category_of(ana, "Gasworks") == "Gas"


def test_of_two_rules_the_one_of_more_words_wins(ana: TenantContext, gas: UUID) -> None:
    create_rule(ana, "city", create_category(ana, "Dues", CategoryKind.EXPENSE))
    create_rule(ana, "city gas", gas)
    assert category_of(ana, "City Gas") == "Gas"


def test_a_rule_of_an_archived_category_rests(ana: TenantContext, gas: UUID) -> None:
    create_rule(ana, "gas", gas)
    archive_category(ana, gas)
    assert category_of(ana, "Gas") == ""


def test_a_changed_rule_holds_for_what_comes_later(ana: TenantContext, gas: UUID) -> None:
    rule = create_rule(ana, "gas", gas)
    change_rule(ana, rule, "water", gas)
    assert category_of(ana, "Gas") == ""
    assert category_of(ana, "Water") == "Gas"
    delete_rule(ana, rule)
    assert rules(ana).empty


def test_words_that_nothing_can_hold_are_refused(ana: TenantContext, gas: UUID) -> None:
    with pytest.raises(InvalidInput, match="a word or a number"):
        create_rule(ana, "---", gas)
    with pytest.raises(InvalidInput, match="missing"):
        create_rule(ana, " ", gas)


def test_the_same_words_have_one_rule(ana: TenantContext, gas: UUID) -> None:
    create_rule(ana, "City Gas", gas)
    with pytest.raises(Conflict, match="a rule of these words"):
        create_rule(ana, "city  gas", gas)


def test_a_rule_needs_a_category_that_is_there(ana: TenantContext) -> None:
    with pytest.raises(NotFound, match="no such category"):
        create_rule(ana, "gas", new_id())


def test_a_category_that_a_rule_gives_is_in_use(ana: TenantContext, gas: UUID) -> None:
    create_rule(ana, "gas", gas)
    with pytest.raises(Conflict, match="Gas is in use"):
        delete_category(ana, gas)
