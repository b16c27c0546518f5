"""CAMT files that break off, lie or attack are refused in one sentence, and nothing else fails."""

import gc
import sys
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.statements.read import read_statements
from fintrack.statements.statement import StatementError
from tests.statements.camt_files import IN, balance, document

LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S"])
WORDS = st.text(LETTERS, min_size=1, max_size=30).filter(lambda text: text != "NOTPROVIDED")
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = {
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "file": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "network": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p; <!ENTITY l9 "">]>',
    "external": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}
PARTS = [
    *["<Ntry>", "</Ntry>", "<Stmt>", "</Stmt>", "<NtryDtls>", "<TxDtls>", "</TxDtls>", "<Bal>"],
    *['<Amt Ccy="EUR">5</Amt>', '<Amt Ccy="">x</Amt>', "<Amt/>", "<CdtDbtInd>DBIT</CdtDbtInd>"],
    *["<BookgDt><Dt>2026-03-14</Dt></BookgDt>", "<BookgDt/>", "<ValDt><Dt>x</Dt></ValDt>", IN],
    *["<Sts/>", "<Sts><Cd/></Sts>", "<Acct><Id/></Acct>", "<Acct>", "</Acct>", "&amp;", "]]>", "<"],
    *[balance("OPBD", "1"), balance("CLBD", "x"), "<RmtInf><Ustrd/></RmtInf>", "&#0;", "<![CDATA["],
    *["<Document>", "<!--", "-->", "</Bal>", "</NtryDtls>", "\x00", "٣", "9" * 40, "<a b='1'/>"],
]


@pytest.mark.parametrize("kind", ENTITIES)
def test_a_file_that_declares_entities_is_refused(kind: str) -> None:
    body = "<Ntry><AddtlNtryInf>&l9;</AddtlNtryInf></Ntry>"
    content = document(body).replace("<Document", f"{ENTITIES[kind]}<Document", 1)

    with pytest.raises(StatementError, match="declares entities"):
        read_statements(content.encode())


@pytest.mark.parametrize("cut", [200, 300, -100, -40, -1])
def test_a_file_that_breaks_off_is_refused(cut: int) -> None:
    with pytest.raises(StatementError, match="again"):
        read_statements(document(f"<Ntry>{IN}</Ntry>").encode()[:cut])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<Ntry>\x00</Ntry>", "not text"),
        ("<Ntry>\n</Bal>", "damaged in line 2"),
        ("<a>" * 100_000, "no bank builds"),
        ("<Ntry>" * 100_000, "no bank builds"),
    ],
)
def test_what_is_no_such_file_is_refused_in_one_sentence(body: str, words: str) -> None:
    with pytest.raises(StatementError, match=words) as refusal:
        read_statements(document(body).encode())

    assert str(refusal.value).count(".") == 1


def test_a_message_without_a_statement_is_refused() -> None:
    content = document("").replace("<Stmt>", "<Other>").replace("</Stmt>", "</Other>")

    with pytest.raises(StatementError, match="no account statement"):
        read_statements(content.encode())


def test_an_endless_text_is_cut_and_not_kept() -> None:
    content = document(f"<Ntry>{IN}<AddtlNtryInf>{'x' * 10_000_000}</AddtlNtryInf></Ntry>")

    (entry,) = read_statements(content.encode()).statements[0].entries

    assert (len(entry.text), len(entry.raw)) == (10_000, 2_000)


def test_a_file_is_let_go_of_as_soon_as_it_is_read() -> None:
    content = document(f"<Ntry>{IN}</Ntry>").encode()
    gc.disable()
    try:
        before = sys.getrefcount(content)
        read_statements(content)
        assert sys.getrefcount(content) == before
    finally:
        gc.enable()


@given(
    st.lists(
        st.tuples(
            st.dates(date(1000, 1, 1), date(2999, 12, 31)),
            st.decimals(-(10**12), 10**12, places=3),
            WORDS,
            WORDS,
        ),
        max_size=12,
    ),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_written_statement_returns_its_rows(
    rows: list[tuple[date, Decimal, str, str]], encoding: str
) -> None:
    body = "".join(
        f'<Ntry><Amt Ccy="EUR">{abs(amount):f}</Amt>'
        f"<CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd><Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{number}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<RltdPties><{'Cdtr' if amount < 0 else 'Dbtr'}><Nm>{escape(payee)}</Nm>"
        f"</{'Cdtr' if amount < 0 else 'Dbtr'}></RltdPties>"
        f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        for number, (day, amount, payee, text) in enumerate(rows)
    )

    (only,) = read_statements(document(body).encode(encoding)).statements

    assert [(each.booked_on, each.amount, each.payee, each.text) for each in only.entries] == rows
    assert [each.reference for each in only.entries] == [str(n) for n in range(len(rows))]


@given(st.lists(st.sampled_from(PARTS), max_size=25))
def test_any_heap_of_elements_is_read_or_refused(parts: list[str]) -> None:
    is_read_or_refused(document("\n".join(parts)))


@given(st.lists(st.sampled_from(PARTS[:26]), max_size=25))
def test_any_elements_that_end_are_read_or_refused(parts: list[str]) -> None:
    whole = [part for part in parts if part.count("<") != 1 or part.endswith("/>")]

    is_read_or_refused(document(f"<Ntry>{''.join(whole)}</Ntry>{''.join(whole)}"))


def is_read_or_refused(content: str) -> None:
    try:
        found = read_statements(content.encode())
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer
    else:
        assert found.statements
