"""What was imported before: what became of the rows, and how to take them back."""

from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.context import Permission, TenantContext
from fintrack.statements.history import import_rows, imports
from fintrack.statements.summaries import RowState
from fintrack.statements.undoing import UndoReport, undo_import
from fintrack.texts import counted
from fintrack.ui.bank_balance import bank_balance
from fintrack.ui.failures import shown_refusals
from fintrack.ui.import_files import take_back
from fintrack.ui.inputs import day_column, day_text, money, money_column
from fintrack.ui.paging import paging
from fintrack.ui.session import page_link
from fintrack.ui.text import escaped
from fintrack.ui.undo import done

PAGE_SIZE = 20
CURSORS = "import cursors"


def import_history(context: TenantContext) -> None:
    """List the imports page by page, with their rows and balances, each with a way back."""
    cursors = st.session_state.setdefault(CURSORS, [None])
    after = cursors[-1] and UUID(cursors[-1])
    table = imports(context, PAGE_SIZE + 1, after=after)
    if table.empty and after is None:
        st.caption(
            "Nothing was imported yet. Most banks offer a CSV, OFX or CAMT file of an account."
        )
        return
    st.subheader("Imported before", anchor=False)
    found = [(str(name), rows) for name, rows in table.groupby("import_id", sort=False)]
    for import_id, batches in found[:PAGE_SIZE]:
        _imported(context, UUID(import_id), batches.to_dict("records"))
    paging(cursors, found[PAGE_SIZE - 1][0] if len(found) > PAGE_SIZE else None, "imports")


def row_counts(new: int, duplicate: int, rejected: int, skipped: int = 0) -> str:
    """Return in words what became of rows: `3 new, 1 already there`."""
    parts = {"already there": duplicate, "rejected": rejected, "left out": skipped}
    others = [f"{count:,} {what}" for what, count in parts.items() if count]
    return ", ".join([f"{new:,} new", *others])


def _imported(context: TenantContext, import_id: UUID, batches: list[dict[Any, Any]]) -> None:
    first = batches[0]
    with st.container(border=True):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            day = day_text(context, first["imported_at"])
            st.markdown(f"**{escaped(first['file_name'])}**  \n:small[:gray[{escaped(day)}]]")
            _undo(context, import_id, is_undone=bool(first["undone"]))
        _undo_edited(context, import_id)
        for batch in batches:
            _batch(context, batch)
        if any(batch["rejected"] and batch["account_id"] for batch in batches):
            _rejected(context, import_id)


def _batch(context: TenantContext, batch: dict[Any, Any]) -> None:
    counts = row_counts(batch["new"], batch["duplicate"], batch["rejected"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{escaped(batch['account'])}: {counts}", width="content")
        if not batch["undone"] and pd.notna(batch["difference"]):
            bank_balance(context, batch["file_balance_on"], batch["difference"], batch["currency"])
        if account_id := batch["account_id"]:
            page_link("transactions", "Show", icon=":material/receipt_long:", account=account_id)


def _rejected(context: TenantContext, import_id: UUID) -> None:
    with st.expander("Rejected rows", icon=":material/error:"):
        rows = import_rows(context, import_id, RowState.REJECTED)
        st.dataframe(rows[["line", "reason", "raw"]], hide_index=True, lazy=True)


def _undo(context: TenantContext, import_id: UUID, *, is_undone: bool) -> None:
    if is_undone:
        st.badge("Undone", color="gray")
        return
    if not context.may(Permission.IMPORT):
        return
    asked = _asked(import_id)
    if asked in st.session_state:
        return
    if st.button("Undo", icon=":material/undo:", key=f"undo {import_id}"):
        with shown_refusals():
            report = undo_import(context, import_id)
            if report.is_done:
                _undone(context, import_id, report)
            st.session_state[asked] = report.touched
            st.rerun()


def _asked(import_id: UUID) -> str:
    return f"undo edited {import_id}"


def _undone(context: TenantContext, import_id: UUID, report: UndoReport) -> None:
    take_back(context, import_id)
    done(f"Undone: {counted(report.removed, 'transaction', 'transactions')} removed.")


def _undo_edited(context: TenantContext, import_id: UUID) -> None:
    """Ask once, with the rows that members edited, split, tagged or linked since."""
    asked = _asked(import_id)
    touched = st.session_state.get(asked)
    if touched is None:
        return
    is_one = len(touched) == 1
    rows = "One of its rows was" if is_one else f"{len(touched):,} of its rows were"
    st.markdown(f"{rows} changed since:")
    _touched(context, touched)
    st.caption("Receipts and other files of these rows go for good.")
    with st.container(horizontal=True):
        label = f"Remove {'it' if is_one else 'them'} as well"
        if st.button(label, icon=":material/delete:", key=f"all {import_id}"):
            with shown_refusals():
                report = undo_import(context, import_id, also_edited=True)
                del st.session_state[asked]
                _undone(context, import_id, report)
        if st.button("Keep the import", key=f"keep {import_id}"):
            del st.session_state[asked]
            st.rerun()


def _touched(context: TenantContext, rows: pd.DataFrame) -> None:
    amounts = zip(rows["amount"], rows["currency"], strict=True)
    st.dataframe(
        rows.assign(amount=[money(context, *each) for each in amounts]),
        hide_index=True,
        lazy=True,
        column_order=["booked_on", "payee", "amount", "account", "change"],
        column_config={
            "booked_on": day_column(context),
            "payee": "Payee",
            "amount": money_column("Amount"),
            "account": "Account",
            "change": "Change",
        },
    )
