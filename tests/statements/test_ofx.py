"""OFX as banks write it: movements, accounts, balances, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.ledger.accounts import AccountKind
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Statement, StatementError

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nCHARSET:1252\n\n"
LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])


def test_sgml_without_end_tags_is_read() -> None:
    only = one_statement(
        "<STMTTRN><TRNTYPE>POS<DTPOSTED>20260314120000.000[-5:EST]<TRNAMT>-6.60"
        "<FITID>A1<NAME>Baker<MEMO>Bread</STMTTRN>",
    )

    entry = only.entries[0]
    assert (entry.booked_on, entry.amount) == (date(2026, 3, 14), Decimal("-6.60"))
    assert (entry.payee, entry.text, entry.reference) == ("Baker", "Bread", "A1")


def test_xml_with_end_tags_is_read() -> None:
    only = one_statement(
        "<STMTTRN>\n<DTPOSTED>20260314</DTPOSTED>\n<TRNAMT>1.5</TRNAMT>\n<FITID>A1</FITID>\n"
        "<NAME><![CDATA[Smith & <Sons>]]></NAME></STMTTRN>",
        header='<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n',
    )

    assert only.entries[0].payee == "Smith & <Sons>"


def test_the_ledger_balance_is_the_closing_balance() -> None:
    only = one_statement("", after="<LEDGERBAL><BALAMT>-12.30<DTASOF>20260331</LEDGERBAL>")

    assert (only.closing_balance, only.closing_on) == (Decimal("-12.30"), date(2026, 3, 31))


def test_each_account_is_a_statement_of_its_own() -> None:
    body = "".join(
        f"<STMTRS><CURDEF>{currency}<BANKACCTFROM><ACCTID>{account}</BANKACCTFROM></STMTRS>"
        for account, currency in (("1", "EUR"), ("2", "USD"))
    )

    found = read_statements(f"<OFX>{body}</OFX>".encode())

    named = [(each.account, each.currency) for each in found.statements]
    assert named == [("1", "EUR"), ("2", "USD")]


def test_statements_of_one_account_become_one() -> None:
    march, april = (
        statement_text(
            f"<STMTTRN><DTPOSTED>20260331<TRNAMT>1<FITID>A</STMTTRN>"
            f"<STMTTRN><DTPOSTED>2026{day}<TRNAMT>2<FITID>{day}</STMTTRN>",
            after=f"<LEDGERBAL><BALAMT>{balance}<DTASOF>2026{day}</LEDGERBAL>",
            header="",
        )
        for day, balance in (("0331", 3), ("0430", 5))
    )

    (found,) = read_statements((april + march).encode()).statements

    assert [entry.reference for entry in found.entries] == ["A", "0430", "0331"]
    assert (found.closing_balance, found.closing_on) == (Decimal(5), date(2026, 4, 30))


def test_one_number_of_two_types_of_account_stays_two_statements() -> None:
    checking = statement_text("<STMTTRN><DTPOSTED>20260331<TRNAMT>1</STMTTRN>")
    saving = checking.replace("CHECKING", "SAVINGS")

    found = read_statements((checking + saving).encode()).statements

    assert [len(each.entries) for each in found] == [1, 1]


def test_debits_without_a_sign_are_told() -> None:
    only = one_statement(
        "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260314<TRNAMT>5</STMTTRN>"
        "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260314<TRNAMT>7</STMTTRN>"
    )

    assert [entry.amount for entry in only.entries] == [5, 7]
    assert only.notes == (
        "1 row is called a debit, but adds money, and no row takes any; check the signs.",
    )


@pytest.mark.parametrize(
    ("statement", "account", "kind"),
    [
        ("CCSTMTRS", "<CCACCTFROM><ACCTID>1</CCACCTFROM>", AccountKind.CREDIT_CARD),
        ("STMTRS", "<BANKACCTFROM><ACCTTYPE>SAVINGS</BANKACCTFROM>", AccountKind.SAVINGS),
        ("STMTRS", "<BANKACCTFROM><ACCTTYPE>CHECKING</BANKACCTFROM>", None),
    ],
)
def test_a_statement_says_what_kind_of_account_it_is_of(
    statement: str, account: str, kind: AccountKind | None
) -> None:
    found = read_statements(f"<OFX><{statement}>{account}</{statement}></OFX>".encode())

    assert [each.kind for each in found.statements] == [kind]


def test_pending_movements_are_left_out_and_counted() -> None:
    only = one_statement(
        "<STMTTRN><DTPOSTED>20260314<TRNAMT>1</STMTTRN>",
        after="<BANKTRANLISTP><STMTTRNP><DTTRAN>20260315<TRNAMT>9</STMTTRNP></BANKTRANLISTP>",
    )

    assert [entry.amount for entry in only.entries] == [1]
    assert only.notes == ("1 row is pending and was left out.",)


def test_the_other_account_of_a_transfer_is_not_the_statements_account() -> None:
    only = one_statement(
        "<STMTTRN><DTPOSTED>20260314<TRNAMT>1<BANKACCTTO><ACCTID>999</BANKACCTTO></STMTTRN>",
    )

    assert only.account == "77"


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("-500,00", "-500.00"),
        ("+00000000000115.8331", "115.8331"),
        ("1,234.56", "1234.56"),
        ("-1.234,56", "-1234.56"),
        ("7", "7"),
        (".5", "0.5"),
    ],
)
def test_an_amount_is_read_exactly(written: str, amount: str) -> None:
    only = one_statement(f"<STMTTRN><DTPOSTED>20260314<TRNAMT>{written}</STMTTRN>")

    assert only.entries[0].amount == Decimal(amount)


@pytest.mark.parametrize("written", ["$120", "12..34", "1e5", "NaN", "-", ".", "12-", "1.2.3"])
def test_a_garbled_amount_is_rejected_with_its_row(written: str) -> None:
    only = one_statement(f"<STMTTRN><DTPOSTED>20260314<TRNAMT>{written}</STMTTRN>")

    assert not only.entries
    assert only.rejected[0].reason == f"'{written}' is not an amount."


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("", "The row has no date."),
        ("<DTPOSTED></DTPOSTED>", "The row has no date."),
        ("<DTPOSTED>20260231", "'20260231' is not a date."),
    ],
)
def test_a_row_without_a_real_date_is_rejected_beside_good_ones(tag: str, reason: str) -> None:
    only = one_statement(
        f"<STMTTRN>{tag}<TRNAMT>1</STMTTRN>\n<STMTTRN><DTPOSTED>20260314<TRNAMT>2</STMTTRN>",
    )

    assert [each.reason for each in only.rejected] == [reason]
    assert [each.amount for each in only.entries] == [2]


def test_an_id_that_names_two_rows_is_no_reference() -> None:
    row = "<STMTTRN><DTPOSTED>20260314<TRNAMT>2<FITID>0</STMTTRN>"
    only = one_statement(row + row)

    assert [each.reference for each in only.entries] == [None, None]


def test_bytes_win_over_a_header_that_names_another_encoding() -> None:
    content = statement_text("<STMTTRN><DTPOSTED>20260314<TRNAMT>2<NAME>Café</STMTTRN>")

    utf, western = (read_statements(content.encode(name)) for name in ("utf-8", "cp1252"))

    assert utf.statements[0].entries[0].payee == western.statements[0].entries[0].payee == "Café"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_file_in_any_unicode_is_read(encoding: str) -> None:
    content = statement_text("<STMTTRN><DTPOSTED>20260314<TRNAMT>2<NAME>Café Žluť</STMTTRN>")

    found = read_statements(content.encode(encoding))

    assert found.statements[0].entries[0].payee == "Café Žluť"


@pytest.mark.parametrize(
    ("declared", "entity"),
    [
        ('<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">', "&c;"),
        ('<!ENTITY c SYSTEM "file:///etc/passwd">', "&c;"),
    ],
)
def test_an_entity_that_the_file_declares_stays_as_it_is_written(
    declared: str, entity: str
) -> None:
    only = one_statement(
        f"<STMTTRN><DTPOSTED>20260314<TRNAMT>2<NAME>{entity}</NAME></STMTTRN>",
        header=f'<?xml version="1.0"?><!DOCTYPE OFX [{declared}]>',
    )

    assert only.entries[0].payee == entity


def test_entities_are_resolved_even_when_escaped_twice() -> None:
    only = one_statement(
        "<STMTTRN><DTPOSTED>20260314<TRNAMT>2<NAME>A &amp; B<MEMO>&amp;lt;x&amp;gt;</STMTTRN>",
    )

    assert (only.entries[0].payee, only.entries[0].text) == ("A & B", "<x>")


def test_cash_of_an_investment_account_counts_and_trades_are_noted() -> None:
    content = (
        "<OFX><INVSTMTRS><CURDEF>USD<INVACCTFROM><ACCTID>X1</INVACCTFROM><INVTRANLIST>"
        "<INVBANKTRAN><STMTTRN><DTPOSTED>20260314<TRNAMT>5</STMTTRN></INVBANKTRAN>"
        "<BUYMF><INVBUY><TOTAL>-3</INVBUY></BUYMF></INVTRANLIST></INVSTMTRS></OFX>"
    )

    only = read_statements(content.encode()).statements[0]

    assert [each.amount for each in only.entries] == [5]
    assert only.notes == ("1 investment entry is not a cash movement and was left out.",)


def test_a_movement_in_an_unknown_currency_is_rejected_beside_good_ones() -> None:
    only = one_statement(
        "<STMTTRN><DTPOSTED>20260314<TRNAMT>5</STMTTRN>"
        "<STMTTRN><DTPOSTED>20260314<TRNAMT>7<CURRENCY><CURSYM>ZZZ</CURRENCY></STMTTRN>",
    )

    assert [each.amount for each in only.entries] == [5]
    assert [each.reason for each in only.rejected] == ["'ZZZ' is not a currency."]


def test_a_statement_in_an_unknown_currency_is_refused() -> None:
    content = statement_text("").replace("<CURDEF>EUR", "<CURDEF>ZZZ")

    with pytest.raises(StatementError, match="ZZZ"):
        read_statements(content.encode())


def test_movements_in_another_currency_are_a_statement_of_their_own() -> None:
    content = statement_text(
        "<STMTTRN><DTPOSTED>20260314<TRNAMT>5</STMTTRN>"
        "<STMTTRN><DTPOSTED>20260314<TRNAMT>7<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>"
        "</STMTTRN>",
    )

    found = read_statements(content.encode())

    assert [(each.currency, len(each.entries)) for each in found.statements] == [
        ("EUR", 1),
        ("USD", 1),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "<OFX><STMTRS><BANKTRANLIST><STMTTRN><DTPOSTED>20260314<TRNAMT>2",
        "<OFX><STMTRS><BANKTRANLIST><STMTTRN><DTPOSTED>20260314<TRNAMT>2</STMTTRN>",
        "<OFX><STMTRS><CURDEF>EUR",
        "<OFX><STMTRS><BANKTRANLIST></BANKTRANLIST><LEDGERBAL><BALAMT>-12",
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500</STATUS></SONRS></SIGNONMSGSRSV1></OFX>",
        "OFXHEADER:100",
    ],
)
def test_a_file_without_a_whole_statement_is_refused(content: str) -> None:
    with pytest.raises(StatementError, match="again"):
        read_statements(content.encode())


@given(
    st.lists(
        st.tuples(
            st.dates(date(1971, 1, 1), date(2100, 1, 1)),
            st.decimals(-(10**12), 10**12, places=2),
            st.text(LETTERS, max_size=40),
            st.text(LETTERS, max_size=40),
        ),
        max_size=12,
    ),
    st.booleans(),
    st.sampled_from([".", ","]),
)
def test_a_written_statement_returns_its_rows(
    rows: list[tuple[date, Decimal, str, str]],
    has_end_tags: bool,
    mark: str,
) -> None:
    end = "</{}>" if has_end_tags else ""
    body = "".join(
        f"<STMTTRN><DTPOSTED>{day:%Y%m%d}{end.format('DTPOSTED')}"
        f"<TRNAMT>{str(amount).replace('.', mark)}{end.format('TRNAMT')}"
        f"<FITID>{number}{end.format('FITID')}"
        f"<NAME>{escaped(payee)}{end.format('NAME')}<MEMO>{escaped(text)}{end.format('MEMO')}"
        "</STMTTRN>\n"
        for number, (day, amount, payee, text) in enumerate(rows)
    )

    only = one_statement(body)

    assert [(each.booked_on, each.amount, each.payee, each.text) for each in only.entries] == [
        (day, amount, " ".join(payee.split()), " ".join(text.split()))
        for day, amount, payee, text in rows
    ]
    assert [each.reference for each in only.entries] == [str(n) for n in range(len(rows))]


def test_lines_are_counted_where_the_rows_stand() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(3)]
    body = "".join(f"<STMTTRN>\n<DTPOSTED>{day:%Y%m%d}\n<TRNAMT>1\n</STMTTRN>\n" for day in days)

    lines = [each.line for each in one_statement(body, header="").entries]

    assert [later - lines[0] for later in lines] == [0, 4, 8]


def one_statement(body: str, *, after: str = "", header: str = HEADER) -> Statement:
    content = statement_text(body, after=after, header=header)
    (only,) = read_statements(content.encode()).statements
    return only


def statement_text(body: str, *, after: str = "", header: str = HEADER) -> str:
    return (
        f"{header}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR"
        "<BANKACCTFROM><BANKID>1<ACCTID>77<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST>\n{body}</BANKTRANLIST>{after}"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


def escaped(text: str) -> str:
    # The reader resolves entities twice, so an ampersand is escaped twice.
    text = text.replace("&", "&amp;amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")
