"""What a page says when a tenant comes near a limit: one calm sentence, to whom it concerns."""

import streamlit as st

from fintrack.context import Permission, TenantContext
from fintrack.limits import LITTLE, MEGABYTE, Limit, Room, allowances, import_megabytes
from fintrack.ui.inputs import row
from fintrack.ui.text import escaped

CONCERNED = {
    Limit.MEMBERS: Permission.INVITE,
    Limit.ACCOUNTS: Permission.WRITE,
    Limit.TRANSACTIONS: Permission.WRITE,
    Limit.EXPORTS_PER_DAY: Permission.EXPORT,
}
SENTENCES = {
    Limit.MEMBERS: "has {} many members as it may have",
    Limit.ACCOUNTS: "has {} many accounts as it may have",
    Limit.TRANSACTIONS: "keeps {} many transactions as it may",
    Limit.EXPORTS_PER_DAY: "has made {} many exports as it may in a day",
}
NAMES = {
    Limit.MEMBERS: "Members",
    Limit.ACCOUNTS: "Accounts",
    Limit.TRANSACTIONS: "Transactions",
    Limit.EXPORTS_PER_DAY: "Exports in a day",
}
ROOMS = {Room.ENOUGH: "", Room.LITTLE: "almost reached", Room.NONE: "reached"}
NEARNESS = {Room.LITTLE: "almost as", Room.NONE: "as"}


def limit_notices(context: TenantContext, *limits: Limit) -> None:
    """Say of each of the limits when little or no room is left, to a member whom it concerns."""
    concerning = [each for each in limits if context.may(CONCERNED[each])]
    found = allowances(context) if concerning else {}
    for limit in concerning:
        if limit in found and found[limit].room is not Room.ENOUGH:
            allowed = found[limit]
            fact = SENTENCES[limit].format(NEARNESS[allowed.room])
            _say(f"{context.name} {fact}, which is {allowed.most:,}.")


def limit_rows(context: TenantContext) -> None:
    """Draw how much the tenant may have of each thing, and where little room is left."""
    found = allowances(context)
    for limit, allowed in found.items():
        row(NAMES[limit], f"{allowed.most:,}", ROOMS[allowed.room])
    row("Size of a bank file", f"{import_megabytes(context):,} MB")


def size_notice(context: TenantContext, size: int) -> None:
    """Say of a bank file when it is almost as large as the tenant may import."""
    most = import_megabytes(context)
    if size > LITTLE * most * MEGABYTE:
        _say(f"This file is almost as large as {context.name} may import, which is {most} MB.")


def _say(sentence: str) -> None:
    st.caption(f":material/info: {escaped(sentence)}")
