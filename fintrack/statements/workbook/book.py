"""What a workbook says about its sheets: their names, their shared texts, their dates.

Source: ECMA-376, Office Open XML, part 1, sections 18.2 (workbook), 18.4 (shared strings) and
18.8 (styles).
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from fintrack.statements.statement import StatementError
from fintrack.statements.workbook.parts import (
    TOO_LARGE,
    Attributes,
    ElementReader,
    Package,
    local_name,
    opened,
    read_part,
)
from fintrack.statements.workbook.values import LONGEST_TEXT, is_date_format, unescaped

_MOST_LETTERS = 32 * 1024 * 1024
_NO_SHEETS = "The workbook holds no sheet; save it again, or save the sheet as CSV."


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: the part of each visible sheet by its name, texts, and which styles are days."""

    package: Package
    sheets: Mapping[str, str]
    texts: tuple[str, ...]
    day_styles: frozenset[str]
    since_1904: bool


def is_workbook(content: bytes) -> bool:
    """Say whether the bytes are a packed workbook, cut off or not."""
    return content.startswith(b"PK\x03\x04") and b"workbook.xml" in content.lower()


def book_of(content: bytes) -> Book:
    """Return what the workbook says about its sheets.

    Raises:
        StatementError: it is damaged, too large or without a sheet.
    """
    package = opened(content)
    path = next((name for name in package.parts if name.endswith("workbook.xml")), None)
    if path is None:
        raise StatementError(_NO_SHEETS)
    found = _Found()
    read_part(package, path, ElementReader(found.workbook))
    targets = _targets(package, path)
    sheets = {
        name: part
        for name, key, is_hidden in found.sheets
        if not is_hidden and (part := targets.get(key))
    }
    if not sheets:
        raise StatementError(_NO_SHEETS)
    if styles := _beside(package, path, "styles.xml"):
        read_part(package, styles, ElementReader(found.style, found.end_of_style))
    if strings := _beside(package, path, "sharedstrings.xml"):
        read_part(package, strings, ElementReader(found.string, found.end_of_string, found.text))
    return Book(package, sheets, tuple(found.texts), found.day_styles(), found.since_1904)


def _targets(package: Package, path: str) -> dict[str, str]:
    """The parts of the worksheets, by the id under which the workbook refers to them."""
    folder, name = posixpath.split(path)
    related = package.named(f"{folder}/_rels/{name}.rels")
    found: dict[str, str] = {}

    def keep(_name: str, attributes: Attributes) -> None:
        target = attributes.get("Target", "")
        part = package.named(target if target.startswith("/") else f"{folder}/{target}")
        if part is not None and attributes.get("Type", "").endswith("/worksheet"):
            found[attributes.get("Id", "")] = part

    if related is not None:
        read_part(package, related, ElementReader(keep))
    return found


def _beside(package: Package, path: str, name: str) -> str | None:
    return package.named(f"{posixpath.dirname(path)}/{name}")


@dataclass(slots=True)
class _Found:
    """What was found so far, and where in a part the reading stands."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    since_1904: bool = False
    codes: dict[str, str] = field(default_factory=dict)
    formats: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    letters: int = 0
    in_cell_styles: bool = False
    in_text: bool = False
    in_reading_aid: bool = False
    room: int = LONGEST_TEXT
    pieces: list[str] = field(default_factory=list)

    def workbook(self, name: str, attributes: Attributes) -> None:
        local = local_name(name)
        if local == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            is_hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), key, is_hidden))
        elif local == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in {"1", "true"}

    def style(self, name: str, attributes: Attributes) -> None:
        local = local_name(name)
        if local == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif local == "cellXfs":
            self.in_cell_styles = True
        elif local == "xf" and self.in_cell_styles:
            self.formats.append(attributes.get("numFmtId", "0"))

    def end_of_style(self, name: str) -> None:
        if local_name(name) == "cellXfs":
            self.in_cell_styles = False

    def day_styles(self) -> frozenset[str]:
        return frozenset(
            str(style)
            for style, number in enumerate(self.formats)
            if number.isdecimal() and is_date_format(int(number[:5]), self.codes.get(number))
        )

    def string(self, name: str, _attributes: Attributes) -> None:
        local = local_name(name)
        self.in_reading_aid = self.in_reading_aid or local == "rPh"
        self.in_text = local == "t" and not self.in_reading_aid

    def text(self, piece: str) -> None:
        if self.in_text and self.room > 0:
            self.room -= len(piece)
            self.pieces.append(piece)

    def end_of_string(self, name: str) -> None:
        local = local_name(name)
        self.in_text = False
        if local == "rPh":
            self.in_reading_aid = False
        elif local == "si":
            text = unescaped("".join(self.pieces))[:LONGEST_TEXT]
            self.pieces.clear()
            self.room = LONGEST_TEXT
            self.texts.append(text)
            self.letters += len(text)
            if self.letters > _MOST_LETTERS:
                raise StatementError(TOO_LARGE)
