"""Whole books on a screen: taking them along in one file."""

import streamlit as st

from fintrack.context import Permission, TenantContext
from fintrack.ledger.exports import CONFIRM_EVERYTHING
from fintrack.operations.archive.manifest import own_fingerprint
from fintrack.ui.confirmation import confirmed_download

TAKE = (
    "Accounts, transactions, categories, payees, tags and imports, as you see them, in one file. "
    "It makes the same books again in any FinTrack."
)


def take_along_card(context: TenantContext) -> None:
    """Draw, for whoever may export, the download of the whole book."""
    if not context.may(Permission.EXPORT):
        return
    with st.container(border=True, width=720):
        st.subheader("Take your books with you", anchor=False)
        st.caption(TAKE)
        payload = {"tenant": context.slug, "kind": "book"}
        confirmed_download(
            context.session, "Download", payload, CONFIRM_EVERYTHING, key="whole book"
        )
        st.caption(f"Files from here bear the seal `{own_fingerprint()}`.")
