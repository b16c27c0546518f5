"""Whole books: years of another program, or an archive of FinTrack, as a tenant of their own."""

from typing import Annotated

from fastapi import APIRouter, Depends, UploadFile
from pydantic import Field

from fintrack.api.actors import Person
from fintrack.api.calls import Call
from fintrack.api.fields import (
    FILE_FORM,
    Amount,
    Currency,
    Given,
    Text,
    Told,
    decimal,
    require_one_file,
)
from fintrack.api.sign_in import Membership, told
from fintrack.operations.books import import_book
from fintrack.statements.books.book import Hints
from fintrack.statements.books.report import AccountOutcome, BookReport
from fintrack.statements.mapping import DateOrder

router = APIRouter(prefix="/books", tags=["books"], route_class=Call)


class BookGiven(Given):
    """A book in one file, and what it may leave open."""

    file: UploadFile
    name: Annotated[Text, Field(description="Of the new tenant; as in the book without one.")] = ""
    currency: Annotated[Currency | None, Field(description="Where the book names none.")] = None
    date_order: Annotated[
        DateOrder | None, Field(description="Where its days can be read in two ways.")
    ] = None


class AccountBrought(Told):
    """An account as the other program had it, and as it is now."""

    name: str
    currency: str
    count_before: int
    count_after: int
    balance_before: Amount
    balance_after: Amount


class BookBrought(Told):
    """The new tenant, and what became of the book."""

    tenant: Membership
    format: str
    is_equal: Annotated[bool, Field(description="Whether every account came as it was.")]
    accounts: list[AccountBrought]
    notes: Annotated[list[str], Field(description="What could not come, and why.")]
    content_hash: Annotated[
        str, Field(description="Of the archive and of the tenant alike; empty for other books.")
    ]


@router.post("", status_code=201, dependencies=[Depends(require_one_file)])
def bring(session: Person, given: Annotated[BookGiven, FILE_FORM]) -> BookBrought:
    """Make a tenant of a whole book, all of it or nothing."""
    report = import_book(
        session,
        given.file.file,
        given.file.filename or "book",
        name=given.name,
        hints=Hints(given.currency, given.date_order),
    )
    return brought(report)


def brought(report: BookReport) -> BookBrought:
    """Return what became of the book as it is told over HTTP and by the command."""
    return BookBrought(
        tenant=told(report.context),
        format=report.format,
        is_equal=report.is_equal,
        accounts=[_account(each) for each in report.accounts],
        notes=list(report.notes),
        content_hash=report.content_hash,
    )


def _account(each: AccountOutcome) -> AccountBrought:
    return AccountBrought(
        name=each.name,
        currency=each.currency,
        count_before=each.count_before,
        count_after=each.count_after,
        balance_before=decimal(each.balance_before, each.currency),
        balance_after=decimal(each.balance_after, each.currency),
    )
