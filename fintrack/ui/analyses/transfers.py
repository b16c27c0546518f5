"""Transfers in net worth: what neither income nor expenses explain of its change."""

from typing import Any

import streamlit as st

from fintrack.analytics.net_worth_change import net_worth_change
from fintrack.analytics.periods import Period
from fintrack.context import TenantContext
from fintrack.ui.analyses.asked import chart_query
from fintrack.ui.inputs import money
from fintrack.ui.session import download_link
from fintrack.ui.text import escaped

UNSEEN = "in an account that you do not see, "
SIDES = "Their other side lies {unseen}in another currency or outside of the period."


def transfers_note(context: TenantContext, currency: str, period: Period) -> None:
    """Add up the period's net worth in a line, and offer it as a file, where transfers changed it.

    Where both sides of every transfer are in sight, the cash flow says all of it.
    """
    frame = net_worth_change(context, period.since, period.until)
    unexplained = frame[(frame["currency"] == currency) & (frame["transfers"] != 0)]
    for change in unexplained.to_dict("records"):
        sides = SIDES.format(unseen=UNSEEN if context.is_shared else "")
        st.caption(escaped(f"{_added_up(context, change)} {sides}"))
        file = chart_query("net-worth-change", period)
        download_link("CSV of the change", {"kind": "chart", **file}, key="csv net-worth-change")


def _added_up(context: TenantContext, change: dict[Any, Any]) -> str:
    """Return the change as a sum in words: what there was, what moved, what there is."""
    moved = {
        "in accounts that were opened": change["opened"],
        "in": change["inflow"],
        "out": -change["outflow"],
        "by transfers": change["transfers"],
    }
    names = ("opening", "closing")
    began, ended = (money(context, change[name], change["currency"]) for name in names)
    steps = [
        f"{money(context, amount, change['currency'], sign=True)} {name}"
        for name, amount in moved.items()
        if amount
    ]
    return f"{began} at the start, {', '.join(steps)}: {ended} at the end."
