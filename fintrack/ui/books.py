"""Whole books on a screen: taking them along, for FinTrack again or for other programs."""

import pandas as pd
import streamlit as st

from fintrack.context import Permission, TenantContext
from fintrack.ledger.account_files.export import AccountFormat
from fintrack.ledger.accounts import account_names
from fintrack.ledger.exports import CONFIRM_EVERYTHING
from fintrack.ledger.journals.export import JournalFormat
from fintrack.operations.archive.manifest import own_fingerprint
from fintrack.operations.archive.table_files import TableFormat
from fintrack.operations.archive.tables import BY_NAME
from fintrack.ui.confirmation import confirmed_download
from fintrack.ui.popovers import popover
from fintrack.ui.session import download_link

TAKE = (
    "Accounts, transactions with their receipts, categories, payees, tags and imports, as you see "
    "them, in one file. "
    "It makes the same books again in any FinTrack."
)
OTHERS = "other programs"
JOURNALS = {JournalFormat.BEANCOUNT: "Beancount", JournalFormat.HLEDGER: "hledger"}
TABLES = {TableFormat.XLSX: "Excel", TableFormat.PARQUET: "Parquet"}
ACCOUNTS = {AccountFormat.OFX: "OFX", AccountFormat.QIF: "QIF"}


def take_along_card(context: TenantContext) -> None:
    """Draw, for whoever may export, the downloads of the whole book and of parts of it."""
    if not context.may(Permission.EXPORT):
        return
    with st.container(border=True, width=720):
        st.subheader("Take your books with you", anchor=False)
        st.caption(TAKE)
        with st.container(horizontal=True, vertical_alignment="center"):
            _everything(context, "Download", {"kind": "book"}, "whole book")
            with popover("For other programs", name=OTHERS, icon=":material/swap_horiz:"):
                _journals(context)
                _tables(context)
                _accounts(context)
        st.caption(f"Files from here bear the seal `{own_fingerprint()}`.")


def _journals(context: TenantContext) -> None:
    st.caption("A journal of everything, which the other program checks to the cent.")
    with st.container(horizontal=True):
        for form, label in JOURNALS.items():
            _everything(context, label, {"kind": "journal", "form": form}, f"journal {form}")


def _tables(context: TenantContext) -> None:
    names = ["transactions", *(name for name in BY_NAME if name != "transactions")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        table = st.selectbox("Table", names, format_func=_title, key="table to export")
        for form, label in TABLES.items():
            payload = {"kind": "table", "form": form, "table": table}
            _everything(context, label, payload, f"table {form}")


def _accounts(context: TenantContext) -> None:
    found = account_names(context)
    if found.empty:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = _names(found)
        account = st.selectbox(
            "Account", list(names), format_func=names.__getitem__, key="account to export"
        )
        for form, label in ACCOUNTS.items():
            payload = {"kind": "account", "form": form, "account": account}
            download_link(label, payload, key=f"account {form}")


def _everything(context: TenantContext, label: str, payload: dict[str, str], key: str) -> None:
    whole = {"tenant": context.slug, **payload}
    within = "" if payload["kind"] == "book" else OTHERS
    confirmed_download(context.session, label, whole, CONFIRM_EVERYTHING, key=key, within=within)


def _names(found: pd.DataFrame) -> dict[str, str]:
    return dict(zip(found["id"], found["name"], strict=True))


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
