"""The activity on a screen: what happened, who did it, and the way back."""

import json
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st
from babel.dates import format_datetime

from fintrack.access.memberships import members
from fintrack.context import Permission, Role, TenantContext
from fintrack.ledger.activity import ActivityFilter, activity
from fintrack.ledger.categories import categories
from fintrack.ledger.tags import tags
from fintrack.ledger.undo import undo
from fintrack.statements.undoing import undo_import
from fintrack.ui.event_words import event_words
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import money
from fintrack.ui.ledger_inputs import category_names
from fintrack.ui.paging import paging
from fintrack.ui.text import ROLE_NAMES, escaped
from fintrack.ui.undo import done

PAGE_SIZE = 25
CURSORS = "activity cursors"
KINDS = {
    "transaction": "One transaction",
    "transactions": "Many transactions",
    "attachment": "Attachments",
    "transfer": "Transfers",
    "import": "Imports",
    "mapping": "Columns of files",
    "account": "Accounts",
    "category": "Categories",
    "payee": "Payees",
    "tag": "Tags",
    "rule": "Rules",
    "budget": "Budgets",
    "recurring": "What recurs",
    "pivot": "Own pivots",
    "member": "Members",
    "invitation": "Invitations",
    "ownership": "Ownership",
    "tenant": "Settings",
    "token": "API tokens",
    "webhook": "Webhooks",
    "book": "Whole books",
    "journal": "Journals",
    "table": "Tables",
    "sample": "The sample",
    "change_set": "Undone changes",
}
SOURCES = {
    "PAGE": "on a page",
    "API": "through the API",
    "JOB": "by a job",
    "COMMAND": "by command",
}
EDITED = "Some of its rows were edited since. Open the import on the Import page to decide."
# Fields that are ids or say nothing to a person.
UNSHOWN = {
    "id", "moved", "import_key", "transfer_id", "account_id", "batch_id", "lines", "is_accepted",
    "is_asking", "declined", "revoked", "invitation_id", "invitation_uses", "undone", "version",
    "rows",
}  # fmt: skip


@st.fragment
def activity_section(context: TenantContext) -> None:
    """Draw the tenant's activity within the member's sight, filtered and page by page."""
    cursors = st.session_state.setdefault(CURSORS, [None])
    wanted = _filter(context, cursors)
    page = activity(context, wanted, cursors[-1], PAGE_SIZE)
    if page.frame.empty:
        st.caption("Nothing happened here that you may see. Choose another person or kind.")
    _events(context, page.frame)
    paging(cursors, page.next)


def history(context: TenantContext, subject_id: UUID) -> None:
    """Draw who changed one thing, newest first; nothing for those who may not read it."""
    if not context.may(Permission.READ_ACTIVITY):
        return
    with st.expander("Who changed this?", icon=":material/history:"):
        events = activity(context, ActivityFilter(subject_id=subject_id), limit=PAGE_SIZE).frame
        _events(context, events)


def _filter(context: TenantContext, cursors: list[str | None]) -> ActivityFilter:
    people = members(context, left=True)
    names = dict(zip(people["user_id"], people["name"], strict=True))

    def start_again() -> None:
        cursors[:] = [None]

    with st.container(horizontal=True):
        actor = st.selectbox(
            "Who",
            list(names),
            None,
            format_func=lambda each: names[each],
            key="activity who",
            placeholder="Anybody",
            on_change=start_again,
        )
        kind = st.selectbox(
            "What",
            list(KINDS),
            None,
            format_func=KINDS.__getitem__,
            key="activity what",
            placeholder="Anything",
            on_change=start_again,
        )
        since = st.date_input(
            "Since", None, format="YYYY-MM-DD", key="activity since", on_change=start_again
        )
    return ActivityFilter(UUID(actor) if actor else None, kind, since=since)


def _events(context: TenantContext, events: pd.DataFrame) -> None:
    names = {str(each): name for each, name in category_names(categories(context)).items()}
    known, people = tags(context), members(context, left=True)
    names |= dict(zip(known["id"], known["name"], strict=True))
    names |= dict(zip(people["user_id"], people["name"], strict=True))
    for _, row in events.iterrows():
        _event(context, row, names)


def _event(context: TenantContext, event: "pd.Series[Any]", names: dict[str, str]) -> None:
    before, after = _state(event["before"]), _state(event["after"])
    with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small"):
        with st.container(gap="xxsmall"):
            words = event_words(event["action"], names.get(event["subject_id"], "somebody"))
            what = f"{escaped(words)}{_subject(context, after or before)}"
            st.markdown(f"**{escaped(_actor(event))}** {what}")
            st.caption(escaped(_circumstances(context, event)))
        changed = _changed(before, after, names)
        if not changed.empty:
            with st.popover("", icon=":material/difference:", help="What changed"):
                st.dataframe(changed, hide_index=True, key=f"changed {event['id']}")
        if event["may_be_undone"] and context.may(Permission.WRITE):
            _undo(context, event)


def _undo(context: TenantContext, event: "pd.Series[Any]") -> None:
    if not st.button("Undo", icon=":material/undo:", key=f"undo {event['id']}"):
        return
    with shown_refusals():
        if event["action"] == "import.committed":
            if not undo_import(context, UUID(event["subject_id"])).is_done:
                st.warning(EDITED, icon=":material/edit:")
                return
        else:
            undo(context, UUID(event["change_set_id"]))
        done("Undone.")


def _subject(context: TenantContext, state: dict[str, Any]) -> str:
    if "amount" in state and "currency" in state:
        amount = money(context, state["amount"], state["currency"])
        return f": {escaped(state.get('payee') or 'no payee')} {escaped(amount)}"
    name = state.get("name") or state.get("file")
    return f": {escaped(str(name))}" if name else ""


def _actor(event: "pd.Series[Any]") -> str:
    """Return who did it; what was done from outside, by no member, was the operator's."""
    return str(event["actor"]) or ("Somebody" if event["role"] else "Whoever runs this FinTrack")


def _circumstances(context: TenantContext, event: "pd.Series[Any]") -> str:
    moment = event["at"].tz_convert(ZoneInfo(context.time_zone)).to_pydatetime()
    words = [
        format_datetime(moment, "medium", locale=context.locale),
        f"as {ROLE_NAMES[Role(event['role'])].lower()}" if event["role"] else "",
        SOURCES.get(event["source"], ""),
        event["account"],
    ]
    return " · ".join(word for word in words if word)


def _state(written: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(written) if written else {}
    return state


def _changed(before: dict[str, Any], after: dict[str, Any], names: dict[str, str]) -> pd.DataFrame:
    """Return the fields that differ, as a person reads them."""
    if not before or not after:
        return pd.DataFrame()
    fields = [
        (
            name.removesuffix("_id").replace("_", " ").capitalize(),
            _readable(before.get(name), names),
            _readable(after.get(name), names),
        )
        for name in {**before, **after}
        if name not in UNSHOWN and before.get(name) != after.get(name)
    ]
    return pd.DataFrame(fields, columns=["Field", "Before", "After"])


def _readable(value: object, names: dict[str, str]) -> str:
    """Return a kept value as words: ids of categories and tags by their names."""
    if isinstance(value, list):
        return ", ".join(_readable(each, names) for each in value)
    return "" if value is None else names.get(str(value), str(value))
