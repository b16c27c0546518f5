"""Memberships: who is in the tenant, as what, and how that changes."""

from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import Delete, Update, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.context import Permission, Role, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, NotFound, PermissionDenied
from fintrack.frames import Shape, read_frame
from fintrack.schema import Membership

MEMBERS: Shape = {
    "user_id": "str",
    "name": "str",
    "email": "str",
    "role": "str",
    "status": "str",
    "joined_at": "datetime64[us, UTC]",
}
OWNS_ACCOUNTS = "This member still owns accounts. Hand them over first."


def members(context: TenantContext) -> pd.DataFrame:
    """Return the people of the tenant, the longest member first: `MEMBERS`."""
    context.require(Permission.READ)
    people = func.sec.members().table_valued(*MEMBERS)
    with tenant_transaction(context) as db:
        return read_frame(
            db, select(people).order_by(people.c.joined_at, people.c.user_id), MEMBERS
        )


def change_role(context: TenantContext, user_id: UUID, role: Role) -> None:
    """Give a member another role; an admin moves only those below an admin.

    Raises:
        PermissionDenied: the member may not, or not for this person or role.
        NotFound: nobody of this id is a member.
        Conflict: it would leave the tenant without an owner.
    """
    context.require(Permission.MANAGE_MEMBERS)
    if context.role is not Role.OWNER and role.rank >= context.role.rank:
        raise PermissionDenied(
            f"In {context.name} you are {context.role}, who may not make anybody {role}."
        )
    _change(context, user_id, "member.role_changed", _update(user_id, role=role.value))


def suspend_member(context: TenantContext, user_id: UUID) -> None:
    """Keep a member out from the next transaction on, until resumed.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
        Conflict: it would leave the tenant without an owner.
    """
    context.require(Permission.MANAGE_MEMBERS)
    _change(context, user_id, "member.suspended", _update(user_id, status="SUSPENDED"))


def resume_member(context: TenantContext, user_id: UUID) -> None:
    """Let a suspended member in again.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
    """
    context.require(Permission.MANAGE_MEMBERS)
    _change(context, user_id, "member.resumed", _update(user_id, status="ACTIVE"))


def remove_member(context: TenantContext, user_id: UUID) -> None:
    """End a membership.

    Raises:
        PermissionDenied: the member may not, or not for this person.
        NotFound: nobody of this id is a member.
        Conflict: the person is the last owner, or owns accounts.
    """
    context.require(Permission.MANAGE_MEMBERS)
    _change(
        context, user_id, "member.removed", delete(Membership).where(Membership.user_id == user_id)
    )


def leave_tenant(context: TenantContext) -> None:
    """End one's own membership, as anybody may.

    Raises:
        Conflict: the member is the last owner, or owns accounts.
    """
    context.require(Permission.READ)
    _change(
        context,
        context.user_id,
        "member.left",
        delete(Membership).where(Membership.user_id == context.user_id),
    )


def _update(user_id: UUID, **values: str) -> Update:
    return update(Membership).where(Membership.user_id == user_id).values(values)


def _change(context: TenantContext, user_id: UUID, action: str, statement: Update | Delete) -> None:
    try:
        with tenant_transaction(context) as db:
            before = _role_of(db, user_id)
            audit.record(db, action, subject_id=user_id, before={"role": before})
            result: Any = db.execute(statement.execution_options(synchronize_session=False))
            if result.rowcount != 1:
                message = f"In {context.name} you are {context.role}, who may not manage {before}."
                raise PermissionDenied(message)
    except IntegrityError as error:
        raise Conflict(OWNS_ACCOUNTS) from error


def _role_of(db: Session, user_id: UUID) -> str:
    role = db.scalar(select(Membership.role).where(Membership.user_id == user_id))
    if role is None:
        raise NotFound("There is no such member.")
    return role
