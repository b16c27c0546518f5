"""Pivot: a period in rows and columns that the member chooses, kept in the address."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

import streamlit as st

from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.headlines import currencies
from fintrack.analytics.periods import Period
from fintrack.analytics.pivots import TOTAL, Grid, Measure, grid, pivot
from fintrack.analytics.saved_pivots import View
from fintrack.context import TenantContext
from fintrack.ui.analyses.asked import asked_period, chart_query, empty_card, next_step
from fintrack.ui.analyses.parts import part_query
from fintrack.ui.analyses.saved import COLUMNS, FIGURES, ROWS, saved_row
from fintrack.ui.inputs import card, currency_choice, money, period_query
from fintrack.ui.session import open_page
from fintrack.ui.tables import figures_table
from fintrack.ui.undo import undo_bar

NAMES = {
    Dimension.CATEGORY: "Category",
    Dimension.MONTH: "Month",
    Dimension.PAYEE: "Payee",
    Dimension.TAG: "Tag",
    Dimension.ACCOUNT: "Account",
    Dimension.MEMBER: "Member",
}
MEASURES = {
    Measure.SPENDING: "Expenses",
    Measure.INCOME: "Income",
    Measure.NET: "Income less expenses",
    Measure.ENTRIES: "How many",
}
ROWS_SHOWN, COLUMNS_SHOWN = 50, 24
Choice = TypeVar("Choice", bound=StrEnum)


def pivot_view(context: TenantContext) -> None:
    """Show a table of the chosen rows, columns and measure; a cell leads to its transactions."""
    period = asked_period(context)
    undo_bar(context)
    saved = st.container()
    chosen = st.columns(3)
    with chosen[0]:
        rows = _choice("Rows", ROWS, NAMES, Dimension.CATEGORY)
    with chosen[1]:
        columns = _choice("Columns", COLUMNS, NAMES, Dimension.MONTH)
    with chosen[2]:
        measure = _choice("Figures", FIGURES, MEASURES, Measure.SPENDING)
    with saved:
        saved_row(context, View(rows, columns, measure))
    frame = pivot(context, period.since, period.until, rows, columns)
    currency = currency_choice(currencies(context.currency, frame))
    title = f"{MEASURES[measure]} by {NAMES[rows].lower()} and {NAMES[columns].lower()}"
    shown = grid(frame, currency, measure)
    if not shown.rows:
        empty_card(title, "There is nothing of it in this period.")
        next_step(context)
        return
    with card(title, csv=chart_query("pivot", period, by=rows, columns=columns)):
        _grid(context, currency, period, (rows, columns), shown, measure)


def _choice(label: str, key: str, names: Mapping[Choice, str], usual: Choice) -> Choice:
    return st.selectbox(
        label,
        list(names),
        index=list(names).index(usual),
        format_func=names.__getitem__,
        key=key,
        bind="query-params",
    )


def _grid(
    context: TenantContext,
    currency: str,
    period: Period,
    by: tuple[Dimension, Dimension],
    shown: Grid,
    measure: Measure,
) -> None:
    def written(figure: int) -> str:
        if not figure:
            return ""
        return str(figure) if measure is Measure.ENTRIES else money(context, figure, currency)

    rows = [*shown.rows[:ROWS_SHOWN], (None, TOTAL)]
    # First, where it is seen before anybody scrolls.
    columns = [(None, TOTAL), *shown.columns[-COLUMNS_SHOWN:]]
    cells = [
        [total, *row[-COLUMNS_SHOWN:]]
        for row, total in zip(shown.cells, shown.row_totals, strict=True)
    ][:ROWS_SHOWN]
    cells.append([sum(shown.row_totals), *shown.column_totals[-COLUMNS_SHOWN:]])
    heads = _apart([name for _, name in columns], NAMES[by[0]])
    figures = {head: [written(row[number]) for row in cells] for number, head in enumerate(heads)}
    queries = [cell_query(by, (row_id, None), period) for row_id, _ in rows]
    clicked = figures_table(NAMES[by[0]], [name for _, name in rows], figures, queries)
    if len(shown.rows) > ROWS_SHOWN or len(shown.columns) > COLUMNS_SHOWN:
        st.caption(
            f"The largest {ROWS_SHOWN} rows and the last {COLUMNS_SHOWN} columns; the file has all,"
            " and so have the totals."
        )
    if Dimension.TAG in by:
        st.caption("What has several tags counts for each of them, in the totals too.")
    if clicked is not None:
        row, head = clicked
        _open(cell_query(by, (rows[row][0], columns[heads.index(head)][0]), period))


def cell_query(
    by: tuple[Dimension, Dimension], ids: tuple[str | None, str | None], period: Period
) -> dict[str, str] | None:
    """Return the address's filters for a cell, None where none fit; totals have no id."""
    filters = period_query(period)
    # A month tells the days better than the period.
    parts = sorted(zip(by, ids, strict=True), key=lambda part: part[0] is Dimension.MONTH)
    for dimension, part_id in parts:
        found = {} if part_id is None else part_query(dimension, part_id, period)
        if found is None:
            return None
        filters |= found
    return filters


def _open(query: dict[str, str] | None) -> None:
    if query is None:
        st.toast("What has no payee or no tag, and a member, cannot be listed alone.")
    else:
        open_page("transactions", **query)


def _apart(names: Sequence[str], label: str) -> list[str]:
    """Return the names as heads of a table's columns, of which no two may be the same."""
    heads = [label, "Transactions"]
    for name in names:
        number, head = 1, name
        while head in heads:
            number += 1
            head = f"{name} ({number})"
        heads.append(head)
    return heads[2:]
