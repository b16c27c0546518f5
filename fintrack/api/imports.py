"""Bank files: read, previewed or imported, and taken back."""

import json
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, UploadFile
from pydantic import Field, StringConstraints

from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import FILE_FORM, KEEPABLE, Given, Text, Told, require_one_file
from fintrack.api.import_guesses import asked_told
from fintrack.api.import_history import (
    ImportListed,
    ImportTold,
    RowTold,
    import_rows_told,
    import_told,
    imports_listed,
    touched_told,
)
from fintrack.api.import_reports import (
    MOST_ROWS,
    ImportReportTold,
    preview_told,
    report_told,
)
from fintrack.api.pages import Page, PageQuery, Paging, closed, opened
from fintrack.api.problems import problem
from fintrack.errors import InvalidInput
from fintrack.statements.file_decisions import FileDecisions, file_decisions, preview_decided
from fintrack.statements.imports import commit_import
from fintrack.statements.summaries import RowState
from fintrack.statements.undoing import undo_import

LIST = "imports"
OPEN = "The file leaves a question open. Send it again with an answer, as field=value."
TOUCHED_SINCE = (
    "Some of these transactions were changed since. Look at `touched`, then undo with also_edited."
)
LONGEST_DECISIONS = 200_000
EXAMPLE = json.dumps(
    {
        "reading": {"date_order": "dmy"},
        "accounts": {"": {"name": "Joint account", "kind": "CHECKING"}},
        "rows": {"3": "SKIP", "7": "INCLUDE"},
    }
)
NO_ANSWER = "An answer is written as field=value, such as date_order=dmy."
router = APIRouter(prefix="/imports", tags=["imports"], route_class=Call)


class ImportGiven(Given):
    """A bank file; without an account it goes where it belongs, or opens what is missing."""

    file: UploadFile
    account: UUID | None = None
    dry_run: Annotated[bool, Field(description="Say what would happen, write nothing.")] = False
    after_row: Annotated[
        int, Field(ge=0, description="A dry run tells the rows after this one.")
    ] = 0
    answer: Annotated[
        tuple[Text, ...],
        Field(description="To what the file leaves open, each as field=value.", max_length=20),
    ] = ()
    decisions: Annotated[
        str,
        StringConstraints(pattern=KEEPABLE, max_length=LONGEST_DECISIONS),
        Field(
            description="JSON of what shall be otherwise than a dry run says: `reading` corrects "
            "fields of its `reading`, `accounts` maps the key of one to the id of another or to a "
            "new one with its `name`, `rows` maps the number of one to INCLUDE, SKIP, LINK or "
            "APART, and `answers` are those of `answer`.",
            examples=[EXAMPLE],
        ),
    ] = "{}"


class RowsQuery(PageQuery):
    """Which page of an import's rows is wanted, and of which."""

    state: RowState | None = None


class Undone(Told):
    """How many transactions went."""

    removed: int


@router.post(
    "",
    status_code=201,
    dependencies=[Depends(require_one_file)],
    response_model=ImportReportTold,
    responses={200: {"model": ImportReportTold}},
)
def import_file(
    context: Member, given: Annotated[ImportGiven, FILE_FORM], response: Response
) -> ImportReportTold | Response:
    """Import a bank file, all of it or nothing; a dry run answers 200 and writes nothing.

    A dry run says what can be decided: how the columns are read, where each account goes, what
    becomes of each row. `decisions` says it otherwise, in the same words.
    """
    decisions = _decisions(given)
    content, name = given.file.file.read(), given.file.filename or "file"
    preview = preview_decided(context, content, name, decisions, account_id=given.account)
    if preview.questions:
        return problem(422, OPEN, **asked_told(preview))
    if given.dry_run:
        response.status_code = 200
        return preview_told(preview, decisions.rows, given.after_row, MOST_ROWS)
    done = commit_import(context, preview, decisions.rows)
    return report_told(preview, decisions.rows, done)


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


@router.get("/{import_id}/rows")
def list_rows(
    context: Member, import_id: UUID, wanted: Annotated[RowsQuery, Query()]
) -> Page[RowTold]:
    """List the rows of an imported file in accounts that I see, with what became of each.

    They come in the order of the file, under the numbers that they have there.
    """
    name = f"{LIST} {import_id}"
    after = int(opened(context.tenant_id, name, wanted.cursor) or 0)
    found = import_rows_told(context, import_id, wanted.state, wanted.limit + 1, after)
    items = found[: wanted.limit]
    following = str(items[-1].row) if len(found) > len(items) else None
    return Page(items=items, next=closed(context.tenant_id, name, following))


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


def _decisions(given: ImportGiven) -> FileDecisions:
    decisions = file_decisions(given.decisions)
    return replace(decisions, answers={**decisions.answers, **dict(map(_answer, given.answer))})


def _answer(text: str) -> tuple[str, str]:
    field, _, value = text.partition("=")
    if not value:
        raise InvalidInput(NO_ANSWER)
    return field, value
