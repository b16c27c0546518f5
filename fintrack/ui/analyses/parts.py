"""Breakdown: income and spending of a period by tag, account, member, payee or category."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.analytics.charts.overview import breakdown_chart
from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.analytics.headlines import currencies
from fintrack.analytics.periods import Period
from fintrack.analytics.places import category_places
from fintrack.context import TenantContext
from fintrack.ledger.filters import TransactionFilter
from fintrack.ui.analyses.asked import (
    asked_period,
    chart_query,
    empty_card,
    month_query,
    next_step,
)
from fintrack.ui.inputs import (
    address_choice,
    card,
    category_query,
    currency_choice,
    money,
    period_filter,
)
from fintrack.ui.session import open_page
from fintrack.ui.tables import table_below
from fintrack.ui.theme import chart_style, clicked_in_chart

NAMES = {
    Dimension.PAYEE: "Payee",
    Dimension.ACCOUNT: "Account",
    Dimension.MEMBER: "Member",
    Dimension.CATEGORY: "Category",
    Dimension.TAG: "Tag",
}
OWNER = "owner"
ROWS_SHOWN = 50


def parts_view(context: TenantContext) -> None:
    """Show what came in and went out of each part; a member's part leads to the accounts."""
    period = asked_period(context)
    by = Dimension(address_choice("By", list(NAMES), Dimension.PAYEE, key="by", names=NAMES))
    owner_id = _owner() if by is Dimension.MEMBER else None
    if owner_id is not None:
        by = Dimension.ACCOUNT
        if st.button("All members", type="tertiary", icon=":material/arrow_back:"):
            _show_owner(None)
    frame = breakdown(context, period.since, period.until, by, owner_id=owner_id)
    currency = currency_choice(currencies(context.currency, frame))
    file = chart_query("breakdown", period, by=by, owner=owner_id)
    _parts(context, currency, period, by, frame, file)


def part_query(by: Dimension, part_id: str, period: Period) -> dict[str, str] | None:
    """Return the address's filters for a part of the period, None where none fits."""
    wanted = period_filter(period)
    match by:
        case Dimension.CATEGORY:
            return category_query(part_id, period)
        case Dimension.PAYEE if part_id:
            return replace(wanted, payee=part_id).to_query()
        case Dimension.TAG if part_id:
            return replace(wanted, tag_id=UUID(part_id)).to_query()
        case Dimension.MONTH:
            return month_query(part_id, period)
        case Dimension.ACCOUNT:
            return replace(wanted, account_id=UUID(part_id)).to_query()
    return None


def _owner() -> UUID | None:
    """Return whose accounts the address asks for."""
    return TransactionFilter.from_query({"account": st.query_params.get(OWNER, "")}).account_id


def _parts(
    context: TenantContext,
    currency: str,
    period: Period,
    by: Dimension,
    frame: pd.DataFrame,
    file: Mapping[str, str],
) -> None:
    title = f"Income and expenses by {NAMES[by].lower()}"
    rows = frame[frame["currency"] == currency]
    if rows.empty:
        empty_card(title, "Nothing moved in this period.")
        next_step(context)
        return
    with card(title, csv=file):
        places = category_places(context) if by is Dimension.CATEGORY else None
        figure = breakdown_chart(rows, chart_style(context, currency, places))
        clicked = clicked_in_chart(figure, title, f"parts {by}")
        shown = rows.head(ROWS_SHOWN).to_dict("records")
        amounts = {
            "In": [money(context, row["income"], currency) for row in shown],
            "Out": [money(context, row["spending"], currency) for row in shown],
        }
        names = [row["part"] for row in shown]
        if by is Dimension.MEMBER:
            here = st.query_params.to_dict()
            owners = [{**here, OWNER: row["part_id"]} for row in shown]
            table_below(NAMES[by], names, amounts, owners, page="analytics")
        else:
            queries = [part_query(by, row["part_id"], period) for row in shown]
            table_below(NAMES[by], names, amounts, queries)
    if clicked is not None:
        _open(by, clicked, period)


def _open(by: Dimension, part_id: str, period: Period) -> None:
    if by is Dimension.MEMBER:
        _show_owner(part_id)
    query = part_query(by, part_id, period)
    if query is not None:
        open_page("transactions", **query)


def _show_owner(owner: str | None) -> None:
    if owner is None:
        st.query_params.pop(OWNER, None)
    else:
        st.query_params[OWNER] = owner
    st.rerun()
