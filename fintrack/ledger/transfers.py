"""Transfers: one movement between two accounts, as two legs that only change together."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound
from fintrack.ledger.change_sets import keep_changes
from fintrack.ledger.filters import Status
from fintrack.ledger.recording import OpenAccount, blank, kept_texts, open_account
from fintrack.ledger.records import NO_TRANSFER
from fintrack.ledger.snapshots import (
    Snapshot,
    insert_snapshots,
    locked,
    locked_with_partners,
    snapshots,
    update_snapshots,
)
from fintrack.schema import Transaction, new_id


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """Money from one account to another; both amounts are positive minor units.

    `amount_in` is needed between two currencies; in one it is the amount out.
    """

    from_account_id: UUID
    to_account_id: UUID
    amount_out: int
    booked_on: date
    amount_in: int | None = None
    description: str = ""
    note: str = ""
    status: Status = Status.CLEARED


@dataclass(frozen=True, slots=True)
class LinkedTransfer:
    """A transfer that was made of two transactions, and the change set that takes it back."""

    transfer_id: UUID
    change_set_id: UUID


def record_transfer(context: TenantContext, new: NewTransfer) -> UUID:
    """Record both legs of a transfer and return the transfer's id.

    Raises:
        PermissionDenied: the member may not change the books, or not one of the accounts.
        NotFound: the member sees no such account.
        Conflict: an account is archived.
        InvalidInput: the accounts are the same, or the amounts do not fit together.
    """
    context.require(Permission.WRITE)
    transfer_id = new_id()
    with tenant_transaction(context) as db:
        source = open_account(db, new.from_account_id)
        target = open_account(db, new.to_account_id)
        amount_in = _amount_in(new, source.currency, target.currency)
        common = {
            **kept_texts({"description": new.description, "note": new.note}),
            "status": new.status.value,
            "transfer_id": str(transfer_id),
        }
        # In one millisecond chance decides which is the older; lists and events go by it.
        out_id, in_id = sorted((new_id(), new_id()))
        out_leg = blank(
            out_id, new.from_account_id, source.currency, new.booked_on, -new.amount_out
        )
        in_leg = blank(in_id, new.to_account_id, target.currency, new.booked_on, amount_in)
        named = [
            {**out_leg, "payee": _public_name(target)},
            {**in_leg, "payee": _public_name(source)},
        ]
        legs = [{**leg, **common} for leg in named]
        insert_snapshots(db, legs)
        after = snapshots(db, [UUID(leg["id"]) for leg in legs])
        keep_changes(db, "transfer.recorded", {}, after)
    return transfer_id


def link_transfer(context: TenantContext, one_id: UUID, other_id: UUID) -> LinkedTransfer:
    """Make two transactions the legs of one transfer.

    Their categories go: a transfer is neither income nor spending.

    Raises:
        PermissionDenied: the member may not change the books, or not one of the accounts.
        NotFound: the member sees no such transaction.
        Conflict: one of them is a leg of a transfer already.
        InvalidInput: they do not fit together as one movement.
    """
    context.require(Permission.WRITE)
    transfer_id = new_id()
    with tenant_transaction(context) as db:
        before = locked(db, [one_id, other_id])
        _check_legs(list(before.values()))
        leg = {"transfer_id": str(transfer_id), "category_id": None}
        update_snapshots(db, [{**old, **leg} for old in before.values()])
        linked = keep_changes(db, "transfer.linked", before, snapshots(db, list(before)))
        return LinkedTransfer(transfer_id, linked)


def unlink_transfer(context: TenantContext, transfer_id: UUID) -> UUID:
    """Make both legs transactions of their own again; returns the change set's id.

    Raises:
        PermissionDenied: the member may not change the books, or not one of the accounts.
        NotFound: the member sees no such transfer.
    """
    context.require(Permission.WRITE)
    legs = select(Transaction.id).where(Transaction.transfer_id == transfer_id)
    with tenant_transaction(context) as db:
        ids = db.scalars(legs).all()
        if not ids:
            raise NotFound(NO_TRANSFER)
        before = locked_with_partners(db, ids)
        update_snapshots(db, [{**old, "transfer_id": None} for old in before.values()])
        return keep_changes(db, "transfer.unlinked", before, snapshots(db, ids))


def _public_name(account: OpenAccount) -> str:
    """Return the name under which a leg tells of the other account: none of a private one."""
    return account.name if account.visibility == "EVERYONE" else ""


def _amount_in(new: NewTransfer, currency_out: str, currency_in: str) -> int:
    if new.from_account_id == new.to_account_id:
        raise InvalidInput("A transfer goes from one account to another. Choose two accounts.")
    if new.amount_in is None and currency_out != currency_in:
        raise InvalidInput(f"Say how much {currency_in} arrived: the accounts differ in currency.")
    amount_in = new.amount_out if new.amount_in is None else new.amount_in
    if new.amount_out <= 0 or amount_in <= 0:
        raise InvalidInput("The amount of a transfer is more than zero.")
    if currency_out == currency_in and amount_in != new.amount_out:
        raise InvalidInput("In one currency, as much arrives as left. Record the fee on its own.")
    return amount_in


def _check_legs(legs: list[Snapshot]) -> None:
    if len(legs) != 2 or legs[0]["account_id"] == legs[1]["account_id"]:  # noqa: PLR2004 - legs
        raise InvalidInput("A transfer has one leg in each of two accounts.")
    if any(leg["transfer_id"] for leg in legs):
        raise Conflict("One of them is part of a transfer already. Unlink that first.")
    if any(leg["is_split"] for leg in legs):
        raise InvalidInput("A split cannot be a leg of a transfer. Make it whole first.")
    one, other = (leg["amount"] for leg in legs)
    if one == 0 or other == 0 or (one < 0) == (other < 0):
        raise InvalidInput("One leg of a transfer leaves an account, the other arrives in one.")
    if legs[0]["currency"] == legs[1]["currency"] and one + other != 0:
        raise InvalidInput("In one currency, both legs of a transfer are equal.")
