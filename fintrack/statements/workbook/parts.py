"""A packed workbook taken apart, as a stream and within bounds.

Source: ECMA-376, Office Open XML, part 2 (packaging).
"""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pyexpat import ExpatError, ParserCreate, XMLParserType
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from fintrack.statements.books.packages import ZIP_DAMAGE
from fintrack.statements.statement import StatementError

_CHUNK = 65_536
_LONGEST_TAG = 1024 * 1024
_MOST_PARTS = 2_000
_MOST_BYTES = 128 * 1024 * 1024
DAMAGED = "The workbook is damaged; save it again, or save the sheet as CSV."
TOO_LARGE = "The workbook is too large once unpacked; save a shorter period, or the sheet as CSV."
_ENCRYPTED = 0x1

Attributes = dict[str, str]


@dataclass(slots=True)
class ElementReader:
    """What is done at the start, at the end and with the text of each element, by local name."""

    start: Callable[[str, Attributes], None]
    end: Callable[[str], None] | None = None
    text: Callable[[str], None] | None = None


@dataclass(slots=True)
class Package:
    """The parts of a workbook by lower-case name, and how many bytes may still be unpacked."""

    archive: ZipFile
    parts: dict[str, ZipInfo]
    left: int = _MOST_BYTES

    def named(self, path: str) -> str | None:
        """Return the name under which a part is kept, None for a missing one."""
        name = posixpath.normpath(path.replace("\\", "/")).lstrip("/").lower()
        return name if name in self.parts else None

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a part's bytes.

        Raises:
            StatementError: the part is damaged, or the workbook is a bomb.
        """
        part = self.parts[name]
        if part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} or part.flag_bits & _ENCRYPTED:
            raise StatementError(DAMAGED)
        try:
            with self.archive.open(part) as unpacked:
                while chunk := unpacked.read(_CHUNK):
                    self.left -= len(chunk)
                    if self.left < 0:
                        raise StatementError(TOO_LARGE)
                    yield chunk
        except ZIP_DAMAGE as error:
            raise StatementError(DAMAGED) from error


def opened(content: bytes) -> Package:
    """Return the workbook's parts, none of them unpacked.

    Raises:
        StatementError: the file is cut off or damaged.
    """
    try:
        archive = ZipFile(BytesIO(content))
    except ZIP_DAMAGE as error:
        raise StatementError(DAMAGED) from error
    infos = archive.infolist()
    if len(infos) > _MOST_PARTS:
        raise StatementError(TOO_LARGE)
    names = (posixpath.normpath(each.filename.replace("\\", "/")).lstrip("/") for each in infos)
    return Package(archive, {name.lower(): each for name, each in zip(names, infos, strict=True)})


def elements(package: Package, name: str, reader: ElementReader) -> Iterator[None]:
    """Read a part's elements into `reader`; yields after each chunk, so that rows can leave.

    Raises:
        StatementError: the part is no plain XML.
    """
    parser = _parser(reader)
    try:
        fed = 0
        for chunk in package.chunks(name):
            parser.Parse(chunk)
            fed += len(chunk)
            # What the parser keeps because its end has not come: one endless comment or tag.
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise StatementError(DAMAGED)
            yield
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position alone
    except ExpatError as error:
        raise StatementError(DAMAGED) from error
    yield


def read_part(package: Package, name: str, reader: ElementReader) -> None:
    """Read a whole part's elements into `reader`.

    Raises:
        StatementError: the part is no plain XML.
    """
    for _ in elements(package, name, reader):
        pass


@lru_cache(maxsize=512)
def local_name(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


def _parser(reader: ElementReader) -> XMLParserType:
    # Whatever a part declares, spreadsheet programs write UTF-8.
    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declared: object) -> None:
    """No spreadsheet program declares entities; bombs do."""
    raise StatementError(DAMAGED)
