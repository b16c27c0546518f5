"""Who sees an account: said in words, chosen when one is added, and changed by its owner."""

from collections.abc import Hashable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

import streamlit as st

from fintrack.access.memberships import members
from fintrack.access.sharing import ShareLevel, account_shares, account_sights, show_account
from fintrack.context import Permission, Role, TenantContext
from fintrack.ledger.accounts import AccountRecord, Visibility
from fintrack.ui.failures import shown_refusals
from fintrack.ui.text import ROLE_NAMES, escaped
from fintrack.ui.undo import done

Sights = Mapping[str, dict[Hashable, Any]]
People = dict[UUID, ShareLevel]
LEVEL_NAMES = {
    None: "Does not see it",
    ShareLevel.BALANCE: "Sees the balance alone",
    ShareLevel.READ: "Sees everything",
    ShareLevel.WRITE: "Sees and changes everything",
}


class Sight(StrEnum):
    """The three ways in which an account is seen, as they are called."""

    EVERYONE = "Everyone"
    CHOSEN = "Chosen people"
    OWNER = "Only me"


def sights_of(context: TenantContext) -> Sights:
    """Return the rows of `SIGHTS` by the account's id."""
    rows = account_sights(context).to_dict("records")
    return {str(each["account_id"]): each for each in rows}


def sight_words(context: TenantContext, sight: dict[Hashable, Any] | None) -> str:
    """Return in Markdown who sees a private account, or whose it is; nothing for everyone's."""
    if sight is None or not sight["is_private"]:
        return ""
    if sight["owner_id"] != str(context.user_id):
        return f":material/group: Shared by {escaped(sight['owner'])}"
    people = sight["people"]
    return f":material/group: Shared with {people}" if people else ":material/lock: Only me"


def sight_input(context: TenantContext, visibility: Visibility, known: People) -> People | None:
    """Draw the choice of who sees an account; return the people, None for everyone."""
    start = Sight.EVERYONE if visibility is Visibility.EVERYONE else Sight.OWNER
    chosen = st.segmented_control(
        "Who sees it",
        list(Sight),
        default=Sight.CHOSEN if known and start is Sight.OWNER else start,
        required=True,
        key="sight",
        width="stretch",
    )
    if chosen == Sight.EVERYONE:
        return None
    return _people_input(context, known) if chosen == Sight.CHOSEN else {}


@st.dialog("Sharing", icon=":material/group:")
def sight_dialog(context: TenantContext, account: AccountRecord) -> None:
    """Let the owner say who sees the account, and how much of it."""
    shares = account_shares(context, account.id)
    pairs = zip(shares["user_id"], shares["level"], strict=True)
    known = {UUID(user_id): ShareLevel(level) for user_id, level in pairs}
    st.markdown(f"**{escaped(account.name)}**")
    people = sight_input(context, account.visibility, known)
    st.caption("Nobody else learns that the account exists, owners and admins included.")
    if st.button("Save", type="primary", width="stretch", key="save sight"):
        with shown_refusals():
            show_account(context, account.id, people)
            done("Saved who sees it.")


def may_say_who_sees(context: TenantContext, account: AccountRecord) -> bool:
    """Return whether it is the member's to say who sees the account."""
    return account.owner_id == context.user_id and context.may(Permission.WRITE)


def _people_input(context: TenantContext, known: People) -> People:
    people = members(context)
    others = people[people["user_id"] != str(context.user_id)]
    if others.empty:
        st.caption("Nobody else is here yet. Invite people on the Members page first.")
    chosen = {
        UUID(each["user_id"]): _level_input(each, known.get(UUID(each["user_id"])))
        for each in others.to_dict("records")
    }
    return {user_id: level for user_id, level in chosen.items() if level is not None}


def _level_input(member: dict[Hashable, Any], known: ShareLevel | None) -> ShareLevel | None:
    role = Role(member["role"])
    levels = [
        each for each in LEVEL_NAMES if each is not ShareLevel.WRITE or role is not Role.VIEWER
    ]
    start = levels.index(known) if known in levels else 0
    return st.selectbox(
        f"{escaped(member['name'])} :small[:gray[{ROLE_NAMES[role]}]]",
        levels,
        start,
        format_func=LEVEL_NAMES.__getitem__,
        key=f"level {member['user_id']}",
    )
