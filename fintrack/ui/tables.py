"""Tables: the figures of a chart in words and amounts, each row with a way to its transactions."""

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from fintrack.ui.inputs import money_column
from fintrack.ui.session import page_address
from fintrack.ui.text import escaped


def figures_table(
    label: str,
    names: Sequence[str],
    amounts: Mapping[str, Sequence[str]],
    queries: Sequence[Mapping[str, str] | None],
    *,
    pinned: bool = False,
) -> None:
    """Draw a row for each name with its amounts and, where there is a query, its transactions.

    Of a wide table names and links are `pinned`, so that they stay in sight.
    """
    links = [query and page_address("transactions", **query) for query in queries]
    columns = {
        label: st.column_config.TextColumn(label, width=110, pinned=pinned),
        **{name: money_column(name, width=84) for name in amounts},
        "Transactions": st.column_config.LinkColumn(
            "", display_text="Show", width=50, pinned=pinned
        ),
    }
    table = {label: list(names), **amounts, "Transactions": links}
    height: Literal["content", "auto"] = "content" if pinned else "auto"
    st.dataframe(table, hide_index=True, column_config=columns, height=height)
    if pinned:
        _on_paper({label: names, **amounts})


def _on_paper(table: Mapping[str, Sequence[str]]) -> None:
    """Draw what a printer has instead of a table that scrolls: all columns, and no links."""
    cells = {escaped(name): [escaped(text) for text in texts] for name, texts in table.items()}
    with st.container(key="paper table"):
        st.table(cells, hide_index=True)


def table_popover(
    label: str,
    names: Sequence[str],
    amounts: Mapping[str, Sequence[str]],
    queries: Sequence[Mapping[str, str] | None],
) -> None:
    """Offer the table beneath a chart."""
    with st.popover("As a table", icon=":material/table:"):
        figures_table(label, names, amounts, queries)
