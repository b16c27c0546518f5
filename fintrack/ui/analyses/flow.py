"""Flow: from where the money of a period came, and where it went."""

import pandas as pd

from fintrack.analytics.charts.flow import EVERYTHING, flow_chart
from fintrack.analytics.headlines import currencies
from fintrack.analytics.money_flow import SAVINGS, money_flow
from fintrack.analytics.periods import Period
from fintrack.analytics.places import category_places
from fintrack.context import TenantContext
from fintrack.ui.analyses.asked import asked_period, chart_query, empty_card, next_step
from fintrack.ui.inputs import card, category_query, currency_choice, money, period_query
from fintrack.ui.session import open_page
from fintrack.ui.tables import table_below
from fintrack.ui.theme import chart_style, clicked_in_chart

TITLE = "Money flow"


def flow_view(context: TenantContext) -> None:
    """Show the flow of the chosen period; each of its parts leads to its transactions."""
    period = asked_period(context)
    frame = money_flow(context, period.since, period.until)
    currency = currency_choice(currencies(context.currency, frame))
    rows = frame[frame["currency"] == currency]
    if rows.empty:
        empty_card(TITLE, "Nothing moved in this period.")
        next_step(context)
        return
    with card(TITLE, csv=chart_query("money-flow", period)):
        style = chart_style(context, currency, category_places(context))
        figure = flow_chart(rows, style)
        clicked = clicked_in_chart(figure, TITLE, "money flow")
        _table(context, currency, period, rows)
    if clicked is not None:
        open_page("transactions", **_query(clicked, period))


def _table(context: TenantContext, currency: str, period: Period, rows: pd.DataFrame) -> None:
    shown = rows.to_dict("records")
    amounts = {
        name: [
            money(context, row["amount"], currency) if row["side"] == side else "" for row in shown
        ]
        for name, side in (("In", "IN"), ("Out", "OUT"))
    }
    keys = [EVERYTHING if row["kind"] == SAVINGS else row["category_id"] for row in shown]
    queries = [_query(key, period) for key in keys]
    table_below("Category", [row["category"] for row in shown], amounts, queries)


def _query(key: str, period: Period) -> dict[str, str]:
    if key == EVERYTHING:
        return period_query(period)
    return category_query(key, period)
