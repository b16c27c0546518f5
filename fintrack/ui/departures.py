"""Leaving and being removed, and the hand-over of accounts, then or before."""

from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.access.memberships import hand_over_account, leave_tenant, remove_member
from fintrack.context import Permission, TenantContext
from fintrack.ledger.accounts import AccountRecord, Visibility, accounts
from fintrack.ui.failures import shown_refusals
from fintrack.ui.member_inputs import heir_input
from fintrack.ui.session import forget_tenant, redirect
from fintrack.ui.text import escaped
from fintrack.ui.undo import done

SEAL, GIVE = "Seal them until I come back", "Hand them over too"


@st.dialog("Remove from the tenant", icon=":material/person_remove:")
def remove_dialog(context: TenantContext, user_id: UUID, name: str) -> None:
    """Show what passes on, ask to whom, and end the membership."""
    shown = escaped(name)
    st.write(f"**{shown}** is out at once, with every session and token of this tenant.")
    everyones, _ = _accounts_of(context, user_id)
    heir_id = None
    if everyones:
        st.markdown(_named("Accounts that pass on", everyones))
        heir_id = heir_input(context, user_id, key="remove")
    st.caption(
        f"No figure changes. What only {shown} saw stays sealed; what {shown} shared stays with "
        "those who have it."
    )
    if st.button(f"Remove {shown}", type="primary", width="stretch", key="remove member"):
        with shown_refusals():
            remove_member(context, user_id, heir_id)
            done(f"Removed {shown}.")


@st.dialog("Leave the tenant", icon=":material/logout:")
def leave_dialog(context: TenantContext) -> None:
    """Ask what becomes of one's accounts, and leave."""
    st.write(f"You will no longer see **{escaped(context.name)}**. An invitation brings you back.")
    everyones, private = _accounts_of(context, context.user_id)
    heir_id, choice = None, SEAL
    if everyones:
        st.markdown(_named("Everyone sees, so they pass on", everyones))
    if context.may(Permission.WRITE) and (everyones or private):
        heir_id = heir_input(context, context.user_id, key="leave")
    if private:
        st.markdown(_named("Only you decide about", private))
        if heir_id is not None:
            choice = st.radio("Your private accounts", [SEAL, GIVE], key="leave private") or SEAL
        st.caption("Sealed means that nobody sees them who does not see them today.")
    if st.button("Leave", type="primary", width="stretch", key="leave tenant"):
        with shown_refusals():
            leave_tenant(context, heir_id, give_private=choice == GIVE)
            forget_tenant()
            redirect("/")


@st.dialog("Hand over", icon=":material/switch_account:")
def hand_over_dialog(context: TenantContext, account: AccountRecord) -> None:
    """Ask to whom one's account passes, and hand it over."""
    shown = escaped(account.name)
    heir_id = heir_input(context, context.user_id, key="hand over")
    if heir_id is None:
        st.caption("Nobody else here may change the books. Invite a member first.")
        return
    asking = " Ask to have it shown to you." if account.visibility is Visibility.PRIVATE else ""
    st.caption(f"The new owner decides who sees it from then on.{asking}")
    if st.button(f"Hand over {shown}", type="primary", width="stretch", key="hand over"):
        with shown_refusals():
            hand_over_account(context, account.id, heir_id)
            st.query_params.pop("account", None)
            done(f"Handed {shown} over.")


def _accounts_of(context: TenantContext, user_id: UUID) -> tuple[list[str], list[str]]:
    """Return the names of the person's accounts: those everyone sees, and private ones."""
    table = accounts(context, archived=True)
    own = table[table["owner_id"] == str(user_id)]
    is_open: pd.Series[bool] = own["visibility"] == Visibility.EVERYONE
    return own.loc[is_open, "name"].tolist(), own.loc[~is_open, "name"].tolist()


def _named(label: str, names: list[str]) -> str:
    return f"{label}: " + ", ".join(f"**{escaped(name)}**" for name in names)
