"""CSV in every dialect: what is written comes back, and what is open is asked for."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from fintrack.statements.mapping import Mapping, answered
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Entry, StatementFile

FIRST_DAY = date(2021, 3, 1)
DELIMITERS = [",", ";", "\t", "|", "^", "~"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp1250"]
DATES = {
    "ymd": ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"],
    "dmy": ["%d/%m/%Y", "%d.%m.%y", "%d-%m-%Y"],
    "mdy": ["%m/%d/%Y", "%m-%d-%Y"],
    "ydm": ["%Y-%d-%m", "%Y/%d/%m"],
}
ARABIC, ARABIC_THOUSANDS = "\N{ARABIC DECIMAL SEPARATOR}", "\N{ARABIC THOUSANDS SEPARATOR}"
THOUSANDS = {".": [",", " ", "'", ""], ",": [".", " ", "'", ""], ARABIC: [ARABIC_THOUSANDS, ""]}
HEADERS = [
    ("Date", "Description", "Amount"),
    ("Buchungstag", "Verwendungszweck", "Betrag"),
    ("Datum", "Omschrijving", "Bedrag"),
    ("Fecha", "Concepto", "Importe"),
    ("Ngày", "Nội dung", "Số tiền"),
    ("", "", ""),
]
Row = tuple[date, str, Decimal]


@dataclass(frozen=True)
class Dialect:
    """How one bank writes the same three columns."""

    delimiter: str
    encoding: str
    order: str
    dates: str
    mark: str
    thousands: str
    header: tuple[str, str, str]
    line_end: str


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """Draw each habit apart from the others."""
    order, mark = draw(st.sampled_from(list(DATES))), draw(st.sampled_from(list(THOUSANDS)))
    return Dialect(
        draw(st.sampled_from(DELIMITERS)),
        draw(st.sampled_from(ENCODINGS)),
        order,
        draw(st.sampled_from(DATES[order])),
        mark,
        draw(st.sampled_from(THOUSANDS[mark])),
        draw(st.sampled_from(HEADERS)),
        draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )


ROWS = st.lists(
    st.tuples(
        st.integers(0, 700).map(lambda days: FIRST_DAY + timedelta(days=days)),
        st.sampled_from(["Grocer", "Café, Sömmerda", 'The "Old" Mill', "Rent; March", "Salary 3"]),
        st.integers(-(10**8), 10**8).map(lambda cents: Decimal(cents).scaleb(-2)),
    ),
    min_size=1,
    max_size=25,
)


@given(dialects(), ROWS)
def test_a_written_dialect_returns_its_rows(dialect: Dialect, rows: list[Row]) -> None:
    content = written(dialect, rows)
    assume(content is not None)

    found = answer_all(content or b"", dialect)

    assert read_rows(found) == rows


@given(dialects(), ROWS)
def test_an_open_date_order_is_asked_for_and_a_closed_one_is_not(
    dialect: Dialect,
    rows: list[Row],
) -> None:
    content = written(dialect, rows)
    assume(content is not None)
    # Dots mean day first; a year that leads is followed by the month until a row disproves it.
    may_be_open = dialect.order in {"dmy", "mdy"} and "." not in dialect.dates
    is_open = may_be_open and all(day.day <= 12 for day, _, _ in rows)
    is_open = is_open and any(day.day != day.month for day, _, _ in rows)

    asked = {question.field for question in read_statements(content or b"").questions}

    assert asked == ({"date_order"} if is_open else set())


@given(ROWS)
def test_an_open_decimal_mark_is_asked_for_and_no_row_is_guessed(rows: list[Row]) -> None:
    content = "Date;Text;Amount\n" + "".join(f"{day};{text};1.234\n" for day, text, _ in rows)
    found = read_statements(content.replace("Rent; ", "Rent ").encode())

    assert [question.field for question in found.questions] == ["decimal_mark"]
    assert not found.statements


@given(dialects(), ROWS)
def test_the_mapping_that_was_found_reads_the_file_again(dialect: Dialect, rows: list[Row]) -> None:
    content = written(dialect, rows)
    assume(content is not None)
    first = answer_all(content or b"", dialect)
    assert first.mapping is not None

    again = read_statements(content or b"", mapping=Mapping.from_json(first.mapping.to_json()))

    assert (again.statements, again.mapping) == (first.statements, first.mapping)


def answer_all(content: bytes, dialect: Dialect) -> StatementFile:
    answers = {
        "date_order": dialect.order,
        "decimal_mark": dialect.mark.replace(ARABIC, "."),
        "amount": "2",
        "date": "0",
    }
    found = read_statements(content)
    while found.questions:
        question = found.questions[0]
        assert answers[question.field] in {choice.value for choice in question.choices}
        assert found.mapping is not None
        mapping = answered(found.mapping, question.field, answers[question.field])
        found = read_statements(content, mapping=mapping)
    return found


def read_rows(found: StatementFile) -> list[Row]:
    entries: Sequence[Entry] = [each for one in found.statements for each in one.entries]
    return [(each.booked_on, each.text or each.payee, each.amount) for each in entries]


def written(dialect: Dialect, rows: Sequence[Row]) -> bytes | None:
    """Return the file, None where the dialect cannot hold its letters or shows no order at all."""
    if dialect.order == "ydm" and all(day.day <= 12 for day, _, _ in rows):
        return None
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=dialect.delimiter, lineterminator=dialect.line_end)
    if any(dialect.header):
        writer.writerow(dialect.header)
    for day, text, amount in rows:
        figures = f"{amount:,.2f}".replace(",", "T").replace(".", dialect.mark)
        writer.writerow([f"{day:{dialect.dates}}", text, figures.replace("T", dialect.thousands)])
    try:
        return file.getvalue().encode(dialect.encoding)
    except UnicodeEncodeError:
        return None
