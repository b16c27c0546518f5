"""The files of attachments in an archive: one at a time, so that memory stays flat."""

from collections.abc import Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fintrack.attachment_schema import Attachment
from fintrack.errors import InvalidInput
from fintrack.ledger.exports import unguarded
from fintrack.ledger.rows import add
from fintrack.operations.archive.manifest import AttachedFile, attachment_file
from fintrack.operations.archive.pack import Pack, is_whole, rows, whole
from fintrack.operations.archive.tables import BY_NAME, in_book

TABLE = BY_NAME["attachments"]
OTHERS = "The manifest names other attachments than attachments.csv."
CHANGED = "The attachment {name} was changed after FinTrack wrote it."


def attached_files(db: Session) -> Iterator[tuple[str, bytes]]:
    """Yield each attachment of the book as the member sees it: its id and its content, by id."""
    ids = db.scalars(select(Attachment.id).where(in_book(TABLE)).order_by(Attachment.id)).all()
    for each in ids:
        content = select(Attachment.content).where(Attachment.id == each)
        yield str(each), db.scalars(content).one()


def attached_hashes(db: Session) -> dict[str, str]:
    """Return the SHA-256 of what is kept of each attachment, by its place in the archive."""
    digest = func.encode(func.sha256(Attachment.content), "hex")
    statement = select(Attachment.id, digest).where(in_book(TABLE)).order_by(Attachment.id)
    return {attachment_file(str(key)): found for key, found in db.execute(statement)}


def attachment_problems(pack: Pack) -> list[str]:
    """Return what does not fit between the table, the manifest and the files."""
    stated = pack.manifest.attachments
    if TABLE.name not in pack.manifest.tables:
        return [OTHERS] if stated else []
    names: dict[str, str] = {}
    files: dict[str, AttachedFile] = {}
    for row in rows(pack, TABLE):
        names[row["id"]] = unguarded(row["name"])
        files[row["id"]] = AttachedFile(_count(row["size"]), row["sha256"])
    if files != stated:
        return [OTHERS]
    return [
        CHANGED.format(name=names[key])
        for key, file in stated.items()
        if not is_whole(pack, attachment_file(key), file.bytes, file.sha256)
    ]


def write_attachment(db: Session, pack: Pack, values: Mapping[str, object]) -> None:
    """Keep one attachment with the content that the archive has of it."""
    key = str(values["id"])
    file = pack.manifest.attachments[key]
    content = whole(pack, attachment_file(key), file.bytes)
    add(db, Attachment, list(values), [values], content=content)


def _count(cell: str) -> int:
    try:
        return int(cell)
    except ValueError as error:
        raise InvalidInput(OTHERS) from error
