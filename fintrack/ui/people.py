"""The people of a tenant: a row each, with what one may do about them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.access.memberships import (
    change_flags,
    change_role,
    may_manage,
    members,
    resume_member,
    suspend_member,
)
from fintrack.context import Flag, Permission, Role, TenantContext
from fintrack.ui.departures import leave_dialog, remove_dialog
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import moment_text
from fintrack.ui.member_inputs import ago_text, flag_badges, flags_input, role_input
from fintrack.ui.ownership import offer_cards, offer_dialog
from fintrack.ui.session import Look, look_as
from fintrack.ui.text import ROLE_NAMES, escaped
from fintrack.ui.undo import done

ON_A_PAGE = 25


class Action(StrEnum):
    """What may be done about a member; the words of the menu."""

    SEE_AS = "See as this person"
    ROLE = "Role and flags"
    SUSPEND = "Suspend"
    RESUME = "Resume"
    OWNERSHIP = "Offer the ownership"
    REMOVE = "Remove"
    LEAVE = "Leave"


@dataclass(frozen=True, slots=True)
class Person:
    """A member as a row shows him; `seen_at` of None was never here."""

    id: UUID
    name: str
    email: str
    role: Role
    flags: frozenset[Flag]
    is_active: bool
    joined_at: datetime
    seen_at: datetime | None


def people_section(context: TenantContext) -> None:
    """Draw the offers of ownership, then the people, the longest member first."""
    table = members(context)
    offer_cards(context, dict(zip(table["user_id"], table["name"], strict=True)))
    found = _found(table)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    number = st.pagination(pages, key="people page") if pages > 1 else 1
    for record in found.iloc[(number - 1) * ON_A_PAGE : number * ON_A_PAGE].to_dict("records"):
        _row(context, _person(record))


def _found(table: pd.DataFrame) -> pd.DataFrame:
    """Return the people whose name or address holds the words that are searched."""
    count = len(table)
    if count <= ON_A_PAGE:
        st.caption("You are here alone." if count == 1 else f"{count} people")
        return table
    words = st.text_input(
        "Search", type="search", placeholder=f"Search {count} people", live=True,
        label_visibility="collapsed", key="search people",
    )  # fmt: skip
    texts = (table["name"] + " " + table["email"]).str.casefold()
    return table[texts.str.contains((words or "").strip().casefold(), regex=False)]


def _row(context: TenantContext, person: Person) -> None:
    is_me = person.id == context.user_id
    with st.container(border=True, horizontal=True, vertical_alignment="center", wrap=False):
        with st.container(gap="xxsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                name = f"**{escaped(person.name)}**" + (" :gray[(you)]" if is_me else "")
                st.markdown(name, width="content")
                _badges(person)
            st.caption(escaped(f"{person.email} · {_times(context, person)}"))
        actions = _actions(context, person)
        if actions:
            chosen = st.menu_button(
                "",
                actions,
                icon=":material/more_vert:",
                help=f"What to do about {escaped(person.name)}",
                key=f"about {person.id}",
            )
            if chosen:
                _act(context, person, Action(chosen))


def _badges(person: Person) -> None:
    st.badge(ROLE_NAMES[person.role], color="blue" if person.role is Role.OWNER else "gray")
    if not person.is_active:
        st.badge("Suspended", color="orange", icon=":material/pause:")
    flag_badges(person.role, person.flags)


def _times(context: TenantContext, person: Person) -> str:
    joined = moment_text(context, person.joined_at)
    seen = f"seen {ago_text(person.seen_at)}" if person.seen_at else "not here yet"
    return f"joined {joined} · {seen}"


def _actions(context: TenantContext, person: Person) -> list[Action]:
    if person.id == context.user_id:
        return [] if context.seen_as else [Action.LEAVE]
    manages = may_manage(context, person.role)
    may_own = person.is_active and person.role is not Role.OWNER
    seeable = person.is_active and person.role.rank <= context.role.rank
    offered = {
        Action.SEE_AS: context.may(Permission.SEE_AS) and seeable,
        Action.ROLE: manages,
        Action.SUSPEND: manages and person.is_active,
        Action.RESUME: manages and not person.is_active,
        Action.OWNERSHIP: context.may(Permission.TRANSFER_OWNERSHIP) and may_own,
        Action.REMOVE: manages,
    }
    return [action for action, is_offered in offered.items() if is_offered]


def _act(context: TenantContext, person: Person, action: Action) -> None:
    match action:
        case Action.SEE_AS:
            look_as(Look(person.id, person.name))
        case Action.ROLE:
            _role_dialog(context, person)
        case Action.OWNERSHIP:
            offer_dialog(context, person.id, person.name)
        case Action.REMOVE:
            remove_dialog(context, person.id, person.name)
        case Action.LEAVE:
            leave_dialog(context)
        case Action.SUSPEND:
            with shown_refusals():
                suspend_member(context, person.id)
                done(f"Suspended {escaped(person.name)}, who is out until you resume.")
        case Action.RESUME:
            with shown_refusals():
                resume_member(context, person.id)
                done(f"{escaped(person.name)} is in again.")


@st.dialog("Role and flags", icon=":material/badge:")
def _role_dialog(context: TenantContext, person: Person) -> None:
    st.write(f"**{escaped(person.name)}**")
    role = role_input(context, person.role, key="change")
    kept = person.flags if role is person.role else None
    flags = flags_input(context, role, kept, key="change")
    if st.button("Save", type="primary", width="stretch", key="save role"):
        with shown_refusals():
            if role is person.role:
                change_flags(context, person.id, flags)
            else:
                change_role(context, person.id, role, flags)
            done(f"{escaped(person.name)} is {ROLE_NAMES[role].lower()} now.")


def _person(record: Mapping[Hashable, Any]) -> Person:
    return Person(
        id=UUID(record["user_id"]),
        name=record["name"],
        email=record["email"],
        role=Role(record["role"]),
        flags=frozenset(map(Flag, record["flags"].split())),
        is_active=record["status"] == "ACTIVE",
        joined_at=record["joined_at"].to_pydatetime(),
        seen_at=None if pd.isna(record["seen_at"]) else record["seen_at"].to_pydatetime(),
    )
