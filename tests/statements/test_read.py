"""What is no statement is refused in one sentence, and FinTrack's own export comes back whole."""

import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.statements.delimited.own_export import HEADER
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Entry, SplitLine, StatementError

OWN_HEADER = ",".join(HEADER) + "\n"


def test_characters_that_cannot_be_read_are_told() -> None:
    first, last = "31/01/2026,Caf\xe9,1.00\n", "31/01/2026,Caf\xe9 \x81\x8d,2.00\n"
    plain = "30/01/2026,Shop,1.00\n" * 5_000
    content = f"Date,Text,Amount\n{first}{plain}{last}".encode("latin-1")

    (found,) = read_statements(content).statements

    assert found.entries[-1].text == "Caf\xe9 \ufffd\ufffd"
    (note,) = found.notes
    assert note == (
        "2 characters could not be read and stand as \ufffd: "
        "save the file as UTF-8, or download it again."
    )


def test_a_file_that_can_be_read_says_nothing_of_characters() -> None:
    content = "Date,Text,Amount\n31/01/2026,Caf\xe9,1.00\n".encode("latin-1")

    assert not read_statements(content).statements[0].notes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"%PDF-1.7 x", "a PDF"),
        (b"PK\x03\x04rest", "a spreadsheet"),
        (b"PK\x03\x04camt.053.xml", "unpack it and drop its files together"),
        (b"\x1f\x8brest", "unpack it and drop its files together"),
        (b"\xd0\xcf\x11\xe0rest", "an Excel workbook"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", "not text"),
        (b"Date,Text,Amount\n2026-01-31,A\x00B,1.00\n", "not text"),
        (b"<!DOCTYPE html><html></html>", "no table"),
        (b'{"date": "2026-01-31", "amount": 1}', "no table"),
        (b"Dear customer,\nplease find your statement attached.\n", "not a statement"),
        (b"name,city\nAna,Lisbon\nBen,Porto\n", "not a statement"),
        (b"a" * 10_000_000, "too long"),
        (b"\n" * 1_000_001 + b"x", "a million lines"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_no_statement_is_refused_in_one_sentence(content: bytes, words: str) -> None:
    with pytest.raises(StatementError, match=words) as refusal:
        read_statements(content)

    assert str(refusal.value).endswith(".")
    assert str(refusal.value).count(". ") == 0


def test_a_file_of_endless_lines_is_refused_before_it_is_taken_apart() -> None:
    content = b"2026-01-31,A,1.00\n" * 1_000_001
    tracemalloc.start()

    with pytest.raises(StatementError, match="a million lines"):
        read_statements(content)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(content) / 10


@given(st.binary(max_size=400))
def test_j5_any_bytes_are_read_or_refused(content: bytes) -> None:
    is_read_or_refused(content)


@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "cp1252", "gb18030"]))
def test_any_text_is_read_or_refused(text: str, encoding: str) -> None:
    is_read_or_refused(text.encode(encoding, errors="replace"))


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    *["", "-", "1.234", "1,5", "2026-01-31", "31/01/26", "Date", "Amount", "Debit"],
                    *["credit", "Balance", "€ 5", "(3)", "Opening balance", "Closing balance"],
                    *["Total", "IBAN", '"', "'", "9" * 30, "Pending", "Type", "D", "EUR", "Fee"],
                    *["1e9", "٣", "\x0b", "\u2028", "99999999", "0.0", "Journal", "source name"],
                ],
            ),
            max_size=7,
        ),
        max_size=9,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_table_of_bank_words_is_read_or_refused(rows: list[list[str]], delimiter: str) -> None:
    is_read_or_refused("\n".join(delimiter.join(row) for row in rows).encode())


@given(
    st.lists(
        st.sampled_from(
            [
                *["<OFX>", "</OFX>", "<STMTRS>", "</STMTRS>", "<BANKTRANLIST>", "</BANKTRANLIST>"],
                *["<STMTTRN>", "</STMTTRN>", "<DTPOSTED>20260131", "<TRNAMT>-1.5", "<NAME>A & B"],
                *["<CURRENCY>", "<CURSYM>USD", "<![CDATA[", "]]>", "<!--", "-->", "<", ">", "&#0;"],
                *["<LEDGERBAL>", "<BALAMT>9", "<DTASOF>x", "<CURDEF>EUR", "<BUYMF>", "&#xD800;"],
            ],
        ),
        max_size=25,
    ),
)
def test_any_heap_of_tags_is_read_or_refused(tags: list[str]) -> None:
    is_read_or_refused(("<OFX>" + "\n".join(tags)).encode())


@pytest.mark.parametrize("unit", ["<STMTTRN", "<![CDATA[", "<!--", '"', ',"\n', "<A<A", "&amp;"])
def test_j5_hostile_repetition_is_read_or_refused_in_linear_time(unit: str) -> None:
    is_read_or_refused(("<OFX><STMTRS>" + unit * 60_000).encode())
    is_read_or_refused((f"Date,Text,Amount\n2026-01-31,A,1.00\n{unit}\n" * 8_000).encode())


def test_the_own_export_comes_back_as_it_was() -> None:
    entry = own_entries("id-1,2026-01-31,Giro,EUR,-42.00,Baker,Food,Bread,Nice,CLEARED,,,,,\n")[0]

    assert (entry.reference, entry.booked_on) == ("id-1", date(2026, 1, 31))
    assert (entry.amount, entry.payee) == (Decimal("-42.00"), "Baker")
    assert (entry.category, entry.text, entry.note) == ("Food", "Bread", "Nice")
    assert (entry.status, entry.transfer, entry.lines) == ("CLEARED", None, ())


def test_an_own_export_keeps_value_date_kind_and_tags() -> None:
    row = "id-1,2026-01-31,Giro,EUR,1,,Bees,,,CLEARED,,,2026-02-02,EXPENSE,'=a · b ·· c · trip\n"
    entry = own_entries(row)[0]

    assert (entry.valued_on, entry.kind) == (date(2026, 2, 2), "EXPENSE")
    assert entry.tags == ("=a", "b · c", "trip")


def test_the_rows_of_a_split_are_one_entry_with_lines() -> None:
    entries = own_entries(
        "id-1,2026-01-31,Giro,EUR,-30.00,Shop,Food,Week · Bread,Note,CLEARED,1,,,,\n"
        "id-1,2026-01-31,Giro,EUR,-12.00,Shop,,Week,Note,CLEARED,2,,,,\n"
        "id-2,2026-01-31,Giro,EUR,1.00,,,,,PENDING,,leg,,,\n",
    )

    split, other = entries
    assert (split.text, split.note, split.category) == ("Week", "Note", None)
    assert split.amount == Decimal(-42)
    assert split.lines == (
        SplitLine("Food", Decimal(-30), "Bread"),
        SplitLine(None, Decimal(-12), ""),
    )
    assert (int(other.amount), other.transfer) == (1, "leg")


def test_only_the_apostrophe_of_the_export_is_removed() -> None:
    entry = own_entries("id-1,2026-01-31,Giro,EUR,-1,'=SUM(A1),'tis,'+1,''@x,CLEARED,,,,,\n")[0]

    assert (entry.payee, entry.category, entry.text) == ("=SUM(A1)", "'tis", "+1")
    assert entry.note == "'@x"


def test_line_ends_inside_an_exported_text_stay_as_they_were() -> None:
    entry = own_entries('id-1,2026-01-31,Giro,EUR,-1,Baker,,"a\r\nb\rc",,CLEARED,,,,,\n')[0]

    assert entry.text == "a\r\nb\rc"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("id-1,2026-02-31,Giro,EUR,1,,,,,CLEARED,,,,,", "is not a date such as"),
        ("id-1,2026-01-31,Giro,EUR,x,,,,,CLEARED,,,,,", "no amount such as"),
        ("id-1,2026-01-31,Giro", "no amount such as"),
        ("id-1,2026-01-31,Giro,ZZZ,1,,,,,CLEARED,,,,,", "'ZZZ' is not a currency."),
    ],
)
def test_a_broken_row_of_the_own_export_is_rejected(row: str, reason: str) -> None:
    found = read_statements((OWN_HEADER + row + "\n").encode())

    (rejected,) = found.statements[0].rejected
    assert rejected.line == 2
    assert reason in rejected.reason


def test_an_own_export_that_breaks_off_is_refused() -> None:
    with pytest.raises(StatementError, match="line 2"):
        read_statements((OWN_HEADER + 'id-1,2026-01-31,"Giro').encode())


def own_entries(rows: str) -> list[Entry]:
    found = read_statements((OWN_HEADER + rows).encode())
    return [entry for statement in found.statements for entry in statement.entries]


def is_read_or_refused(content: bytes) -> None:
    try:
        found = read_statements(content)
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer
    else:
        assert found.questions or found.statements
