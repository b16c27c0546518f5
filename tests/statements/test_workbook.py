"""Workbooks: rows as the spreadsheet shows them, one sheet or a question, and no bomb goes off."""

import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.statements.mapping import Mapping, answered
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Statement, StatementError
from fintrack.statements.workbook.book import book_of
from fintrack.statements.workbook.sheet import sheet_rows
from tests.statements.reading import only_of
from tests.statements.workbooks import (
    MAIN,
    Cell,
    packed,
    relations_xml,
    workbook,
    workbook_xml,
)

SHEET = "worksheets/sheet1.xml"
HEADER: list[Cell] = ["Date", "Text", "Amount"]
MARCH: list[list[Cell]] = [HEADER, [date(2026, 3, 1), "Grocer", -42.5]]
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(-1e12, 1e12).map(lambda value: round(value, 4)),
    st.integers(-(10**12), 10**12).map(float),
    st.dates(date(1901, 1, 1), date(2999, 1, 1)),
    st.datetimes(datetime(1901, 1, 1), datetime(2999, 1, 1)).map(  # noqa: DTZ001 - no zone
        lambda moment: moment.replace(microsecond=0)
    ),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cn"]), max_size=9),
)


def test_days_and_figures_are_read_as_the_spreadsheet_shows_them() -> None:
    found = only(
        workbook(
            {
                "2026": [
                    ["Account: 12345678"],
                    HEADER,
                    [datetime(2026, 3, 1, 23, 59, 59), "Grocer", -0.1 - 0.2],  # noqa: DTZ001
                    [date(2026, 12, 1), "Gold", 1.234],
                ]
            }
        )
    )

    assert found.account == "12345678"
    assert [(each.line, each.booked_on, each.amount) for each in found.entries] == [
        (3, date(2026, 3, 1), Decimal("-0.3")),
        (4, date(2026, 12, 1), Decimal("1.234")),
    ]


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    content = workbook({"A": MARCH}, {"workbook.xml": workbook_xml(["A"], since="1")})

    assert only(content).entries[0].booked_on == date(2030, 3, 2)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2" t="inlineStr"><is><t>Gro</t><rPh><t>x</t></rPh><r><t>cer</t></r></is></c>',
        '<c r="B2" t="str"><f>A1&amp;"x"</f><v>Grocer</v></c>',
        '<c t="inlineStr"><is><t xml:space="preserve"> Grocer_x000D_ </t></is></c>',
        '<c t="inlineStr"><is><t>Gro_x0000_cer</t></is></c>',
    ],
)
def test_texts_may_stand_in_the_sheet_itself(cell: str) -> None:
    sheet = sheet_of(f'<row><c r="A2" s="1"><v>46082</v></c>{cell}<c r="C2"><v>1</v></c></row>')

    (entry,) = only(workbook({"A": MARCH}, {SHEET: sheet})).entries

    assert (entry.booked_on, entry.text) == (date(2026, 3, 1), "Grocer")


def test_elements_may_have_prefixes_and_parts_absolute_names() -> None:
    sheet = sheet_of('<row r="2"><c s="1"><v>46082</v></c><c><v>1</v></c><c><v>2</v></c></row>')
    for tag in ("worksheet", "sheetData", "row", "c", "v"):
        sheet = sheet.replace(f"<{tag}", f"<x:{tag}").replace(f"</{tag}", f"</x:{tag}")
    relations = relations_xml(1).replace("worksheets/", "/xl/worksheets/")
    changed = {SHEET: sheet.replace("xmlns=", "xmlns:x="), "_rels/workbook.xml.rels": relations}

    content = workbook({"A": MARCH}, changed)

    assert only(content).entries[0].booked_on == date(2026, 3, 1)


def test_the_only_sheet_with_a_table_is_taken() -> None:
    content = workbook({"Cover": [["Dear customer"]], "2026": MARCH, "Notes": [["x", 1.0]]})

    found = read_statements(content)

    assert found.mapping is not None
    assert (found.format, found.mapping.sheet) == ("xlsx", "2026")
    assert len(only(content).entries) == 1


def test_of_several_tables_one_is_asked_for() -> None:
    content = workbook({"2025": [HEADER, [date(2025, 3, 1), "A", 1.0]], "2026": MARCH})

    asked = read_statements(content)

    (question,) = asked.questions
    assert not asked.statements
    assert [choice.value for choice in question.choices] == ["2025", "2026"]
    assert asked.mapping is not None
    chosen = read_statements(content, mapping=answered(asked.mapping, "sheet", "2026"))
    assert [entry.amount for entry in chosen.statements[0].entries] == [Decimal("-42.5")]


def test_a_sheet_that_is_not_there_is_refused() -> None:
    with pytest.raises(StatementError, match="no sheet '2027'"):
        read_statements(workbook({"2026": MARCH}), mapping=Mapping(sheet="2027"))


def test_hidden_sheets_are_not_asked_for() -> None:
    names = ["2026", "Old"]
    content = workbook(
        {"2026": MARCH, "Old": MARCH}, {"workbook.xml": workbook_xml(names, state="hidden")}
    )

    assert len(only(content).entries) == 1


@given(st.lists(st.lists(CELLS, max_size=5), max_size=6))
def test_a_sheet_is_read_as_another_library_reads_it(rows: list[list[Cell]]) -> None:
    content = workbook({"A": rows})
    other = python_calamine.load_workbook(BytesIO(content)).get_sheet_by_name("A")

    own = {row.line: row.cells for row in sheet_rows(book_of(content), "A")}

    expected = {
        line: tuple(map(shown, row))
        for line, row in enumerate(other.to_python(skip_empty_area=False), 1)
    }
    assert {line: trimmed(map(comparable, cells)) for line, cells in own.items()} == {
        line: cells for line, row in expected.items() if (cells := trimmed(row))
    }


BOMBS = {
    "cells far apart": {
        SHEET: '<row><c r="A1"><v>1</v></c></row><row r="1048576">'
        '<c r="XFD1048576"><v>1</v></c></row>'
    },
    "a promise of many texts": {
        "sharedStrings.xml": f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295"/>'
    },
    "a long comment": {SHEET: f"<!--{' ' * 200_000_000}-->"},
    "a long text": {
        "sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>{"x" * 120_000_000}</t></si></sst>'
    },
    "entities": {SHEET: '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>&b;'},
    "a column beyond the last": {SHEET: '<row><c r="ZZZZZZZ1"><v>1</v></c></row>'},
    "a row beyond the last": {SHEET: '<row r="99999999"><c><v>1</v></c></row>'},
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_bomb_fills_the_memory(name: str) -> None:
    parts = {
        part: sheet_of(xml) if part.startswith("worksheets") else xml
        for part, xml in BOMBS[name].items()
    }
    content = workbook({"A": MARCH}, parts)
    tracemalloc.start()

    is_read_or_refused(content)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbook({"A": MARCH})[:-40], "damaged"),
        (workbook({"A": MARCH}, {SHEET: b"\x00" * 99}), "damaged"),
        (workbook({"A": MARCH}, {SHEET: "<worksheet><sheetData>"}), "damaged"),
        (workbook({"A": MARCH}, {SHEET: '<?xml version="1.0" encoding="x-y"?><'}), "damaged"),
        (workbook({"A": MARCH}, {"workbook.xml": "<workbook/>"}), "no sheet"),
        (packed({"xl/workbook.xml": "<workbook/>"}), "no sheet"),
        (packed({"xl/workbook.bin": "x"}), "a spreadsheet"),
        (workbook({"A": [["Dear customer"]]}), "not a statement"),
        (workbook({"A": []}), "not a statement"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_workbook_of_transactions_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(StatementError, match=words) as refusal:
        read_statements(content)

    assert str(refusal.value).endswith(".")
    assert str(refusal.value).count(". ") == 0


@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(workbook({"A": MARCH, "B": [["x"]]}))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    is_read_or_refused(bytes(content))


@given(
    st.lists(
        st.sampled_from(
            [
                *["<row>", "</row>", '<row r="2">', '<row r="-1">', '<c r="A1">', "<c>", "</c>"],
                *['<c t="s">', '<c t="b">', '<c t="inlineStr">', '<c s="1">', "<v>", "</v>"],
                *["46082", "-1", "1e999", "nan", "x", "<t>", "</t>", "<rPh>", "</rPh>", "_x0041_"],
                *["&amp;", "&#0;", "<![CDATA[", "]]>", '<c r="1A">', '<c r="">', "\x00"],
            ]
        ),
        max_size=25,
    )
)
def test_any_heap_of_cells_is_read_or_refused(tags: list[str]) -> None:
    is_read_or_refused(workbook({"A": MARCH}, {SHEET: sheet_of("".join(tags))}))


def sheet_of(rows: str) -> str:
    header = "".join(f'<c t="str"><v>{name}</v></c>' for name in HEADER)
    return (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{header}</row>{rows}</sheetData>'
        "</worksheet>"
    )


def only(content: bytes) -> Statement:
    return only_of(read_statements(content))


def shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | int):
        return comparable(repr(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    return comparable(str(value).strip())


def comparable(text: str) -> str:
    """One form for a number, whichever way it is written."""
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def trimmed(cells: object) -> tuple[str, ...]:
    found = list(cells)  # type: ignore[call-overload]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def is_read_or_refused(content: bytes) -> None:
    try:
        read_statements(content)
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer
