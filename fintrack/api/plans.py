"""Plans: rules for imported rows, budgets by month, and what comes again and again."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import MISSING, Field

from fintrack.access.versions import version_of
from fintrack.analytics.budgets import budgets, change_budget
from fintrack.analytics.periods import today_of
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import (
    Amount,
    Currency,
    Day,
    Given,
    Text,
    decimal,
    minor,
    optional_id,
)
from fintrack.api.movements import Category, MovementInFull, movement_in_full
from fintrack.api.pages import Page, PageQuery, Paging, page, row_of
from fintrack.api.versions import IfMatch, Versioned, tagged
from fintrack.context import TenantContext
from fintrack.ledger.budgets import (
    BUDGET,
    NO_BUDGET,
    create_budget,
    delete_budget,
)
from fintrack.ledger.recording import account_currency
from fintrack.ledger.records import transaction
from fintrack.ledger.recurring import (
    NO_RECURRING,
    PLAN,
    Every,
    NewRecurring,
    RecurringChange,
    change_recurring,
    create_recurring,
    delete_recurring,
    record_next,
    recurring,
)
from fintrack.ledger.rules import NO_RULE, RULE, change_rule, create_rule, delete_rule, rules

# What has another name in the domain.
RENAMED = {"account": "account_id", "category": "category_id"}
router = APIRouter(tags=["plans"], route_class=Call)


class RuleGiven(Given):
    """Imported rows that hold all the words, as beginnings, get the category."""

    words: Annotated[Text, Field(examples=["city gas"])]
    category: UUID


class RulePatch(Given):
    """Other words, another category; what was imported stays as it is."""

    words: Annotated[Text, Field(examples=["city gas"])] | MISSING = MISSING
    category: UUID | MISSING = MISSING


class RuleTold(Versioned):
    """A rule; of several that fit a row, the one of most words holds."""

    id: UUID
    words: str
    category: UUID
    category_name: str


class BudgetGiven(Given):
    """What a category of expenses, with all below it, may cost in a month."""

    category: UUID
    currency: Currency | None = None
    amount: Amount


class BudgetPatch(Given):
    """Another amount a month."""

    amount: Amount


class BudgetsQuery(PageQuery):
    """The month, given by any of its days, that spending is counted in; the present one else."""

    month: Day | None = None


class BudgetTold(Versioned):
    """A budget, and what was spent of it in the month in accounts that I see."""

    id: UUID
    category: UUID
    category_name: str
    currency: str
    amount: Amount
    spent: Amount


class RecurringGiven(Given):
    """A movement that comes again, from its first day on; inflow is positive."""

    account: UUID
    payee: Text
    amount: Amount
    every: Every
    starts_on: Day
    category: Category = None
    note: Text = ""


class RecurringPatch(Given):
    """New values; another first day or distance starts the counting anew."""

    account: UUID | MISSING = MISSING
    payee: Text | MISSING = MISSING
    amount: Amount | MISSING = MISSING
    every: Every | MISSING = MISSING
    starts_on: Day | MISSING = MISSING
    category: UUID | MISSING | None = MISSING
    note: Text | MISSING = MISSING


class RecurringTold(Versioned):
    """A movement that comes again, and the day of the next one that was not recorded yet."""

    id: UUID
    account: UUID
    account_name: str
    payee: str
    category: UUID | None
    currency: str
    amount: Amount
    every: Every
    starts_on: date
    next_on: date
    note: str


@router.get("/rules")
def list_rules(context: Member, wanted: Paging) -> Page[RuleTold]:
    """List the rules by their words."""
    rows = rules(context).to_dict("records")
    return page(context.tenant_id, "rules", [_rule_told(row) for row in rows], wanted)


@router.post("/rules", status_code=201)
def add_rule(context: Member, given: RuleGiven, response: Response) -> RuleTold:
    """Add a rule, which the next import follows."""
    rule_id = create_rule(context, given.words, given.category)
    return tagged(response, _rule(context, rule_id))


@router.get("/rules/{rule_id}")
def show_rule(context: Member, rule_id: UUID, response: Response) -> RuleTold:
    """Return one rule."""
    return tagged(response, _rule(context, rule_id))


@router.patch("/rules/{rule_id}")
def change_one_rule(
    context: Member, rule_id: UUID, given: RulePatch, version: IfMatch, response: Response
) -> RuleTold:
    """Change a rule."""
    values = given.model_dump()
    change_rule(context, rule_id, values.get("words"), values.get("category"), version)
    return tagged(response, _rule(context, rule_id))


@router.delete("/rules/{rule_id}", status_code=204)
def remove_rule(context: Member, rule_id: UUID, version: IfMatch) -> Response:
    """Forget a rule."""
    delete_rule(context, rule_id, version)
    return Response(status_code=204)


@router.get("/budgets")
def list_budgets(context: Member, wanted: Annotated[BudgetsQuery, Query()]) -> Page[BudgetTold]:
    """List the budgets by category, with what was spent of them in a month."""
    rows = budgets(context, wanted.month or today_of(context)).to_dict("records")
    return page(context.tenant_id, "budgets", [_budget_told(row) for row in rows], wanted)


@router.post("/budgets", status_code=201)
def add_budget(context: Member, given: BudgetGiven, response: Response) -> BudgetTold:
    """Set a budget."""
    currency = given.currency or context.currency
    amount = minor(given.amount, currency)
    budget_id = create_budget(context, given.category, currency, amount)
    return tagged(response, _budget(context, budget_id))


@router.get("/budgets/{budget_id}")
def show_budget(context: Member, budget_id: UUID, response: Response) -> BudgetTold:
    """Return one budget, with what was spent of it in the present month."""
    return tagged(response, _budget(context, budget_id))


@router.patch("/budgets/{budget_id}")
def change_one_budget(
    context: Member, budget_id: UUID, given: BudgetPatch, version: IfMatch, response: Response
) -> BudgetTold:
    """Set another amount a month."""
    amount, today = Decimal(given.amount), today_of(context)
    changed = change_budget(context, budget_id, amount, today, version)
    return tagged(response, _budget_told(row_of(changed, budget_id, NO_BUDGET)))


@router.delete("/budgets/{budget_id}", status_code=204)
def remove_budget(context: Member, budget_id: UUID, version: IfMatch) -> Response:
    """Forget a budget."""
    delete_budget(context, budget_id, version)
    return Response(status_code=204)


@router.get("/recurring")
def list_recurring(context: Member, wanted: Paging) -> Page[RecurringTold]:
    """List what comes again on the accounts that I see, the next first."""
    rows = recurring(context).to_dict("records")
    return page(context.tenant_id, "recurring", [_recurring_told(row) for row in rows], wanted)


@router.post("/recurring", status_code=201)
def add_recurring(context: Member, given: RecurringGiven, response: Response) -> RecurringTold:
    """Expect a movement again and again."""
    recurring_id = create_recurring(context, _new(context, given))
    return tagged(response, _recurring(context, recurring_id))


@router.get("/recurring/{recurring_id}")
def show_recurring(context: Member, recurring_id: UUID, response: Response) -> RecurringTold:
    """Return one of them."""
    return tagged(response, _recurring(context, recurring_id))


@router.patch("/recurring/{recurring_id}")
def change_one_recurring(
    context: Member,
    recurring_id: UUID,
    given: RecurringPatch,
    version: IfMatch,
    response: Response,
) -> RecurringTold:
    """Expect it otherwise from now on."""
    change_recurring(context, recurring_id, _change(context, recurring_id, given), version)
    return tagged(response, _recurring(context, recurring_id))


@router.delete("/recurring/{recurring_id}", status_code=204)
def remove_recurring(context: Member, recurring_id: UUID, version: IfMatch) -> Response:
    """Expect it no longer; what was recorded stays."""
    delete_recurring(context, recurring_id, version)
    return Response(status_code=204)


@router.post("/recurring/{recurring_id}/record", status_code=201)
def record_recurring(context: Member, recurring_id: UUID) -> MovementInFull:
    """Record the next one on its day, after which the one after it is expected."""
    return movement_in_full(transaction(context, record_next(context, recurring_id)))


def _new(context: TenantContext, given: RecurringGiven) -> NewRecurring:
    return NewRecurring(
        account_id=given.account,
        payee=given.payee,
        amount=minor(given.amount, account_currency(context, given.account)),
        every=given.every,
        starts_on=given.starts_on,
        category_id=given.category,
        note=given.note,
    )


def _change(context: TenantContext, recurring_id: UUID, given: RecurringPatch) -> RecurringChange:
    values = {RENAMED.get(name, name): value for name, value in given.model_dump().items()}
    if "amount" in values:
        account_id = values.get("account_id") or _recurring(context, recurring_id).account
        currency = account_currency(context, account_id)
        values |= {"amount": minor(values["amount"], currency), "currency": currency}
    return RecurringChange(**values)


def _rule(context: TenantContext, rule_id: UUID) -> RuleTold:
    return _rule_told(row_of(rules(context), rule_id, NO_RULE))


def _rule_told(row: dict[Any, Any]) -> RuleTold:
    return RuleTold(
        id=row["id"],
        words=row["words"],
        category=row["category_id"],
        category_name=row["category"],
        version=version_of(row, RULE.values),
    )


def _budget(context: TenantContext, budget_id: UUID) -> BudgetTold:
    return _budget_told(row_of(budgets(context, today_of(context)), budget_id, NO_BUDGET))


def _budget_told(row: dict[Any, Any]) -> BudgetTold:
    currency = row["currency"]
    return BudgetTold(
        id=row["id"],
        category=row["category_id"],
        category_name=row["category"],
        currency=currency,
        amount=decimal(row["amount"], currency),
        spent=decimal(row["spent"], currency),
        version=version_of(row, BUDGET.values),
    )


def _recurring(context: TenantContext, recurring_id: UUID) -> RecurringTold:
    return _recurring_told(row_of(recurring(context), recurring_id, NO_RECURRING))


def _recurring_told(row: dict[Any, Any]) -> RecurringTold:
    names = ("id", "payee", "currency", "every", "starts_on", "next_on", "note")
    return RecurringTold(
        account=row["account_id"],
        account_name=row["account"],
        category=optional_id(row["category_id"]),
        amount=decimal(row["amount"], row["currency"]),
        version=version_of(row, PLAN.values),
        **{name: row[name] for name in names},
    )
