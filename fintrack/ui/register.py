"""The register of one account: its transactions with the balance after each."""

import pandas as pd
import streamlit as st

from fintrack.context import TenantContext
from fintrack.ui.inputs import day_column, money, money_column
from fintrack.ui.transaction_list import category_texts, payees_and_texts


def register_table(context: TenantContext, table: pd.DataFrame) -> None:
    """Draw the rows of `REGISTER`, newest first, amounts and balances to the right."""
    rows = zip(table["amount"], table["balance"], table["currency"], strict=True)
    figures = [
        (money(context, amount, currency), money(context, balance, currency))
        for amount, balance, currency in rows
    ]
    payees, texts = payees_and_texts(table)
    shown = pd.DataFrame(
        {
            "Date": table["booked_on"],
            "Payee": payees,
            "Amount": [amount for amount, _ in figures],
            "Balance": [balance for _, balance in figures],
            "Category": category_texts(table),
            "Description": texts,
        }
    )
    st.dataframe(
        shown,
        key="register",
        hide_index=True,
        column_order=[name for name in shown.columns if name != "Description" or any(texts)],
        column_config={
            "Date": day_column(context),
            # The first four fit on a phone; wider screens stretch them.
            "Payee": st.column_config.TextColumn("Payee", width=86),
            "Amount": money_column("Amount", width=88),
            "Balance": money_column("Balance", width=96),
            "Category": st.column_config.TextColumn("Category", width="medium"),
            "Description": st.column_config.TextColumn("Description", width="medium"),
        },
    )
