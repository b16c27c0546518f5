"""The transaction that the address names: it stands open there, wherever the address is sent."""

from typing import NoReturn
from uuid import UUID

import streamlit as st

from fintrack.ui.undo import WayBack, done

NAMED = "transaction"


def named_transaction() -> str | None:
    """Return the id of the transaction that the address names, as it stands there."""
    return st.query_params.get(NAMED)


def name_transaction(transaction_id: UUID) -> NoReturn:
    """Let the address name the transaction, so that it opens here and wherever it is sent."""
    st.query_params[NAMED] = str(transaction_id)
    st.rerun()


def close_transaction() -> None:
    """Take the transaction out of the address."""
    st.query_params.pop(NAMED, None)


def closed(sentence: str, way_back: WayBack | None = None) -> None:
    """Close the transaction and say what was done, with its undo when it has one."""
    close_transaction()
    done(sentence, way_back)
