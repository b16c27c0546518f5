"""Sharing: what one member may see of another member's private account."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import NotFound, PermissionDenied
from fintrack.frames import Shape, read_frame
from fintrack.schema import AccountShare

SHARES: Shape = {"user_id": "str", "level": "str"}
NOT_YOURS = "You own no such account, or there is no such member."


class ShareLevel(StrEnum):
    """How much of an account a share shows."""

    BALANCE = "BALANCE"
    READ = "READ"
    WRITE = "WRITE"


def share_account(
    context: TenantContext, account_id: UUID, user_id: UUID, level: ShareLevel
) -> None:
    """Share an own account with a member, from the member's next transaction on.

    Raises:
        PermissionDenied: the member may not change the books.
        NotFound: the account is not the member's own, or the other is no member.
    """
    context.require(Permission.WRITE)
    values = {"account_id": account_id, "user_id": user_id, "level": level.value}
    statement = insert(AccountShare).values(values)
    keys = [AccountShare.tenant_id, AccountShare.account_id, AccountShare.user_id]
    try:
        with tenant_transaction(context) as db:
            db.execute(
                statement.on_conflict_do_update(index_elements=keys, set_={"level": level.value})
            )
            audit.record(db, "account.shared", subject_id=user_id, account_id=account_id)
    except (IntegrityError, PermissionDenied) as error:
        raise NotFound(NOT_YOURS) from error


def unshare_account(context: TenantContext, account_id: UUID, user_id: UUID) -> None:
    """Take a share back.

    Raises:
        PermissionDenied: the member may not change the books.
        NotFound: there is no such share of the member's own accounts.
    """
    context.require(Permission.WRITE)
    statement = delete(AccountShare).where(
        AccountShare.account_id == account_id, AccountShare.user_id == user_id
    )
    with tenant_transaction(context) as db:
        result: Any = db.execute(statement.execution_options(synchronize_session=False))
        if result.rowcount != 1:
            raise NotFound(NOT_YOURS)
        audit.record(db, "account.unshared", subject_id=user_id, account_id=account_id)


def account_shares(context: TenantContext, account_id: UUID) -> pd.DataFrame:
    """Return with whom an own account is shared, or one's own share in another's: `SHARES`."""
    context.require(Permission.READ)
    statement = (
        select(AccountShare.user_id, AccountShare.level)
        .where(AccountShare.account_id == account_id)
        .order_by(AccountShare.user_id)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, SHARES)
