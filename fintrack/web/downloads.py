"""What a download ticket stands for: a file's name and its bytes, as this member may see them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from fintrack.access.persons import personal_data
from fintrack.access.sessions import require_confirmation
from fintrack.access.tenants import enter_tenant
from fintrack.analytics.downloads import chart_csv
from fintrack.context import Permission, TenantContext, UserSession
from fintrack.errors import NotFound
from fintrack.ledger.account_files.export import AccountFormat, export_account
from fintrack.ledger.attachments import NO_ATTACHMENT, attachment_file
from fintrack.ledger.exports import CONFIRM_EVERYTHING, Part, export_transactions, part_taken
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.journals.export import JournalFormat, export_journal
from fintrack.ledger.recording import NO_ACCOUNT
from fintrack.operations.archive.export import export_book
from fintrack.operations.archive.table_files import TableFormat, export_table

PERSONAL_DATA, ATTACHMENT, BOOK, CHART = "personal-data", "attachment", "book", "chart"
Form = TypeVar("Form", bound=StrEnum)
Content = Callable[[TenantContext, Mapping[str, Any]], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way to the browser."""

    file_name: str
    content: Iterator[bytes]
    media_type: str = "text/csv"


def download_of(session: UserSession, payload: Mapping[str, Any]) -> Download:
    """Return the file that a ticket's payload names.

    Raises:
        NotFound: the tenant is not the user's, or there is no such kind of file.
        PermissionDenied: the member may not export.
        ConfirmationNeeded: it holds everything, and the user did not confirm that it is he.
    """
    kind = str(payload["kind"])
    if kind == PERSONAL_DATA:
        content = iter([personal_data(session)])
        return Download(_file_name(kind, "json"), content, "application/json")
    context = enter_tenant(session, str(payload["tenant"]))
    if kind == ATTACHMENT:
        return _attachment(context, payload)
    context.require(Permission.EXPORT)
    write = KINDS.get(kind)
    if write is None:
        raise NotFound("There is no such download.")
    content = write(context, payload)
    ending = "zip" if kind == BOOK else str(payload.get("form", "csv"))
    # Only a chart that there is comes this far.
    name = str(payload["chart"]) if kind == CHART else kind
    return Download(_file_name(name, ending), content, MEDIA_TYPES.get(ending, "text/plain"))


def _file_name(name: str, ending: str) -> str:
    """Return a name without a word of the tenant's, so that none can bend the header."""
    return f"fintrack-{name}-{datetime.now(UTC):%Y-%m-%d}.{ending}"


def _attachment(context: TenantContext, payload: Mapping[str, Any]) -> Download:
    """Return a file under its own name: who sees the transaction may read what belongs to it."""
    attachment_id = _id(payload.get("attachment"), NO_ATTACHMENT)
    record, content = attachment_file(context, attachment_id)
    return Download(record.name, iter([content]), record.media_type)


def _transactions(context: TenantContext, payload: Mapping[str, Any]) -> Iterator[bytes]:
    wanted = TransactionFilter.from_query(payload.get("filter") or {})
    if part_taken(context, wanted) is Part.EVERYTHING:
        require_confirmation(context.session, CONFIRM_EVERYTHING)
    return export_transactions(context, wanted)


def _book(context: TenantContext, _payload: Mapping[str, Any]) -> Iterator[bytes]:
    require_confirmation(context.session, CONFIRM_EVERYTHING)
    return export_book(context)


def _journal(context: TenantContext, payload: Mapping[str, Any]) -> Iterator[bytes]:
    require_confirmation(context.session, CONFIRM_EVERYTHING)
    return export_journal(context, _form(JournalFormat, payload))


def _table(context: TenantContext, payload: Mapping[str, Any]) -> Iterator[bytes]:
    require_confirmation(context.session, CONFIRM_EVERYTHING)
    return export_table(context, str(payload.get("table")), _form(TableFormat, payload))


def _account(context: TenantContext, payload: Mapping[str, Any]) -> Iterator[bytes]:
    account_id = _id(payload.get("account"), NO_ACCOUNT)
    return export_account(context, account_id, _form(AccountFormat, payload))


def _id(word: object, missing: str) -> UUID:
    try:
        return UUID(str(word))
    except ValueError as error:
        raise NotFound(missing) from error


def _form(known: type[Form], payload: Mapping[str, Any]) -> Form:
    try:
        return known(str(payload.get("form")))
    except ValueError as error:
        raise NotFound("There is no such download.") from error


KINDS: dict[str, Content] = {
    CHART: chart_csv,
    "transactions": _transactions,
    BOOK: _book,
    "journal": _journal,
    "table": _table,
    "account": _account,
}
MEDIA_TYPES = {
    "csv": "text/csv",
    "zip": "application/zip",
    "ofx": "application/x-ofx",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
