"""Bringing a whole book on a screen: one file, a new tenant, and what came of each account."""

import io
from typing import Any

import pandas as pd
import streamlit as st

from fintrack.context import Permission, TenantContext
from fintrack.operations.books import import_book
from fintrack.statements.books.book import Hints
from fintrack.statements.books.read import PROGRAMS
from fintrack.statements.books.report import BookReport
from fintrack.statements.delimited.dates import ORDER_WORDS
from fintrack.statements.mapping import DateOrder
from fintrack.ui.choices import currencies
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import money, money_column
from fintrack.ui.session import switch_tenant
from fintrack.ui.text import escaped

PANEL, REPORT = "whole book panel", "fintrack book report"
ORDERS = (DateOrder.DMY, DateOrder.MDY, DateOrder.YMD)


def whole_book_panel(context: TenantContext) -> None:
    """Offer, behind a fold and to whoever may import, to make a new tenant of a book."""
    if not context.may(Permission.IMPORT):
        return
    panel = st.expander(
        "Bring a whole book", icon=":material/library_books:", key=PANEL, on_change="rerun"
    )
    # Drawn when it is open, so that files for this tenant have the only place to be dropped on.
    if not panel.open:
        return
    report: BookReport | None = st.session_state.get(REPORT)
    with panel:
        st.caption(f"Years from {PROGRAMS} become a tenant of their own; this one stays as it is.")
        if report is None:
            _upload(context)
        else:
            _report(report)


def _upload(context: TenantContext) -> None:
    file = st.file_uploader("One file or zip with everything in it", key="book upload")
    if file is None:
        return
    name = st.text_input("Name of the new tenant", placeholder="As in the file", max_chars=80)
    left, right = st.columns(2)
    with left:
        currency = st.selectbox(
            "Currency, if the file names none",
            list(currencies()),
            list(currencies()).index(context.currency),
            format_func=currencies().__getitem__,
        )
    with right:
        order = st.selectbox(
            "Days, if they can be read in two ways",
            ORDERS,
            index=None,
            placeholder="Ask me",
            format_func=ORDER_WORDS.__getitem__,
        )
    if st.button("Bring it in", type="primary", icon=":material/check:", key="bring book"):
        with shown_refusals():
            _bring(context, file.name, file.getvalue(), name, Hints(currency, order))


def _bring(context: TenantContext, file_name: str, content: bytes, name: str, hints: Hints) -> None:
    bar = st.progress(0.0, "Bringing the book")

    def show(count: int, total: int) -> None:
        bar.progress(min(count / max(total, 1), 1.0), "Bringing the book")

    st.session_state[REPORT] = import_book(
        context.session, io.BytesIO(content), file_name, name=name, hints=hints, progress=show
    )
    st.rerun()


def _report(report: BookReport) -> None:
    counts = {
        "account": len(report.accounts),
        "transaction": sum(each.count_after for each in report.accounts),
    }
    said = " and ".join(f"{each:,} {what}{'s' * (each != 1)}" for what, each in counts.items())
    name = escaped(report.context.name)
    came = f"{said} from {escaped(report.format)}"
    st.success(f"{name} is ready: {came}, each as it was.", icon=":material/check:")
    st.dataframe(_table(report), hide_index=True, column_config=_columns())
    if report.content_hash:
        st.caption(f"Content hash, of the file and the tenant alike: `{report.content_hash}`")
    for note in report.notes:
        st.caption(f":material/info: {escaped(note)}")
    with st.container(horizontal=True):
        if st.button("Open it", type="primary", icon=":material/arrow_forward:", key="open book"):
            del st.session_state[REPORT]
            switch_tenant(report.context.slug)
        if st.button("Bring another", key="another book"):
            del st.session_state[REPORT]
            st.rerun()


def _table(report: BookReport) -> pd.DataFrame:
    context = report.context
    return pd.DataFrame(
        {
            "name": [each.name for each in report.accounts],
            "before": [money(context, e.balance_before, e.currency) for e in report.accounts],
            "after": [money(context, e.balance_after, e.currency) for e in report.accounts],
            "count before": [each.count_before for each in report.accounts],
            "count after": [each.count_after for each in report.accounts],
        }
    )


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "name": column.TextColumn("Account"),
        "before": money_column("In the file"),
        "after": money_column("Here"),
        "count before": column.NumberColumn("Transactions in the file", format="localized"),
        "count after": column.NumberColumn("Transactions here", format="localized"),
    }
