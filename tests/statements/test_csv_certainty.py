"""The guess about a table says how sure it is, and where it is least sure."""

from dataclasses import replace

import pytest

from fintrack.statements.mapping import Role
from fintrack.statements.read import read_statements
from tests.statements.reading import read

SURE = "Date,Text,Amount\n2026-01-31,A,-1.50\n2026-01-30,B,2.25\n"


def test_a_table_that_proves_itself_is_certain() -> None:
    assert read(SURE).certainty.overall == 100


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (SURE.removeprefix("Date,Text,Amount\n"), "header"),
        (SURE.replace("Date,Text,Amount", "foo,bar,baz"), "header"),
        ("Datum;Text;Betrag\n01.02.2026;A;-1,50\n", "date_order"),
        ("Date;Text;Debit;Credit\n2026-01-31;A;1.234;\n2026-01-31;B;;5,50\n", "decimal_mark"),
        (SURE.replace("-", ""), "columns"),
        (SURE.replace("2.25", "2..25"), "columns"),
        ("Date,Text,Amount\n2026-01-31,A,-1.50\n2026-01-30;B,2.25\n2026;B;1", "columns"),
    ],
)
def test_what_is_only_likely_is_less_than_certain(text: str, part: str) -> None:
    certainty = read(text).certainty

    assert getattr(certainty, part) < 100
    assert certainty.overall <= getattr(certainty, part)


def test_an_old_encoding_is_only_likely() -> None:
    found = read_statements(SURE.replace("B", "Größe, Zürich".replace(",", "")).encode("cp1252"))

    assert 50 < found.certainty.encoding < 100


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp1252", ["Recibo Nº 5", "Mª Peña", "Año nuevo"]),
        ("cp1252", ["Visa® Nestlé", "Crème für Zoë", "Größe"]),
        ("cp1252", ["Løn", "Overførsel Åse", "Lægehus"]),
        ("cp1252", ["Prélèvement", "À bientôt", "Forêt"]),
        ("cp1250", ["Przelew własny", "Żabka Łódź", "Święta"]),
        ("cp1250", ["Příchozí", "Řeřicha", "Účet"]),
        ("cp1254", ["Çeşme", "Şöför", "Büfe"]),
    ],
)
def test_an_old_encoding_is_told_by_the_language(encoding: str, texts: list[str]) -> None:
    rows = [f"2026-01-{day:02},{text},-1.00\n" for day, text in enumerate(texts * 3, 1)]

    found = read_statements("".join(["Date,Text,Amount\n", *rows]).encode(encoding))

    assert [each.text for each in found.statements[0].entries] == texts * 3
    assert found.mapping is not None
    assert (found.mapping.encoding, found.certainty.encoding) == (encoding, 90)


def test_a_sign_that_iso_does_not_have_decides_wherever_it_stands() -> None:
    row = "2026-01-31,Szűcs Győző átutalás,-1.00\n".encode("cp1250")
    content = b"Date,Text,Amount\n" + row * 2_500 + row.replace(b"tal", b"\x80")

    found = read_statements(content)

    assert found.statements[0].entries[-1].text == "Szűcs Győző átu€ás"


def test_an_open_question_has_no_certainty() -> None:
    found = read("Date,Text,Amount\n01/02/2026,A,-1.50\n")

    assert [question.field for question in found.questions] == ["date_order"]
    assert found.certainty.overall == found.certainty.date_order == 0


def test_each_column_says_how_sure_its_role_is() -> None:
    found = read("Date,Text,Amount,Colour\n2026-01-31,A,-1.50,red\n2026-01-30,B,x,blue\n")

    assert [(each.role, each.certainty) for each in found.columns] == [
        (Role.DATE, 100),
        (Role.TEXT, 100),
        (Role.AMOUNT, 50),
        (Role.IGNORE, None),
    ]


def test_what_the_member_said_is_certain() -> None:
    content = SURE.replace("-", "").encode()
    mapping = read_statements(content).mapping
    assert mapping is not None

    said = read_statements(content, mapping=replace(mapping, header_row=1))

    assert said.certainty.overall == 100
