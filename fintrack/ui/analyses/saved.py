"""The pivots that a member saved: one is chosen, and the one that is shown is kept or forgotten."""

from typing import Any
from uuid import UUID

import streamlit as st

from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.pivots import Measure
from fintrack.analytics.saved_pivots import (
    LONGEST_NAME,
    PivotChange,
    View,
    change_pivot,
    remove_pivot,
    save_pivot,
    saved_pivots,
)
from fintrack.context import Permission, TenantContext
from fintrack.ui.failures import shown_refusals
from fintrack.ui.popovers import close_popover, popover
from fintrack.ui.text import escaped
from fintrack.ui.undo import done

# The keys of the inputs that say what is shown, which the address holds.
ROWS, COLUMNS, FIGURES = "rows", "columns", "figures"
CHOICE_WIDTH = 260


def saved_row(context: TenantContext, shown: View) -> None:
    """Draw the member's pivots, and what can be done with the one that is shown."""
    mine = {_view(row): row for row in reversed(saved_pivots(context).to_dict("records"))}
    with st.container(horizontal=True, vertical_alignment="center"):
        if mine:
            _choice(mine, shown)
        if not context.may(Permission.SAVE_PIVOTS):
            return
        if shown in mine:
            _kept(context, mine[shown])
        else:
            _unkept(context, shown)


def _choice(mine: dict[View, dict[Any, Any]], shown: View) -> None:
    views = sorted(mine, key=lambda view: str(mine[view]["name"]).lower())
    # The shown one is part of the key: it decides, not what was chosen before.
    key = f"saved {mine[shown]['id'] if shown in mine else shown}"
    st.selectbox(
        "Saved pivots",
        views,
        views.index(shown) if shown in mine else None,
        format_func=lambda view: mine[view]["name"],
        placeholder="Saved pivots",
        label_visibility="collapsed",
        key=key,
        on_change=_show,
        args=(key,),
        width=CHOICE_WIDTH,
    )


def _show(key: str) -> None:
    view: View | None = st.session_state[key]
    if view is not None:
        st.session_state[ROWS], st.session_state[COLUMNS] = view.rows, view.columns
        st.session_state[FIGURES] = view.measure


def _unkept(context: TenantContext, shown: View) -> None:
    name = _named("Save", ":material/bookmark_add:", "")
    if name is not None:
        with shown_refusals():
            save_pivot(context, name, shown)
            done(f"Saved {escaped(name)}, for you alone.")


def _kept(context: TenantContext, row: dict[Any, Any]) -> None:
    name = _named("Rename", ":material/edit:", row["name"])
    if name is not None:
        with shown_refusals():
            change_pivot(context, UUID(row["id"]), PivotChange(name))
            done(f"Renamed it to {escaped(name)}.")
    if st.button("Remove", icon=":material/bookmark_remove:", key="remove pivot"):
        with shown_refusals():
            remove_pivot(context, UUID(row["id"]))
            again = (row["name"], _view(row))
            done(f"Removed {escaped(row['name'])}.", lambda context: save_pivot(context, *again))


def _named(label: str, icon: str, before: str) -> str | None:
    """Draw a button that asks for a name, and return what was given."""
    key = f"{label} pivot"
    with popover(label, name=key, icon=icon), st.form(f"{key} form", border=False):
        name = st.text_input("Name", before, max_chars=LONGEST_NAME, autocomplete="off")
        return (
            name
            if st.form_submit_button(label, type="primary", on_click=close_popover, args=(key,))
            else None
        )


def _view(row: dict[Any, Any]) -> View:
    return View(Dimension(row["rows"]), Dimension(row["columns"]), Measure(row["measure"]))
