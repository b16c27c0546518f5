"""The list of transactions: rows to choose from, or cells to edit in place."""

from hashlib import sha256
from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.context import TenantContext
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.filters import Status
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import day_column, money, money_column
from fintrack.ui.ledger_inputs import STATUS_NAMES, UNCATEGORISED, read_amount
from fintrack.ui.undo import done, undoing

SPLIT, TRANSFER = "Split", "Transfer"
ROW_HEIGHT, FRAME_HEIGHT = 36, 38
# The first three fit on a phone.
ORDER = ("booked_on", "payee", "amount", "category", "account", "description", "status")


def chosen_rows(context: TenantContext, table: pd.DataFrame) -> list[UUID]:
    """Draw the rows and return the ids of those that are ticked."""
    payees, texts = payees_and_texts(table)
    shown = _shown(context, table).assign(payee=payees, description=texts)
    event = st.dataframe(
        shown,
        key=f"rows {_fingerprint(table)}",
        hide_index=True,
        column_order=_order(shown),
        column_config=_columns(context),
        on_select="rerun",
        selection_mode="multi-row",
        height=_height(table),
        row_height=ROW_HEIGHT,
    )
    return [UUID(table["id"].iloc[row]) for row in event["selection"]["rows"]]


def edit_rows(context: TenantContext, table: pd.DataFrame, categories: dict[UUID, str]) -> None:
    """Draw the rows as cells that save themselves, each against the version that is shown."""
    key = f"cells {_fingerprint(table)}"
    st.data_editor(
        _shown(context, table),
        key=key,
        hide_index=True,
        column_order=ORDER,
        column_config={**_columns(context), "category": _category_cells(categories)},
        disabled=("account", "status"),
        height=_height(table),
        row_height=ROW_HEIGHT,
    )
    edited: dict[int, dict[str, Any]] = st.session_state[key]["edited_rows"]
    for row, cells in edited.items():
        with shown_refusals():
            _save(context, table.iloc[row], cells, categories)


def _save(
    context: TenantContext,
    row: "pd.Series[Any]",
    cells: dict[str, Any],
    categories: dict[UUID, str],
) -> None:
    change: dict[str, Any] = {
        name: cells[name] or "" for name in ("payee", "description") if name in cells
    }
    if cells.get("booked_on"):
        change["booked_on"] = pd.Timestamp(cells["booked_on"]).date()
    if cells.get("amount"):
        change["amount"] = read_amount(cells["amount"], row["currency"], context)
    if "category" in cells:
        ids = {name: each for each, name in categories.items()}
        change["category_id"] = ids.get(cells["category"])
    if change:
        change_set = change_transaction(
            context, UUID(row["id"]), TransactionChange(**change), int(row["version"])
        )
        done("Saved.", undoing(change_set))


def payees_and_texts(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return payees and descriptions as lists show them: where nobody is named, the text moves up.

    Many banks name nobody, and a phone shows the payee only.
    """
    rows = zip(table["payee"], table["description"], strict=True)
    both = [(payee, text) if payee else (text, "") for payee, text in rows]
    return [payee for payee, _ in both], [text for _, text in both]


def category_texts(table: pd.DataFrame) -> list[str]:
    """Return what stands as the category of each row, also where it has none or several."""
    rows = zip(table["category"], table["is_split"], table["transfer_id"], strict=True)
    return [
        SPLIT if is_split else TRANSFER if transfer else category or UNCATEGORISED
        for category, is_split, transfer in rows
    ]


def _shown(context: TenantContext, table: pd.DataFrame) -> pd.DataFrame:
    pairs = zip(table["amount"], table["currency"], strict=True)
    return pd.DataFrame(
        {
            "booked_on": table["booked_on"],
            "payee": table["payee"],
            "category": category_texts(table),
            "amount": [money(context, amount, currency) for amount, currency in pairs],
            "account": table["account"],
            "description": table["description"],
            "status": [STATUS_NAMES[Status(each)] for each in table["status"]],
        }
    )


def _order(shown: pd.DataFrame) -> list[str]:
    """Return the columns that say something on this page; phones have no room to waste."""
    silent = {
        "description": (shown["description"] == "").all(),
        "status": (shown["status"] == STATUS_NAMES[Status.CLEARED]).all(),
    }
    return [name for name in ORDER if not silent.get(name, False)]


def _columns(context: TenantContext) -> dict[str, Any]:
    column = st.column_config
    return {
        "booked_on": day_column(context),
        "payee": column.TextColumn("Payee", width=138),
        "category": column.TextColumn("Category", width="medium"),
        "amount": money_column("Amount", width=92),
        "account": column.TextColumn("Account", width="medium"),
        "description": column.TextColumn("Description", width="medium"),
        "status": column.TextColumn("Status", width="small"),
    }


def _category_cells(categories: dict[UUID, str]) -> Any:  # noqa: ANN401 - the type is Streamlit's own
    options = [UNCATEGORISED, *categories.values(), SPLIT, TRANSFER]
    return st.column_config.SelectboxColumn("Category", options=options, width="medium")


def _fingerprint(table: pd.DataFrame) -> str:
    """Return a name that changes with the rows: Streamlit keeps ticks and edits by position."""
    words = "".join(table["id"] + table["version"].astype(str))
    return sha256(words.encode()).hexdigest()[:16]


def _height(table: pd.DataFrame) -> int:
    return FRAME_HEIGHT + ROW_HEIGHT * max(len(table), 1)
