"""Bringing a whole book into a new tenant, whichever program kept it."""

from hashlib import sha256
from pathlib import PurePath
from typing import IO

from fintrack.access.tenants import NewTenant, my_tenants
from fintrack.context import TenantType, UserSession
from fintrack.errors import InvalidInput
from fintrack.operations.archive.pack import is_archive
from fintrack.operations.archive.restore import restore_book
from fintrack.operations.demo import COUNTRY, CURRENCY, LOCALE, TIME_ZONE
from fintrack.statements.books.book import Book, Hints
from fintrack.statements.books.files import BookFile
from fintrack.statements.books.packages import MOST_BYTES, TOO_LARGE
from fintrack.statements.books.read import read_book
from fintrack.statements.books.report import BookReport
from fintrack.statements.books.writing import bring_book
from fintrack.statements.imports import Progress
from fintrack.statements.previews import FILE_NAME_LENGTH
from fintrack.statements.text import clean


def import_book(
    session: UserSession,
    file: IO[bytes],
    file_name: str,
    *,
    name: str = "",
    hints: Hints | None = None,
    progress: Progress | None = None,
) -> BookReport:
    """Make a new tenant of a whole book and return what came, account by account.

    It is called `name`, or as the book is. What the book leaves open, `hints` say; without them it
    is taken to be like the first of the user's tenants.

    Raises:
        InvalidInput: it is no book that FinTrack knows, or cannot be kept as it is.
        Conflict: the tenant would have more than a tenant may have.
    """
    if is_archive(file):
        return restore_book(session, file, name=name, progress=progress)
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InvalidInput(TOO_LARGE)
    said = hints or Hints()
    like = _tenant_like(session)
    book = read_book(content, file_name, Hints(said.currency or like.currency, said.date_order))
    tenant = NewTenant(
        name or book.title,
        TenantType.PERSONAL,
        _currency(book) or like.currency,
        like.country,
        like.locale,
        like.time_zone,
    )
    kept = BookFile(clean(PurePath(file_name).name)[-FILE_NAME_LENGTH:], sha256(content).digest())
    return bring_book(session, book, tenant, file=kept, progress=progress)


def _tenant_like(session: UserSession) -> NewTenant:
    mine = [each for each in my_tenants(session) if not each.is_sample]
    if not mine:
        return NewTenant("", TenantType.PERSONAL, CURRENCY, COUNTRY, LOCALE, TIME_ZONE)
    # Ids begin with the moment they were made at.
    first = min(mine, key=lambda each: each.tenant_id)
    return NewTenant("", first.type, first.currency, first.country, first.locale, first.time_zone)


def _currency(book: Book) -> str | None:
    """Return the currency of most of the accounts."""
    currencies = [each.currency for each in book.accounts]
    return max(sorted(set(currencies)), key=currencies.count, default=None)
