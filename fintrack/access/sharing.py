"""Sharing: who sees an account, and how much of it; only its owner says so."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.versions import require_seen
from fintrack.context import Permission, TenantContext
from fintrack.db import hold_books, rows_changed, tenant_transaction
from fintrack.errors import Conflict, NotFound
from fintrack.frames import Shape, read_frame
from fintrack.schema import Account, AccountShare

SHARES: Shape = {"user_id": "str", "level": "str"}
SIGHTS: Shape = {
    "account_id": "str",
    "owner_id": "str",
    "owner": "str",
    "is_private": "bool",
    "is_writable": "bool",
    "people": "int64",
}
SHARED_BALANCES: Shape = {
    "id": "str",
    "name": "str",
    "owner": "str",
    "currency": "str",
    "balance": "int64",
}
# What a version of a share tells apart.
SHARE_VALUES = ("level",)
NOT_YOURS = "You own no such account, or there is no such member."
NAME_TAKEN = "There is another account of this name. Rename one of them first."


class ShareLevel(StrEnum):
    """How much of an account a share shows: its sum alone, its rows, or its rows to change."""

    BALANCE = "BALANCE"
    READ = "READ"
    WRITE = "WRITE"


def show_account(
    context: TenantContext, account_id: UUID, people: Mapping[UUID, ShareLevel] | None
) -> None:
    """Say who sees an own account, from now on: these people, nobody else, or with None everyone.

    Raises:
        PermissionDenied: the member may not change the books.
        NotFound: the account is not the member's own, or one of the people is no member.
        Conflict: there is another account of this name in sight of the same people.
    """
    context.require(Permission.WRITE)
    wanted = {
        user_id: level for user_id, level in (people or {}).items() if user_id != context.user_id
    }
    with tenant_transaction(context) as db:
        _set_visibility(db, context, account_id, "EVERYONE" if people is None else "PRIVATE")
        known = dict(db.execute(_shares_of(account_id)).all())
        for user_id in known.keys() - wanted.keys():
            _unshare(db, account_id, user_id)
        for user_id, level in wanted.items():
            if known.get(user_id) != level:
                _share(db, account_id, user_id, level)


def share_account(
    context: TenantContext,
    account_id: UUID,
    user_id: UUID,
    level: ShareLevel,
    version: str | None = None,
) -> None:
    """Share an own account with a member, from the member's next transaction on.

    Raises:
        PermissionDenied: the member may not change the books.
        NotFound: the account is not the member's own, or the other is no member.
        Outdated: somebody was faster.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        _require_level(db, account_id, user_id, version)
        _share(db, account_id, user_id, level)


def unshare_account(
    context: TenantContext, account_id: UUID, user_id: UUID, version: str | None = None
) -> None:
    """Take a share back.

    Raises:
        PermissionDenied: the member may not change the books.
        NotFound: there is no such share of the member's own accounts.
        Outdated: somebody was faster.
    """
    context.require(Permission.WRITE)
    with tenant_transaction(context) as db:
        _require_level(db, account_id, user_id, version)
        _unshare(db, account_id, user_id)


def account_shares(context: TenantContext, account_id: UUID) -> pd.DataFrame:
    """Return with whom an own account is shared, or one's own share in another's: `SHARES`."""
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return read_frame(db, _shares_of(account_id), SHARES)


def account_sights(context: TenantContext) -> pd.DataFrame:
    """Return of each account in sight whose it is and what the member may do with it: `SIGHTS`.

    `people` counts with how many an own account is shared.
    """
    context.require(Permission.READ)
    members = func.sec.members().table_valued("user_id", "name")
    own = Account.owner_id == context.user_id
    shares = select(func.count()).where(
        AccountShare.tenant_id == Account.tenant_id, AccountShare.account_id == Account.id
    )
    people = case((own, shares.correlate(Account).scalar_subquery()), else_=0)
    statement = select(
        Account.id,
        Account.owner_id,
        members.c.name,
        Account.visibility == "PRIVATE",
        is_writable(),
        people,
    ).join(members, members.c.user_id == Account.owner_id)
    with tenant_transaction(context) as db:
        return read_frame(db, statement, SIGHTS)


def shared_balances(context: TenantContext) -> pd.DataFrame:
    """Return the accounts of which the member was given the balance alone: `SHARED_BALANCES`.

    They are in no total, and nothing else is known of them.
    """
    context.require(Permission.READ)
    members = func.sec.members().table_valued("user_id", "name")
    given = func.sec.balances_only().table_valued("id", "owner_id", "name", "currency", "balance")
    statement = (
        select(given.c.id, given.c.name, members.c.name, given.c.currency, given.c.balance)
        .join(members, members.c.user_id == given.c.owner_id)
        .order_by(func.lower(given.c.name), given.c.id)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, SHARED_BALANCES)


def is_writable() -> ColumnElement[bool]:
    """Return the condition that the member may write to an `Account`."""
    return Account.id.in_(select(func.unnest(func.sec.writable_accounts())))


def _set_visibility(db: Session, context: TenantContext, account_id: UUID, visibility: str) -> None:
    own = (Account.id == account_id, Account.owner_id == context.user_id)
    held = select(Account.visibility).where(*own).with_for_update()
    before = db.scalars(held).one_or_none()
    if before is None:
        raise NotFound(NOT_YOURS)
    if before == visibility:
        return
    values = {"visibility": visibility, "version": Account.version + 1}
    try:
        db.execute(update(Account).where(*own).values(values))
    except IntegrityError as error:
        raise Conflict(NAME_TAKEN) from error
    audit.record(
        db, "account.shown", subject_id=account_id, account_id=account_id,
        before={"visibility": before}, after={"visibility": visibility},
    )  # fmt: skip


def _shares_of(account_id: UUID) -> Select[UUID, str]:
    return (
        select(AccountShare.user_id, AccountShare.level)
        .where(AccountShare.account_id == account_id)
        .order_by(AccountShare.user_id)
    )


def _share(db: Session, account_id: UUID, user_id: UUID, level: ShareLevel) -> None:
    values = {"account_id": account_id, "user_id": user_id, "level": level.value}
    keys = [AccountShare.tenant_id, AccountShare.account_id, AccountShare.user_id]
    before = _level_of(db, account_id, user_id)
    statement = insert(AccountShare).values(values)
    try:
        db.execute(
            statement.on_conflict_do_update(index_elements=keys, set_={"level": level.value})
        )
    except (IntegrityError, ProgrammingError) as error:
        raise NotFound(NOT_YOURS) from error
    after = {"level": level.value}
    if before != after:
        audit.record(
            db, "account.shared", subject_id=user_id, account_id=account_id, before=before,
            after=after,
        )  # fmt: skip


def _unshare(db: Session, account_id: UUID, user_id: UUID) -> None:
    before = _level_of(db, account_id, user_id)
    statement = delete(AccountShare).where(
        AccountShare.account_id == account_id, AccountShare.user_id == user_id
    )
    if rows_changed(db, statement) != 1:
        raise NotFound(NOT_YOURS)
    audit.record(db, "account.unshared", subject_id=user_id, account_id=account_id, before=before)


def _require_level(db: Session, account_id: UUID, user_id: UUID, version: str | None) -> None:
    hold_books(db)
    level = _level_of(db, account_id, user_id) or {"level": ""}
    require_seen(level, SHARE_VALUES, version)


def _level_of(db: Session, account_id: UUID, user_id: UUID) -> dict[str, str] | None:
    level = dict(db.execute(_shares_of(account_id)).all()).get(user_id)
    return {"level": level} if level else None
