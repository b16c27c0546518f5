"""Attachments: the files of transactions, given, listed, taken away and put back."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Response, UploadFile
from pydantic import Field

from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import FILE_FORM, Given, Told, require_one_file
from fintrack.api.pages import Page
from fintrack.ledger.attachments import (
    LARGEST_MEGABYTES,
    AttachmentRecord,
    add_attachment,
    attachment_file,
    attachments,
    remove_attachment,
    restore_attachment,
)
from fintrack.ledger.media_types import MEDIA_TYPES
from fintrack.limits import MEGABYTE

FILE = {"schema": {"type": "string", "format": "binary"}}
FILES = {"content": dict.fromkeys(sorted(MEDIA_TYPES), FILE), "description": "To be saved."}
KEPT = "id name media_type size sha256 added_by added_at".split()
router = APIRouter(tags=["transactions"], route_class=Call)


class AttachmentGiven(Given):
    """A file of at most 10 MB."""

    file: UploadFile


class AttachmentTold(Told):
    """A file of a transaction."""

    id: UUID
    transaction: UUID
    name: str
    media_type: Annotated[str, Field(description="As the content says, whatever the name.")]
    size: Annotated[int, Field(description="In bytes.")]
    sha256: str
    added_by: Annotated[str | None, Field(description="The name, null once it was erased.")]
    added_at: datetime


@router.get("/transactions/{transaction_id}/attachments")
def list_attachments(context: Member, transaction_id: UUID) -> Page[AttachmentTold]:
    """List the files of a transaction, the oldest first."""
    items = [_told(each) for each in attachments(context, transaction_id)]
    return Page(items=items, next=None)


@router.post(
    "/transactions/{transaction_id}/attachments",
    status_code=201,
    dependencies=[Depends(require_one_file)],
    responses={200: {"model": AttachmentTold}},
)
def attach(
    context: Member,
    transaction_id: UUID,
    given: Annotated[AttachmentGiven, FILE_FORM],
    response: Response,
) -> AttachmentTold:
    """Give a transaction a file; one that it has, or had, is answered with 200 and kept once."""
    content = given.file.file.read(LARGEST_MEGABYTES * MEGABYTE + 1)
    name = given.file.filename or ""
    found = add_attachment(context, transaction_id, name, content)
    response.status_code = 201 if found.is_new else 200
    return _told(found)


@router.get(
    "/attachments/{attachment_id}",
    response_class=Response,
    responses={200: FILES},
)
def show_attachment(context: Member, attachment_id: UUID) -> Response:
    """Return what is in a file, as it was given."""
    found, content = attachment_file(context, attachment_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, media_type=found.media_type)


@router.delete("/attachments/{attachment_id}", status_code=204)
def detach(context: Member, attachment_id: UUID) -> Response:
    """Take a file from its transaction; for thirty days it can be put back."""
    remove_attachment(context, attachment_id)
    return Response(status_code=204)


@router.post("/attachments/{attachment_id}/restore", status_code=204)
def put_back(context: Member, attachment_id: UUID) -> Response:
    """Put a file back that was taken away; nothing happens to one that is there."""
    restore_attachment(context, attachment_id)
    return Response(status_code=204)


def _told(found: AttachmentRecord) -> AttachmentTold:
    kept = {name: getattr(found, name) for name in KEPT}
    return AttachmentTold(transaction=found.transaction_id, **kept)
