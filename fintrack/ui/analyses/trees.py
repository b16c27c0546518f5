"""Spending and income by category, from the top of the tree down to the transactions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.analytics.charts.overview import spending_chart
from fintrack.analytics.periods import Period
from fintrack.analytics.places import category_places
from fintrack.analytics.spending import branch, income, spending
from fintrack.context import TenantContext
from fintrack.ledger.filters import TransactionFilter
from fintrack.ui.analyses.asked import chart_query
from fintrack.ui.inputs import card, category_query, money
from fintrack.ui.session import open_page, page_link
from fintrack.ui.tables import table_below
from fintrack.ui.text import escaped
from fintrack.ui.theme import chart_style, clicked_in_chart


@dataclass(frozen=True, slots=True)
class Tree:
    """Categories to go down in: what is asked and drawn, and where the address keeps the branch."""

    name: str
    key: str
    title: str
    column: str
    nothing: str
    ask: Callable[[TenantContext, date, date, UUID | None], pd.DataFrame]


SPENT = Tree(
    name="spending",
    key="branch",
    title="Spending by category",
    column="Spent",
    nothing="Nothing was spent, in this period or before.",
    ask=spending,
)
BROUGHT = Tree(
    name="income",
    key="source",
    title="Income by category",
    column="Received",
    nothing="Nothing came in, then or before.",
    ask=income,
)


def tree_card(
    context: TenantContext, currency: str, periods: tuple[Period, Period], tree: Tree
) -> None:
    """Draw a period's categories beside those of the one before, and the way down and back."""
    period, before = periods
    parent_id = _drilled(tree)
    with card(tree.title, csv=chart_query(tree.name, period, parent=parent_id)):
        top_id = None if parent_id is None else _breadcrumbs(context, parent_id, period, tree)
        now, earlier = (
            tree.ask(context, each.since, each.until, parent_id) for each in (period, before)
        )
        if currency not in {*now["currency"], *earlier["currency"]}:
            st.caption(tree.nothing)
            return
        style = chart_style(context, currency, category_places(context))
        figure = spending_chart(now, style, earlier, top_id)
        clicked = clicked_in_chart(figure, tree.title, f"{tree.name} {parent_id}")
        _table(context, currency, period, now, tree)
    if clicked is not None:
        _drill(context, clicked, period, parent_id, tree)


def _table(
    context: TenantContext, currency: str, period: Period, frame: pd.DataFrame, tree: Tree
) -> None:
    rows = frame[frame["currency"] == currency].to_dict("records")
    amounts = {tree.column: [money(context, row["amount"], currency) for row in rows]}
    queries = [category_query(row["category_id"], period) for row in rows]
    table_below("Category", [row["category"] for row in rows], amounts, queries)


def _breadcrumbs(context: TenantContext, category_id: UUID, period: Period, tree: Tree) -> UUID:
    """Draw the way back up, and return the top category of the branch."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        key, icon = f"all of {tree.name}", ":material/arrow_back:"
        if st.button("All categories", type="tertiary", icon=icon, key=key):
            _show_branch(None, tree)
        way = branch(context, category_id)
        *above, (_, name) = way
        for upper_id, upper_name in above:
            if st.button(escaped(upper_name), type="tertiary", key=f"branch {upper_id}"):
                _show_branch(upper_id, tree)
        st.markdown(f"**{escaped(name)}**", width="content")
        query = category_query(str(category_id), period)
        page_link("transactions", "Transactions", icon=":material/receipt_long:", **query)
    return way[0][0]


def _drill(
    context: TenantContext, clicked: str, period: Period, parent_id: UUID | None, tree: Tree
) -> None:
    """Go one step down the tree, or from its end to the transactions."""
    if clicked and UUID(clicked) != parent_id:
        below = tree.ask(context, period.since, period.until, UUID(clicked))
        if set(below["category_id"]) - {clicked}:
            _show_branch(UUID(clicked), tree)
    open_page("transactions", **category_query(clicked, period))


def _drilled(tree: Tree) -> UUID | None:
    asked = st.query_params.get(tree.key, "")
    return TransactionFilter.from_query({"category": asked}).category_id


def _show_branch(category_id: UUID | None, tree: Tree) -> None:
    if category_id is None:
        st.query_params.pop(tree.key, None)
    else:
        st.query_params[tree.key] = str(category_id)
    st.rerun()
