"""Memberships: who is in the tenant, as what, and how that changes."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import ARRAY, ColumnElement, Row, Text, and_, column, func, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.versions import require_seen
from fintrack.context import (
    RIGHTS,
    USUAL_FLAGS,
    Flag,
    Permission,
    Role,
    TenantContext,
    flags_of,
)
from fintrack.db import hold_books, rows_changed, tenant_transaction
from fintrack.errors import InvalidInput, NotFound, PermissionDenied
from fintrack.frames import Shape, read_frame
from fintrack.schema import Account, Membership

MEMBERS: Shape = {
    "user_id": "str",
    "name": "str",
    "email": "str",
    "role": "str",
    "status": "str",
    "flags": "str",
    "joined_at": "datetime64[us, UTC]",
    "seen_at": "datetime64[us, UTC]",
}
# What a version of a member tells apart.
MEMBER_VALUES = ("role", "status", "flags")
NO_MEMBER = "There is no such member."


def members(context: TenantContext, *, left: bool = False) -> pd.DataFrame:
    """Return the people of the tenant, the longest member first: `MEMBERS`.

    Flags are words with a blank between them. Whoever left is there only when asked for.
    """
    context.require(Permission.READ)
    names: list[Any] = [column("flags", ARRAY(Text())) if n == "flags" else n for n in MEMBERS]
    people = func.sec.members().table_valued(*names)
    flags = func.array_to_string(people.c.flags, " ")
    statement = select(*(flags if name == "flags" else people.c[name] for name in MEMBERS))
    if not left:
        statement = statement.where(people.c.status != "LEFT")
    with tenant_transaction(context) as db:
        return read_frame(db, statement.order_by(people.c.joined_at, people.c.user_id), MEMBERS)


def heirs(context: TenantContext, leaver_id: UUID) -> dict[UUID, str]:
    """Return who may take over the accounts of somebody who leaves, names by id."""
    people = members(context)
    return {
        UUID(each["user_id"]): each["name"]
        for each in people[people["status"] == "ACTIVE"].to_dict("records")
        if each["user_id"] != str(leaver_id) and _may_inherit(Role(each["role"]))
    }


def may_manage(context: TenantContext, role: Role) -> bool:
    """Return whether the member changes, suspends and removes members of this role."""
    is_above = context.role is Role.OWNER or role.rank < context.role.rank
    return context.may(Permission.MANAGE_MEMBERS) and is_above


def note_visit(context: TenantContext) -> None:
    """Remember that the member was in the tenant; the database does so every five minutes."""
    if context.seen_as is None:
        with tenant_transaction(context) as db:
            db.execute(select(func.sec.note_visit()))


def change_role(
    context: TenantContext,
    user_id: UUID,
    role: Role,
    flags: Collection[Flag] | None = None,
    version: str | None = None,
) -> None:
    """Give a member another role, below one's own, with the flags that are usual for it or `flags`.

    Raises:
        PermissionDenied: the member may not, or not for this person or role.
        NotFound: nobody of this id is a member.
        Outdated: somebody was faster.
        InvalidInput: the role does not allow one of the flags.
        Conflict: it would leave the tenant without an owner.
    """
    context.require(Permission.MANAGE_MEMBERS)
    require_below(context, role)
    wanted = USUAL_FLAGS[role] if flags is None else flags
    require_flags(role, wanted)
    values = {"role": role.value, "flags": sorted(set(wanted))}
    with tenant_transaction(context) as db:
        _change(db, context, user_id, "member.role_changed", values, version)


def change_flags(
    context: TenantContext, user_id: UUID, flags: Collection[Flag], version: str | None = None
) -> None:
    """Say what a member or viewer may do beside the role; owners and admins hold every flag.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
        Outdated: somebody was faster.
        InvalidInput: the person's role does not allow one of the flags.
    """
    context.require(Permission.MANAGE_MEMBERS)
    with tenant_transaction(context) as db:
        hold_books(db)
        role, values = Role(state_of(db, user_id)["role"]), {"flags": sorted(set(flags))}
        require_flags(role, flags)
        _change(db, context, user_id, "member.flags_changed", values, version)


def require_below(context: TenantContext, role: Role) -> None:
    """Refuse to give a role that is not below one's own.

    Raises:
        PermissionDenied: naming the tenant and both roles.
    """
    if role.rank >= context.role.rank:
        raise PermissionDenied(
            f"In {context.name} you are {context.role}, who may not make anybody {role}."
        )


def require_flags(role: Role, flags: Collection[Flag]) -> None:
    """Refuse flags that the role does not allow.

    Raises:
        InvalidInput: naming them.
    """
    if excess := sorted(set(flags) - flags_of(role)):
        raise InvalidInput(f"{role} is too weak a role for {' and '.join(excess)}.")


def suspend_member(context: TenantContext, user_id: UUID, version: str | None = None) -> None:
    """Keep a member out from the next transaction on, until resumed.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
        Outdated: somebody was faster.
        Conflict: it would leave the tenant without an owner.
    """
    context.require(Permission.MANAGE_MEMBERS)
    with tenant_transaction(context) as db:
        _change(db, context, user_id, "member.suspended", {"status": "SUSPENDED"}, version)


def resume_member(context: TenantContext, user_id: UUID, version: str | None = None) -> None:
    """Let a suspended member in again.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_MEMBERS)
    with tenant_transaction(context) as db:
        _change(db, context, user_id, "member.resumed", {"status": "ACTIVE"}, version)


def remove_member(
    context: TenantContext,
    user_id: UUID,
    heir_id: UUID | None = None,
    version: str | None = None,
) -> None:
    """End a membership; the accounts that everyone sees pass to the heir, or to who removes.

    Accounts that only the leaver saw are sealed: nobody sees them unless he comes back. Those he
    shared stay with whom he shared them.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member, or the heir is none.
        Outdated: somebody was faster.
        InvalidInput: it is oneself, or the heir may not change the books.
        Conflict: the person is the last owner.
    """
    context.require(Permission.MANAGE_MEMBERS)
    if user_id == context.user_id:
        raise InvalidInput("Nobody removes himself. Leave the tenant instead.")
    with tenant_transaction(context) as db:
        _change(db, context, user_id, "member.removed", {"status": "LEFT"}, version)
        _require_heir(db, heir_id or context.user_id)
        _hand_over(db, _everyones(user_id), heir_id or context.user_id)


def leave_tenant(
    context: TenantContext,
    heir_id: UUID | None = None,
    *,
    give_private: bool = False,
    version: str | None = None,
) -> None:
    """End one's own membership, as anybody may; the heir gets the accounts that everyone sees.

    Without an heir they pass to whoever has been an owner for longest. Private ones are sealed
    until the member comes back, unless the heir is given them too; beside an account of the heir's
    of the same name, one gets another.

    Raises:
        PermissionDenied: an heir is named by a member who may not change the books.
        NotFound: the heir is no member.
        Outdated: somebody was faster.
        InvalidInput: the heir may not change the books.
        Conflict: the member is the last owner.
    """
    context.require(Permission.WRITE if heir_id else Permission.READ)
    with tenant_transaction(context) as db:
        hold_books(db)
        before = state_of(db, context.user_id)
        require_seen(before, MEMBER_VALUES, version)
        if heir_id:
            _require_heir(db, heir_id)
            own = Account.owner_id == context.user_id
            _hand_over(db, own if give_private else _everyones(context.user_id), heir_id)
        _record_handing(db, {row.account: (context.user_id, row.heir) for row in _left(db)})
        after = before | {"status": "LEFT"}
        audit.record(db, "member.left", subject_id=context.user_id, before=before, after=after)


def hand_over_account(context: TenantContext, account_id: UUID, heir_id: UUID) -> None:
    """Make another member the owner of an own account, or of one that everyone sees.

    Raises:
        PermissionDenied: the member may not change the books, or not hand this account over.
        NotFound: there is no such account, or the heir is no member.
        InvalidInput: the heir may not change the books.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        hold_books(db)
        _require_heir(db, heir_id)
        if not _hand_over(db, Account.id == account_id, heir_id):
            raise NotFound("There is no such account.")


def state_of(db: Session, user_id: UUID) -> dict[str, Any]:
    """Return role, status and flags of somebody who did not leave.

    Raises:
        NotFound: nobody of this id is a member.
    """
    statement = select(Membership.role, Membership.status, Membership.flags).where(
        Membership.user_id == user_id, Membership.status != "LEFT"
    )
    row = db.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(NO_MEMBER)
    return dict(row)


def _change(
    db: Session,
    context: TenantContext,
    user_id: UUID,
    action: str,
    values: dict[str, Any],
    version: str | None,
) -> None:
    hold_books(db)
    before = state_of(db, user_id)
    require_seen(before, MEMBER_VALUES, version)
    statement = update(Membership).where(Membership.user_id == user_id).values(values)
    if rows_changed(db, statement) != 1:
        role = before["role"]
        raise PermissionDenied(
            f"In {context.name} you are {context.role}, who may not manage {role}."
        )
    audit.record(db, action, subject_id=user_id, before=before, after=before | values)


def _require_heir(db: Session, user_id: UUID) -> None:
    heir = state_of(db, user_id)
    if heir["status"] != "ACTIVE":
        raise NotFound(NO_MEMBER)
    if not _may_inherit(Role(heir["role"])):
        raise InvalidInput("Choose an heir who may change the books.")


def _may_inherit(role: Role) -> bool:
    return role.rank >= RIGHTS[Permission.WRITE].role.rank


def _everyones(user_id: UUID) -> ColumnElement[bool]:
    return and_(Account.owner_id == user_id, Account.visibility == "EVERYONE")


def _hand_over(db: Session, which: ColumnElement[bool], heir_id: UUID) -> int:
    owners = dict(db.execute(select(Account.id, Account.owner_id).where(which)).all())
    statement = update(Account).where(which).values(owner_id=heir_id, version=Account.version + 1)
    db.execute(statement)
    _record_handing(db, {each: (owner, heir_id) for each, owner in owners.items()})
    return len(owners)


def _left(db: Session) -> Sequence[Row[Any]]:
    """Leave, and return which accounts passed to which heir by themselves."""
    return db.execute(select(func.sec.leave().table_valued("account", "heir"))).all()


def _record_handing(db: Session, handed: Mapping[UUID, tuple[UUID, UUID]]) -> None:
    changes = [
        audit.Change(each, each, {"owner_id": str(owner)}, {"owner_id": str(heir)})
        for each, (owner, heir) in handed.items()
    ]
    audit.record_many(db, "account.handed_over", changes)
