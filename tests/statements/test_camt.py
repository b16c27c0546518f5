"""CAMT.052, 053 and 054: versions, signs, dates, batches, balances and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from fintrack.statements.read import read_statements
from fintrack.statements.statement import Entry, Statement
from tests.statements.camt_files import (
    ACCOUNT,
    DAY,
    IN,
    KINDS,
    OUT,
    balance,
    details,
    document,
)


@pytest.mark.parametrize("version", range(1, 9))
@pytest.mark.parametrize("kind", KINDS)
def test_every_version_of_every_report_is_read(kind: str, version: int) -> None:
    status = "<Sts><Cd>BOOK</Cd></Sts>" if version >= 8 else "<Sts>BOOK</Sts>"
    name = "<Pty><Nm>Ana</Nm></Pty>" if version >= 8 else "<Nm>Ana</Nm>"
    details = f"<TxDtls><RltdPties><Cdtr>{name}</Cdtr></RltdPties></TxDtls>"
    wrapped = details if version == 1 else f"<NtryDtls>{details}</NtryDtls>"

    content = document(f"<Ntry>{OUT}{status}{wrapped}</Ntry>", kind=kind, version=version)
    found = read_statements(content.encode())

    assert found.format == f"camt.{kind}"
    (entry,) = found.statements[0].entries
    assert (entry.amount, entry.payee, entry.booked_on) == (Decimal(-5), "Ana", date(2026, 3, 14))


@pytest.mark.parametrize(
    "change",
    [
        ("urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", ""),
        ("<Document", "<!-- a comment -->\n<Document"),
        ("<Document ", "<Envelope><Header/><Document "),
        ("<Ntry>", "<Ntry a='1'><!-- x --><?y z?>"),
    ],
)
def test_what_stands_around_and_between_makes_no_difference(change: tuple[str, str]) -> None:
    content = document(f"<Ntry>{IN}</Ntry>").replace(*change)
    content += "</Envelope>" if "<Envelope>" in content else ""

    assert [each.amount for each in read_statements(content.encode()).statements[0].entries] == [5]


def test_a_namespace_may_have_a_prefix() -> None:
    content = document(f"<Ntry>{IN}</Ntry>")
    prefixed = content.replace("</", "</n:").replace("<", "<n:").replace("<n:/n:", "</n:")
    prefixed = prefixed.replace("<n:?xml", "<?xml").replace("xmlns=", "xmlns:n=")

    assert [each.amount for each in read_statements(prefixed.encode()).statements[0].entries] == [5]


@pytest.mark.parametrize(
    ("written", "declared"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("cp1252", "ISO-8859-1"),
        ("utf-16", "UTF-16"),
        ("cp1250", "windows-1250"),
        ("utf-8", "ISO-8859-1"),
        ("cp1252", "UTF-8"),
        ("utf-8", "no-such-encoding"),
    ],
)
def test_bytes_win_over_a_declaration_that_lies(written: str, declared: str) -> None:
    content = document(f"<Ntry>{IN}<AddtlNtryInf>Müller</AddtlNtryInf></Ntry>")
    encoded = content.replace("UTF-8", declared).encode(written)

    assert read_statements(encoded).statements[0].entries[0].text == "Müller"


@pytest.mark.parametrize(
    ("direction", "reversal", "amount", "payee"),
    [
        ("DBIT", "", -5, "Shop"),
        ("CRDT", "", 5, "Employer"),
        ("CRDT", "<RvslInd>true</RvslInd>", 5, "Shop"),
        ("DBIT", "<RvslInd>1</RvslInd>", -5, "Employer"),
        ("DBIT", "<RvslInd>false</RvslInd>", -5, "Shop"),
    ],
)
def test_a_reversal_has_the_sign_that_it_names_and_the_first_parties(
    direction: str, reversal: str, amount: int, payee: str
) -> None:
    parties = "<Dbtr><Nm>Employer</Nm></Dbtr><Cdtr><Nm>Shop</Nm></Cdtr>"
    body = f'<Amt Ccy="EUR">5</Amt><CdtDbtInd>{direction}</CdtDbtInd>{reversal}{DAY}'

    entry = only_entry(f"{body}{details(f'<RltdPties>{parties}</RltdPties>')}")

    assert (entry.amount, entry.payee) == (Decimal(amount), payee)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("<Dt>2026-03-14</Dt>", date(2026, 3, 14)),
        ("<Dt>2026-03-14+01:00</Dt>", date(2026, 3, 14)),
        ("<Dt>2026-03-14Z</Dt>", date(2026, 3, 14)),
        ("<DtTm>2026-12-31T23:30:00-05:00</DtTm>", date(2026, 12, 31)),
        ("<DtTm>\n 2026-03-14T00:00:00.000000000 \n</DtTm>", date(2026, 3, 14)),
    ],
)
def test_a_day_is_the_one_that_the_bank_wrote(written: str, day: date) -> None:
    entry = only_entry(IN.replace("<Dt>2026-03-14</Dt>", written))

    assert entry.booked_on == day


def test_booking_date_and_value_date_stand_side_by_side() -> None:
    entry = only_entry(f"{IN}<ValDt><Dt>2026-03-16</Dt></ValDt>")

    assert (entry.booked_on, entry.valued_on) == (date(2026, 3, 14), date(2026, 3, 16))


def test_the_value_date_stands_in_for_a_missing_booking_date() -> None:
    entry = only_entry(IN.replace("BookgDt", "ValDt"))

    assert (entry.booked_on, entry.valued_on) == (date(2026, 3, 14), date(2026, 3, 14))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((DAY, ""), "The row has no date."),
        (("2026-03-14", "2026-02-31"), "'2026-02-31' is not a date."),
        (("2026-03-14", "14.03.2026"), "'14.03.2026' is not a date."),
        (('<Amt Ccy="EUR">5</Amt>', ""), "The row has no amount."),
        ((">5<", ">12..34<"), "'12..34' is not an amount."),
        ((">5<", ">-5<"), "'-5' is not an amount."),
        ((">5<", ">5,00<"), "'5,00' is not an amount."),
        (("CRDT", "x"), "'x' is neither a credit nor a debit."),
    ],
)
def test_an_entry_that_is_not_understood_is_rejected_beside_good_ones(
    change: tuple[str, str], reason: str
) -> None:
    only = statement(f"\n<Ntry>{IN.replace(*change)}</Ntry>\n<Ntry>{OUT}</Ntry>")

    assert [(each.line, each.reason) for each in only.rejected] == [(2, reason)]
    assert only.rejected[0].raw.startswith("<Ntry><")
    assert [(each.line, each.amount) for each in only.entries] == [(3, Decimal(-5))]


@pytest.mark.parametrize("status", ["PDNG", "INFO", "<Cd>FUTR</Cd>", "<Prtry>Pending</Prtry>"])
def test_what_is_not_booked_yet_is_left_out_and_noted(status: str) -> None:
    only = statement(f"<Ntry>{IN}<Sts>{status}</Sts></Ntry><Ntry>{OUT}<Sts>BOOK</Sts></Ntry>")

    assert [each.amount for each in only.entries] == [-5]
    assert only.notes == ("1 entry is not booked yet and left out.",)


def test_the_amount_of_the_entry_wins_over_its_details_and_charges() -> None:
    charges = '<Chrgs><Rcrd><Amt Ccy="EUR">2</Amt></Rcrd></Chrgs>'
    other = '<Amt Ccy="USD">105.75</Amt><AmtDtls><TxAmt><Amt Ccy="EUR">3</Amt></TxAmt></AmtDtls>'

    assert only_entry(IN + charges + details(other)).amount == 5


def test_two_equal_entries_are_both_real() -> None:
    row = f"<Ntry>{OUT}<AcctSvcrRef>1</AcctSvcrRef></Ntry>"

    found = statement(row * 2).entries

    assert [(each.amount, each.reference) for each in found] == [(Decimal(-5), None)] * 2


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ("<AcctSvcrRef>A1</AcctSvcrRef>", "A1"),
        ("<AcctSvcrRef>NOTPROVIDED</AcctSvcrRef>", None),
        ("<NtryRef>7</NtryRef>", None),
        ("<NtryDtls><TxDtls><Refs><AcctSvcrRef>B2</AcctSvcrRef></Refs></TxDtls></NtryDtls>", "B2"),
    ],
)
def test_the_reference_is_the_banks_own(written: str, reference: str | None) -> None:
    assert only_entry(IN + written).reference == reference


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<RmtInf><Ustrd>Rent</Ustrd><Ustrd>of March</Ustrd></RmtInf>", "Rent of March"),
        (f"<RmtInf><Ustrd>{'x' * 140}</Ustrd><Ustrd>yz</Ustrd></RmtInf>", "x" * 140 + "yz"),
        ("<RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>", "RF18"),
        ("<AddtlTxInf>Card &amp; fee</AddtlTxInf>", "Card & fee"),
        ("<RmtInf><Ustrd><![CDATA[a <b>]]></Ustrd></RmtInf>", "a <b>"),
        ("", "Booked"),
    ],
)
def test_the_text_is_what_it_was_paid_for(written: str, text: str) -> None:
    entry = only_entry(f"{IN}{details(written)}<AddtlNtryInf>Booked</AddtlNtryInf>")

    assert entry.text == text


def test_for_whom_somebody_acts_is_named_where_he_is_not() -> None:
    parties = "<RltdPties><UltmtCdtr><Nm>Ana</Nm></UltmtCdtr></RltdPties>"

    assert only_entry(OUT + details(parties)).payee == "Ana"


def test_balances_are_the_booked_ones_of_the_accounts_currency() -> None:
    only = statement(
        balance("OPBD", "10", day="2026-03-01")
        + balance("OPBD", "12", day="2026-03-02")
        + balance("CLAV", "99")
        + balance("CLBD", "7", currency="SEK")
        + balance("CLBD", "5", direction="DBIT")
        + f"<Ntry>{OUT.replace('>5<', '>15<')}</Ntry>"
    )

    assert (only.opening_balance, only.closing_balance) == (Decimal(10), Decimal(-5))
    assert only.closing_on == date(2026, 3, 31)
    assert only.notes == (
        "Balances in SEK were left out: no entry is in that currency, and the account's is EUR.",
    )


def test_an_older_version_writes_the_kind_of_a_balance_without_a_choice() -> None:
    written = (
        balance("PRCD", "10").replace("CdOrPrtry>", "X>").replace("<X>", "").replace("</X>", "")
    )

    assert statement(written).opening_balance == 10


def test_statements_of_one_account_are_one_whatever_their_order() -> None:
    newer = ACCOUNT + balance("OPBD", "15") + balance("CLBD", "10", day="2026-03-14")
    older = ACCOUNT + balance("OPBD", "10") + balance("CLBD", "15", day="2026-03-13")
    body = f"{newer}<Ntry>{OUT}</Ntry></Stmt><Stmt>{older}<Ntry>{IN}</Ntry>"

    (only,) = read_statements(document(body, account="").encode()).statements

    assert (only.opening_balance, only.closing_balance) == (Decimal(10), Decimal(10))
    assert (len(only.entries), only.notes) == (2, ())


def test_entries_in_another_currency_are_a_statement_of_their_own() -> None:
    body = f"<Ntry>{IN}</Ntry><Ntry>{OUT.replace('EUR', 'USD')}</Ntry>"

    found = read_statements(document(body).encode()).statements

    assert [(each.currency, len(each.entries)) for each in found] == [("EUR", 1), ("USD", 1)]


def test_entries_in_another_currency_keep_the_balances_in_it() -> None:
    own, other = balance("CLBD", "5"), balance("CLBD", "2", currency="USD")
    opening = balance("OPBD", "7", currency="USD", day="2026-03-01")
    body = f"{own}{opening}{other}<Ntry>{IN}</Ntry><Ntry>{OUT.replace('EUR', 'USD')}</Ntry>"

    euros, dollars = read_statements(document(body).encode()).statements

    assert (euros.closing_balance, dollars.opening_balance, dollars.closing_balance) == (
        Decimal(5),
        Decimal(7),
        Decimal(2),
    )
    assert (dollars.closing_on, euros.notes, dollars.notes) == (date(2026, 3, 31), (), ())


@pytest.mark.parametrize("tag", ["Othr><Id", "PrtryAcct><Id", "BBAN", "UPIC"])
def test_an_account_may_have_a_number_of_any_kind(tag: str) -> None:
    first, _, second = tag.partition("><")
    inner = f"<{second}>77</{second}>" if second else "77"
    account = f"<Acct><Id><{first}>{inner}</{first}></Id></Acct>"

    (only,) = read_statements(document(f"<Ntry>{IN}</Ntry>", account=account).encode()).statements

    assert (only.account, only.currency) == ("77", "EUR")


def test_a_statement_without_entries_is_one() -> None:
    only = statement(balance("CLBD", "5"))

    assert (only.entries, only.closing_balance) == ((), Decimal(5))


def statement(body: str) -> Statement:
    (only,) = read_statements(document(body).encode()).statements
    return only


def only_entry(body: str) -> Entry:
    (only,) = statement(f"<Ntry>{body}</Ntry>").entries
    return only
