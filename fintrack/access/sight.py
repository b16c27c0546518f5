"""Seeing with another member's eyes: what he sees of the accounts that both see, and no more."""

from dataclasses import replace
from uuid import UUID

import pandas as pd

from fintrack.access.memberships import NO_MEMBER, members
from fintrack.context import Permission, Role, TenantContext
from fintrack.errors import NotFound


def seeable_members(context: TenantContext) -> pd.DataFrame:
    """Return the other active members whose role is not above one's own: `MEMBERS`.

    Raises:
        PermissionDenied: only owners and admins see with another's eyes.
    """
    context.require(Permission.SEE_AS)
    people = members(context)
    ranks = people["role"].map(lambda word: Role(word).rank)
    others = people["user_id"] != str(context.user_id)
    seeable = others & (people["status"] == "ACTIVE") & (ranks <= context.role.rank)
    return people[seeable].reset_index(drop=True)


def see_as(context: TenantContext, user_id: UUID) -> TenantContext:
    """Return a context that reads, under the member's role, what both of them may see.

    Raises:
        PermissionDenied: only owners and admins see with another's eyes.
        NotFound: there is no such member, or the role is above one's own.
    """
    people = seeable_members(context)
    found = people.loc[people["user_id"] == str(user_id), "role"]
    if found.empty:
        raise NotFound(NO_MEMBER)
    return replace(context, role=Role(found.iloc[0]), flags=frozenset(), seen_as=user_id)
