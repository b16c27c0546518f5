"""Exports: what leaves in files, streamed."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from fintrack.access.sessions import require_confirmation
from fintrack.api.actors import Asking, Member
from fintrack.api.calls import Call
from fintrack.api.fields import Text
from fintrack.api.movements import FilterQuery
from fintrack.context import Permission, TenantContext
from fintrack.ledger.account_files.export import AccountFormat, export_account
from fintrack.ledger.exports import CONFIRM_EVERYTHING, Part, export_transactions, part_taken
from fintrack.ledger.extracts import export_extract
from fintrack.ledger.filters import EVERYTHING
from fintrack.ledger.journals.export import JournalFormat, export_journal
from fintrack.operations.archive.export import export_book
from fintrack.operations.archive.table_files import TableFormat, export_table

FILE = {"schema": {"type": "string", "format": "binary"}}
JOURNAL = "text/plain"
ACCOUNTS = {AccountFormat.OFX: "application/x-ofx", AccountFormat.QIF: "application/x-qif"}
TABLES = {
    TableFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    TableFormat.PARQUET: "application/vnd.apache.parquet",
}
router = APIRouter(prefix="/exports", tags=["exports"], route_class=Call)


def _files(*kinds: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": dict.fromkeys(kinds, FILE), "description": "The file."}}


def confirmed(
    context: Member, asking: Asking, wanted: Annotated[FilterQuery, Query()]
) -> TenantContext:
    """Return the member, who asks for everything only right after a sign-in or with a token.

    Raises:
        ConfirmationNeeded: the sign-in was too long ago.
    """
    is_all = part_taken(context, wanted.conditions()) is Part.EVERYTHING
    return confirmed_for_everything(context, asking) if is_all else context


def confirmed_for_everything(context: Member, asking: Asking) -> TenantContext:
    """Return the member, who asks right after a sign-in or with a token.

    Raises:
        ConfirmationNeeded: the sign-in was too long ago.
    """
    context.require(Permission.EXPORT)
    if not asking.is_token:
        require_confirmation(context.session, CONFIRM_EVERYTHING)
    return context


Confirmed = Annotated[TenantContext, Depends(confirmed)]
ConfirmedForEverything = Annotated[TenantContext, Depends(confirmed_for_everything)]


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


@router.get("/journal", response_class=StreamingResponse, responses=_files(JOURNAL))
def export_as_journal(
    context: ConfirmedForEverything, form: Literal["beancount", "hledger"]
) -> StreamingResponse:
    """Export the books as a journal that the program checks to the cent."""
    journal = JournalFormat[form.upper()]
    return _file(export_journal(context, journal), JOURNAL, f"books.{journal}")


@router.get(
    "/accounts/{account_id}",
    response_class=StreamingResponse,
    responses=_files(*ACCOUNTS.values()),
)
def export_one_account(context: Member, account_id: UUID, form: AccountFormat) -> StreamingResponse:
    """Export an account with all its transactions as OFX or QIF."""
    return _file(export_account(context, account_id, form), ACCOUNTS[form], f"account.{form}")


@router.get("/table", response_class=StreamingResponse, responses=_files(*TABLES.values()))
def export_one_table(
    context: ConfirmedForEverything, name: Text, form: TableFormat
) -> StreamingResponse:
    """Export a table of the books, such as `transactions`, as a workbook or as Parquet."""
    return _file(export_table(context, name, form), TABLES[form], f"table.{form}")


def _file(content: Iterator[bytes], kind: str, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="fintrack-{name}"'}
    return StreamingResponse(content, media_type=kind, headers=headers)
