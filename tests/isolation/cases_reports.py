"""How the functions of `analytics` are called."""

from dataclasses import replace
from datetime import date

from fintrack.analytics.account_trends import account_trends
from fintrack.analytics.anomalies import anomalies
from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.comparisons import comparison, savings, year_over_year
from fintrack.analytics.daily_spending import booked_years, daily_spending
from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.analytics.downloads import chart_csv
from fintrack.analytics.forecast import forecast
from fintrack.analytics.money_flow import money_flow
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.net_worth_change import net_worth_change
from fintrack.analytics.overview import overview
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import Interval, Period, previous, today_of
from fintrack.analytics.pivots import Measure, pivot
from fintrack.analytics.places import category_places
from fintrack.analytics.saved_pivots import (
    PivotChange,
    View,
    change_pivot,
    remove_pivot,
    save_pivot,
    saved_pivots,
)
from fintrack.analytics.spending import branch, income, spending
from fintrack.analytics.standing import standing
from fintrack.analytics.statements import balance_sheet, income_statement
from fintrack.context import Role, TenantContext
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.isolation.functions import Case, Function, Slot
from tests.isolation.ledgers import Ledger

VIEWER = Role.VIEWER
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
TODAY, OCTOBER = date(2026, 3, 31), date(2026, 10, 1)
TWO_PERIODS = (Period(MARCH, APRIL), previous(Period(MARCH, APRIL)))
SHOPS = View(Dimension.PAYEE, Dimension.MONTH, Measure.SPENDING)
SPENDING = {"chart": "spending", "since": "2026-03-01", "until": "2026-04-01"}


def _oddities(me: TenantContext, own: Ledger) -> object:
    """Ask once a payee came often enough, and once with another amount."""
    usual = NewTransaction(own.ids["account"], MARCH, -100, "Kiosk")
    for amount in (-900, *[-100] * 6):
        record_transaction(own.owner, replace(usual, amount=amount))
    return anomalies(me, MARCH, APRIL)


ANALYTICS: dict[Function, Case] = {
    account_trends: Case(VIEWER, call=lambda me, own: account_trends(me, TODAY)),
    anomalies: Case(VIEWER, call=_oddities),
    balance_sheet: Case(
        VIEWER,
        {"account_id": Slot("account", lambda me, own, it: balance_sheet(me, TODAY, it))},
        call=lambda me, own: balance_sheet(me, TODAY),
    ),
    balances: Case(
        VIEWER,
        {"account_id": Slot("account", lambda me, own, it: balances(me, TODAY, it))},
        call=lambda me, own: balances(me, TODAY),
    ),
    breakdown: Case(
        VIEWER,
        {
            "account_id": Slot(
                "account", lambda me, own, it: breakdown(me, MARCH, APRIL, Dimension.TAG, it)
            ),
            "owner_id": Slot(
                "owner",
                lambda me, own, it: breakdown(me, MARCH, APRIL, Dimension.TAG, owner_id=it),
            ),
            "parent_id": Slot(
                "source",
                lambda me, own, it: breakdown(me, MARCH, APRIL, Dimension.TAG, parent_id=it),
            ),
        },
        call=lambda me, own: [breakdown(me, MARCH, APRIL, each) for each in Dimension],
    ),
    branch: Case(VIEWER, {"category_id": Slot("category", lambda me, own, it: branch(me, it))}),
    cash_flow: Case(
        VIEWER,
        {"account_id": Slot("account", lambda me, own, it: cash_flow(me, MARCH, APRIL, it))},
        call=lambda me, own: cash_flow(me, MARCH, APRIL),
    ),
    comparison: Case(VIEWER, call=lambda me, own: comparison(me, *TWO_PERIODS)),
    chart_csv: Case(
        VIEWER,
        {
            "payload": Slot(
                "category", lambda me, own, it: chart_csv(me, SPENDING | {"parent": str(it)})
            )
        },
        call=lambda me, own: chart_csv(me, SPENDING),
    ),
    booked_years: Case(VIEWER, call=lambda me, own: booked_years(me)),
    daily_spending: Case(VIEWER, call=lambda me, own: daily_spending(me, MARCH, APRIL)),
    forecast: Case(VIEWER, call=lambda me, own: forecast(me, OCTOBER)),
    income: Case(
        VIEWER,
        {
            "parent_id": Slot("source", lambda me, own, it: income(me, MARCH, APRIL, it)),
            "account_id": Slot(
                "account", lambda me, own, it: income(me, MARCH, APRIL, account_id=it)
            ),
        },
        call=lambda me, own: income(me, MARCH, APRIL),
    ),
    income_statement: Case(
        VIEWER,
        {"account_id": Slot("account", lambda me, own, it: income_statement(me, MARCH, APRIL, it))},
        call=lambda me, own: income_statement(me, MARCH, APRIL),
    ),
    money_flow: Case(VIEWER, call=lambda me, own: money_flow(me, MARCH, APRIL)),
    net_worth: Case(
        VIEWER,
        {
            "account_id": Slot(
                "account", lambda me, own, it: net_worth(me, MARCH, APRIL, Interval.WEEK, it)
            )
        },
        call=lambda me, own: net_worth(me, MARCH, APRIL, Interval.WEEK),
    ),
    net_worth_change: Case(
        VIEWER,
        {"account_id": Slot("account", lambda me, own, it: net_worth_change(me, MARCH, APRIL, it))},
        call=lambda me, own: net_worth_change(me, MARCH, APRIL),
    ),
    category_places: Case(VIEWER, call=lambda me, own: category_places(me)),
    overview: Case(VIEWER, call=lambda me, own: overview(me, TODAY)),
    savings: Case(VIEWER, call=lambda me, own: savings(me, MARCH, APRIL)),
    pivot: Case(
        VIEWER,
        {
            "account_id": Slot(
                "account",
                lambda me, own, it: pivot(me, MARCH, APRIL, Dimension.PAYEE, Dimension.TAG, it),
            ),
            "parent_id": Slot(
                "source",
                lambda me, own, it: pivot(
                    me, MARCH, APRIL, Dimension.PAYEE, Dimension.TAG, parent_id=it
                ),
            ),
        },
        call=lambda me, own: pivot(me, MARCH, APRIL, Dimension.PAYEE, Dimension.TAG),
    ),
    saved_pivots: Case(VIEWER, call=lambda me, own: saved_pivots(me)),
    save_pivot: Case(VIEWER, call=lambda me, own: save_pivot(me, own.name("Pivot"), SHOPS)),
    change_pivot: Case(
        VIEWER,
        {
            "pivot_id": Slot(
                "pivot", lambda me, own, it: change_pivot(me, it, PivotChange(own.name("Pivot")))
            )
        },
    ),
    remove_pivot: Case(
        VIEWER, {"pivot_id": Slot("pivot", lambda me, own, it: remove_pivot(me, it))}
    ),
    standing: Case(VIEWER, call=lambda me, own: standing(me, TODAY)),
    spending: Case(
        VIEWER,
        {
            "parent_id": Slot("category", lambda me, own, it: spending(me, MARCH, APRIL, it)),
            "account_id": Slot(
                "account", lambda me, own, it: spending(me, MARCH, APRIL, account_id=it)
            ),
        },
        call=lambda me, own: spending(me, MARCH, APRIL),
    ),
    today_of: Case(VIEWER, call=lambda me, own: today_of(me)),
    top_payees: Case(VIEWER, call=lambda me, own: top_payees(me, MARCH, APRIL, 100)),
    year_over_year: Case(VIEWER, call=lambda me, own: year_over_year(me, MARCH, APRIL)),
}
