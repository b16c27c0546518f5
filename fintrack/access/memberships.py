"""Memberships: who is in the tenant, as what, and how that changes."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import ARRAY, ColumnElement, Text, column, func, select, update
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.context import USUAL_FLAGS, Flag, Permission, Role, TenantContext, flags_of
from fintrack.db import tenant_transaction
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


def note_visit(context: TenantContext) -> None:
    """Remember that the member was in the tenant; the database does so every five minutes."""
    if context.seen_as is None:
        with tenant_transaction(context) as db:
            db.execute(select(func.sec.note_visit()))


def change_role(context: TenantContext, user_id: UUID, role: Role) -> None:
    """Give a member another role, below one's own, with the flags that are usual for it.

    Raises:
        PermissionDenied: the member may not, or not for this person or role.
        NotFound: nobody of this id is a member.
        Conflict: it would leave the tenant without an owner.
    """
    context.require(Permission.MANAGE_MEMBERS)
    if role.rank >= context.role.rank:
        raise PermissionDenied(
            f"In {context.name} you are {context.role}, who may not make anybody {role}."
        )
    values = {"role": role.value, "flags": sorted(USUAL_FLAGS[role])}
    with tenant_transaction(context) as db:
        _change(db, context, user_id, "member.role_changed", values)


def change_flags(context: TenantContext, user_id: UUID, flags: Collection[Flag]) -> None:
    """Say what a member or viewer may do beside the role; owners and admins hold every flag.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
        InvalidInput: the person's role does not allow one of the flags.
    """
    context.require(Permission.MANAGE_MEMBERS)
    with tenant_transaction(context) as db:
        role = Role(_state_of(db, user_id)["role"])
        require_flags(role, flags)
        _change(db, context, user_id, "member.flags_changed", {"flags": sorted(set(flags))})


def require_flags(role: Role, flags: Collection[Flag]) -> None:
    """Refuse flags that the role does not allow.

    Raises:
        InvalidInput: naming them.
    """
    if excess := sorted(set(flags) - flags_of(role)):
        raise InvalidInput(f"{role} is too weak a role for {' and '.join(excess)}.")


def suspend_member(context: TenantContext, user_id: UUID) -> None:
    """Keep a member out from the next transaction on, until resumed.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
        Conflict: it would leave the tenant without an owner.
    """
    context.require(Permission.MANAGE_MEMBERS)
    with tenant_transaction(context) as db:
        _change(db, context, user_id, "member.suspended", {"status": "SUSPENDED"})


def resume_member(context: TenantContext, user_id: UUID) -> None:
    """Let a suspended member in again.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
    """
    context.require(Permission.MANAGE_MEMBERS)
    with tenant_transaction(context) as db:
        _change(db, context, user_id, "member.resumed", {"status": "ACTIVE"})


def remove_member(context: TenantContext, user_id: UUID, heir_id: UUID | None = None) -> None:
    """End a membership; the accounts that everyone sees pass to the heir, or to who removes.

    Accounts that only the leaver saw are sealed: nobody sees them unless he comes back.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
        Conflict: the person is the last owner.
    """
    context.require(Permission.MANAGE_MEMBERS)
    with tenant_transaction(context) as db:
        _change(db, context, user_id, "member.removed", {"status": "LEFT"})
        _hand_over_all(db, user_id, heir_id or context.user_id)


def leave_tenant(context: TenantContext, heir_id: UUID | None = None) -> None:
    """End one's own membership, as anybody may; the heir gets the accounts that everyone sees.

    Raises:
        NotFound: the heir is no member.
        Conflict: the member is the last owner.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        before = _state_of(db, context.user_id)
        if heir_id is not None and context.may(Permission.WRITE):
            _hand_over_all(db, context.user_id, heir_id)
        audit.record(
            db,
            "member.left",
            subject_id=context.user_id,
            before=before,
            after=before | {"status": "LEFT"},
        )
        db.execute(select(func.sec.leave()))


def hand_over_account(context: TenantContext, account_id: UUID, heir_id: UUID) -> None:
    """Make another member the owner of an own account, or of one that everyone sees.

    Raises:
        PermissionDenied: the member may not change the books, or not hand this account over.
        NotFound: there is no such account, or the heir is no member.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        _require_heir(db, heir_id)
        _hand_over(db, Account.id == account_id, heir_id, required=True)


def _change(
    db: Session, context: TenantContext, user_id: UUID, action: str, values: dict[str, Any]
) -> None:
    before = _state_of(db, user_id)
    statement = update(Membership).where(Membership.user_id == user_id).values(values)
    result: Any = db.execute(statement.execution_options(synchronize_session=False))
    if result.rowcount != 1:
        role = before["role"]
        raise PermissionDenied(
            f"In {context.name} you are {context.role}, who may not manage {role}."
        )
    audit.record(db, action, subject_id=user_id, before=before, after=before | values)


def _state_of(db: Session, user_id: UUID) -> dict[str, Any]:
    statement = select(Membership.role, Membership.status, Membership.flags).where(
        Membership.user_id == user_id, Membership.status != "LEFT"
    )
    row = db.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(NO_MEMBER)
    return dict(row)


def _hand_over_all(db: Session, user_id: UUID, heir_id: UUID) -> None:
    _require_heir(db, heir_id)
    everyones = (Account.owner_id == user_id) & (Account.visibility == "EVERYONE")
    _hand_over(db, everyones, heir_id, required=False)


def _hand_over(db: Session, which: ColumnElement[bool], heir_id: UUID, *, required: bool) -> None:
    owners = dict(db.execute(select(Account.id, Account.owner_id).where(which)).all())
    if required and not owners:
        raise NotFound("There is no such account.")
    statement = update(Account).where(which).values(owner_id=heir_id, version=Account.version + 1)
    db.execute(statement.execution_options(synchronize_session=False))
    audit.record_many(
        db,
        "account.handed_over",
        [
            audit.Change(each, each, {"owner_id": str(owner)}, {"owner_id": str(heir_id)})
            for each, owner in owners.items()
        ],
    )


def _require_heir(db: Session, user_id: UUID) -> None:
    if _state_of(db, user_id)["status"] != "ACTIVE":
        raise NotFound(NO_MEMBER)
