"""The people of the tenant: who is in, as what, and how that changes."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import pandas as pd
from fastapi import APIRouter, Query, Response
from pydantic import MISSING, Field

from fintrack.access.memberships import (
    MEMBER_VALUES,
    NO_MEMBER,
    change_flags,
    change_role,
    leave_tenant,
    members,
    remove_member,
    resume_member,
    suspend_member,
)
from fintrack.access.versions import version_of
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Given
from fintrack.api.pages import Page, Paging, page, row_of
from fintrack.api.versions import IfMatch, Versioned, tagged
from fintrack.context import Flag, Role, TenantContext
from fintrack.errors import InvalidInput

ALONE = "Change role and flags, or the status, not both at once."
router = APIRouter(prefix="/members", tags=["people"], route_class=Call)


class MemberChange(Given):
    """A role with its flags (those usual for it unless given), flags alone, or a status alone."""

    role: Annotated[Role, Field(examples=["MEMBER"])] | MISSING = MISSING
    flags: list[Flag] | MISSING = MISSING
    status: Literal["ACTIVE", "SUSPENDED"] | MISSING = MISSING


class MemberTold(Versioned):
    """One of the people."""

    user_id: UUID
    name: str
    email: str
    role: Role
    flags: list[Flag]
    status: Annotated[str, Field(examples=["ACTIVE"])]
    joined_at: datetime
    seen_at: datetime | None


@router.get("")
def list_members(context: Member, wanted: Paging) -> Page[MemberTold]:
    """List the people, the longest member first."""
    rows = members(context).to_dict("records")
    return page(context.tenant_id, "members", [_told(row) for row in rows], wanted)


@router.patch("/{user_id}")
def change_member(
    context: Member, user_id: UUID, given: MemberChange, version: IfMatch, response: Response
) -> MemberTold:
    """Change a member's role, flags or status."""
    match given.model_dump():
        case {"status": "ACTIVE", **others} if not others:
            resume_member(context, user_id, version)
        case {"status": "SUSPENDED", **others} if not others:
            suspend_member(context, user_id, version)
        case {"status": _}:
            raise InvalidInput(ALONE)
        case {"role": role, **others}:
            change_role(context, user_id, role, others.get("flags"), version)
        case {"flags": flags}:
            change_flags(context, user_id, flags, version)
    told = _told(row_of(members(context), user_id, NO_MEMBER, "user_id"))
    return tagged(response, told)


@router.delete("/{user_id}", status_code=204)
def end_membership(
    context: Member,
    user_id: UUID,
    version: IfMatch,
    heir: Annotated[UUID | None, Query(description="Who gets the accounts that all see.")] = None,
) -> Response:
    """Remove a member, or leave by one's own id."""
    _end(context, user_id, heir, version)
    return Response(status_code=204)


def _end(context: TenantContext, user_id: UUID, heir: UUID | None, version: str | None) -> None:
    if user_id == context.user_id:
        leave_tenant(context, heir, version=version)
    else:
        remove_member(context, user_id, heir, version)


def _told(row: dict[Any, Any]) -> MemberTold:
    seen = None if pd.isna(row["seen_at"]) else row["seen_at"]
    known = {"flags": row["flags"].split(), "seen_at": seen}
    return MemberTold(version=version_of(row, MEMBER_VALUES), **{**row, **known})
