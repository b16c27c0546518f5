"""The register of one account: its transactions with the balance after each."""

import pandas as pd
import streamlit as st

from fintrack.context import TenantContext
from fintrack.ui.inputs import money, money_column


def register_table(context: TenantContext, table: pd.DataFrame) -> None:
    """Draw the rows of `REGISTER`, newest first, amounts and balances to the right."""
    rows = zip(table["amount"], table["balance"], table["currency"], strict=True)
    figures = [
        (money(context, amount, currency), money(context, balance, currency))
        for amount, balance, currency in rows
    ]
    shown = pd.DataFrame(
        {
            "Date": table["booked_on"],
            "Payee": table["payee"],
            "Amount": [amount for amount, _ in figures],
            "Balance": [balance for _, balance in figures],
            "Category": table["category"],
            "Description": table["description"],
        }
    )
    st.dataframe(
        shown,
        key="register",
        hide_index=True,
        column_config={
            "Date": st.column_config.DateColumn("Date", format="D MMM YYYY", width=110),
            "Amount": money_column("Amount"),
            "Balance": money_column("Balance"),
        },
    )
