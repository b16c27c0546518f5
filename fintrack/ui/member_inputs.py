"""What dialogs about people ask: a role, flags, an heir; and times as people say them."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

import streamlit as st
from babel.dates import format_timedelta

from fintrack.access.memberships import heirs
from fintrack.context import USUAL_FLAGS, Flag, Role, TenantContext, flags_of
from fintrack.ui.text import FLAG_NAMES, ROLE_MEANINGS, ROLE_NAMES, escaped

JUST_NOW = timedelta(minutes=1)


def role_input(context: TenantContext, chosen: Role, *, key: str) -> Role:
    """Draw the choice of a role below one's own and return it."""
    roles = [role for role in Role if role.rank < context.role.rank]
    return (
        st.radio(
            "Role",
            roles,
            roles.index(chosen) if chosen in roles else len(roles) - 1,
            format_func=ROLE_NAMES.__getitem__,
            captions=[ROLE_MEANINGS[role] for role in roles],
            key=f"{key} role",
        )
        or chosen
    )


def flags_input(
    context: TenantContext, role: Role, chosen: Collection[Flag] | None = None, *, key: str
) -> frozenset[Flag]:
    """Draw the choice of what somebody may do beside the role, and return it."""
    usual = USUAL_FLAGS[role] if chosen is None else frozenset(chosen)
    if USUAL_FLAGS[role] == flags_of(role):
        st.caption(
            f"{ROLE_NAMES[role]}s may also export, import, invite people and use API tokens."
        )
        return USUAL_FLAGS[role]
    offered = [flag for flag in Flag if flag in flags_of(role) & context.flags]
    picked = st.pills(
        "May also",
        offered,
        selection_mode="multi",
        default=[flag for flag in offered if flag in usual],
        format_func=FLAG_NAMES.__getitem__,
        key=f"{key} flags {role}",
    )
    return frozenset(picked)


def flag_badges(role: Role, flags: Collection[Flag]) -> None:
    """Draw what somebody may do beside the role; whoever may do everything needs no saying."""
    if USUAL_FLAGS[role] != flags_of(role):
        for flag in Flag:
            if flag in flags:
                st.badge(FLAG_NAMES[flag], color="green", icon=":material/add:")


def heir_input(context: TenantContext, leaver_id: UUID, *, key: str) -> UUID | None:
    """Draw the choice of who takes accounts over, oneself first, and return it."""
    names = heirs(context, leaver_id)
    options = sorted(names, key=lambda each: each != context.user_id)
    return st.selectbox(
        "Who takes over",
        options,
        format_func=lambda each: escaped(names[each]) + (" (you)" * (each == context.user_id)),
        key=f"{key} heir",
    )


def ago_text(moment: datetime) -> str:
    """Return how long ago something was: 2 hours ago."""
    ago = moment - datetime.now(UTC)
    if ago > -JUST_NOW:
        return "just now"
    return format_timedelta(ago, add_direction=True, threshold=1.1, locale="en")
