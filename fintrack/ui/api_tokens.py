"""API tokens in My account: made for a program, shown once, listed and revoked."""

from typing import Any
from uuid import UUID

import streamlit as st

from fintrack.access.api_tokens import (
    MOST_DAYS,
    USUAL_DAYS,
    Scope,
    api_tokens,
    create_api_token,
    revoke_api_token,
)
from fintrack.context import Permission, Role, TenantContext
from fintrack.ui.confirmation import when_confirmed
from fintrack.ui.failures import shown_refusals
from fintrack.ui.session import tenants
from fintrack.ui.text import escaped

MADE = "fintrack api token"
SCOPES = {Scope.EXPORT: "Export", Scope.WRITE: "Change the books"}


def api_tokens_card() -> None:
    """Draw the tokens for one of the tenants where the user may use any; an owner sees all."""
    mine = {each.slug: each for each in tenants() if each.may(Permission.USE_API)}
    if not mine:
        return
    with st.container(border=True):
        st.subheader("API tokens", anchor=False)
        st.caption("For programs. What they may ask is [described here](/api/v1/docs).")
        slug = st.selectbox("Books", list(mine), format_func=lambda each: mine[each].name)
        token: str | None = st.session_state.get(MADE)
        if token is not None:
            _shown_once(token)
        else:
            _list(mine[slug])
            _form(mine[slug])


def _shown_once(token: str) -> None:
    st.write("**Copy this token now.** It is not shown again, and kept here as a hash only.")
    st.code(token, language=None, wrap_lines=True)
    if st.button("I copied it", type="primary", width="stretch", key="token kept"):
        del st.session_state[MADE]
        st.rerun()


def _list(context: TenantContext) -> None:
    for row in api_tokens(context).to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container():
                st.write(f"**{escaped(row['name'])}**")
                st.caption(_about(context, row))
            if st.button("Revoke", key=f"revoke {row['id']}"):
                with shown_refusals():
                    revoke_api_token(context, UUID(row["id"]))
                    st.rerun()


def _about(context: TenantContext, row: dict[Any, Any]) -> str:
    may = [name for scope, name in SCOPES.items() if scope in row["scopes"].split()]
    used = row["seen_at"] > row["created_at"]
    parts = [
        escaped(row["member"]) if context.role is Role.OWNER else "",
        ", ".join(["Read", *may]),
        f"last used {row['seen_at']:%d %b %Y}" if used else "never used",
        f"ends {row['expires_at']:%d %b %Y}",
    ]
    return " · ".join(filter(None, parts))


def _form(context: TenantContext) -> None:
    with st.form("api token", border=False):
        name = st.text_input("Name of the program", key="token name", max_chars=80)
        scopes = st.pills(
            "Reads, and may also",
            list(SCOPES),
            selection_mode="multi",
            format_func=SCOPES.__getitem__,
            key="token scopes",
        )
        days = st.number_input("Days until it ends", 1, MOST_DAYS, USUAL_DAYS, key="token days")
        submitted = st.form_submit_button("Make a token", type="primary", width="stretch")
    if submitted:
        when_confirmed(lambda: _make(context, name, scopes, days))


def _make(context: TenantContext, name: str, scopes: list[Scope], days: int) -> None:
    st.session_state[MADE] = create_api_token(context, name, scopes, days)
    st.rerun()
