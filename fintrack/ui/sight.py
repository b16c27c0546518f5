"""What of the tenant is in sight: the mark on totals, and seeing with another member's eyes."""

from uuid import UUID

import streamlit as st

from fintrack.access.sight import seeable_members
from fintrack.context import Permission, Role, TenantContext
from fintrack.ui.popovers import close_popover
from fintrack.ui.session import Look, current_look, look_as
from fintrack.ui.text import ROLE_NAMES, escaped

PARTIAL = "of what you can see"


def partial_mark(context: TenantContext) -> str:
    """Return " · of what you can see" where others are, whether they hide something or not."""
    return f" · {PARTIAL}" if context.is_shared else ""


def sight_banner(url_path: str) -> None:
    """Say whose eyes the page is seen with, and lead back to one's own."""
    look = current_look()
    if look is None:
        return
    sees = f"You see what **{escaped(look.name)}** sees of the accounts both of you see"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(sees, icon=":material/visibility:")
        if st.button("Stop", icon=":material/visibility_off:", key="stop looking"):
            look_as(None, url_path)


def see_as_button(user_id: UUID, name: str, url_path: str = "") -> None:
    """Draw the button that opens the page as this member sees it."""
    icon, key = ":material/visibility:", f"see as {user_id}"
    if st.button(f"See as {escaped(name)}", icon=icon, type="tertiary", key=key):
        look_as(Look(user_id, name), url_path)


def see_as_entry(context: TenantContext, url_path: str, menu: str) -> None:
    """Draw the entry, in the popover `menu`, for owners and admins of a tenant with others."""
    if not (context.may(Permission.SEE_AS) and context.is_shared):
        return
    if st.button(
        "See as …",
        icon=":material/visibility:",
        type="tertiary",
        key="see as",
        on_click=close_popover,
        args=(menu,),
    ):
        see_as_dialog(context, url_path)


@st.dialog("See as another member", icon=":material/visibility:")
def see_as_dialog(context: TenantContext, url_path: str) -> None:
    """Ask whose eyes to take, and open the page with them."""
    st.caption("Whatever both of you see, and nothing else. You cannot change anything meanwhile.")
    people = seeable_members(context)
    if people.empty:
        st.markdown("There is nobody else yet.")
    for each in people.to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center"):
            see_as_button(UUID(each["user_id"]), each["name"], url_path)
            st.badge(ROLE_NAMES[Role(each["role"])], color="gray")
