"""Changes to many transactions at once; each call is one change set, all or nothing."""

from collections.abc import Callable, Collection
from uuid import UUID

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput
from fintrack.ledger.change_sets import keep_changes
from fintrack.ledger.editing import require_version
from fintrack.ledger.snapshots import (
    Snapshot,
    delete_snapshots,
    locked,
    locked_with_partners,
    snapshots,
    update_snapshots,
    with_sources,
)

MOST = 5000


def delete_transactions(
    context: TenantContext, ids: Collection[UUID], version: int | None = None
) -> UUID:
    """Delete transactions, of transfers both legs, and return the change set's id.

    With a version, each of them must still have it.

    Raises:
        PermissionDenied: the member may not change the books, or not one of the accounts.
        NotFound: the member does not see one of the transactions.
        Outdated: somebody was faster.
        InvalidInput: none or too many are chosen.
    """
    context.require(Permission.WRITE)
    _check_number(ids)
    with tenant_transaction(context) as db:
        before = locked_with_partners(db, ids)
        require_version(db, ids, version)
        before = with_sources(db, before)
        delete_snapshots(db, list(before))
        return keep_changes(db, "transactions.deleted", before, {})


def categorise(context: TenantContext, ids: Collection[UUID], category_id: UUID | None) -> UUID:
    """Put transactions under a category, None for under none; returns the change set's id.

    Raises:
        PermissionDenied: the member may not change the books, or not one of the accounts.
        NotFound: the member does not see one of the transactions, or the category is missing.
        InvalidInput: none or too many are chosen, or one is a split or a transfer.
    """
    context.require(Permission.WRITE)
    _check_number(ids)
    wanted = str(category_id) if category_id else None

    def categorised(old: Snapshot) -> Snapshot:
        return {**old, "category_id": wanted}

    return _change_all(context, ids, "transactions.categorised", categorised, whole_only=True)


def tag_transactions(
    context: TenantContext,
    ids: Collection[UUID],
    add: Collection[UUID] = (),
    remove: Collection[UUID] = (),
) -> UUID:
    """Give tags to transactions and take tags from them; returns the change set's id.

    Raises:
        PermissionDenied: the member may not change the books, or not one of the accounts.
        NotFound: the member does not see one of the transactions, or a tag is missing.
        InvalidInput: none or too many are chosen.
    """
    context.require(Permission.WRITE)
    _check_number(ids)
    new, gone = {str(tag) for tag in add}, {str(tag) for tag in remove}

    def tagged(old: Snapshot) -> Snapshot:
        return {**old, "tags": sorted((set(old["tags"]) | new) - gone)}

    return _change_all(context, ids, "transactions.tagged", tagged, whole_only=False)


def _change_all(
    context: TenantContext,
    ids: Collection[UUID],
    action: str,
    changed: Callable[[Snapshot], Snapshot],
    *,
    whole_only: bool,
) -> UUID:
    with tenant_transaction(context) as db:
        before = locked(db, ids)
        if whole_only:
            _check_whole(before)
        wanted = [(changed(old), old) for old in before.values()]
        update_snapshots(db, [new for new, old in wanted if new != old])
        return keep_changes(db, action, before, snapshots(db, list(before)))


def _check_number(ids: Collection[UUID]) -> None:
    if not ids:
        raise InvalidInput("Choose the transactions first.")
    if len(ids) > MOST:
        raise InvalidInput(f"Choose at most {MOST} transactions at once.")


def _check_whole(before: dict[UUID, Snapshot]) -> None:
    parted = sum(each["is_split"] or each["transfer_id"] is not None for each in before.values())
    if parted:
        raise InvalidInput(
            f"{parted} of the chosen transactions are splits or transfers, "
            "which take no category of their own. Leave them out."
        )
