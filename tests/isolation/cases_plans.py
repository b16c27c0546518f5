"""How the functions about plans are called: rules, budgets, and what comes again."""

from dataclasses import replace
from decimal import Decimal

from fintrack.analytics.budgets import budgets, change_budget
from fintrack.context import Role
from fintrack.ledger.budgets import create_budget, delete_budget
from fintrack.ledger.recurring import (
    Every,
    NewRecurring,
    RecurringChange,
    change_recurring,
    create_recurring,
    delete_recurring,
    record_next,
    recurring,
)
from fintrack.ledger.rules import change_rule, create_rule, delete_rule, rules
from tests.isolation.functions import Case, Function, Slot
from tests.isolation.ledgers import DAY, Ledger

MEMBER, VIEWER = Role.MEMBER, Role.VIEWER


def _rent(own: Ledger) -> NewRecurring:
    return NewRecurring(own.ids["account"], own.name("Landlord"), -50000, Every.MONTH, DAY)


PLANS: dict[Function, Case] = {
    rules: Case(VIEWER, call=lambda me, own: rules(me)),
    create_rule: Case(
        MEMBER,
        {
            "category_id": Slot(
                "category", lambda me, own, it: create_rule(me, own.name("rule"), it)
            )
        },
    ),
    change_rule: Case(
        MEMBER,
        {
            "rule_id": Slot(
                "rule",
                lambda me, own, it: change_rule(me, it, own.name("rule"), own.ids["category"]),
            ),
            "category_id": Slot(
                "category", lambda me, own, it: change_rule(me, own.ids["rule"], "other words", it)
            ),
        },
    ),
    delete_rule: Case(MEMBER, {"rule_id": Slot("rule", lambda me, own, it: delete_rule(me, it))}),
    budgets: Case(VIEWER, call=lambda me, own: budgets(me, DAY)),
    create_budget: Case(
        MEMBER,
        {"category_id": Slot("category", lambda me, own, it: create_budget(me, it, "EUR", 100))},
    ),
    change_budget: Case(
        MEMBER,
        {"budget_id": Slot("budget", lambda me, own, it: change_budget(me, it, Decimal(20), DAY))},
    ),
    delete_budget: Case(
        MEMBER, {"budget_id": Slot("budget", lambda me, own, it: delete_budget(me, it))}
    ),
    recurring: Case(VIEWER, call=lambda me, own: recurring(me)),
    create_recurring: Case(
        MEMBER,
        {
            "new.account_id": Slot(
                "account",
                lambda me, own, it: create_recurring(me, replace(_rent(own), account_id=it)),
            ),
            "new.category_id": Slot(
                "category",
                lambda me, own, it: create_recurring(me, replace(_rent(own), category_id=it)),
            ),
        },
    ),
    change_recurring: Case(
        MEMBER,
        {
            "recurring_id": Slot(
                "recurring", lambda me, own, it: change_recurring(me, it, RecurringChange(note="x"))
            ),
            "change.account_id": Slot(
                "account",
                lambda me, own, it: change_recurring(
                    me, own.ids["recurring"], RecurringChange(account_id=it)
                ),
            ),
            "change.category_id": Slot(
                "category",
                lambda me, own, it: change_recurring(
                    me, own.ids["recurring"], RecurringChange(category_id=it)
                ),
            ),
        },
    ),
    delete_recurring: Case(
        MEMBER, {"recurring_id": Slot("recurring", lambda me, own, it: delete_recurring(me, it))}
    ),
    record_next: Case(
        MEMBER, {"recurring_id": Slot("recurring", lambda me, own, it: record_next(me, it))}
    ),
}
