"""Exports: what leaves in files, streamed."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from fintrack.access.sessions import require_confirmation
from fintrack.api.actors import Asking, Member
from fintrack.api.calls import Call
from fintrack.api.movements import FilterQuery
from fintrack.context import TenantContext
from fintrack.ledger.exports import CONFIRM_EVERYTHING, export_transactions, takes_everything
from fintrack.ledger.extracts import export_extract
from fintrack.ledger.filters import EVERYTHING
from fintrack.operations.archive.export import export_book

FILE = {"schema": {"type": "string", "format": "binary"}}
router = APIRouter(prefix="/exports", tags=["exports"], route_class=Call)


def confirmed(
    context: Member, asking: Asking, wanted: Annotated[FilterQuery, Query()]
) -> TenantContext:
    """Return the member, who asks for everything only right after a sign-in or with a token.

    Raises:
        ConfirmationNeeded: the sign-in was too long ago.
    """
    if not asking.is_token and takes_everything(context, wanted.conditions()):
        require_confirmation(context.session, CONFIRM_EVERYTHING)
    return context


Confirmed = Annotated[TenantContext, Depends(confirmed)]


@router.get(
    "/transactions.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": FILE}, "description": "Oldest first."}},
)
def export_csv(context: Confirmed, wanted: Annotated[FilterQuery, Query()]) -> StreamingResponse:
    """Export transactions; all of them at once need a sign-in of the last ten minutes."""
    content = export_transactions(context, wanted.conditions())
    return _file(content, "text/csv", "transactions.csv")


@router.get(
    "/book.zip",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": FILE}, "description": "CSV tables."}},
)
def export_zip(context: Confirmed, wanted: Annotated[FilterQuery, Query()]) -> StreamingResponse:
    """Export the whole book with its seal, or the filtered transactions beside all names."""
    conditions = wanted.conditions()
    whole = conditions == EVERYTHING
    content = export_book(context) if whole else export_extract(context, conditions)
    return _file(content, "application/zip", "book.zip")


def _file(content: Iterator[bytes], kind: str, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="fintrack-{name}"'}
    return StreamingResponse(content, media_type=kind, headers=headers)
