"""What a member can ask of the books, and an account that only its owner sees."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from uuid import UUID

import pandas as pd
from sqlalchemy import select

from fintrack.access.sharing import account_sights, shared_balances
from fintrack.analytics.account_trends import account_trends
from fintrack.analytics.anomalies import anomalies
from fintrack.analytics.budgets import budgets
from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.comparisons import comparison, savings, year_over_year
from fintrack.analytics.daily_spending import daily_spending
from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.analytics.downloads import CHARTS, chart_csv
from fintrack.analytics.forecast import forecast
from fintrack.analytics.money_flow import money_flow
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.net_worth_change import net_worth_change
from fintrack.analytics.overview import overview
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import Interval, Period, previous
from fintrack.analytics.pivots import pivot
from fintrack.analytics.places import category_places
from fintrack.analytics.spending import spending
from fintrack.analytics.standing import standing
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import FinTrackError
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    account_names,
    accounts,
    create_account,
)
from fintrack.ledger.categories import categories
from fintrack.ledger.change_sets import change_sets
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.payees import payees
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.recurring import recurring
from fintrack.ledger.rules import rules
from fintrack.ledger.tags import tags
from fintrack.ledger.transactions import transactions
from fintrack.schema import AuditEvent
from fintrack.statements.history import imports
from fintrack.statements.stated_balances import stated_balances
from tests.statements.importing import exported, preview

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
PERIOD = Period(MARCH, APRIL)
TODAY = date(2026, 3, 31)
CHART = {"since": "2026-03-01", "until": "2026-04-01", "interval": "week"}
FILE = b"Date,Amount,Payee,Balance\n2026-03-05,-7.00,Baker,5.00\n2026-03-06,-8.00,Butcher,-3.00\n"
Question = Callable[[TenantContext], object]
Asking = Callable[[TenantContext, UUID], object]

QUESTIONS: dict[str, Question] = {
    "the list": lambda me: accounts(me, archived=True),
    "names to choose from": account_names,
    "whose accounts they are": account_sights,
    "search": lambda me: transactions(me, TransactionFilter(words="grocer")),
    "every row": lambda me: transactions(me, limit=200),
    "filters": lambda me: transactions(me, TransactionFilter(payee="Grocer", until=APRIL)),
    "balances given": shared_balances,
    "sums": lambda me: balances(me, TODAY),
    "net worth": lambda me: net_worth(me, MARCH, APRIL, Interval.DAY),
    "how it changed": lambda me: net_worth_change(me, MARCH, APRIL),
    "trends": lambda me: account_trends(me, TODAY),
    "cash flow": lambda me: cash_flow(me, MARCH, APRIL),
    "spending": lambda me: spending(me, MARCH, APRIL),
    "parts": lambda me: [breakdown(me, MARCH, APRIL, each) for each in Dimension],
    "comparison": lambda me: comparison(me, PERIOD, previous(PERIOD)),
    "two years": lambda me: year_over_year(me, MARCH, APRIL),
    "savings": lambda me: savings(me, MARCH, APRIL),
    "the days": lambda me: daily_spending(me, MARCH, APRIL),
    "the flow": lambda me: money_flow(me, MARCH, APRIL),
    "the next days": lambda me: forecast(me, TODAY),
    "what is unusual": lambda me: anomalies(me, MARCH, APRIL),
    "pivots": lambda me: pivot(me, MARCH, APRIL, Dimension.PAYEE, Dimension.MEMBER),
    "top payees": lambda me: top_payees(me, MARCH, APRIL, 100),
    "standing": lambda me: standing(me, TODAY),
    "home": lambda me: overview(me, TODAY),
    "charts": lambda me: [chart_csv(me, CHART | {"chart": chart}) for chart in CHARTS],
    "exports": exported,
    "payees": payees,
    "categories": categories,
    "their places": category_places,
    "tags": tags,
    "rules": rules,
    "budgets": lambda me: budgets(me, MARCH),
    "what recurs": recurring,
    "imports": imports,
    "what the bank says": stated_balances,
    "duplicates": lambda me: preview(me, FILE).duplicate,
    "a guess where a file goes": lambda me: [
        (each.account, each.new_account) for each in preview(me, FILE).statements
    ],
    "activity": change_sets,
}


def filled(me: TenantContext) -> UUID:
    """Open an account that only the member sees, with a transaction, and return its id."""
    new = NewAccount("Secret", AccountKind.CASH, "EUR", MARCH, visibility=Visibility.PRIVATE)
    own = create_account(me, new)
    record_transaction(
        me,
        NewTransaction(own, MARCH, -990, "Grocer", category_id=category_named(me, "Groceries")),
    )
    return own


def changed(me: TenantContext, account_id: UUID) -> UUID:
    """Record a transaction, change it, and return the id of the change set."""
    own = record_transaction(me, NewTransaction(account_id, MARCH, -1, "Grocer"))
    return change_transaction(me, own, TransactionChange(amount=-500), 1)


def activity(me: TenantContext, *actions: str) -> str:
    """Return all that the member reads of the activity, or of some of its actions."""
    columns = (AuditEvent.action, AuditEvent.subject_id, AuditEvent.account_id)
    statement = select(*columns, AuditEvent.before, AuditEvent.after)
    if actions:
        statement = statement.where(AuditEvent.action.in_(actions))
    with tenant_transaction(me) as db:
        return "\n".join(map(str, db.execute(statement)))


def category_named(me: TenantContext, name: str) -> UUID:
    """Return the id of the category."""
    tree = categories(me)
    return UUID(tree.loc[tree["name"] == name, "id"].iloc[0])


def all_answers(me: TenantContext) -> dict[str, str]:
    """Ask all the questions; a refusal is an answer too."""
    return {name: _answer(me, ask) for name, ask in QUESTIONS.items()}


def answer(me: TenantContext, it: UUID, ask: Asking) -> str:
    """Ask with an id; return the refusal, or the answer without the id."""
    return _answer(me, lambda me: ask(me, it)).replace(str(it), "<id>")


def said(answer: object) -> str:
    """Return an answer as text that can be compared."""
    return "\n".join(_lines(answer))


def _answer(me: TenantContext, ask: Question) -> str:
    try:
        return said(ask(me))
    except FinTrackError as error:
        return f"{type(error).__name__}: {error}"


def _lines(answer: object) -> Iterator[str]:
    if isinstance(answer, pd.DataFrame):
        yield answer.to_csv(index=False)
    elif isinstance(answer, Iterator):
        yield b"".join(answer).decode()
    elif is_dataclass(answer):
        for each in fields(answer):
            yield from _lines(getattr(answer, each.name))
    elif isinstance(answer, list | tuple):
        for each in answer:
            yield from _lines(each)
    else:
        yield str(answer)
