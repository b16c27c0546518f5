"""What a download ticket stands for: a file's name and its bytes, as this member may see them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fintrack.access.persons import personal_data
from fintrack.access.sessions import require_confirmation
from fintrack.access.tenants import enter_tenant
from fintrack.analytics.downloads import chart_csv
from fintrack.context import Permission, TenantContext, UserSession
from fintrack.errors import NotFound
from fintrack.ledger.exports import CONFIRM_EVERYTHING, export_transactions
from fintrack.ledger.filters import EVERYTHING, TransactionFilter
from fintrack.operations.archive.export import export_book

PERSONAL_DATA, BOOK = "personal-data", "book"
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
    context.require(Permission.EXPORT)
    if kind == BOOK:
        require_confirmation(session, CONFIRM_EVERYTHING)
        return Download(_file_name(kind, "zip"), export_book(context), "application/zip")
    write = KINDS.get(kind)
    if write is None:
        raise NotFound("There is no such download.")
    return Download(_file_name(kind, "csv"), write(context, payload))


def _file_name(kind: str, ending: str) -> str:
    """Return a name without a word of the tenant's, so that none can bend the header."""
    return f"fintrack-{kind}-{datetime.now(UTC):%Y-%m-%d}.{ending}"


def _transactions(context: TenantContext, payload: Mapping[str, Any]) -> Iterator[bytes]:
    wanted = TransactionFilter.from_query(payload.get("filter") or {})
    if wanted == EVERYTHING:
        require_confirmation(context.session, CONFIRM_EVERYTHING)
    return export_transactions(context, wanted)


KINDS: dict[str, Content] = {"chart": chart_csv, "transactions": _transactions}
