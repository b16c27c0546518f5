"""Tables: the figures of a chart in words and amounts, each row with a way to its transactions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from fintrack.analytics.charts.drawing import LETTER, shortened
from fintrack.ui.inputs import money_column
from fintrack.ui.session import page_address
from fintrack.ui.text import escaped

Query = Mapping[str, str]
"""The filters of an address of transactions."""

ROWS_SHOWN, SCROLLED, HEIGHT = 190, 12, 400
# In pixels.
NARROWEST, PADDING, DIGIT, NAME_WIDTH = 84, 16, 8, 150


def figures_table(
    label: str,
    names: Sequence[str],
    amounts: Mapping[str, Sequence[str]],
    queries: Sequence[Query | None],
) -> tuple[int, str] | None:
    """Draw a wide table: a row for each name with its amounts and, with a query, its transactions.

    Names and links stay in sight while the rest scrolls sideways. The amount that was clicked is
    returned, by its row and the name of its column.
    """
    links = [query and page_address("transactions", **query) for query in queries]
    columns = {
        label: st.column_config.TextColumn(label, width=NAME_WIDTH, pinned=True),
        **{name: _amount_column(name, texts) for name, texts in amounts.items()},
        "Transactions": st.column_config.LinkColumn("", display_text="Show", width=50, pinned=True),
    }
    fitting = [shortened(name, (NAME_WIDTH - PADDING) // LETTER) for name in names]
    table = {label: fitting, **amounts, "Transactions": links}
    chosen = st.dataframe(
        table,
        hide_index=True,
        column_config=columns,
        height="content",
        on_select="rerun",
        selection_mode="single-cell",
        # Of the links that are missing.
        placeholder="",
    )
    # What a printer has instead: all columns, and no links.
    with st.container(key="paper table"):
        st.table(_cells(label, map(escaped, names), amounts), hide_index=True)
    cells = chosen["selection"]["cells"]
    return next(((row, name) for row, name in cells if name in amounts), None)


def table_below(
    label: str,
    names: Sequence[str],
    amounts: Mapping[str, Sequence[str]],
    queries: Sequence[Query | None],
    page: str = "transactions",
) -> None:
    """Offer the table beneath a chart; each name with a query leads to its transactions.

    With another `page` it leads to that one.
    """
    linked = [
        f"[{escaped(name)}]({page_address(page, **query)})" if query else escaped(name)
        for name, query in zip(names, queries, strict=True)
    ]
    with st.expander("As a table", icon=":material/table:"):
        cells = _cells(label, linked, amounts)
        height: Literal["content"] | int = HEIGHT if len(linked) > SCROLLED else "content"
        st.table(cells, hide_index=True, border="horizontal", height=height)


def table_of_chart(label: str, figure: go.Figure, query: Callable[[str], Query | None]) -> None:
    """Offer the points of a chart as a table beneath it; `query` is where a point's key leads.

    Of many points the last ones are shown, unless the chart has them in an order of its own.
    """
    traces = {trace.name: trace.customdata for trace in figure.data if trace.customdata}
    told = dict.fromkeys((key, name) for points in traces.values() for key, name, _ in points)
    of_days = bool(figure.layout.xaxis.type)
    shown = list(told)[: -ROWS_SHOWN - 1 : -1] if of_days else list(told)[:ROWS_SHOWN]
    found = {
        trace: {(key, name): amount for key, name, amount in points}
        for trace, points in traces.items()
    }
    amounts = {trace: [each.get(row, "") for row in shown] for trace, each in found.items()}
    queries = [None if key is None else query(key) for key, _ in shown]
    table_below(label, [name for _, name in shown], amounts, queries)


def _amount_column(name: str, texts: Sequence[str]) -> Any:  # noqa: ANN401 - as in inputs.py
    """Return a column in which the longest amount is not cut, and its name as far as it fits."""
    width = max(NARROWEST, PADDING + DIGIT * max(map(len, texts), default=0))
    return money_column(shortened(name, (width - PADDING) // LETTER), width)


def _cells(label: str, names: Iterable[str], amounts: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    figures = {escaped(name): [escaped(text) for text in texts] for name, texts in amounts.items()}
    return pd.DataFrame({label: list(names), **figures})
