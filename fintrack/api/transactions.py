"""Transactions: read page by page, recorded, changed, and changed many at once."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Given, Told
from fintrack.api.movements import (
    Category,
    MovementGiven,
    MovementInFull,
    MovementPatch,
    MovementsQuery,
    MovementTold,
    movement_in_full,
    movement_told,
)
from fintrack.api.pages import Page, closed, opened
from fintrack.api.versions import IfMatchNumber, name_version
from fintrack.context import TenantContext
from fintrack.ledger.bulk import MOST, categorise, delete_transactions, tag_transactions
from fintrack.ledger.editing import change_transaction
from fintrack.ledger.recording import account_currency, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import transactions

LIST = "transactions"
Ids = Annotated[
    list[UUID],
    Field(min_length=1, max_length=MOST, examples=[["0198c0de-0000-7000-8000-000000000001"]]),
]
router = APIRouter(tags=["transactions"], route_class=Call)


class Categorising(Given):
    """Put transactions under a category."""

    action: Literal["categorise"]
    ids: Ids
    category: Category


class Tagging(Given):
    """Give tags to transactions, and take tags from them."""

    action: Literal["tag"]
    ids: Ids
    add: tuple[UUID, ...] = ()
    remove: tuple[UUID, ...] = ()


class Deleting(Given):
    """Delete transactions, of transfers both legs."""

    action: Literal["delete"]
    ids: Ids


class Changed(Told):
    """Changes that were made together; the activity names them by this id."""

    change_set: UUID


@router.get("/transactions")
def list_transactions(
    context: Member, wanted: Annotated[MovementsQuery, Query()]
) -> Page[MovementTold]:
    """List the transactions that I see, newest first."""
    cursor = opened(context.tenant_id, LIST, wanted.cursor)
    found = transactions(context, wanted.conditions(), cursor, wanted.limit)
    items = [movement_told(row) for row in found.frame.to_dict("records")]
    return Page(items=items, next=closed(context.tenant_id, LIST, found.next))


@router.post("/transactions", status_code=201)
def record(context: Member, given: MovementGiven, response: Response) -> MovementInFull:
    """Record a transaction, split when it has splits."""
    currency = account_currency(context, given.account)
    return _told(context, record_transaction(context, given.transaction(currency)), response)


@router.post("/transactions/bulk")
def change_many(
    context: Member,
    given: Annotated[Categorising | Tagging | Deleting, Field(discriminator="action")],
) -> Changed:
    """Change many transactions at once, all of them or none."""
    match given:
        case Categorising():
            made = categorise(context, given.ids, given.category)
        case Tagging():
            made = tag_transactions(context, given.ids, given.add, given.remove)
        case Deleting():
            made = delete_transactions(context, given.ids)
    return Changed(change_set=made)


@router.get("/transactions/{transaction_id}")
def show(context: Member, transaction_id: UUID, response: Response) -> MovementInFull:
    """Return one transaction in full."""
    return _told(context, transaction_id, response)


@router.patch("/transactions/{transaction_id}")
def change(
    context: Member,
    transaction_id: UUID,
    given: MovementPatch,
    version: IfMatchNumber,
    response: Response,
) -> MovementInFull:
    """Change a transaction; of a transfer, both legs as far as they hang together."""
    known = transaction(context, transaction_id)
    change_transaction(context, transaction_id, given.change(known.currency), version)
    return _told(context, transaction_id, response)


@router.delete("/transactions/{transaction_id}", status_code=204)
def remove(context: Member, transaction_id: UUID, version: IfMatchNumber) -> Response:
    """Delete a transaction, of a transfer both legs."""
    delete_transactions(context, [transaction_id], version)
    return Response(status_code=204)


def _told(context: TenantContext, transaction_id: UUID, response: Response) -> MovementInFull:
    found = transaction(context, transaction_id)
    name_version(response, found.version)
    return movement_in_full(found)
