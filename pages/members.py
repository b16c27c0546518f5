"""Members: who is in the tenant and as what, and who is invited or asks to come in."""

import streamlit as st

from fintrack.context import Permission
from fintrack.limits import Limit
from fintrack.ui.activity import activity_section
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import address_choice
from fintrack.ui.invitations import invitation_section
from fintrack.ui.limit_notices import limit_notices
from fintrack.ui.people import people_section
from fintrack.ui.session import tenant_context
from fintrack.ui.undo import undo_bar

PEOPLE, INVITATIONS, ACTIVITY = "People", "Invitations", "Activity"
SECTIONS = {
    PEOPLE: people_section,
    INVITATIONS: invitation_section,
    ACTIVITY: activity_section,
}
NEEDED = {
    PEOPLE: Permission.READ,
    INVITATIONS: Permission.INVITE,
    ACTIVITY: Permission.READ_ACTIVITY,
}


def page() -> None:
    """Show the section that the address names, of those the member may see."""
    context = tenant_context()
    st.title("Members", anchor=False)
    undo_bar(context)
    limit_notices(context, Limit.MEMBERS)
    offered = [name for name in SECTIONS if context.may(NEEDED[name])]
    if (wanted := st.query_params.get("section")) in SECTIONS and wanted not in offered:
        with shown_refusals():
            context.require(NEEDED[wanted])
    SECTIONS[address_choice("Section", offered, PEOPLE, key="section")](context)
