"""Bank files: read, previewed or imported, and taken back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response, UploadFile
from pydantic import Field

from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import Amount, Given, Text, Told, decimal
from fintrack.api.import_history import (
    ImportListed,
    ImportTold,
    Rejected,
    import_told,
    imports_listed,
    stated,
    touched_told,
)
from fintrack.api.pages import Page, Paging, closed, opened
from fintrack.api.problems import problem
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.previews import Preview, preview_answered
from fintrack.statements.summaries import StatementPreview
from fintrack.statements.undoing import undo_import

LIST = "imports"
OPEN = "The file leaves a question open. Send it again with an answer, as field=value."
TOUCHED_SINCE = (
    "Some of these transactions were changed since. Look at `touched`, then undo with also_edited."
)
NO_ANSWER = "An answer is written as field=value, such as date_order=dmy."
router = APIRouter(prefix="/imports", tags=["imports"], route_class=Call)


class ImportGiven(Given):
    """A bank file; without an account it goes where it belongs, or opens what is missing."""

    file: UploadFile
    account: UUID | None = None
    dry_run: Annotated[bool, Field(description="Say what would happen, write nothing.")] = False
    answer: Annotated[
        tuple[Text, ...],
        Field(description="To what the file leaves open, each as field=value.", max_length=20),
    ] = ()


class Matched(Told):
    """A row that is left out, being probably a transaction of the books, and which."""

    line: int
    reason: str


class Linked(Told):
    """A new row that is one side of a transfer, and of which; a suggestion is not linked."""

    line: int
    reason: str
    linked: bool


class AccountOfFile(Told):
    """One account of the file; `account_id` is null for one that is, or would be, opened."""

    account: Annotated[str, Field(description="As the file names it, empty where it does not.")]
    account_id: UUID | None
    name: Annotated[str, Field(description="Of the account in the books, or the proposed one.")]
    currency: str
    count: Annotated[int, Field(description="Rows that were understood, known ones too.")]
    sum: Annotated[Amount, Field(description="Of these rows.")]
    opening_balance: Annotated[Amount | None, Field(description="The file's own.")]
    opening_difference: Annotated[
        Amount | None, Field(description="By how much the books are above it before these rows.")
    ]
    closing_balance: Annotated[Amount | None, Field(description="The file's own.")]
    difference: Annotated[
        Amount | None, Field(description="By how much the books are above it after these rows.")
    ]
    new: int
    duplicate: int
    rejected: int


class ImportReportTold(Told):
    """What an import did, or would do; the id is that of GET and DELETE, null for a dry run."""

    id: UUID | None
    file_name: str
    format: str
    new: int
    duplicate: Annotated[int, Field(description="Known ones, those of `matched` too.")]
    matched: list[Matched]
    transfers: list[Linked]
    rejected: list[Rejected]
    accounts: list[AccountOfFile]


class Undone(Told):
    """How many transactions went."""

    removed: int


@router.post("", status_code=201, response_model=ImportReportTold)
def import_file(
    context: Member, given: Annotated[ImportGiven, Form()], response: Response
) -> ImportReportTold | Response:
    """Import a bank file, all of it or nothing; a dry run answers 200 and writes nothing."""
    preview = _previewed(context, given)
    if preview.questions:
        return _asked(preview)
    if given.dry_run:
        response.status_code = 200
        return _report(preview, preview, None)
    done = commit_import(context, preview)
    return _report(preview, done, done.import_id)


@router.get("")
def list_imports(context: Member, wanted: Paging) -> Page[ImportListed]:
    """List the imports into accounts that I see, newest first."""
    cursor = opened(context.tenant_id, LIST, wanted.cursor)
    found = imports_listed(context, wanted.limit + 1, UUID(cursor) if cursor else None)
    items = found[: wanted.limit]
    following = str(items[-1].id) if len(found) > len(items) else None
    return Page(items=items, next=closed(context.tenant_id, LIST, following))


@router.get("/{import_id}")
def show_import(context: Member, import_id: UUID) -> ImportTold:
    """Return what an import did."""
    return import_told(context, import_id)


@router.delete("/{import_id}", response_model=Undone)
def undo(
    context: Member,
    import_id: UUID,
    also_edited: Annotated[bool, Query(description="Whether changed rows go as well.")] = False,  # noqa: FBT002 - a query parameter
) -> Undone | Response:
    """Take an import back, after which the file can be imported again."""
    report = undo_import(context, import_id, also_edited=also_edited)
    if not report.is_done:
        rows = report.touched.to_dict("records")
        return problem(409, TOUCHED_SINCE, touched=[touched_told(row) for row in rows])
    return Undone(removed=report.removed)


def _previewed(context: TenantContext, given: ImportGiven) -> Preview:
    content, name = given.file.file.read(), given.file.filename or "file"
    answers = dict(map(_answer, given.answer))
    return preview_answered(context, content, name, answers, account_id=given.account)


def _answer(text: str) -> tuple[str, str]:
    field, _, value = text.partition("=")
    if not value:
        raise InvalidInput(NO_ANSWER)
    return field, value


def _asked(preview: Preview) -> Response:
    questions = [
        {
            "field": each.field,
            "question": each.sentence,
            "choices": [{"value": one.value, "label": one.label} for one in each.choices],
        }
        for each in preview.questions
    ]
    return problem(422, OPEN, questions=questions)


def _report(
    preview: Preview, done: Preview | ImportReport, import_id: UUID | None
) -> ImportReportTold:
    refused = [row for each in preview.statements for row in each.plan.refused]
    batches = () if isinstance(done, Preview) else done.batches
    made = {each.account: each.account_id for each in batches}
    return ImportReportTold(
        id=import_id,
        file_name=preview.file_name,
        format=preview.format,
        new=done.new,
        duplicate=done.duplicate,
        matched=[Matched(line=line, reason=reason) for line, reason in preview.matched],
        transfers=[
            Linked(line=each.line, reason=each.reason, linked=each.is_certain)
            for each in preview.transfers
        ],
        rejected=[Rejected(line=row.line, reason=row.reason) for row in refused],
        accounts=[_of_file(each, made) for each in preview.statements],
    )


def _of_file(statement: StatementPreview, made: dict[str, UUID]) -> AccountOfFile:
    target = statement.account or statement.new_account
    name = target.name if target else ""
    known = statement.account.id if statement.account else made.get(name)
    currency = statement.currency
    return AccountOfFile(
        account=statement.label,
        account_id=known,
        name=name,
        currency=currency,
        count=len(statement.plan.planned),
        sum=decimal(statement.plan.total, currency),
        opening_balance=stated(statement.file_opening, currency),
        opening_difference=stated(statement.opening_difference, currency),
        closing_balance=stated(statement.file_balance, currency),
        difference=stated(statement.difference, currency),
        new=statement.new,
        duplicate=statement.duplicate,
        rejected=statement.rejected,
    )
