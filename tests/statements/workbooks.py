"""Small workbooks written by hand, part by part."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from types import MappingProxyType
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# Style 1 is a day, style 2 a day with its time, style 3 money.
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="2">
<numFmt numFmtId="164" formatCode="dd.mm.yyyy\\ hh:mm"/>
<numFmt numFmtId="165" formatCode='#,##0.00\\ "d."'/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs><cellXfs count="4">
<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>
</cellXfs></styleSheet>"""
Cell = str | float | date | bool | None


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    changed: Mapping[str, str | bytes] = MappingProxyType({}),
) -> bytes:
    """Return a workbook of these sheets; `changed` replaces or adds parts by their names."""
    texts: dict[str, int] = {}
    parts: dict[str, str | bytes] = {
        f"xl/worksheets/sheet{at}.xml": sheet_xml(rows, texts)
        for at, rows in enumerate(sheets.values(), 1)
    }
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    return packed(
        {
            "xl/workbook.xml": workbook_xml(list(sheets)),
            "xl/_rels/workbook.xml.rels": relations_xml(len(sheets)),
            "xl/styles.xml": STYLES,
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
            **parts,
            **{f"xl/{name}": part for name, part in changed.items()},
        }
    )


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", ROOT)
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
ROOT = (
    f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)


def workbook_xml(names: Sequence[str], state: str = "visible", since: str = "0") -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}" '
        f'state="{state if at == len(names) else "visible"}"/>'
        for at, name in enumerate(names, 1)
    )
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{since}"/>'
        f"<sheets>{sheets}</sheets></workbook>"
    )


def relations_xml(count: int) -> str:
    sheets = "".join(
        f'<Relationship Id="rId{at}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, count + 1)
    )
    others = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{name}" Target="{name}.xml"/>'
        for name in ("styles", "sharedStrings")
    )
    return f'<Relationships xmlns="{PACKAGE}">{sheets}{others}</Relationships>'


def sheet_xml(rows: Sequence[Sequence[Cell]], texts: dict[str, int]) -> str:
    lines = [
        f'<row r="{line}">'
        + "".join(
            cell_xml(f"{chr(65 + at)}{line}", cell, texts)
            for at, cell in enumerate(row)
            if cell is not None
        )
        + "</row>"
        for line, row in enumerate(rows, 1)
    ]
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def cell_xml(place: str, cell: Cell, texts: dict[str, int]) -> str:
    if isinstance(cell, str):
        at = texts.setdefault(cell, len(texts))
        return f'<c r="{place}" t="s"><v>{at}</v></c>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, date):
        style = 2 if isinstance(cell, datetime) else 1
        return f'<c r="{place}" s="{style}"><v>{serial(cell)!r}</v></c>'
    return f'<c r="{place}" s="3"><v>{cell!r}</v></c>'


def serial(day: date) -> float:
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001
    return (moment - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
