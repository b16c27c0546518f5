"""Ownership: offered by an owner, and passed when the other accepts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.memberships import NO_MEMBER, state_of
from fintrack.context import Permission, Role, TenantContext
from fintrack.db import hold_books, tenant_transaction
from fintrack.errors import ConfirmationNeeded, InvalidInput, NotFound, PermissionDenied
from fintrack.frames import Shape, read_frame
from fintrack.schema import OwnershipOffer

OFFERS: Shape = {
    "user_id": "str",
    "created_by": "str",
    "created_at": "datetime64[us, UTC]",
    "is_shared": "bool",
}
VALID_FOR = timedelta(days=7)
CONFIRM = "Passing on the ownership cannot be taken back. Confirm first that it is you."
NO_OFFER = "There is no such offer of ownership. It may have been withdrawn."


def offer_ownership(context: TenantContext, user_id: UUID, *, shared: bool = False) -> None:
    """Offer the ownership to a member for seven days; with `shared` both will be owners.

    Raises:
        PermissionDenied: only an owner may.
        ConfirmationNeeded: the owner did not show a moment ago that it is he.
        NotFound: the other is no member.
        InvalidInput: the other is an owner already.
    """
    context.require(Permission.TRANSFER_OWNERSHIP)
    offer = insert(OwnershipOffer).values(user_id=user_id, is_shared=shared)
    try:
        with tenant_transaction(context) as db:
            hold_books(db)
            _require_candidate(state_of(db, user_id))
            before, after = _taken_back(db, user_id), {"is_shared": shared}
            db.execute(offer)
            audit.record(db, "ownership.offered", subject_id=user_id, before=before, after=after)
    except PermissionDenied as error:
        raise ConfirmationNeeded(CONFIRM) from error


def ownership_offers(context: TenantContext) -> pd.DataFrame:
    """Return the offers that still hold: to an owner all, to others their own: `OFFERS`."""
    context.require(Permission.READ)
    statement = (
        select(*(getattr(OwnershipOffer, name) for name in OFFERS))
        .where(OwnershipOffer.created_at > func.now() - VALID_FOR)
        .order_by(OwnershipOffer.created_at)
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, OFFERS)


def accept_ownership(context: TenantContext) -> None:
    """Become an owner; who offered it is an admin from now on, unless it was to be shared.

    Raises:
        NotFound: nobody offers it any more.
        ConfirmationNeeded: the member did not show a moment ago that it is he.
    """
    context.require(Permission.READ)
    accepted = func.sec.accept_ownership().table_valued("offered_by", "is_shared")
    with tenant_transaction(context) as db:
        hold_books(db)
        before = state_of(db, context.user_id)
        offer = db.execute(select(accepted)).one()
        after = state_of(db, context.user_id)
        audit.record(
            db, "ownership.accepted", subject_id=context.user_id, before=before, after=after
        )
        if not offer.is_shared:
            _record_step_down(db, offer.offered_by)


def withdraw_offer(context: TenantContext, user_id: UUID) -> None:
    """Take an offer back, or decline one's own.

    Raises:
        NotFound: there is no such offer.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        hold_books(db)
        before = _taken_back(db, user_id)
        if before is None:
            raise NotFound(NO_OFFER)
        audit.record(db, "ownership.offer_withdrawn", subject_id=user_id, before=before)


def _taken_back(db: Session, user_id: UUID) -> dict[str, Any] | None:
    """Delete the offer to this member, if there is one, and return what it was."""
    statement = delete(OwnershipOffer).where(OwnershipOffer.user_id == user_id)
    is_shared = db.scalar(statement.returning(OwnershipOffer.is_shared))
    return None if is_shared is None else {"is_shared": is_shared}


def _record_step_down(db: Session, user_id: UUID) -> None:
    after = state_of(db, user_id)
    before = after | {"role": Role.OWNER}
    audit.record(db, "member.role_changed", subject_id=user_id, before=before, after=after)


def _require_candidate(member: dict[str, Any]) -> None:
    if member["status"] != "ACTIVE":
        raise NotFound(NO_MEMBER)
    if member["role"] == Role.OWNER:
        raise InvalidInput("This member is an owner already. Choose somebody else.")
