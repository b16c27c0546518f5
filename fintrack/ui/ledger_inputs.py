"""Inputs of the ledger's nouns: an account, a category, an amount, a status."""

from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.context import TenantContext
from fintrack.errors import NotFound
from fintrack.ledger.filters import Status
from fintrack.money import format_money, parse_amount

STATUS_NAMES = {
    Status.PENDING: "Pending",
    Status.CLEARED: "Cleared",
    Status.RECONCILED: "Reconciled",
}
UNCATEGORISED = "Uncategorised"


def id_of(word: str) -> UUID:
    """Return the id that stands in an address.

    Raises:
        NotFound: it is none, as if nothing had this id.
    """
    try:
        return UUID(word)
    except ValueError as error:
        raise NotFound("There is nothing at this address.") from error


def named(table: pd.DataFrame, column: str) -> dict[UUID, str]:
    """Return the names of a table's rows by their ids, in its order."""
    ids = (UUID(each) for each in table["id"])
    return dict(zip(ids, table[column].astype(str), strict=True))


def category_names(categories: pd.DataFrame) -> dict[UUID, str]:
    """Return the full names of the categories in use by their ids, in tree order."""
    return named(categories[~categories["archived"]], "path")


def account_input(label: str, names: dict[UUID, str], chosen: UUID | None, *, key: str) -> UUID:
    """Draw the choice of an account and return it; the first one unless another is `chosen`."""
    ids = list(names)
    start = ids.index(chosen) if chosen in names else 0
    return st.selectbox(label, ids, start, format_func=names.__getitem__, key=key)


def category_input(names: dict[UUID, str], chosen: UUID | None, *, key: str) -> UUID | None:
    """Draw the choice of a category, none of them included, and return it."""
    ids = [None, *names]
    start = ids.index(chosen) if chosen in names else 0
    shown: dict[UUID | None, str] = {None: UNCATEGORISED}
    shown.update(names.items())
    return st.selectbox("Category", ids, start, format_func=shown.__getitem__, key=key)


def category_choice(names: dict[UUID, str], *, key: str) -> UUID | str | None:
    """Draw the choice of a category that is not made yet; `UNCATEGORISED` takes it away."""
    options: list[UUID | str] = [UNCATEGORISED, *names]
    shown: dict[UUID | str, str] = {UNCATEGORISED: UNCATEGORISED}
    shown.update(names.items())
    return st.selectbox(
        "Category",
        options,
        None,
        format_func=shown.__getitem__,
        placeholder="Choose a category",
        label_visibility="collapsed",
        key=key,
        width=170,
    )


def status_input(chosen: Status, *, key: str) -> Status:
    """Draw the choice of a status and return it."""
    states = list(Status)
    start = states.index(chosen)
    return st.selectbox("Status", states, start, format_func=STATUS_NAMES.__getitem__, key=key)


def amount_input(
    label: str, minor: int | None, currency: str, context: TenantContext, *, key: str
) -> str:
    """Draw the input of an amount, filled as the tenant writes it; returns what was typed."""
    start = "" if minor is None else format_money(minor, currency, context.locale)
    return st.text_input(f"{label} ({currency})", start, key=key, autocomplete="off")


def read_amount(text: str, currency: str, context: TenantContext) -> int:
    """Return what was typed in minor units.

    Raises:
        InvalidInput: it is not an amount of this currency.
    """
    return parse_amount(text, currency, context.locale)
