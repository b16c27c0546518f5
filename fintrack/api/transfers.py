"""Transfers: recorded, found among transactions, linked and taken apart."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Amount, Day, Given, Text, Told, minor
from fintrack.api.movements import LegTold, MovementInFull, leg_told, movement_in_full
from fintrack.api.pages import Page
from fintrack.api.transactions import Changed
from fintrack.context import TenantContext
from fintrack.ledger.filters import Status
from fintrack.ledger.recording import account_currency
from fintrack.ledger.records import transfer_legs
from fintrack.ledger.transfer_candidates import TransferCandidate, transfer_candidates
from fintrack.ledger.transfers import NewTransfer, link_transfer, record_transfer, unlink_transfer

router = APIRouter(tags=["transactions"], route_class=Call)


class TransferGiven(Given):
    """Money from one account to another; both amounts are more than zero.

    Between two currencies `amount_in` says how much arrived.
    """

    from_account: UUID
    to_account: UUID
    amount: Amount
    amount_in: Amount | None = None
    booked_on: Day
    description: Text = ""
    note: Text = ""
    status: Status = Status.CLEARED


class LegsGiven(Given):
    """Two transactions that are one movement between two accounts."""

    one: Annotated[UUID, Field(examples=["0198c0de-0000-7000-8000-000000000001"])]
    other: Annotated[UUID, Field(examples=["0198c0de-0000-7000-8000-000000000002"])]


class TransferTold(Told):
    """A transfer with both of its legs, the outgoing one first."""

    id: UUID
    legs: list[MovementInFull]


class CandidateTold(LegTold):
    """A transaction that may be the other leg."""

    payee: str
    days: Annotated[int, Field(description="Between the two.")]


@router.post("/transfers", status_code=201)
def transfer(context: Member, given: TransferGiven) -> TransferTold:
    """Record both legs of a transfer."""
    target = account_currency(context, given.to_account)
    new = NewTransfer(
        from_account_id=given.from_account,
        to_account_id=given.to_account,
        amount_out=minor(given.amount, account_currency(context, given.from_account)),
        amount_in=None if given.amount_in is None else minor(given.amount_in, target),
        booked_on=given.booked_on,
        description=given.description,
        note=given.note,
        status=given.status,
    )
    return transfer_told(context, record_transfer(context, new))


@router.get("/transactions/{transaction_id}/transfer-candidates")
def candidates(context: Member, transaction_id: UUID) -> Page[CandidateTold]:
    """List up to ten transactions that this one may be a transfer with, the nearest first."""
    found = transfer_candidates(context, transaction_id)
    return Page(items=[candidate_told(each) for each in found], next=None)


@router.post("/transfers/link", status_code=201)
def link(context: Member, given: LegsGiven) -> TransferTold:
    """Make two transactions the legs of one transfer; their categories go."""
    return transfer_told(context, link_transfer(context, given.one, given.other).transfer_id)


@router.post("/transfers/{transfer_id}/unlink")
def unlink(context: Member, transfer_id: UUID) -> Changed:
    """Make both legs transactions of their own again."""
    return Changed(change_set=unlink_transfer(context, transfer_id))


def transfer_told(context: TenantContext, transfer_id: UUID) -> TransferTold:
    """Return a transfer of which the member sees both legs."""
    legs = [movement_in_full(each) for each in transfer_legs(context, transfer_id)]
    return TransferTold(id=transfer_id, legs=legs)


def candidate_told(each: TransferCandidate) -> CandidateTold:
    """Return what may be the other leg as clients see it."""
    return CandidateTold(**dict(leg_told(each)), payee=each.payee, days=each.days)
